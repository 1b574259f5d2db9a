"""The way of every command to the writer, seen from outside: counted, timed, and one log line for its outcome."""

import itertools
import re
import time
from collections.abc import Callable

import structlog

from contract.words import Code
from server.monitoring.tally import Tally
from server.storage.orders import Answer, KeyReused, Order

_CODE = re.compile(rb'"code":"([a-z_]+)"')
_REVISION = re.compile(rb'"revision":(\d+)')
ACCEPTED, REFUSED, REPEATED, NOT_STORED, KEY_REUSED, BROKEN = (
    "accepted", "refused", "repeated", "not_stored", "key_reused", "broken",
)  # fmt: skip
# What no hall's rule says, and somebody should look at.
_OF_THE_MACHINE = frozenset({Code.DISK_FULL.value, Code.BUSY.value, Code.INTERNAL.value})


class CommandLine:
    """`submit` is the writer's. `seconds`: a clock that only goes forward."""

    def __init__(
        self, submit: Callable[[Order], Answer], tally: Tally, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._submit = submit
        self._tally = tally
        self._seconds = seconds
        self._log = structlog.get_logger("command").bind()  # once: as it is set up when the server is
        self._numbers = itertools.count()
        self._waiting: dict[int, float] = {}  # since when, the oldest first

    @property
    def waiting(self) -> int:
        """How many commands have no answer yet."""
        return len(self._waiting)

    def oldest_s(self) -> float:
        """How long the oldest of them has been waiting; 0 where none is."""
        return self._seconds() - next(iter(self._waiting.values())) if self._waiting else 0.0

    def submit(self, order: Order) -> Answer:
        """As the writer's. Raises KeyReused."""
        number, begun = next(self._numbers), self._seconds()
        self._waiting[number] = begun
        outcome, answer = BROKEN, None
        try:
            answer = self._submit(order)
            outcome = _outcome(answer)
        except KeyReused:
            outcome = KEY_REUSED
            raise
        finally:
            del self._waiting[number]
            self._count(order, outcome, answer, self._seconds() - begun)
        return answer

    def _count(self, order: Order, outcome: str, answer: Answer | None, took_s: float) -> None:
        deed = order.command.deed
        self._tally.commands[deed, outcome] += 1
        self._tally.command_s.add(took_s)
        code = _found(_CODE, answer.body) if answer is not None and answer.refused else None
        revision = int(_found(_REVISION, answer.body) or 0) if answer is not None else None
        if code is not None and outcome != REPEATED:
            self._tally.refusals[code] += 1
        say = self._log.warning if outcome == BROKEN or code in _OF_THE_MACHINE else self._log.info
        # Neither who (the journal says it, by the revision) nor what the body held: nothing here names a person.
        say(
            deed, hall=order.hall, outcome=outcome, code=code, via=order.actor.via.value, device=order.actor.device,
            revision=revision, ms=round(took_s * 1000, 1),
        )  # fmt: skip


def _outcome(answer: Answer) -> str:
    if answer.repeat:
        return REPEATED
    if answer.refused:
        return REFUSED if answer.stored else NOT_STORED
    return ACCEPTED


def _found(pattern: re.Pattern[bytes], body: bytes) -> str | None:
    found = pattern.search(body)
    return found[1].decode() if found else None
