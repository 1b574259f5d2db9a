"""What another process did, each thing by itself: afterwards this one knows and shows what a loaded day does."""

from collections import Counter
from collections.abc import Iterator

import pytest

from contract import commands as c
from contract import replies as r
from contract.words import Audience, Code, Level, NotRated, SlipOutcome, State, Via
from server.storage import forward as forward_module
from server.storage.orders import Actor
from tests.server.actions.leasing import lease, told
from tests.server.databases.hall_in_postgres import HallInPostgres
from tests.server.databases.twins import Twins, counted
from tests.server.hall_kit import ADMIN, AGENT, CODE, DESK, K1, KEYPAD, at, changed_document, document

pytestmark = pytest.mark.databases
DAY_S = 86_400
PHONE = Actor(Via.PHONE)


@pytest.fixture
def twins(hall: HallInPostgres) -> Iterator[Twins]:
    made = Twins(hall)
    yield made
    made.close()


@pytest.fixture
def count(twins: Twins, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    return counted(monkeypatch)


def silent(hall: HallInPostgres) -> r.Finished:
    """A visit that was not rated at the counter."""
    hall.take("A", DESK)
    visit = hall.serve("101")
    hall.get(r.Done, c.NotRatedAtCounter(visit=visit.visit, reason=NotRated.NO_PRESS), KEYPAD)
    return visit


def test_a_call_that_was_taken_back_is_forgotten_by_boards_and_by_the_balance_of_priority(
    hall: HallInPostgres, twins: Twins, count: Counter[str]
) -> None:
    hall.take("A")
    hall.call("101")
    twins.compare()
    assert twins.there.card("calls/A")["calls"]
    hall.get(r.Done, c.UndoCall(window="101", visit=hall.in_hand("101")), AGENT)
    twins.compare()
    assert not twins.there.card("calls/A")["calls"]
    assert count == {"forward": 2}


def test_a_call_repeated_and_spoken_there_stands_first_on_the_boards_here(
    hall: HallInPostgres, twins: Twins, count: Counter[str]
) -> None:
    for no in ("101", "102"):
        hall.take("A", DESK)
        hall.call(no)
    twins.time_passes(hall, 15)
    twins.compare()
    hall.recall("101")
    call = hall.card("calls/A")["calls"][0]
    hall.get(r.Done, c.AnnounceCall(call=call["call"]), Actor(Via.SERVER))
    twins.all_anew()
    twins.compare()
    assert twins.there.card("calls/A")["calls"][0] == call and call["recall"] == 1
    assert twins.there.card("work/101")["visit"]["announced"] is True


def test_ratings_of_yesterday_reach_whoever_still_waits_for_them(
    hall: HallInPostgres, twins: Twins, count: Counter[str]
) -> None:
    hall.take("A")
    asked, then, later = hall.serve("101"), hall.now_ms, silent(hall)
    twins.time_passes(hall, DAY_S)
    twins.compare()
    loaded = count["loaded"]
    assert set(twins.there.now.pending) == {asked.visit}
    assert isinstance(hall.rate(asked.visit, 4, then), r.Done)
    level = c.RateLater(ticket=later.ticket, visit=later.visit, level=Level(2))
    hall.get(r.Done, level, PHONE)
    twins.compare()
    assert set(twins.there.now.pending) == set()
    assert twins.there.get(r.Refused, level, PHONE).code is Code.ALREADY_RATED
    hall.get(r.Done, c.AddReasons(ticket=later.ticket, visit=later.visit, codes=[], text="慢"), PHONE)
    twins.compare()
    assert count["loaded"] == loaded


def test_a_level_that_is_told_later_today_counts_once(hall: HallInPostgres, twins: Twins, count: Counter[str]) -> None:
    later, known = silent(hall), silent(hall)
    twins.compare()
    for visit in (later, known, silent(hall)):
        hall.get(r.Done, c.RateLater(ticket=visit.ticket, visit=visit.visit, level=Level(5)), PHONE)
    twins.compare()
    hall.get(r.Done, c.AddReasons(ticket=known.ticket, visit=known.visit, codes=[], text="好"), PHONE)
    twins.compare()
    assert twins.there.card("today")["levels"]["5"] == 3
    assert "loaded" not in count


def test_a_visit_that_the_turn_of_the_day_cut_short_is_told_late_there_and_owed_here(
    hall: HallInPostgres, twins: Twins, count: Counter[str]
) -> None:
    hall.take("A")
    hall.call("101")
    hall.start("101")
    visit = hall.in_hand("101")
    assert visit is not None
    twins.time_passes(hall, DAY_S)
    twins.compare()
    loaded = count["loaded"]
    finished = c.RecordFinish(window="101", visit=visit, finished_at=at(hall.now_ms - DAY_S * 1000 + 60_000))
    hall.get(r.Finished, finished, AGENT)
    twins.compare()
    assert set(twins.there.now.pending) == {visit} and count["loaded"] == loaded


def test_numbers_a_kiosk_gave_by_itself_are_known_here_of_whichever_day_they_are(
    hall: HallInPostgres, twins: Twins, count: Counter[str]
) -> None:
    hall.get(r.Leased, lease(), K1)
    twins.compare()
    today = told(hall, 1, ago_s=60)
    hall.get(r.Issued, today, K1)
    twins.compare()
    hall.get(r.Issued, today.model_copy(update={"outcome": SlipOutcome.FAILED, "reason": "jam"}), K1)
    twins.compare()
    yesterday = told(hall, 2, ago_s=60)
    twins.time_passes(hall, DAY_S)
    twins.compare()
    loaded = count["loaded"]
    hall.get(r.Issued, yesterday, K1)
    twins.compare()
    assert twins.there.day_in_memory.day.leased.given[yesterday.day.isoformat(), "K1-", 2]
    assert count["loaded"] == loaded


def test_who_was_shut_out_there_is_shut_out_here(hall: HallInPostgres, twins: Twins, count: Counter[str]) -> None:
    twins.compare()
    before = twins.there.now.register
    hall.take("A")
    twins.compare()
    assert twins.there.now.register is before  # the same: nobody's line need be cut
    hall.get(r.Done, c.DisableUser(login=hall.now.definition.windows["101"].a_clerk), ADMIN)
    twins.compare()
    assert twins.there.card("work/101")["clerk"] is None
    assert "loaded" not in count


def test_screens_here_are_told_of_what_changed_there_and_of_nothing_else(
    hall: HallInPostgres, twins: Twins, count: Counter[str]
) -> None:
    hall.take("A")
    twins.all_anew()
    twins.compare()
    before = [one.cards(Audience.MANAGER) for one in twins.both]
    hall.call("101")
    twins.compare()
    after = [one.cards(Audience.MANAGER) for one in twins.both]
    told_of = [{key for key in new if new[key] is not old[key]} for old, new in zip(before, after, strict=True)]
    assert told_of[0] == told_of[1] and "window/101" in told_of[1]
    assert not told_of[1] & {"hall", "window/102", "line/B", "prints/K1", "alerts"}


def test_another_definition_another_day_and_too_many_commands_are_loaded(
    hall: HallInPostgres, twins: Twins, count: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    twins.compare()
    for deed in (
        lambda: hall.get(r.HallLoaded, c.LoadHall(document=changed_document("demo", supplement_days=1))),
        lambda: hall.get(r.HallLoaded, c.LoadHall(document=document("demo"))),
        lambda: twins.time_passes(hall, DAY_S),
        lambda: [hall.take("A", DESK) for _ in range(4)],
    ):
        monkeypatch.setattr(forward_module, "MOST_COMMANDS", 3)
        twins.compare()
        count.clear()
        deed()
        count.clear()
        twins.there.writer.catch_up(CODE)
        assert count["loaded"] and not count["forward"]
        twins.compare()


def test_a_database_restored_to_another_past_is_loaded(hall: HallInPostgres, twins: Twins, count: Counter[str]) -> None:
    twins.compare()
    head, _ = twins.there.writer._halls[CODE]
    head.hash = "0" * 64
    hall.take("A")
    twins.compare()
    assert count == {"loaded": 1, "forward": 0}


def _a_morning(hall: HallInPostgres, twins: Twins) -> None:
    """Something of everything, the second half unseen by the other process."""
    hall.get(r.Leased, lease(), K1)
    issued = [hall.take("A", DESK) for _ in range(4)]
    hall.serve("101")
    later = silent(hall)
    hall.call("101")
    twins.time_passes(hall, DAY_S // 24)
    twins.there.writer.catch_up(CODE)
    hall.get(r.Issued, told(hall, 1, ago_s=60), K1)
    hall.recall("101")
    hall.start("101")
    hall.call("102")
    hall.get(r.Issued, c.ReprintSlip(ticket=issued[3].ticket, print_at="K1"), DESK)
    hall.get(r.Done, c.PauseWindow(window="107"), AGENT)
    hall.get(r.Done, c.RateLater(ticket=later.ticket, visit=later.visit, level=Level(3)), PHONE)
    silent_again = hall.finish("101")
    hall.get(r.Done, c.NotRatedAtCounter(visit=silent_again.visit, reason=NotRated.NO_PRESS), KEYPAD)
    twins.all_anew()


def test_memory_that_does_not_fit_the_rows_is_loaded_anew_and_nobody_is_refused_for_it(
    hall: HallInPostgres, twins: Twins, count: Counter[str]
) -> None:
    ticket = hall.take("A").ticket
    twins.compare()
    del twins.there.day_in_memory.day.by_state[State.WAITING][ticket]
    hall.call("101")
    assert isinstance(twins.ask(twins.there, c.TakeNumber(line="A"), DESK), r.Issued)
    assert (count["broken"], count["loaded"]) == (1, 1)
    twins.compare()


STEPS = (
    "order_states", "show_calls", "take_in_rated", "take_in_record", "take_in_slip", "take_in_ticket", "take_in_visit",
    "take_in_window",
)  # fmt: skip


@pytest.mark.parametrize("step", ["", *STEPS])
def test_whichever_step_is_left_out_the_comparison_sees_it(
    hall: HallInPostgres, twins: Twins, count: Counter[str], step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if step:
        monkeypatch.setattr(forward_module, step, lambda *given: None)
    _a_morning(hall, twins)
    try:
        twins.compare()
        same = not count["broken"] and not count["loaded"]
    except AssertionError:
        same = False
    assert same is (step == "")
