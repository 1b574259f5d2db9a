"""What changes by the clock alone is a command too, given here under a natural key (hall, day, session, what)."""

from collections.abc import Callable, Mapping

import gevent
import structlog

from contract.commands import ClockSet, Command, SessionTurn, TerminalLost, TurnOfDay
from contract.replies import Refused
from contract.words import Code
from server.domain.hours import business_day, turns
from server.domain.rating import LOST_AFTER_MS
from server.storage.orders import SERVER, Answer, Order
from server.storage.published import Published

_EVERY_S = 1.0
_NOT_TRIED = frozenset({Code.BUSY, Code.DISK_FULL, Code.DATABASE_AWAY, Code.INTERNAL})
_log = structlog.get_logger("clock")


class Clock:
    """Looks at each hall once a second and gives what is due. `submit` is the writer's.

    `clock_set`: that somebody set the machine's clock, under the key of that step; None if nobody did.
    """

    def __init__(
        self,
        published: Callable[[], Mapping[str, Published]],
        submit: Callable[[Order], Answer],
        now_ms: Callable[[], int],
        clock_set: Callable[[], tuple[str, ClockSet] | None] = lambda: None,
    ) -> None:
        self._published = published
        self._submit = submit
        self._now_ms = now_ms
        self._clock_set = clock_set
        self._told: dict[str, str] = {}  # by hall, the key of the newest step of the machine's clock
        self._looked_ms: dict[str, int] = {}
        self._greenlet: gevent.Greenlet[[], None] | None = None

    def start(self) -> None:
        """Look now, then every second."""
        self._greenlet = gevent.spawn(self._run)

    def stop(self) -> None:
        """Give nothing any more."""
        if self._greenlet is not None:
            self._greenlet.kill()
            self._greenlet = None

    def _run(self) -> None:
        while True:
            for view in list(self._published().values()):
                try:
                    self.look(view)
                except Exception:
                    _log.exception("clock_failed", hall=view.hall)
            gevent.sleep(_EVERY_S)

    def look(self, view: Published) -> None:
        """Give the hall what is due now."""
        now_ms = self._now_ms()
        if business_day(view.definition, now_ms) > view.day:
            self._turn(view)
            return
        step = self._clock_set()
        if step is not None and self._told.get(view.hall) != step[0] and self._give(view.hall, *step):
            self._told[view.hall] = step[0]
        self._sessions(view, now_ms)
        for visit, ended_ms in view.pending.items():
            if now_ms >= ended_ms + LOST_AFTER_MS:
                self._give(view.hall, f"terminal_lost:{visit}", TerminalLost(visit=visit))

    def _turn(self, view: Published) -> None:
        """One command per open ticket, then the new day. A ticket closed meanwhile is refused, which is right."""
        day = view.day.isoformat()
        for ticket in view.open_tickets:
            self._give(view.hall, f"turn_of_day:{day}:{ticket}", TurnOfDay(day=view.day, ticket=ticket))
        self._give(view.hall, f"turn_of_day:{day}", TurnOfDay(day=view.day))

    def _sessions(self, view: Published, now_ms: int) -> None:
        """The turns since the last look; at the first look only the newest, for the cards may be old."""
        looked = self._looked_ms.get(view.hall)
        due = [t for t in turns(view.definition, view.day) if t.at_ms <= now_ms]
        due = [t for t in due if t.at_ms > looked] if looked is not None else due[-1:]
        for turn in due:
            key = f"session_turn:{turn.day.isoformat()}:{turn.session}:{turn.what}"
            if not self._give(view.hall, key, SessionTurn(day=turn.day, session=turn.session, what=turn.what)):
                return
        self._looked_ms[view.hall] = now_ms

    def _give(self, hall: str, key: str, command: Command) -> bool:
        """False where it could not even be tried: it comes again at the next look."""
        answer = self._submit(Order(hall, key, SERVER, command))
        if answer.refused:
            _log.info("not_now", hall=hall, key=key, answer=answer.body.decode())
        return not answer.refused or Refused.model_validate_json(answer.body).code not in _NOT_TRIED
