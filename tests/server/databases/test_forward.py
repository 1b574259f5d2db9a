"""A hall that another process took further is brought forward: memory and cards come out as if it were loaded anew."""

import random
from collections import Counter

import pytest

from contract import replies as r
from server.actions.table import ACTIONS
from server.storage import forward as forward_module
from tests.promises.rounds import LONG, SEED
from tests.server.databases.every_deed import BY_THE_CLOCK, WEIGHTS, EveryDeed
from tests.server.databases.hall_in_postgres import HallInPostgres
from tests.server.databases.same_memory import LEFT_OUT, PARTS
from tests.server.databases.twins import Twins, counted
from tests.server.hall_kit import Halls

pytestmark = pytest.mark.databases
EPISODES = 2_000 if LONG else 45
STRIDES_S = (0, 1, 3, 6, 11, 15, 61, 70, 600)
FAR_S = ((24 * 3_600,) * 4, (26 * 3_600,), (3 * 3_600,))  # and no day without a look at the clock


def live(hall: HallInPostgres, rng: random.Random, episodes: int) -> Counter[str]:
    """So many stretches of whatever deeds, given to two processes as it comes; how often each deed was done."""
    twins, deeds, came = Twins(hall), EveryDeed(rng), Counter[str]()
    try:
        for episode in range(episodes):
            far = FAR_S[episode // 15 % 3] if episode % 15 == 14 else (rng.choice(STRIDES_S),)
            for stride_s in far:
                twins.time_passes(rng.choice(twins.both), stride_s)
            twins.all_anew()
            for twin in rng.choices(twins.both, k=rng.randint(1, 24)):
                command, actor = deeds.draw(twins.newest.day_in_memory, hall.now_ms)
                reply = twins.ask(twin, command, actor)
                came[command.deed] += not isinstance(reply, r.Refused)
            twins.compare()
    finally:
        twins.close()
    return came + Counter(row["deed"] for row in hall.select("journal") if row["deed"] in BY_THE_CLOCK)


def test_whatever_is_done_by_two_processes_in_turn_both_know_and_show_all_that_the_rows_say(
    halls: Halls, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed = int(SEED) if SEED else random.randrange(2**32) if LONG else 24
    print(f"PAIHAO_SEED={seed}")
    hall, count = halls("demo"), counted(monkeypatch)
    assert isinstance(hall, HallInPostgres)
    came = live(hall, random.Random(seed), EPISODES)
    assert {*WEIGHTS} | BY_THE_CLOCK == ACTIONS.keys()
    assert [deed for deed in ACTIONS if not came[deed]] == []
    assert count["forward"] > 3 * count["loaded"] and not count["broken"]


def test_after_deeds_whose_entries_name_no_rows_the_whole_day_is_looked_through(
    halls: Halls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forward_module, "NAMES_ROWS", {})
    hall, count = halls("demo"), counted(monkeypatch)
    assert isinstance(hall, HallInPostgres)
    live(hall, random.Random(3), EPISODES // 6)
    assert count["forward"] > 3 * count["loaded"] and not count["broken"]


def test_each_deed_says_whether_its_entry_names_the_rows_it_changes() -> None:
    assert forward_module.NAMES_ROWS.keys() == ACTIONS.keys() - {"load_hall"}


def test_the_comparison_sees_all_that_a_day_has(hall: HallInPostgres) -> None:
    assert vars(hall.from_disk().day).keys() == PARTS.keys() | LEFT_OUT
    assert not PARTS.keys() & LEFT_OUT
