"""A hall to test in: a real writer on a real SQLite file, the shipped sample halls, a clock that can be set.

Every command goes through `Writer.submit`; what is asserted comes from replies, published cards and the file itself.
"""

import json
import secrets
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import gevent

from contract import commands as c
from contract import replies as r
from contract.words import Audience, Code, DeviceKind, HoldKind, Level, Role, Step, Via
from server.actions.table import ACTIONS
from server.app import first_day
from server.clock import Clock
from server.domain.numbering import make_id
from server.halls.document import hall_from
from server.halls.reading import read_hall
from server.live.cards import build
from server.storage.database import NAME, Database
from server.storage.deciding import Action
from server.storage.hall_now import HallNow
from server.storage.hall_store import load, read_head
from server.storage.journal import Entry, verify
from server.storage.orders import Actor, Answer, Order
from server.storage.published import Published
from server.storage.writer import Writer

HALLS = Path(__file__).parents[2] / "demo" / "halls"
CODE = "LJ"
ZONE = ZoneInfo("Asia/Shanghai")
MONDAY_MORNING = "2026-10-12 09:00"
WITHIN_S = 20.0
DEMO_WINDOWS = ("101", "102", "103", "104", "107", "113")

ADMIN = Actor(Via.COMMAND_LINE)
DESK = Actor(Via.DESK, login="1001", roles=frozenset({Role.GUIDE, Role.FLOOR_MANAGER}))
K1 = Actor(Via.KIOSK, device="K1", kiosk="K1")
K2 = Actor(Via.KIOSK, device="K2", kiosk="K2")
AGENT = Actor(Via.PAGE, device="line-A", windows=frozenset(DEMO_WINDOWS))
KEYPAD = Actor(Via.KEYPAD, device="line-A", windows=frozenset(DEMO_WINDOWS))

R = TypeVar("R", bound=r.Reply)
Rows = dict[str, list[tuple[Any, ...]]]
_KINDS: tuple[type[r.Reply], ...] = (
    r.Done, r.Issued, r.Called, r.NobodyWaiting, r.Finished, r.SignedIn, r.Enrolled, r.CodeGiven, r.HallLoaded,
    r.Refused, r.Leased,
)  # fmt: skip
REPLIES = {kind.model_fields["kind"].default: kind for kind in _KINDS}
_TABLES = (
    "halls", "definitions", "days", "tickets", "visits", "slips", "guide_requests", "windows",
    "line_stops", "leases", "ratings", "rating_reasons", "journal",
    "devices", "users", "sessions", "codes",
)  # fmt: skip


def ms(text: str, zone: ZoneInfo = ZONE) -> int:
    """Epoch milliseconds of `YYYY-MM-DD HH:MM[:SS]` on the hall's wall clock."""
    return int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp() * 1000)


def at(ms_: int) -> datetime:
    """Epoch milliseconds as commands carry an instant."""
    return datetime.fromtimestamp(ms_ / 1000, UTC)


def new_key() -> str:
    """A key for one intention."""
    return secrets.token_hex(16)


def said(answer: Answer) -> r.Reply:
    """The reply in an answer's bytes."""
    return REPLIES[json.loads(answer.body)["kind"]].model_validate_json(answer.body)


@cache
def document(name: str) -> dict[str, Any]:
    """The definition of a shipped hall as a load command carries it."""
    found, mistakes = read_hall(HALLS / name)
    assert not mistakes
    return found


def edited_document(name: str, edit: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """A shipped hall with something else changed."""
    copy: dict[str, Any] = json.loads(json.dumps(document(name)))
    edit(copy)
    return copy


def without_window(no: str) -> dict[str, Any]:
    """The demonstration hall without one of its windows and what stands there."""

    def edit(d: dict[str, Any]) -> None:
        d["windows"] = [w for w in d["windows"] if w["window"] != no]
        d["devices"] = [one for one in d["devices"] if one["window"] != no]
        for session in d["hours"]:
            session["windows"] = [w for w in session["windows"] if w != no]

    return edited_document("demo", edit)


def changed_document(name: str, **rules: object) -> dict[str, Any]:
    """A shipped hall with other rules."""
    copy: dict[str, Any] = json.loads(json.dumps(document(name)))
    copy["rules"] |= rules
    return copy


def rows_of(file: Path, tables: tuple[str, ...] = _TABLES) -> Rows:
    """Everything that stands in the file, read by a connection of our own."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        return {t: [tuple(row) for row in connection.execute(f"SELECT * FROM {t} ORDER BY 1, 2, 3")] for t in tables}


@dataclass
class HallOnDisk:
    """One hall, its writer and its clock."""

    folder: Path
    now_ms: int = ms(MONDAY_MORNING)
    actions: dict[str, Action] = field(default_factory=lambda: dict(ACTIONS))
    kind: type[Writer] = Writer
    told: list[Published] = field(default_factory=list)
    code: str = CODE
    revision: int = 0

    def open(self) -> None:
        """Start the writer."""
        self.writer = self.kind(
            self.database, self.actions, hall_from, first_day, build, self.told.append, lambda: self.now_ms, 0.0
        )
        self.writer.start()
        self.clock = Clock(lambda: self.writer.published, self.give, lambda: self.now_ms)

    def close(self) -> None:
        """Stop the writer."""
        self.writer.stop()

    def reopen(self) -> None:
        """Stop and start again, as a server does: only what stands in the file is left."""
        self.close()
        self.open()

    # --- time ------------------------------------------------------------------------------------------------------

    def set_time(self, text: str) -> None:
        """Put the clock to a local time."""
        self.now_ms = ms(text)

    def later(self, seconds: float) -> None:
        """Let time pass."""
        self.now_ms += int(seconds * 1000)

    def look_at_the_clock(self) -> None:
        """What the server's clock does each second."""
        self.clock.look(self.now)

    # --- commands --------------------------------------------------------------------------------------------------

    def submit(self, command: c.Command, actor: Actor = ADMIN, key: str | None = None) -> Answer:
        """Stand in the line; the answer as bytes."""
        return self.give(Order(self.code, key or new_key(), actor, command))

    def give(self, order: Order) -> Answer:
        """Submit, and remember up to which revision the cards must be to be believed."""
        answer = self.writer.submit(order)
        self.revision = max(self.revision, json.loads(answer.body)["revision"])
        return answer

    def ask(self, command: c.Command, actor: Actor = ADMIN) -> r.Reply:
        """The reply, whatever it is."""
        return said(self.submit(command, actor))

    def together(self, orders: Iterable[tuple[c.Command, Actor]]) -> list[r.Reply]:
        """All of them at once, each by somebody of their own; the replies in the order given."""
        asking = [gevent.spawn(self.ask, command, actor) for command, actor in orders]
        gevent.joinall(asking, raise_error=True)
        return [reply for one in asking if (reply := one.value) is not None]

    def get(self, kind: type[R], command: c.Command, actor: Actor = ADMIN) -> R:
        """The reply, which must be of this kind."""
        reply = self.ask(command, actor)
        assert isinstance(reply, kind), reply
        return reply

    def refused(self, code: Code, command: c.Command, actor: Actor = ADMIN) -> r.Refused:
        """The refusal, after which nothing is different: neither rows nor cards nor memory."""
        before, cards = self.rows(), dict(self.cards(Audience.MANAGER))
        reply = self.get(r.Refused, command, actor)
        assert reply.code is code
        assert reply.sentence.zh and reply.sentence.en and "{" not in reply.sentence.zh + reply.what_to_do.en
        assert self.rows() == before
        assert dict(self.cards(Audience.MANAGER)) == cards
        assert memory_of(self.day_in_memory) == memory_of(self.from_disk())
        return reply

    def take(self, line: str = "A", actor: Actor = K1, **more: Any) -> r.Issued:
        """Take a number."""
        return self.get(r.Issued, c.TakeNumber(line=line, **more), actor)

    def sit(self, *windows: str) -> None:
        """The window's A clerk signs in."""
        for no in windows:
            self.get(r.SignedIn, c.SignIn(window=no, staff_no=self.now.definition.windows[no].a_clerk), AGENT)

    def call(self, no: str = "101") -> r.Called:
        """Call the next ticket."""
        return self.get(r.Called, c.CallNext(window=no, visit=self.in_hand(no)), AGENT)

    def recall(self, no: str = "101") -> r.Done:
        """Call it again."""
        return self.get(r.Done, c.Recall(window=no, visit=self.in_hand(no)), AGENT)

    def start(self, no: str = "101") -> r.Done:
        """The citizen is there."""
        return self.get(r.Done, c.StartService(window=no, visit=self.in_hand(no)), AGENT)

    def finish(self, no: str = "101") -> r.Finished:
        """Done."""
        return self.get(r.Finished, c.Finish(window=no, visit=self.in_hand(no)), AGENT)

    def miss(self, no: str = "101") -> r.Done:
        """Nobody came."""
        return self.get(r.Done, c.Miss(window=no, visit=self.in_hand(no)), AGENT)

    def hold(self, no: str = "101", kind: HoldKind = HoldKind.WITHOUT_PAPERS) -> r.Done:
        """Park the visit."""
        return self.get(r.Done, c.Hold(window=no, visit=self.in_hand(no), kind=kind), AGENT)

    def pass_on(self, line: str, no: str = "101", **more: Any) -> r.Done:
        """Transfer the ticket in hand."""
        return self.get(r.Done, c.PassOn(window=no, visit=self.in_hand(no), line=line, **more), AGENT)

    def serve(self, no: str = "101") -> r.Finished:
        """Call, start and finish one."""
        self.call(no)
        self.start(no)
        return self.finish(no)

    def rate(self, visit: int, level: int = 5, pressed_ms: int | None = None) -> r.Reply:
        """A press on the keypad, now unless said otherwise."""
        pressed = at(self.now_ms if pressed_ms is None else pressed_ms)
        return self.ask(c.Rate(visit=visit, level=Level(level), pressed_at=pressed), KEYPAD)

    # --- looking ---------------------------------------------------------------------------------------------------

    @property
    def database(self) -> Any:
        """The database as a server has it."""
        return Database(self.folder)

    def rows(self) -> Rows:
        """Everything that stands in it."""
        return rows_of(self.file)

    @property
    def file(self) -> Path:
        """The database."""
        return self.folder / NAME

    @property
    def now(self) -> Published:
        """What everybody sees, once it shows all that was answered."""
        until = time.monotonic() + WITHIN_S
        while self.code not in self.writer.published or self.writer.published[self.code].head < self.revision:
            assert time.monotonic() < until, "what was answered was not published"
            gevent.sleep(0)
        return self.writer.published[self.code]

    @property
    def head(self) -> int:
        """The hall's revision."""
        return self.now.head

    def cards(self, audience: Audience = Audience.STAFF) -> dict[str, dict[str, Any]]:
        """The audience's cards."""
        return dict(self.now.views[audience].cards)

    def card(self, key: str) -> dict[str, Any]:
        """One card as a manager's page has it."""
        return self.cards(Audience.MANAGER)[key]

    def in_hand(self, no: str) -> int | None:
        """The visit in hand at a window, from its card."""
        visit = self.card(f"work/{no}")["visit"]
        return visit["visit"] if visit else None

    def waiting(self, line: str = "A") -> list[str]:
        """Numbers in a line, in their order."""
        return [place["number"] for place in self.card(f"queue/{line}")["numbers"]]

    def row(self, table: str, **where: object) -> dict[str, Any]:
        """The one row that fits."""
        found = self.select(table, **where)
        assert len(found) == 1, found
        return found[0]

    def select(self, table: str, **where: object) -> list[dict[str, Any]]:
        """Rows of this hall that fit, read from the file."""
        fits = "".join(f' AND "{column}" IS ?' for column in where)
        with closing(sqlite3.connect(f"file:{self.file}?mode=ro", uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            found = connection.execute(f"SELECT * FROM {table} WHERE hall = ?{fits}", (self.code, *where.values()))
            return [dict(row) for row in found]

    def state(self, ticket: int) -> str:
        """The ticket's state, from the file."""
        return str(self.row("tickets", id=ticket)["state"])

    def entry(self, revision: int | None = None) -> dict[str, Any]:
        """A journal entry (the newest by default) with its facts as values."""
        found = self.row("journal", revision=self.head if revision is None else revision)
        return {**found, "facts": json.loads(found["facts"])}

    @property
    def day_in_memory(self) -> HallNow:
        """The working day the writer holds. Only for comparing it with the file."""
        return self.writer._halls[self.code][1] if self.code in self.writer._halls else self.from_disk()

    def from_disk(self) -> HallNow:
        """The working day as a restarted server would load it."""
        with closing(Database(self.folder).writer_connection()) as connection:
            head = read_head(connection, self.code)
            assert head is not None
            return load(connection, self.code, head, hall_from)

    def rebuilt(self) -> Published:
        """All cards, made from the file alone; ranges with the pace that was shown, which a restart may forget."""
        now = self.from_disk()
        now.day.paces = dict(self.now.paces)
        return build(self.code, now, self.head, None, self.now_ms)

    def check_cards(self) -> None:
        """The cards everybody sees are those that the file alone would give."""
        rebuilt = self.rebuilt()
        for audience, view in self.now.views.items():
            assert dict(view.cards) == dict(rebuilt.views[audience].cards)
        assert dict(self.now.lines) == dict(rebuilt.lines)
        assert dict(self.now.pending) == dict(rebuilt.pending)
        assert set(self.now.open_tickets) == set(rebuilt.open_tickets)

    def check(self) -> None:
        """What must hold whatever happened: memory is the file's, the chain holds, states are the journal's fold."""
        assert memory_of(self.day_in_memory) == memory_of(self.from_disk())
        entries = self.select("journal")
        assert list(verify(entries_of(entries))) == []
        assert entries[-1]["hash"] == self.row("halls")["head_hash"]
        assert {t["id"]: t["state"] for t in self.select("tickets")} == fold(entries)


def entries_of(rows: list[dict[str, Any]]) -> list[tuple[Entry, str]]:
    """Journal rows as `verify` takes them."""
    names = ("hall", "revision", "at_ms", "deed", "actor", "via", "why", "facts")
    return [(Entry(*(row[name] for name in names)), row["hash"]) for row in rows]


def fold(entries: list[dict[str, Any]]) -> dict[int, str]:
    """The states that the journal's steps lead to, each step along the life."""
    states: dict[int, str] = {}
    for entry in entries:
        for ticket, step, state in json.loads(entry["facts"]).get("steps", []):
            assert (step is None) == (ticket not in states)
            assert step is None or Step(step)
            states[ticket] = state
    return states


def memory_of(now: HallNow) -> dict[str, Any]:
    """A working day as plain values, without what a restart may forget (old token hashes, calls off the boards)."""
    day = now.day
    return {
        "day": day.day,
        "closed": day.closed_ms,
        "tickets": day.tickets,
        "by_state": {state: list(tickets) for state, tickets in day.by_state.items() if tickets},
        "visits": day.visits,
        "slips": day.slips,
        "to_print": set(day.to_print),
        "troubles": set(day.troubles),
        "records": day.records,
        "rated": day.rated,
        "levels": {level: n for level, n in day.levels.items() if n},
        "windows": day.windows,
        "stopped": {line for line, stopped in day.stopped.items() if stopped},
        "pending": day.pending,
        "series": day.series.last,
        "places": {
            line: (q.places, q.with_priority, q.transferred, +q.sent_to) for line, q in day.queues.items() if q.places
        },
        "ordinary": {line: q.ordinary_since_priority for line, q in day.queues.items() if q.ordinary_since_priority},
        "priority": {line: q.priority_called for line, q in day.queues.items() if q.priority_called},
        "recent": {line: sorted(found) for line, found in day.finished.recent.items()},
        "own": dict(day.finished.own),
        "requests": dict(day.requests),
        "last_take": day.last_take,
        "speaking": day.speaking,
        "leases": day.leased.blocks,
        "given": day.leased.given,
        "cut_short": day.cut_short,
        "devices": dict(now.register.devices),
        "users": dict(now.register.users),
        "sessions": dict(now.register.sessions),
        "codes": dict(now.register.codes),
    }


def set_up(folder: Path, definition: dict[str, Any], loaded_at: str = MONDAY_MORNING) -> None:
    """A folder with a hall loaded at that time, kiosks K1 and K2 and the agent of the six windows enrolled."""
    Database(folder).upgrade()
    hall = HallOnDisk(folder, ms(loaded_at))
    hall.open()
    hall.get(r.HallLoaded, c.LoadHall(document=definition))
    enrol_all(hall)
    hall.close()


def enrol_all(hall: HallOnDisk) -> None:
    """Kiosks K1 and K2 and the agent of the six windows."""
    for device, windows in (("K1", []), ("K2", []), ("line-A", list(DEMO_WINDOWS))):
        kind = DeviceKind.WINDOW if windows else DeviceKind.KIOSK
        code = secrets.token_hex(32)
        hall.get(r.CodeGiven, c.EnrolDevice(kind=kind, name=device, windows=windows, code_hash=code))
        hall.get(r.Enrolled, c.RedeemCode(code_hash=code, token_hash=secrets.token_hex(32)))


def copy_of(template: Path, folder: Path, now_ms: int = ms(MONDAY_MORNING)) -> HallOnDisk:
    """An open hall of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(template / NAME, folder / NAME)
    hall = HallOnDisk(folder, now_ms)
    hall.open()
    return hall


def unknown_id(hall: HallOnDisk) -> int:
    """An id that no ticket, visit or slip of the hall has."""
    return make_id(1, hall.head + 1_000_000)


Halls = Callable[..., HallOnDisk]
