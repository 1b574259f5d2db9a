"""R5: nobody is called to two windows, nobody is skipped. 100 windows press "next" in the same moment.

Several halls are at it beside each other, each with a server of its own; all presses of a hall's round are sent without
a pause for the others. A process of its own judges each hall.
"""

import json
import random
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import gevent

from server.domain.hall import Hall
from tests.benchmarks.bench_hall import HALL, WINDOWS
from tests.promises import checkers
from tests.promises.checkers import Database
from tests.promises.history import History, read
from tests.promises.presses import Presses, SideDoor
from tests.promises.proving_hall import KIOSKS, LINES, ROOT, SIDE_DOOR, proving_hall, served
from tests.promises.rounds import proving, rounds, time_is_up
from tests.promises.unlocked import together, without_lock

ROUNDS = rounds(8, 10_000)
IN_ONE_HALL = rounds(8, 250)  # then the next hall, so that a judge's memory holds a run
AT_ONCE = 6
TAKING = KIOSKS[:20]
PREPARED = ("-m", "tests.promises.prepared_server")
IN_VAIN = 20  # rounds in which not all pressed in time, for each that counts: more say that nothing is tried here


@dataclass
class Tried:
    """`counted`: rounds in which every press was sent before the first answer was there; only these count."""

    counted: int = 0
    others: int = 0


def hall_without_keypads() -> Hall:
    """Who is finished owes no rating: nothing of a round is left for the next."""
    hall = proving_hall(finish_on_call=True)
    return replace(hall, devices=tuple(one for one in hall.devices if one.kind == "kiosk"))


def prepare_round(door: SideDoor, presses: Presses, rng: random.Random) -> None:
    """One person for each window comes; everybody called before has stepped up, so the next press ends it."""
    comes = [(rng.choice(TAKING), "take_number", {"line": rng.choice(LINES)}) for _ in WINDOWS]
    starts = [(None, "start_service", {"window": no, "visit": v}) for no, v in presses.in_hand.items() if v is not None]
    door.give([*comes, *starts])


def one_hall(folder: Path, rng: random.Random, count: int) -> Tried:
    """Until so many rounds of one hall count; all of them are judged."""
    tried, called = Tried(), set[int]()
    with ExitStack() as stack:
        server = stack.enter_context(served(folder, hall_without_keypads(), PREPARED))
        history = stack.enter_context(History(folder / "history"))
        presses = Presses(server.port, history, WINDOWS)
        stack.callback(presses.close)
        door = SideDoor(int((folder / SIDE_DOOR).read_text(encoding="ascii")))
        stack.callback(door.close)
        while tried.counted < count and not time_is_up():
            prepare_round(door, presses, rng)
            answers, overlapped = presses.press_next(rng)
            tickets = {answer.body["ticket"] for answer in answers}
            assert len(tickets) == len(WINDOWS) and called.isdisjoint(tickets)
            called |= tickets
            tried.counted += overlapped
            tried.others += not overlapped
            assert tried.others <= IN_VAIN * (tried.counted + 1), "presses did not overlap: nothing was tried"
        server.stop()
        assert breaches(server.database, history.file) == []
    return tried


def breaches(database: Path, history: Path) -> object:
    """What the judge finds, while the other halls go on."""
    command = [sys.executable, "-m", "tests.promises.checkers", str(database), HALL, str(history)]
    return json.loads(subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout)


def halls_beside_each_other(folder: Path, rng: random.Random, in_all: Tried) -> None:
    """All rounds, hall by hall; `in_all` grows by each hall that was judged."""
    waiting = [min(IN_ONE_HALL, ROUNDS - begun) for begun in range(0, ROUNDS, IN_ONE_HALL)]

    def work(own: random.Random) -> None:
        while waiting and not time_is_up():
            tried = one_hall(folder / f"hall-{len(waiting)}", own, waiting.pop())
            in_all.counted += tried.counted
            in_all.others += tried.others

    working = [gevent.spawn(work, random.Random(rng.getrandbits(32))) for _ in range(AT_ONCE)]
    try:
        gevent.joinall(working, raise_error=True)
    finally:
        gevent.killall(working)


def test_a_hundred_windows_press_next_at_once(tmp_path: Path) -> None:
    with proving("R5", "rounds", 10_000) as proof:
        tried = Tried()
        halls_beside_each_other(tmp_path, proof.rng, tried)
        proof.reached = tried.counted
        proof.figure = (
            f"{proof.reached * len(WINDOWS):,} presses, each sent before its round's first answer: 0 called twice, "
            f"0 skipped; as well in {tried.others} more rounds in which an answer was faster, which do not count"
        )
        proof.control = unlocked_servers_call_twice(tmp_path / "control")


def unlocked_servers_call_twice(folder: Path) -> str:
    """Two servers without the lock and the keys call one person to two windows, and the judge finds it."""
    with without_lock(folder, people=60) as clerks:
        together(clerks, clerks.press_two)
    asked = read(folder / "history")
    found = list(checkers.nobody_at_two_windows(Database(folder / "paihao.db", HALL)))
    assert found, "the control called nobody twice: the proof would not have seen it"
    presses = sum(one.deed == "call_next" for one in asked)
    return f"two servers without lock and keys: {len(found)} findings in {presses} presses"
