"""Objects to rows and back, in the column order of `tables.py`."""

import json
from collections.abc import Sequence
from typing import Any, Protocol

from contract.options import VERSION
from contract.words import (
    DeviceKind,
    Doubt,
    HoldKind,
    NotRated,
    Outcome,
    Priority,
    Role,
    SlipAfter,
    SlipOutcome,
    State,
    Via,
    VisitEnd,
)
from server.domain.counter_record import CounterRecord
from server.domain.guide import GuideRequest
from server.domain.later_rating import LaterRating, RatedVisit, Reasons
from server.domain.leasing import Block
from server.domain.ticket import Slip, Ticket, Visit
from server.domain.window_now import WindowNow
from server.storage.register import DeviceEntry, OneTimeCode, SessionEntry, User

Row = tuple[Any, ...]


class NamedRow(Protocol):
    """A row that gives each column for its name, whichever driver made it."""

    def __getitem__(self, column: Any, /) -> Any:
        """The column's value."""


def ticket_row(hall: str, t: Ticket) -> Row:
    """A ticket as its row."""
    return (
        hall, t.id, t.day, t.series, t.number, t.label, t.line, t.taken_ms, t.standing, t.via.value,
        t.state.value, t.priority.value if t.priority else None, t.priority_reason, t.language, t.kiosk, t.returns,
        int(t.transferred), t.only_window, t.missed_ms, t.visit, t.received_ms, t.told_ms,
        ";".join(t.doubts), t.person, t.revision,
    )  # fmt: skip


def ticket_from(row: Sequence[Any]) -> Ticket:
    """A ticket from its row. By place, not by name: nobody is served until all of a busy day's are read."""
    (
        _, id_, day, series, number, label, line, taken_ms, standing, via, state, priority, priority_reason, language,
        kiosk, returns, transferred, only_window, missed_ms, visit, received_ms, told_ms, doubts, person, revision,
    ) = row  # fmt: skip
    return Ticket(
        id_, day, series, number, label, line, taken_ms, standing, Via(via), State(state),
        Priority(priority) if priority else None, priority_reason, language, kiosk, returns, bool(transferred),
        only_window, missed_ms, visit, received_ms, told_ms,
        tuple(Doubt(d) for d in doubts.split(";")) if doubts else (), person, revision,
    )  # fmt: skip


def visit_row(hall: str, v: Visit) -> Row:
    """A visit as its row."""
    return (
        hall, v.id, v.ticket, v.label, v.line, v.window, v.clerk, v.called_ms, v.reason, v.call, v.last_call_ms,
        v.recalls, v.started_ms, v.ended_ms, v.end.value if v.end else None, v.outcome.value if v.outcome else None,
        v.items, v.hold_kind.value if v.hold_kind else None, v.hold_reason, v.held_ms, v.held_total_ms,
        int(v.rateable), v.invited_ms, v.deadline_ms, v.invitation_ended_ms, v.invitation_ended_by, v.announced,
        v.received_ms, v.revision,
    )  # fmt: skip


def visit_from(row: NamedRow) -> Visit:
    """A visit from its row."""
    return Visit(
        id=row["id"], ticket=row["ticket"], label=row["label"], line=row["line"], window=row["window"],
        clerk=row["clerk"], called_ms=row["called_ms"], reason=row["reason"], call=row["call"],
        last_call_ms=row["last_call_ms"], recalls=row["recalls"], started_ms=row["started_ms"],
        ended_ms=row["ended_ms"], end=VisitEnd(row["end"]) if row["end"] else None,
        outcome=Outcome(row["outcome"]) if row["outcome"] else None, items=row["items"],
        hold_kind=HoldKind(row["hold_kind"]) if row["hold_kind"] else None, hold_reason=row["hold_reason"],
        held_ms=row["held_ms"], held_total_ms=row["held_total_ms"], rateable=bool(row["rateable"]),
        invited_ms=row["invited_ms"], deadline_ms=row["deadline_ms"],
        invitation_ended_ms=row["invitation_ended_ms"], invitation_ended_by=row["invitation_ended_by"],
        announced=row["announced"], received_ms=row["received_ms"], revision=row["revision"],
    )  # fmt: skip


def slip_row(hall: str, s: Slip) -> Row:
    """A slip as its row."""
    return (
        hall, s.id, s.ticket, s.label, s.kiosk, int(s.reprint), s.outcome.value if s.outcome else None,
        s.after.value if s.after else None, s.reason, s.substituted, s.revision,
    )  # fmt: skip


def slip_from(row: Sequence[Any]) -> Slip:
    """A slip from its row, by place as tickets."""
    _, id_, ticket, label, kiosk, reprint, outcome, after, reason, substituted, revision = row
    return Slip(
        id_, ticket, label, kiosk, bool(reprint), SlipOutcome(outcome) if outcome else None,
        SlipAfter(after) if after else None, reason, substituted, revision,
    )  # fmt: skip


def lease_row(hall: str, b: Block) -> Row:
    """A leased block as its row."""
    return (hall, b.day, b.series, b.first, b.last, b.kiosk, b.leased_ms, b.revision)


def lease_from(row: NamedRow) -> Block:
    """A leased block from its row."""
    return Block(
        day=row["day"], series=row["series"], first=row["first"], last=row["last"], kiosk=row["kiosk"],
        leased_ms=row["leased_ms"], revision=row["revision"],
    )  # fmt: skip


def request_row(hall: str, r: GuideRequest) -> Row:
    """A request for a guide as its row."""
    return (hall, r.id, r.kiosk, r.asked_ms, r.attended_ms, r.attended_by, r.revision)


def request_from(row: NamedRow) -> GuideRequest:
    """A request for a guide from its row."""
    return GuideRequest(
        id=row["id"], kiosk=row["kiosk"], asked_ms=row["asked_ms"], attended_ms=row["attended_ms"],
        attended_by=row["attended_by"], revision=row["revision"],
    )  # fmt: skip


def window_row(hall: str, w: WindowNow) -> Row:
    """A window's present as its row; what it has in hand stands in its visit."""
    return (hall, w.no, w.clerk, w.session, w.paused_ms, w.paused_reason, w.since_ms, w.revision)


def window_from(row: NamedRow) -> WindowNow:
    """A window's present from its row."""
    return WindowNow(
        no=row["no"], clerk=row["clerk"], session=row["session"], paused_ms=row["paused_ms"],
        paused_reason=row["paused_reason"], since_ms=row["since_ms"], revision=row["revision"],
    )  # fmt: skip


def rating_row(hall: str, r: CounterRecord, received_ms: int) -> Row:
    """A counter record as its row."""
    return (
        hall, r.visit, "counter", r.level, r.reason.value if r.reason else None, r.at_ms, received_ms, r.window,
        r.clerk, VERSION, r.revision,
    )  # fmt: skip


def record_from(row: NamedRow) -> CounterRecord:
    """A counter record from its row."""
    return CounterRecord(
        visit=row["visit"], level=row["level"], reason=NotRated(row["reason"]) if row["reason"] else None,
        at_ms=row["at_ms"], window=row["window"], clerk=row["clerk"], revision=row["revision"],
    )  # fmt: skip


def later_row(hall: str, r: LaterRating) -> Row:
    """A later rating as its row."""
    return (hall, r.visit, r.channel, r.level, None, r.at_ms, r.at_ms, r.window, r.clerk, VERSION, r.revision)


def reasons_row(hall: str, r: Reasons) -> Row:
    """Reasons as their row."""
    return (hall, r.visit, r.level, ";".join(r.codes), r.text, r.at_ms, VERSION, r.revision)


def rated_from(row: NamedRow) -> RatedVisit:
    """A rated visit from what its rows say together."""
    return RatedVisit(
        visit=row["id"], ticket=row["ticket"], window=row["window"], clerk=row["clerk"], ended_ms=row["ended_ms"],
        level=row["level"], reasons=bool(row["reasons"]),
    )  # fmt: skip


def device_row(hall: str, d: DeviceEntry) -> Row:
    """A device as its row."""
    health = json.dumps(dict(d.health), separators=(",", ":"))
    return (
        hall, d.name, d.kind.value, ";".join(d.windows), d.zone, d.token_hash, int(d.revoked), health, d.health_ms,
        d.instance,
    )  # fmt: skip


def device_from(row: NamedRow) -> DeviceEntry:
    """A device from its row."""
    return DeviceEntry(
        name=row["name"], kind=DeviceKind(row["kind"]), windows=tuple(filter(None, row["windows"].split(";"))),
        zone=row["zone"], token_hash=row["token_hash"], revoked=bool(row["revoked"]),
        health=json.loads(row["health"]), health_ms=row["health_ms"], instance=row["instance"],
    )  # fmt: skip


def user_row(hall: str, u: User) -> Row:
    """A user as their row."""
    return (hall, u.login, u.name, ";".join(r.value for r in u.roles), u.password_hash, int(u.disabled))


def user_from(row: NamedRow) -> User:
    """A user from their row."""
    return User(
        login=row["login"], name=row["name"], roles=tuple(Role(r) for r in row["roles"].split(";") if r),
        password_hash=row["password_hash"], disabled=bool(row["disabled"]),
    )  # fmt: skip


def session_row(hall: str, s: SessionEntry, ended_ms: int | None) -> Row:
    """A session as its row."""
    return (hall, s.id, s.login, s.window, s.device, s.started_ms, ended_ms)


def session_from(row: NamedRow) -> SessionEntry:
    """A session from its row."""
    return SessionEntry(
        id=row["id"], login=row["login"], window=row["window"], device=row["device"], started_ms=row["started_ms"]
    )


def code_row(hall: str, c: OneTimeCode) -> Row:
    """A one-time code as its row."""
    return (hall, c.code_hash, c.purpose, c.subject, c.until_ms)


def code_from(row: NamedRow) -> OneTimeCode:
    """A one-time code from its row."""
    return OneTimeCode(row["code_hash"], row["purpose"], row["subject"], row["until_ms"])
