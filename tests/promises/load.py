"""A hall at work, as load: kiosks take numbers, windows call, start, finish, citizens press; all in the history file.

Each client goes on through a server that dies: what it heard nothing of, or was told to try again, it asks again under
the same key, or leaves for ever unknown, as drawn. A window that lost its answer looks at its card, as an agent does.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import gevent
from gevent.event import Event

from tests.benchmarks.bench_hall import WINDOWS
from tests.promises.asking import Asks, new_key
from tests.promises.history import Answered
from tests.promises.proving_hall import KIOSKS, LINES

_PAUSE_S = 0.1  # after nothing was heard: a server that starts needs the processor more


@dataclass
class Load:
    """`make` gives a client for a kiosk's or window's name; `kiosks` and `windows`: how many of each work.

    `busy` is cleared to let them come to an end; so it is after `limit` commands. `give_up`: the share of what nothing
    was heard of that is never asked again. `every_s`: from an answer to the same client's next command.
    """

    make: Callable[[str], Asks]
    rng: random.Random
    kiosks: int = 8
    windows: int = 8
    limit: int | None = None
    give_up: float = 0.5
    every_s: float = 0.0
    commands: int = 0
    answers: int = 0
    busy: bool = True
    asking: int = 0  # how many of them wait for an answer
    going: Event = field(default_factory=Event)
    working: list["gevent.Greenlet[..., None]"] = field(default_factory=list)

    def start(self) -> None:
        """Everybody begins."""
        self.going.set()
        for name in KIOSKS[: self.kiosks]:
            self.working.append(gevent.spawn(self._take_numbers, self.make(name)))
        for no in WINDOWS[: self.windows]:
            self.working.append(gevent.spawn(self._serve, self.make(no), no))

    def has_answered(self, answers: int) -> bool:
        """Whether so many answers have come."""
        return self.answers >= answers

    def hold(self) -> None:
        """Everybody gets the answer that is owed; then nobody asks anything until `going` is set again."""
        self.going.clear()
        while self.asking:
            gevent.sleep(0.01)

    def end(self) -> None:
        """Each ends what it has begun, as far as the server is there."""
        self.busy = False
        self.going.set()
        self.wait()

    def wait(self) -> None:
        """Until all commands of the limit were given and everybody has ended."""
        gevent.joinall(self.working, raise_error=True)

    def _give(self, who: Asks, deed: str, body: dict[str, Any]) -> Answered | None:
        """Until it was answered, or given up as unknown."""
        gevent.sleep(self.every_s)
        self.going.wait()
        key = new_key()
        self.commands += 1
        self.busy = self.busy and self.commands != self.limit
        self.asking += 1
        try:
            while True:
                answer = who.ask(deed, body, key)
                if answer is not None and not answer.again:
                    self.answers += 1
                    return answer
                if self.rng.random() < self.give_up or not self.busy:
                    return None
                gevent.sleep(_PAUSE_S)
        finally:
            self.asking -= 1

    def _take_numbers(self, kiosk: Asks) -> None:
        while self.busy:
            if self._give(kiosk, "take_number", {"line": self.rng.choice(LINES)}) is None:
                gevent.sleep(_PAUSE_S)
        kiosk.close()

    def _serve(self, window: Asks, no: str) -> None:
        while self.busy:
            card = window.card(f"work/{no}")
            if card is None:
                gevent.sleep(_PAUSE_S)
                continue
            self._one_citizen(window, no, card["visit"])
        window.close()

    def _one_citizen(self, window: Asks, no: str, in_hand: dict[str, Any] | None) -> None:
        """From where the card says that the window stands, to the rating; ends where nothing is heard."""
        if in_hand is None:
            called = self._give(window, "call_next", {"window": no, "visit": None})
            if called is None or not called.accepted:
                return
            visit, state = called.body["visit"], "called"
        else:
            visit, state = in_hand["visit"], in_hand["state"]
        at = {"window": no, "visit": visit}
        if state == "called" and not self._accepted(window, "start_service", at):
            return
        if self._accepted(window, "finish", {**at, "outcome": "finished", "items": 1}):
            pressed = datetime.now(UTC).isoformat()
            self._give(window, "rate", {"visit": visit, "level": self.rng.randint(1, 5), "pressed_at": pressed})

    def _accepted(self, window: Asks, deed: str, body: dict[str, Any]) -> bool:
        answer = self._give(window, deed, body)
        return answer is not None and answer.accepted
