"""The health record of a line and of the devices on it. Times are monotonic seconds, None for never."""

from dataclasses import dataclass
from enum import StrEnum


class LineState(StrEnum):
    """CLOSED until started and after the stop; PROBING while what was said before the opening is thrown away; FAULT
    between two attempts to open."""

    CLOSED = "closed"
    OPENING = "opening"
    PROBING = "probing"
    READY = "ready"
    FAULT = "fault"


class DeviceState(StrEnum):
    """READY: the line is open and the device was heard on it (a strip: it confirmed its last text). UNHEARD: the line
    is open and nobody pressed a key yet, which says nothing of a device that cannot be asked. SILENT: a strip does not
    confirm what it was sent, or the line is not opened yet. FAULT: the line cannot be used. UNPLUGGED: the line's path
    is not there, or nobody takes the connection. TAKEN: another program has it open. UNFIT: bytes come, but none of
    them make a frame, as at a wrong speed. SHARED: two devices answer at this address. OFFLINE: it can be asked how it
    is, and did not answer several times. REFUSED: a strip answers, and does not take its text."""

    READY = "ready"
    UNHEARD = "unheard"
    SILENT = "silent"
    FAULT = "fault"
    UNPLUGGED = "unplugged"
    TAKEN = "taken"
    UNFIT = "unfit"
    SHARED = "shared"
    OFFLINE = "offline"
    REFUSED = "refused"


class DeviceKind(StrEnum):
    """What a device is for."""

    KEYPAD = "keypad"
    PAD = "pad"
    STRIP = "strip"


class DeviceFault(StrEnum):
    """The last thing that went wrong with one device."""

    UNEXPECTED_KEY = "unexpected_key"
    NOT_TAKEN = "not_taken"
    NO_REPLY = "no_reply"
    BUSY = "busy"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class DeviceHealth:
    """One device. ``address`` is the one set by a person, not the byte on the line. ``reason``: of the last error, in
    the device's own words, where it gives one. ``frames``: heard from it."""

    window: str
    kind: DeviceKind
    address: int
    profile: str
    state: DeviceState
    last_seen: float | None
    last_error: DeviceFault | None
    reason: str = ""
    frames: int = 0


@dataclass(frozen=True, slots=True)
class BusHealth:
    """The line and every device on it. ``repeated_presses`` are frames in which a device said again what was heard
    already; ``unexpected_keys`` are frames from a known device that mean nothing here; ``not_taken`` are presses whose
    receiver failed, did not keep up, or wants to hear them again. ``last_error`` is the system's own text.
    ``late_presses``: dropped because their profile says so."""

    port: str
    state: LineState
    last_receive: float | None
    last_error: str | None
    opened: int
    noise_bytes: int
    bad_checksums: int
    unknown_addresses: int
    repeated_presses: int
    unexpected_keys: int
    not_taken: int
    devices: tuple[DeviceHealth, ...]
    late_presses: int = 0
