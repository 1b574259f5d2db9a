"""Small halls for the rules: one zone, one department, the lines and windows a test asks for."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import settings

from contract.words import Priority, Via
from server.domain.hall import Department, Hall, Rules, Service, Text, Window, Zone, lines_of
from server.domain.line import Queue, standing_of
from server.domain.ticket import Ticket

NAME = Text("名", "name")
SOME = settings(max_examples=50, deadline=None)  # enough to find a mistake, few enough for every run


def service(prefix: str, order: int, kind: str = "即办", minutes: int = 5) -> Service:
    return Service(
        prefix, NAME, "D", kind, "", minutes, 30, real_name="off", booking="", lunch=False, saturday=False, then=(),
        order=order,
    )  # fmt: skip


def window(no: str, services: str, **more: Any) -> Window:
    plain = Window(
        no, "Z", "D", ("综合",), tuple(services), by_transfer=(), only_for="", a_clerk="1", b_clerk="", honour="",
        sunday_booked=False, lunch_duty=False, saturday=False,
    )  # fmt: skip
    return replace(plain, **more)


def hall_of(
    services: list[Service],
    windows: list[Window],
    *,
    timezone: str = "Asia/Shanghai",
    turns_at: time = time(4),
    **rules: Any,
) -> Hall:
    by_prefix, by_no = {s.prefix: s for s in services}, {w.no: w for w in windows}
    return Hall(
        code="T", name=NAME, timezone=ZoneInfo(timezone),
        rules=Rules(always_open=True, day_turns_at=turns_at, **rules), supervision_phone="", missed_rule=NAME,
        zones={"Z": Zone("Z", "1F", NAME, "Z", 1)}, departments={"D": Department("D", NAME, "Z", "")},
        services=by_prefix, windows=by_no, staff={}, sessions=(), lines=lines_of(by_prefix, by_no),
    )  # fmt: skip


def ticket(number: int, line: str = "A", priority: Priority | None = None, taken_ms: int | None = None) -> Ticket:
    """Taken at `number` seconds unless said otherwise; its id is its number."""
    taken = number * 1000 if taken_ms is None else taken_ms
    return Ticket(
        number, "2026-10-12", line, number, f"{line}{number:03d}", line, taken, standing_of(taken, number), Via.KIOSK,
        priority=priority,
    )  # fmt: skip


def queues_of(hall: Hall, tickets: list[Ticket]) -> Mapping[str, Queue]:
    queues = {line.id: Queue(line) for line in hall.lines.values()}
    for one in tickets:
        queues[one.line].add(one)
    return queues
