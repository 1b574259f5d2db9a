"""All screens that watch one audience of one hall: each is brought from the view it has to the newest, in whole frames.

A screen that keeps up gets the frame that everybody gets. A screen that does not is let alone until all that was begun
has gone out; then it gets one change from what it has to what is newest then, however much happened in between.
"""

from collections.abc import Callable

import gevent

from contract.cards import Beat, Change
from server.live.frames import event_frame
from server.live.screen_socket import ScreenSocket
from server.storage.published import View

_AT_ONCE = 64  # screens written to before others may run


def change_between(hall: str, old: View, new: View) -> Change:
    """What a screen that has `old` needs to have `new`. An unchanged card keeps its object."""
    cards: dict[str, dict[str, object] | None] = {
        key: card for key, card in new.cards.items() if old.cards.get(key) is not card
    }
    cards |= {key: None for key in old.cards if key not in new.cards}
    return Change.model_construct(hall=hall, previous=old.revision, revision=new.revision, cards=cards)


class Room:
    """The screens of one audience."""

    def __init__(self, hall: str, view: View) -> None:
        self._hall = hall
        self._view = view  # what was told last
        self._has: dict[ScreenSocket, View] = {}  # what each has once all that was begun has arrived
        self._frames: dict[int, bytes] = {}  # to the newest view, by the revision of the view before

    def enter(self, screen: ScreenSocket, view: View) -> None:
        """From now on tell this screen what comes after `view`."""
        self._has.setdefault(screen, view)
        screen.on_drained = self._bring

    def leave(self, screen: ScreenSocket) -> None:
        """No longer."""
        self._has.pop(screen, None)

    def tell(self, view: View) -> None:
        """A newer view. Other greenlets may run in between; a later call must wait for this one."""
        if view.revision == self._view.revision:
            return
        self._view, self._frames = view, {}
        self._for_each(self._bring)

    def beat(self, now_text: str) -> None:
        """What was told last, and the time. A beat that would have to wait is left out: the next one is truer."""
        if not self._has:
            return
        beat = Beat(hall=self._hall, revision=self._view.revision, time=now_text)
        frame = event_frame("beat", beat.model_dump_json())
        self._for_each(lambda screen: None if screen.busy else self._begin(screen, frame))

    def _for_each(self, do: Callable[[ScreenSocket], None]) -> None:
        for number, screen in enumerate(list(self._has), 1):
            do(screen)
            if number % _AT_ONCE == 0:
                gevent.sleep(0)

    def _bring(self, screen: ScreenSocket) -> None:
        """Begin the frame that leads from what this screen has to the newest view, unless something waits before it."""
        has = self._has.get(screen)
        if has is None or screen.busy or has.revision >= self._view.revision:
            return
        self._has[screen] = self._view
        self._begin(screen, self._frame_from(has))

    def _begin(self, screen: ScreenSocket, frame: bytes) -> None:
        try:
            screen.send(frame)
        except OSError:
            self.leave(screen)  # it is gone; its handler will hear of it too

    def _frame_from(self, old: View) -> bytes:
        frame = self._frames.get(old.revision)
        if frame is None:
            change = change_between(self._hall, old, self._view)
            frame = self._frames[old.revision] = event_frame("change", change.model_dump_json())
        return frame
