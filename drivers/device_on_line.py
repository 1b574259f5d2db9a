"""What is known about a device on a line: its address, what waits for it, what it said last."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from drivers.asking import asking_of
from drivers.deliveries import Deliveries
from drivers.framing import Frame
from drivers.line_health import DeviceFault, DeviceKind, DeviceState
from drivers.outgoing import Outgoing, Purpose, Waiting
from drivers.presses import Press, PressTiming
from drivers.profiles.profile import Acknowledgement, Profile
from drivers.shared_address import SharedAddress

Item = TypeVar("Item")


@dataclass(slots=True)
class PressCounts:
    """``frames``: all from this device; the others are those that became no event."""

    frames: int = 0
    repeated: int = 0
    late: int = 0
    unexpected: int = 0
    not_taken: int = 0


class DeviceOnLine:
    """What every device has. ``address`` is the one set by a person, ``line_address`` the byte on the line."""

    kind: DeviceKind

    def __init__(self, window: str, address: int, profile: Profile) -> None:
        self.window = window
        self.address = address
        self.profile = profile
        self.line_address = profile.bus.on_line(address)
        self.outgoing = Outgoing()
        self.counts = PressCounts()
        self.last_seen: float | None = None
        self.last_error: DeviceFault | None = None
        self.reason = ""  # of the last error, in the device's own words
        self.present = False
        self.asking = asking_of(profile, self.line_address, self.outgoing)
        self.shared = SharedAddress()

    @property
    def state(self) -> DeviceState:
        """On an open line."""
        return DeviceState.READY if self.present else DeviceState.UNHEARD

    def heard(self, frame: Frame, now: float) -> None:
        """A frame from this device came in."""
        self.shared.pressed(frame.raw, now)
        self.last_seen = now
        self.present = True

    def sent(self, waiting: Waiting, at: float) -> None:
        """A frame went out; ``at`` is when its last byte was on the line."""

    def line_opened(self, now: float) -> None:
        """The line is open (again): what the device should be showing is sent to it."""

    def line_lost(self) -> None:
        """Frames that answered a moment are over."""
        self.present = False
        self.outgoing.forget_moments()

    def start(self) -> None:
        """Begins to hand presses over."""

    def stop(self, within_s: float) -> None:
        """Lets presses in hand be taken."""


class PressingDevice(DeviceOnLine, ABC, Generic[Item]):
    """A device that presses come from; each press reaches the receiver once."""

    def __init__(
        self,
        window: str,
        address: int,
        profile: Profile,
        timing: Acknowledgement,
        receiver: Callable[[Item], None],
        wake_line: Callable[[], None],
    ) -> None:
        super().__init__(window, address, profile)
        self.timing = PressTiming(timing)
        self._wake_line = wake_line
        self._deliveries: Deliveries[tuple[Item, Press, bytes | None]] = Deliveries(
            lambda item: receiver(item[0]), self._done
        )

    def start(self) -> None:
        self._deliveries.start()

    def stop(self, within_s: float) -> None:
        self._deliveries.stop(within_s)

    def heard(self, frame: Frame, now: float) -> None:
        super().heard(frame, now)
        if not self.timing.heard(frame.raw, now):
            self.counts.repeated += 1
            self.answer(self.answer_to(frame))
            return
        item = self.read(frame, now)
        press = self.timing.last
        if item is None or press is None:
            self.counts.unexpected += 1
            self.last_error = DeviceFault.UNEXPECTED_KEY
            return
        if not self._deliveries.put((item, press, self.answer_to(frame))):
            self._not_taken(press)
        elif self.answers_at_once:
            press.taken = True
            self.answer(self.answer_to(frame))

    answers_at_once = False

    @abstractmethod
    def read(self, frame: Frame, now: float) -> Item | None:
        """What the frame means; None for a key this device does not have."""

    @abstractmethod
    def answer_to(self, frame: Frame) -> bytes | None:
        """The acknowledgement of a press; None where the device wants none."""

    def answer(self, acknowledgement: bytes | None) -> None:
        """Sends the answer to the last press, if it is taken and an answer can still be in time."""
        until = self.timing.answer_until()
        if until is not None and acknowledgement is not None:
            self.outgoing.put(Purpose.ACKNOWLEDGE, acknowledgement, not_after=until)
            self._wake_line()

    def _done(self, item: tuple[Item, Press, bytes | None], taken: bool) -> None:
        _, press, acknowledgement = item
        if not taken:
            self._not_taken(press)
            return
        press.taken = True
        if press is self.timing.last and not self.answers_at_once:
            self.answer(acknowledgement)

    def _not_taken(self, press: Press) -> None:
        self.counts.not_taken += 1
        self.last_error = DeviceFault.NOT_TAKEN
        if press is self.timing.last:
            # The device's next repeat is then a new press and gets another chance.
            self.timing.last = None
