"""Keypads, cards and outbox brought together: each window's invitations, and the records that come of them."""

import threading
import time
from collections.abc import Callable, Iterable
from datetime import datetime

import structlog

from contract.cards import InvitationOnCard, WorkCard
from contract.commands import NotRatedAtCounter, Rate
from contract.replies import Refused
from contract.words import Code, Level
from drivers.bus import KeyPress, NotYet
from terminal.cards import Cards
from terminal.connection import PATIENCE_S
from terminal.outbox import Item, Outbox
from terminal.server_clock import ServerClock
from terminal.steady import steady
from window_client.rating import Early, Owed, Rated, Rating

LOG = structlog.get_logger(__name__)

AGAIN_AFTER_S = 1.0  # when the disk did not take a record


class Ratings:
    """Only for windows whose keypad this agent owns: `invite` and `cancel` start and end a keypad's asking."""

    def __init__(
        self,
        cards: Cards,
        clock: ServerClock,
        outbox: Outbox,
        *,
        invite: Callable[[str], None],
        cancel: Callable[[str], None],
        on_change: Callable[[str], None],
    ) -> None:
        self._cards = cards
        self._clock = clock
        self._outbox = outbox
        self._invite = invite
        self._cancel = cancel
        self._on_change = on_change
        self._changed = threading.Condition(threading.RLock())
        self._windows: dict[str, Rating] = {}
        self._asked: dict[str, int | None] = {}
        self._here: dict[str, tuple[int, float]] = {}  # finished without the server: visit and monotonic deadline
        self._dirty: set[str] = set()
        self._stopping = False
        self._worker: threading.Thread | None = None

    def start(self) -> None:
        self._cards.subscribe(self._cards_changed)
        self._outbox.on_dropped(self._dropped)
        self._worker = steady(self._work, "ratings")

    def stop(self) -> None:
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._worker is not None:
            self._worker.join(timeout=2)

    def look_after(self, windows: Iterable[str]) -> None:
        """These windows have their keypad here."""
        on_disk = [
            item.body["visit"] for deed in (Rate.deed, NotRatedAtCounter.deed) for item in self._outbox.waiting(deed)
        ]
        with self._changed:
            wanted = set(windows)
            self._windows = {no: self._windows.get(no) or Rating(on_disk) for no in wanted}
            self._asked = dict.fromkeys(wanted)  # their lines may be new ones: ask again
            self._dirty |= wanted
            self._changed.notify_all()

    def asks(self, window: str) -> int | None:
        """The visit whose citizen the keypad asks now."""
        return self._asked.get(window)

    def keypad(self, window: str, *, there: bool) -> None:
        """Whether the keypad's line is there."""
        with self._changed:
            if window in self._windows:
                self._windows[window].keypad(there=there)

    def finished_here(self, window: str, visit: int, seconds: int) -> None:
        """Its visit was finished while the line is cut: the citizen is asked all the same."""
        with self._changed:
            if window in self._windows:
                self._here[window] = (visit, time.monotonic() + seconds)
                self._dirty.add(window)
                self._changed.notify_all()

    def woken(self, window: str) -> None:
        """The call pad's key has woken the keypad by itself; the deed of that key is being done."""
        with self._changed:
            if window in self._windows:
                self._windows[window].woken(time.monotonic() + PATIENCE_S)

    def woken_for(self, window: str, *, done: bool) -> None:
        """The deed was done, or not. The card that invites may be here already, or follows."""
        with self._changed:
            if window in self._windows:
                self._windows[window].woken_for(time.monotonic(), done=done)

    def pressed(self, press: KeyPress) -> None:
        """On the disk when this returns; the keypad is told only then.

        Raises OSError when it could not be kept, NotYet for a press made before the invitation that the citizen
        already sees: the keypad says it again, and meanwhile the invitation comes.
        """
        with self._changed:
            rating = self._windows.get(press.window)
            if rating is None:
                LOG.warning("press_strayed", window=press.window, level=press.level, why="no_invitation")
                return
            found = rating.press(Level(press.level), press.at_monotonic)
            if isinstance(found, Early):
                raise NotYet
            if isinstance(found, Rated):
                said = Rate(visit=found.visit, level=found.level, pressed_at=self._clock.at(found.at))
                self._outbox.put(Rate.deed, said.model_dump(mode="json"))
                LOG.info("rated", window=press.window, visit=found.visit, level=press.level, raw=press.raw)
                rating.kept(found.visit)
                self._dirty.add(press.window)
                self._changed.notify_all()
            else:
                LOG.warning("press_strayed", window=press.window, level=press.level, raw=press.raw, why=found.why)

    def _cards_changed(self, keys: frozenset[str]) -> None:
        windows = {key.removeprefix("work/") for key in keys if key.startswith("work/")}
        with self._changed:
            self._dirty |= windows & self._windows.keys()
            self._changed.notify_all()

    def _dropped(self, item: Item, refused: Refused) -> None:
        if item.deed != Rate.deed or refused.code is not Code.RATED_TOO_LATE:
            return
        with self._changed:
            for rating in self._windows.values():
                rating.refused_as_late(item.body["visit"])
            self._dirty |= self._windows.keys()
            self._changed.notify_all()

    def _work(self) -> None:
        with self._changed:
            self._dirty |= self._windows.keys()
            while not self._stopping:
                dirty, self._dirty = self._dirty, set()
                now = time.monotonic()
                for window in dirty & self._windows.keys():
                    self._read(window, now)
                failed = [window for window in list(self._windows) if not self._settle(window, now)]
                if not self._dirty and not self._stopping:
                    self._changed.wait(AGAIN_AFTER_S if failed else self._until_next_look())

    def _read(self, window: str, now: float) -> None:
        card = self._cards.card(f"work/{window}", WorkCard)
        if card is None:
            return
        listed = {one.visit: one for one in card.pending}
        if card.invitation is not None:
            listed[card.invitation.visit] = card.invitation
        current = None if card.invitation is None else card.invitation.visit
        owed = [self._owed(one) for one in listed.values()]
        here = self._here.get(window)
        if here is not None and (card.visit is None or card.visit.visit != here[0]):
            del self._here[window]  # the server has heard of it: from now on its card says what is owed
        elif here is not None:
            current = here[0]
            owed.append(Owed(here[0], here[1] - now, None))
        self._windows[window].card(current, owed, now)

    def _owed(self, one: InvitationOnCard) -> Owed:
        left = (datetime.fromisoformat(one.deadline) - self._clock.now()).total_seconds()
        return Owed(one.visit, left, one.ended_by)

    def _settle(self, window: str, now: float) -> bool:
        """False when a record could not be kept and is to be tried again."""
        rating = self._windows[window]
        try:
            for silence in rating.silences(now):
                said = NotRatedAtCounter(visit=silence.visit, reason=silence.reason)
                self._outbox.put(NotRatedAtCounter.deed, said.model_dump(mode="json"))
                LOG.info("not_rated", window=window, visit=silence.visit, reason=silence.reason)
                rating.kept(silence.visit)
        except OSError as error:
            LOG.error("record_not_kept", window=window, problem=str(error))
            return False
        self._ask(window, rating.to_ask(now), now)
        return True

    def _ask(self, window: str, visit: int | None, now: float) -> None:
        """Start or end the keypad's asking, where that changed."""
        if visit == self._asked[window]:
            return
        self._asked[window] = visit
        if visit is None:
            self._cancel(window)
        else:
            self._windows[window].began(visit, now)
            self._invite(window)
            LOG.info("invited", window=window, visit=visit)
        self._on_change(window)

    def _until_next_look(self) -> float | None:
        now = time.monotonic()
        moments = [at for rating in self._windows.values() if (at := rating.next_look(now)) is not None]
        return max(0.01, min(moments) - now) if moments else None
