"""The command screen's figures: they follow the day step by step and are the same after a restart."""

from datetime import UTC, datetime
from math import ceil
from statistics import mean

import pytest

from contract import commands as c
from contract import replies as r
from contract.words import Audience
from server.domain.tally import Tally
from server.domain.ticket import Ticket, Visit
from tests.server.hall_kit import AGENT, HallOnDisk

MINUTE = 60_000


def later(hall: HallOnDisk, minutes: float) -> None:
    hall.now_ms += round(minutes * MINUTE)


def today(hall: HallOnDisk) -> dict[str, object]:
    return hall.cards(Audience.MANAGER)["today"]


def hours(hall: HallOnDisk) -> list[tuple[str, int, int]]:
    card = hall.cards(Audience.MANAGER)["hours"]
    return [(datetime.fromisoformat(h["start"]).strftime("%H"), h["taken"], h["called"]) for h in card["hours"]]


def waits_in_the_file(hall: HallOnDisk) -> list[int]:
    """Waits in seconds by the rows alone."""
    first: dict[int, int] = {}
    for visit in hall.select("visits"):
        if visit["end"] != "undone":
            first.setdefault(visit["ticket"], visit["called_ms"])
    taken = {ticket["id"]: ticket["taken_ms"] for ticket in hall.select("tickets")}
    return sorted((called - taken[ticket]) // 1000 for ticket, called in first.items())


def test_waits_are_those_of_tickets_called_and_hours_have_no_gap(hall: HallOnDisk) -> None:
    assert (today(hall)["people_called"], today(hall)["called_wait_average_s"]) == (0, None)
    for _ in range(6):
        hall.take("A")
    for minutes in (3, 4, 150):
        later(hall, minutes)
        hall.serve("101")
    later(hall, 1)
    hall.take("A")
    waits = waits_in_the_file(hall)
    assert waits == [180, 420, 9420]
    assert today(hall)["people_called"] == 3
    assert today(hall)["called_wait_average_s"] == round(mean(waits))
    assert today(hall)["called_wait_p90_s"] == waits[ceil(0.9 * 3) - 1]
    assert hours(hall) == [("01", 6, 2), ("02", 0, 0), ("03", 1, 1)]
    assert today(hall)["waiting"] == 4


def test_a_call_taken_back_did_not_end_the_wait_and_a_second_call_does_not_change_it(hall: HallOnDisk) -> None:
    hall.take("A")
    later(hall, 2)
    hall.call("101")
    hall.get(r.Done, c.UndoCall(window="101", visit=hall.in_hand("101")), AGENT)
    assert today(hall)["people_called"] == 0
    assert [called for _, _, called in hours(hall)] == [0]
    later(hall, 3)
    hall.call("101")
    assert today(hall)["called_wait_average_s"] == 300
    hall.miss("101")
    hall.get(r.Done, c.ReturnMissed(ticket=hall.select("tickets")[0]["id"]), AGENT)
    later(hall, 9)
    hall.call("101")
    assert (today(hall)["people_called"], today(hall)["called_wait_average_s"]) == (1, 300)


def test_after_a_restart_every_figure_is_the_same(hall: HallOnDisk) -> None:
    for line in ("A", "B", "A", "C", "A"):
        hall.take(line)
        later(hall, 7)
    hall.call("101")
    hall.get(r.Done, c.UndoCall(window="101", visit=hall.in_hand("101")), AGENT)
    hall.serve("101")
    later(hall, 40)
    hall.serve("102")
    before = {key: hall.cards(Audience.MANAGER)[key] for key in ("today", "hours")}
    assert before["today"]["people_called"] == 2
    hall.reopen()
    assert {key: hall.cards(Audience.MANAGER)[key] for key in before} == before


def test_the_totals_of_the_hall_are_for_managers_only(hall: HallOnDisk) -> None:
    assert {"today", "hours"} & hall.cards(Audience.STAFF).keys() == set()


@pytest.mark.parametrize(("count", "rank"), [(1, 0), (9, 8), (10, 8), (11, 9), (100, 89)])
def test_nine_of_ten_did_not_wait_longer_than_p90(count: int, rank: int) -> None:
    tally = Tally()
    for number in range(count):
        ticket = Ticket(number, "2026-10-12", "A", number, "A", "A", 0, 0, via=None)  # type: ignore[arg-type]
        tally.was_called(ticket, Visit(number, number, "A", "A", "101", "1003", number * MINUTE, "oldest", 1, 0))
    assert tally.wait_within(0.9) == rank * MINUTE
    assert datetime.fromtimestamp(min(tally.called) / 1000, UTC).minute == 0
