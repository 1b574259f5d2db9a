"""A rating keypad on a line: its running invitation and its presses."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from time import monotonic

from drivers.device_on_line import DeviceOnLine, PressingDevice
from drivers.framing import Frame
from drivers.keypads.rating_keypad import RatingKeypad
from drivers.line_health import DeviceKind
from drivers.outgoing import Purpose, Waiting
from drivers.profiles.behaviour import RatingPolicy


@dataclass(frozen=True, slots=True)
class KeyPress:
    """A rating pressed at a window: ``level`` 5 very satisfied to 1 very dissatisfied, ``raw`` the device's value.
    ``late``: the invitation was over, and the keypad's profile says that such presses are marked."""

    window: str
    level: int
    raw: int
    at_monotonic: float
    late: bool = False


class KeypadOnLine(PressingDevice[KeyPress]):
    """The keypad hears the answer to a press only once the receiver has kept it, so what it took for granted is
    never lost with the program. See drivers.presses for when a start may go out."""

    kind = DeviceKind.KEYPAD

    def __init__(
        self,
        window: str,
        address: int,
        driver: RatingKeypad,
        on_press: Callable[[KeyPress], None],
        wake_line: Callable[[], None],
    ) -> None:
        super().__init__(window, address, driver.profile, driver.timing, on_press, wake_line)
        self._driver = driver
        self._policy = driver.profile.rating or RatingPolicy()
        self._invited = False
        self._one_press_s = (driver.timing.repeats + 1) * driver.timing.repeat_ms / 1000
        self._over_at = -inf  # when the last invitation ended
        self._first: tuple[bytes, float] | None = None  # the press that a second key may be the same hand as

    def invite(self) -> None:
        """Starts a rating; again while one is running begins its time anew."""
        self._invited = True
        self._send_start()

    def cancel_invitation(self) -> None:
        """The invitation is over. The family has no frame for it: the keypad ends by its own time."""
        if self._invited:
            self._over_at = monotonic()
        self._invited = False
        self.outgoing.drop(Purpose.START_RATING)

    def heard(self, frame: Frame, now: float) -> None:
        if self._driver.level(frame) is None:
            super().heard(frame, now)
        elif self._is_same_hand(frame, now):
            self._let_pass(frame, now)
            self.counts.repeated += 1
        elif self._is_dropped(now):
            self._let_pass(frame, now)
            self.counts.late += 1
        else:
            super().heard(frame, now)
        self.outgoing.hold(Purpose.START_RATING, self.timing.start_from())

    def sent(self, waiting: Waiting, at: float) -> None:
        self.timing.told(waiting.frame, at)
        if waiting.purpose is Purpose.START_RATING:
            self.timing.started()

    def line_opened(self, now: float) -> None:
        self.timing.opened(now)
        if self._invited:
            self._send_start()

    def read(self, frame: Frame, now: float) -> KeyPress | None:
        level = self._driver.level(frame)
        late = self._policy.late == "drop" and not self._invited
        return None if level is None else KeyPress(self.window, level, self._driver.value(frame), now, late)

    def answer_to(self, frame: Frame) -> bytes | None:
        return self._driver.acknowledge(frame)

    def _is_same_hand(self, frame: Frame, now: float) -> bool:
        first, debounce_s = self._first, self._policy.debounce_ms / 1000
        if first is not None and now - first[1] < debounce_s:
            return first[0] != frame.raw
        # A repeat of the first is no new hand: its time counts from when it was heard first.
        if first is None or first[0] != frame.raw or now - first[1] > self._one_press_s:
            self._first = (frame.raw, now)
        return False

    def _is_dropped(self, now: float) -> bool:
        return self._policy.late == "drop" and not self._invited and now - self._over_at > self._policy.late_ms / 1000

    def _let_pass(self, frame: Frame, now: float) -> None:
        """A press that counts for nobody is answered, so that the keypad does not say it again."""
        DeviceOnLine.heard(self, frame, now)
        self.timing.heard(frame.raw, now)
        if self.timing.last is not None:
            self.timing.last.taken = True
        self.answer(self.answer_to(frame))

    def _send_start(self) -> None:
        start = self._driver.start(self.line_address)
        if start is None:
            return
        self.outgoing.put(Purpose.START_RATING, start, not_before=self.timing.start_from())
