"""A rating keypad on a line: its running invitation and its presses."""

from collections.abc import Callable
from dataclasses import dataclass

from drivers.device_on_line import PressingDevice
from drivers.framing import Frame
from drivers.keypads.rating_keypad import RatingKeypad
from drivers.line_health import DeviceKind
from drivers.outgoing import Purpose, Waiting


@dataclass(frozen=True, slots=True)
class KeyPress:
    """A rating pressed at a window: ``level`` 5 very satisfied to 1 very dissatisfied, ``raw`` the device's value."""

    window: str
    level: int
    raw: int
    at_monotonic: float


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
        self._invited = False

    def invite(self) -> None:
        """Starts a rating; again while one is running begins its time anew."""
        self._invited = True
        self._send_start()

    def cancel_invitation(self) -> None:
        """The invitation is over. The family has no frame for it: the keypad ends by its own time."""
        self._invited = False
        self.outgoing.drop(Purpose.START_RATING)

    def heard(self, frame: Frame, now: float) -> None:
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
        return None if level is None else KeyPress(self.window, level, self._driver.value(frame), now)

    def answer_to(self, frame: Frame) -> bytes | None:
        return self._driver.acknowledge(frame)

    def _send_start(self) -> None:
        start = self._driver.start(self.line_address)
        if start is None:
            return
        self.outgoing.put(Purpose.START_RATING, start, not_before=self.timing.start_from())
