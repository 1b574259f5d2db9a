"""A strip on a line: the text it should show, and whether it confirmed it."""

from dataclasses import dataclass
from enum import Enum, auto
from math import inf
from typing import Final

from drivers.device_on_line import DeviceOnLine
from drivers.framing import Frame
from drivers.line_health import DeviceFault, DeviceKind, DeviceState
from drivers.outgoing import Purpose, Waiting
from drivers.screens.strip_driver import Answer, StripDriver
from drivers.screens.strip_text import Colour, StripText

BUSY_PAUSE_S: Final = 0.3
BUSY_TIMES: Final = 10  # in a row; then it is said that the strip does not take its text
REFUSED_PAUSE_S: Final = 5.0
TWICE_WITHIN_S: Final = 0.3  # an answer nobody waits for, so soon after another: a second strip has the address


class _Deed(Enum):
    GREET = auto()
    SHOW = auto()
    ASK = auto()
    OLD = auto()  # a text that was replaced while it went out


@dataclass(frozen=True, slots=True)
class _Saying:
    deed: _Deed
    frame: bytes


class StripOnLine(DeviceOnLine):
    """A text that is not confirmed is sent again: a few times where the profile says so, for the strip may be one that
    never answers and others need the line; else until it is. A strip that is spoken to by a dialogue is told one thing
    at a time, so that an answer is the answer to it, and is asked now and then whether it is there."""

    kind = DeviceKind.STRIP

    def __init__(self, window: str, address: int, driver: StripDriver) -> None:
        super().__init__(window, address, driver.profile)
        self._driver = driver
        self._in_turn = driver.profile.dialogue is not None
        self._text: StripText | None = None
        self._confirmed = False
        self._next: _Saying | None = None
        self._asked: _Deed | None = None  # what went out and is not answered
        self._answer_by = -inf
        self._tries = 0
        self._owed = 0  # answers
        self._answered_at = -inf
        self._busy = 0
        self._refused = False

    def show(self, text: str, colour: Colour) -> StripText:
        """From now on the strip should show this; what the strip cannot show is in the result."""
        composed = self._driver.compose(text, colour)
        if self._in_turn and self._confirmed and self.present and composed == self._text:
            return composed
        self._text = composed
        self._confirmed = False
        self._tries = self._busy = 0
        if not self._in_turn:
            self._asked = None
        elif self._asked is _Deed.SHOW:
            self._asked = _Deed.OLD
        self._go_on(-inf if self._asked is None else self._answer_by)
        return composed

    def heard(self, frame: Frame, now: float) -> None:
        answer = self._driver.meaning(frame)
        if answer is None:
            return
        if self._owed:
            self._owed -= 1
        elif now - self._answered_at < TWICE_WITHIN_S:
            self.shared.again(now)
        self.last_seen = self._answered_at = now
        self.present = True
        asked, self._asked = self._asked, None
        if asked is None:
            return
        self._tries = 0
        self.outgoing.drop(Purpose.TEXT)
        self._answered(asked, answer, now)

    def _answered(self, asked: _Deed, answer: Answer, now: float) -> None:
        self.reason = answer.why
        if answer.done:
            self.last_error, self._busy, self._refused = None, 0, False
            self._confirmed = self._confirmed or asked is _Deed.SHOW
            self._go_on(now, asking_from=now + self._ask_every_s)
        elif answer.busy:
            self._busy += 1
            self._refused = self._busy >= BUSY_TIMES
            self.last_error = DeviceFault.BUSY
            self._go_on(now + BUSY_PAUSE_S)
        else:
            self._refused = True
            self.last_error = DeviceFault.REFUSED
            self._go_on(now + REFUSED_PAUSE_S)

    def sent(self, waiting: Waiting, at: float) -> None:
        reply = self.profile.reply
        if reply is None:
            if self.profile.repeat_ms is not None and self._next is not None:
                self.outgoing.put(Purpose.TEXT, self._next.frame, not_before=at + self.profile.repeat_ms / 1000)
            return
        if self._asked is not None:
            self._missed(self._asked)
        mine = self._next if self._next is not None and self._next.frame == waiting.frame else None
        self._asked = _Deed.OLD if mine is None else mine.deed
        self._answer_by = at + reply.timeout_ms / 1000
        self._owed += 1
        self._tries += 1
        if mine is None:
            if self._in_turn:
                self.outgoing.hold(Purpose.TEXT, self._answer_by)
        elif reply.retries is None or self._tries <= reply.retries:
            # Without an answer nobody knows what the strip shows, so what follows a question is the text.
            self._say(_Deed.SHOW if mine.deed is _Deed.ASK and self._text is not None else mine.deed, self._answer_by)

    def _missed(self, asked: _Deed) -> None:
        self.last_error = DeviceFault.NO_REPLY
        self.reason = ""
        self.present = self._refused = False
        self._owed = 0
        if asked is _Deed.ASK:
            self._confirmed = False

    def line_opened(self, now: float) -> None:
        self._driver.opened()
        self._confirmed = self._refused = False
        self._asked = None
        self._tries = self._owed = self._busy = 0
        self._go_on(-inf)

    def line_lost(self) -> None:
        super().line_lost()
        self._confirmed = False

    @property
    def state(self) -> DeviceState:
        if self.profile.reply is None:
            return DeviceState.UNHEARD
        if not self.present:
            return DeviceState.SILENT
        return DeviceState.REFUSED if self._refused else DeviceState.READY

    @property
    def _ask_every_s(self) -> float:
        reply = self.profile.reply
        return inf if reply is None or reply.ask_every_ms is None else reply.ask_every_ms / 1000

    def _go_on(self, not_before: float, *, asking_from: float = -inf) -> None:
        """The next thing to say, if there is one."""
        if self._driver.greeting() is not None:
            self._say(_Deed.GREET, not_before)
        elif self._text is not None and not self._confirmed:
            self._say(_Deed.SHOW, not_before)
        elif self._ask_every_s < inf:
            self._say(_Deed.ASK, max(not_before, asking_from))

    def _say(self, deed: _Deed, not_before: float) -> None:
        frame = None
        if deed is _Deed.GREET:
            frame = self._driver.greeting()
        elif deed is _Deed.SHOW and self._text is not None:
            frame = self._driver.show(self.line_address, self._text)
        elif deed is _Deed.ASK:
            frame = self._driver.ask(self.line_address)
        if frame is not None:
            self._next = _Saying(deed, frame)
            self.outgoing.put(Purpose.TEXT, frame, not_before=not_before)
