"""R5: nobody is called to two windows, nobody is skipped. 100 windows press "next" in the same moment."""

import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import gevent
from gevent.event import Event

from tests.benchmarks.bench_hall import HALL, WINDOWS
from tests.promises import checkers
from tests.promises.asking import Asker
from tests.promises.checkers import Database
from tests.promises.history import Answered, History, read
from tests.promises.proving_hall import KIOSKS, LINES, proving_hall, served
from tests.promises.rounds import Result, proving, rounds, time_is_up
from tests.promises.unlocked import together, without_lock

ROUNDS = rounds(8, 10_000)
JUDGED_EVERY = 250  # then the next hall, so that a judge's memory holds a run
TAKING = KIOSKS[:20]


@dataclass
class Windows:
    """All windows and some kiosks of one hall. Presses of a round, by when they were sent and answered."""

    port: int
    history: History
    in_hand: dict[str, int | None] = field(default_factory=lambda: dict.fromkeys(WINDOWS))
    overlapped: int = 0

    def open(self) -> None:
        """Everybody connects, so that a press is one write."""
        self.windows = {no: Asker(self.port, self.history, no) for no in WINDOWS}
        self.kiosks = [Asker(self.port, self.history, name) for name in TAKING]

    def close(self) -> None:
        for one in (*self.windows.values(), *self.kiosks):
            one.close()

    def people_come(self, draw: list[str]) -> None:
        """One person for each of the lines drawn."""

        def take(kiosk: Asker, lines: list[str]) -> None:
            for line in lines:
                answer = kiosk.ask("take_number", {"line": line})
                assert answer is not None and answer.accepted, answer

        count = len(self.kiosks)
        all_at_once([gevent.spawn(take, kiosk, draw[i::count]) for i, kiosk in enumerate(self.kiosks)])

    def press_next(self) -> list[Answered]:
        """All windows at once; every press was under way before the first answer came."""
        go, sent, answered = Event(), [], []

        def press(no: str) -> Answered:
            go.wait()
            sent.append(time.perf_counter())
            answer = self.windows[no].ask("call_next", {"window": no, "visit": self.in_hand[no]})
            answered.append(time.perf_counter())
            assert answer is not None and answer.accepted, answer
            self.in_hand[no] = answer.body["visit"]
            return answer

        pressing = [gevent.spawn(press, no) for no in WINDOWS]
        gevent.sleep(0)
        go.set()
        found = all_at_once(pressing)
        self.overlapped += sum(at < min(answered) for at in sent)
        return found

    def step_up(self) -> None:
        """Everybody called has arrived; the next press finishes them."""

        def start(no: str) -> None:
            answer = self.windows[no].ask("start_service", {"window": no, "visit": self.in_hand[no]})
            assert answer is not None and answer.accepted, answer

        all_at_once([gevent.spawn(start, no) for no in WINDOWS])


def all_at_once(working: list["gevent.Greenlet[..., Answered]"] | list["gevent.Greenlet[..., None]"]) -> list[Answered]:
    gevent.joinall(working, raise_error=True)
    return [one.value for one in working if one.value is not None]


def one_hall(folder: Path, proof: Result, count: int) -> int:
    """So many rounds in one hall, judged; how many presses overlapped."""
    with ExitStack() as stack:
        server = stack.enter_context(served(folder, proving_hall(finish_on_call=True)))
        history = stack.enter_context(History(folder / "history"))
        hall = Windows(server.port, history)
        hall.open()
        stack.callback(hall.close)
        called: set[int] = set()
        for _ in range(count):
            hall.people_come(proof.rng.choices(LINES, k=len(WINDOWS)))
            tickets = [answer.body["ticket"] for answer in hall.press_next()]
            assert len(set(tickets)) == len(WINDOWS) and called.isdisjoint(tickets)
            called.update(tickets)
            hall.step_up()
            proof.reached += 1
            if time_is_up():
                break
        server.stop()
        assert checkers.everything(server.database, HALL, read(history.file)) == []
        return hall.overlapped


def test_a_hundred_windows_press_next_at_once(tmp_path: Path) -> None:
    with proving("R5", "rounds", 10_000) as proof:
        overlapped = 0
        while proof.reached < ROUNDS and not time_is_up():
            count = min(JUDGED_EVERY, ROUNDS - proof.reached)
            overlapped += one_hall(tmp_path / f"hall-{proof.reached}", proof, count)
        presses = proof.reached * len(WINDOWS)
        assert overlapped == presses, "presses did not overlap: nothing was tried"
        proof.figure = f"{presses:,} presses, each sent before its round's first answer: 0 called twice, 0 skipped"
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
