"""Checks of sessions and calendar: times in their order, no two sessions at once, weekdays that agree."""

from collections.abc import Iterator
from datetime import date
from itertools import combinations

from server.domain.hall import Text
from server.halls.draft import Draft, Row
from server.halls.faults import Fault
from server.halls.tables import WEEKDAYS


def session_times(draft: Draft) -> Iterator[Fault]:
    """Each session's times stand in their order: numbers, opens, stop-taking, closes, staff, doors."""
    turn = draft["rules"][0].clock("day_turns_at") if draft["rules"] else None
    for session in draft["hours"]:
        opens, closes = session.clock("opens"), session.clock("closes")
        if opens is None or closes is None:
            continue
        stop, leave, doors = session.clock("stop_taking"), session.clock("staff_leave"), session.clock("doors_close")
        numbers = session.clock("numbers_from")
        if opens >= closes:
            yield _session(session, "closes", "结束时间不在开始时间之后", "it closes before it has opened")
            continue
        if stop and not opens <= stop <= closes:
            yield _session(session, "stop_taking", "停止取号时间不在时段内", "stop-taking lies outside the session")
        if not stop and session.items("stop_taking_for"):
            yield _session(session, "stop_taking", "缺少停止取号时间", "stop_taking_for has no stop_taking time")
        if leave and leave < closes:
            yield _session(session, "staff_leave", "人员离岗早于时段结束", "staff leave before it closes")
        if doors and doors < (leave or closes):
            yield _session(session, "doors_close", "关门过早", "the doors close too early")
        if numbers and numbers > opens:
            yield _session(session, "numbers_from", "开始取号晚于时段开始", "numbers are given only after opening")
        if turn and (numbers or opens) < turn < (doors or closes):
            yield _session(session, "opens", f"跨过了换日时间 {turn:%H:%M}", f"the day turns within it ({turn:%H:%M})")


def overlapping_sessions(draft: Draft) -> Iterator[Fault]:
    """Two sessions of one kind of day that have a window at the same time."""
    for one, other in combinations(draft["hours"], 2):
        times = [row.clock(column) for row in (one, other) for column in ("opens", "closes")]
        if one.text("days") != other.text("days") or not one.text("days") or None in times:
            continue
        opens, closes, other_opens, other_closes = (moment for moment in times if moment is not None)
        if opens < other_closes and other_opens < closes and _share_windows(one, other):
            name = one.text("session")
            yield _session(other, "opens", f"与 {name} 的时间和窗口重叠", f"overlaps {name} at the same windows")


def weekdays(draft: Draft) -> Iterator[Fault]:
    """The weekday written beside a date is the date's own."""
    for row in draft["calendar"]:
        weekday = row.text("weekday")
        try:
            own = WEEKDAYS[date.fromisoformat(row.text("date")).weekday()]
        except ValueError:  # told already, as a bad value
            continue
        if weekday and weekday != own:
            yield Fault("calendar", row.index, "weekday", Text(f"这一天是{own}", f"that day is {own}"))


def _share_windows(one: Row, other: Row) -> bool:
    mine, theirs = one.items("windows"), other.items("windows")
    return not mine or not theirs or not set(mine).isdisjoint(theirs)


def _session(session: Row, column: str, zh: str, en: str) -> Fault:
    return Fault("hours", session.index, column, Text(zh, en))
