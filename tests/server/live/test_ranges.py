"""What a citizen is told of the wait: the same on slip, kiosk and phone, never jumping by more than one step."""

from itertools import pairwise

from contract import commands as c
from contract import replies as r
from server.api.citizen_status import status_of
from server.reports.citizen import TicketFound
from tests.server.hall_kit import AGENT, HallOnDisk

STEP = 5


def range_of(hall: HallOnDisk) -> tuple[int, int]:
    low, high = hall.card("line/A")["wait"]
    return low, high


def pause(hall: HallOnDisk, no: str) -> None:
    hall.get(r.Done, c.PauseWindow(window=no, reason="换岗"), AGENT)


def reopen(hall: HallOnDisk, no: str) -> None:
    hall.get(r.Done, c.ReopenWindow(window=no), AGENT)


def test_a_window_that_closes_lengthens_the_range_one_step_at_a_time(hall: HallOnDisk) -> None:
    for _ in range(12):
        hall.take("A")
    seen = [range_of(hall)]
    pause(hall, "102")
    for _ in range(12):
        seen.append(range_of(hall))
        pause(hall, "101")
        reopen(hall, "101")
    assert seen[0] != seen[-1]
    for before, after in pairwise(seen):
        assert all(abs(new - old) <= 2 * STEP for old, new in zip(before, after, strict=True))  # two views each
    hall.check_cards()


def test_each_view_moves_by_one_step_at_most(hall: HallOnDisk) -> None:
    for _ in range(20):
        hall.take("A")
    seen = [range_of(hall)]
    for deed in (pause, pause, reopen, pause, reopen, reopen, pause, reopen) * 3:
        no = "102" if len(seen) % 2 else "101"
        hall.ask(c.PauseWindow(window=no, reason="换岗") if deed is pause else c.ReopenWindow(window=no), AGENT)
        seen.append(range_of(hall))
    assert len(set(seen)) > 1
    for before, after in pairwise(seen):
        assert all(abs(new - old) <= STEP for old, new in zip(before, after, strict=True))


def test_the_slip_says_what_the_kiosk_said_and_the_phone_at_most_a_step_from_it(hall: HallOnDisk) -> None:
    for _ in range(9):
        hall.take("A")
    pause(hall, "102")
    shown = range_of(hall)
    mine = hall.take("A")
    assert mine.wait == shown  # as the kiosk's key said before it was pressed
    ticket = hall.day_in_memory.day.tickets[mine.ticket]
    status = status_of(hall.now, TicketFound(ticket, (), {}), hall.now_ms)
    assert status.ahead == 9 and status.wait is not None
    assert all(abs(new - old) <= STEP for old, new in zip(shown, status.wait, strict=True))
