"""The day as a table: one row for each visit, and one for each ticket that has none yet. No single rating is in it."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime

from sqlalchemy import Connection, Row, select

from contract.words import Doubt, Outcome, SlipOutcome, State
from server.domain.hall import PRIORITY_WORDS, Hall
from server.reports.leases import unused_numbers
from server.storage.tables import slips, tickets, visits

HEADER = (
    "号码", "业务", "优先", "取号", "呼叫", "开始", "结束", "窗口", "工号", "状态", "办理结果", "件数", "号票", "备注",
)  # fmt: skip
STATE_WORDS = {
    State.WAITING: "等候",
    State.CALLED: "已呼叫",
    State.SERVING: "办理中",
    State.HELD: "挂起",
    State.MISSED: "过号",
    State.DONE: "办结",
    State.ABANDONED: "弃号",
    State.CANCELLED: "已取消",
}
OUTCOME_WORDS = {
    Outcome.FINISHED: "办结",
    Outcome.ACCEPTED: "受理",
    Outcome.SUPPLEMENT: "补件",
    Outcome.RETURNED: "退件",
    Outcome.REFUSED: "不予受理",
    Outcome.CONSULTED: "咨询",
    Outcome.REFERRED: "转办",
}
SLIP_WORDS = {
    SlipOutcome.PRINTED: "已打印",
    SlipOutcome.SENT: "已发送",
    SlipOutcome.UNKNOWN: "不确定",
    SlipOutcome.FAILED: "未打印",
}
DOUBT_WORDS = {
    Doubt.CLOCK: "取号机时钟不准",
    Doubt.LINE_CLOSED: "该业务已停止取号",
    Doubt.LINE_GONE: "原业务已取消",
    Doubt.DAY_OVER: "当天已结束",
}
# A spreadsheet takes a cell that begins like this for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def today_csv(connection: Connection, hall: Hall, day: date) -> bytes:
    """The table as CSV: UTF-8 with BOM, times of day in the hall's zone."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(HEADER)
    for row in _rows(connection, hall, day):
        table.writerow([_harmless(cell) for cell in row])
    for _, kiosk, numbers in unused_numbers(connection, hall.code, day):
        table.writerow([_harmless(cell) for cell in (numbers, *[""] * (len(HEADER) - 2), f"{kiosk} 预留，未用")])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _rows(connection: Connection, hall: Hall, day: date) -> Iterator[tuple[str, ...]]:
    query = select(tickets).where(tickets.c.hall == hall.code, tickets.c.day == day.isoformat()).order_by(tickets.c.id)
    taken = connection.execute(query).all()
    if not taken:
        return
    # Ids grow with the hall's revision: whatever belongs to the day's tickets comes after the first of them.
    first = taken[0].id
    of_ticket: dict[int, list[Row[tuple[object, ...]]]] = defaultdict(list)
    for visit in connection.execute(
        select(visits).where(visits.c.hall == hall.code, visits.c.id >= first).order_by(visits.c.id)
    ):
        of_ticket[visit.ticket].append(visit)
    slip_of = {
        slip.ticket: slip.outcome
        for slip in connection.execute(
            select(slips).where(slips.c.hall == hall.code, slips.c.id >= first).order_by(slips.c.id)
        )
    }
    for ticket in taken:
        slip = SLIP_WORDS[SlipOutcome(slip_of[ticket.id])] if slip_of.get(ticket.id) else ""
        own: list[Row[tuple[object, ...]] | None] = [*of_ticket[ticket.id]]
        for one in own or [None]:
            yield _row(hall, ticket, one, slip)


def _row(
    hall: Hall, ticket: Row[tuple[object, ...]], visit: Row[tuple[object, ...]] | None, slip: str
) -> tuple[str, ...]:
    line = hall.lines.get(visit.line if visit is not None else ticket.line)
    before = (
        ticket.label,
        line.service.name.zh if line else "",
        PRIORITY_WORDS[ticket.priority].zh if ticket.priority else "",
        _local(hall, ticket.taken_ms),
    )
    state = STATE_WORDS[State(ticket.state)]
    if visit is None:
        return (*before, "", "", "", "", "", state, "", "", slip, _note(ticket, None))
    return (
        *before,
        _local(hall, visit.called_ms),
        _local(hall, visit.started_ms),
        _local(hall, visit.ended_ms),
        visit.window,
        visit.clerk,
        state,
        OUTCOME_WORDS[Outcome(visit.outcome)] if visit.outcome else "",
        str(visit.items) if visit.outcome else "",
        slip,
        _note(ticket, visit),
    )


def _note(ticket: Row[tuple[object, ...]], visit: Row[tuple[object, ...]] | None) -> str:
    """What happened while the line was cut."""
    doubts = [DOUBT_WORDS[Doubt(doubt)] for doubt in ticket.doubts.split(";") if doubt]
    taken = [] if ticket.told_ms is None else ["断线时取号", *doubts]
    finished = ["断线时办结"] if visit is not None and visit.received_ms is not None else []
    return "，".join([*taken, *finished])


def _local(hall: Hall, at_ms: int | None) -> str:
    if at_ms is None:
        return ""
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(hall.timezone).strftime("%H:%M:%S")


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
