"""A call pad on a line: its keys and its small display."""

from collections.abc import Callable
from dataclasses import dataclass

from drivers.callers.call_pad import CallPad, PadAction
from drivers.device_on_line import PressingDevice
from drivers.framing import Frame
from drivers.line_health import DeviceKind
from drivers.outgoing import Purpose, Waiting


@dataclass(frozen=True, slots=True)
class PadKey:
    """A key of a call pad with the digits typed before it."""

    window: str
    action: PadAction
    digits: str
    at_monotonic: float


class PadOnLine(PressingDevice[PadKey]):
    """A key is echoed at once, before its deed is done: a deed may wait for the network, the pad does not."""

    kind = DeviceKind.PAD
    answers_at_once = True

    def __init__(
        self,
        window: str,
        address: int,
        driver: CallPad,
        on_key: Callable[[PadKey], None],
        wake_line: Callable[[], None],
    ) -> None:
        super().__init__(window, address, driver.profile, driver.timing, on_key, wake_line)
        self._driver = driver
        self._digits: bytes | None = None

    def show_digits(self, digits: str, waiting: int | None = None) -> None:
        """Raises ValueError for what the pad cannot show."""
        text = digits if waiting is None else f"{digits}_{waiting}"
        self._digits = self._driver.show_digits(self.line_address, text)
        self.outgoing.put(Purpose.DIGITS, self._digits)

    def answer_deed(self, *, ok: bool) -> None:
        """Success or failure of the last deed; lost if the line is down."""
        self.outgoing.put(Purpose.ANSWER, self._driver.answer(self.line_address, ok=ok))

    def alert(self) -> None:
        """A beep; lost if the line is down."""
        self.outgoing.put(Purpose.ALERT, self._driver.alert(self.line_address))

    def sent(self, waiting: Waiting, at: float) -> None:
        if waiting.purpose is Purpose.ACKNOWLEDGE:
            self.timing.told(waiting.frame, at)

    def line_opened(self, now: float) -> None:
        # Also drops what was asked for while the line was down: it would come too late to mean anything.
        self.outgoing.forget_moments()
        if self._digits is not None:
            self.outgoing.put(Purpose.DIGITS, self._digits)

    def read(self, frame: Frame, now: float) -> PadKey | None:
        key = self._driver.key(frame)
        return None if key is None else PadKey(self.window, key[0], key[1], now)

    def answer_to(self, frame: Frame) -> bytes | None:
        return self._driver.acknowledge(frame)
