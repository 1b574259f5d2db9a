"""A strip on a line: the text it should show, and whether it confirmed it."""

from drivers.device_on_line import DeviceOnLine
from drivers.framing import Frame
from drivers.line_health import DeviceFault, DeviceKind
from drivers.outgoing import Purpose, Waiting
from drivers.screens.led_strip import LedStrip
from drivers.screens.strip_text import Colour, StripText


class StripOnLine(DeviceOnLine):
    """A text that is not confirmed is sent again a few times, then left: the strip may be one that never answers."""

    kind = DeviceKind.STRIP

    def __init__(self, window: str, address: int, driver: LedStrip) -> None:
        super().__init__(window, address, driver.profile)
        self._driver = driver
        self._frame: bytes | None = None
        self._times_sent = 0

    def show(self, text: str, colour: Colour) -> StripText:
        """From now on the strip should show this; what the strip cannot show is in the result."""
        composed = self._driver.compose(text, colour)
        self._frame = self._driver.show(self.line_address, composed)
        self._send_anew(self._frame)
        return composed

    def heard(self, frame: Frame, now: float) -> None:
        if not self._driver.is_success(frame):
            return
        super().heard(frame, now)
        self.last_error = None
        if self._times_sent:
            self.outgoing.drop(Purpose.TEXT)

    def sent(self, waiting: Waiting, at: float) -> None:
        reply = self._driver.reply
        if waiting.frame != self._frame or reply is None:
            return
        if self._times_sent:
            self.last_error = DeviceFault.NO_REPLY
            self.present = False
        self._times_sent += 1
        if self._times_sent <= reply.retries:
            not_before = at + reply.timeout_ms / 1000
            self.outgoing.put(Purpose.TEXT, waiting.frame, not_before=not_before)

    def line_opened(self, now: float) -> None:
        if self._frame is not None:
            self._send_anew(self._frame)

    def _send_anew(self, frame: bytes) -> None:
        self._times_sent = 0
        self.outgoing.put(Purpose.TEXT, frame)
