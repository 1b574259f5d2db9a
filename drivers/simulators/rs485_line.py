"""A simulated RS-485 line of a hall: rating keypads, call pads and LED strips behind one serial port.

A second implementation, written from docs/hardware.md: it shares nothing with the drivers. The frames themselves are
known from host programs only and unverified on hardware.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Literal, Self, TypeVar

from drivers.simulators.bus import ACKNOWLEDGEMENT_SECONDS, BusDevice, Press
from drivers.simulators.bus_faults import BusFaults
from drivers.simulators.bus_frames import BusScanner, Heard
from drivers.simulators.call_pad import CallPad
from drivers.simulators.device_port import DevicePort
from drivers.simulators.event_log import EventLog
from drivers.simulators.led_strip import LedStrip
from drivers.simulators.rating_keypad import RatingKeypad

REPEATS = 5
LISTENS_SECONDS = 0.05

Placed = TypeVar("Placed", RatingKeypad, CallPad, LedStrip)


class Rs485Line:
    """Devices on one line, reachable by a pty (if wanted behind a link that survives replugging) or by TCP.

    ``clock`` gives monotonic seconds and decides what is an acknowledgement and what is half a frame left over;
    ``repeat_seconds`` is how long a pad waits for the host's answer before it sends a press again, five times; after
    the last it waits half a second.
    ``patience`` is how long half a host frame is kept. ``local_echo`` makes the adapter return the host's own bytes.
    """

    def __init__(
        self,
        *,
        link: Path | str | None = None,
        pty: bool = True,
        tcp: bool = False,
        host: str = "127.0.0.1",
        port: int = 0,
        log: Path | str | None = None,
        clock: Callable[[], float] = time.monotonic,
        repeat_seconds: float = 0.2,
        patience: float = 0.5,
    ) -> None:
        self.changed = threading.Condition()
        self.clock = clock
        self.faults = BusFaults()
        self.local_echo = False
        self.presses: list[Press] = []
        self.repeat_seconds = repeat_seconds
        self._devices: list[BusDevice] = []
        self._keypads: list[RatingKeypad] = []
        self._pads: list[CallPad] = []
        self._strips: list[LedStrip] = []
        self._scanner = BusScanner(patience)
        self._outgoing: deque[tuple[BusDevice | None, bytes, str]] = deque()
        self._stopping = False
        self._log = EventLog(log)
        self._port = DevicePort(
            received=self._receive,
            noted=self._log.write,
            pty=pty,
            link=Path(link) if link is not None else None,
            tcp=tcp,
            host=host,
            port=port,
        )
        self._talker = threading.Thread(target=self._talk, name="simulated line", daemon=True)
        self._repeaters: list[threading.Thread] = []

    # Who is on the line; addresses are counters' addresses

    def add_keypad(self, address: int, levels: Literal[4, 5] = 5) -> RatingKeypad:
        keypad = RatingKeypad(self, address, levels)
        self._keypads.append(keypad)
        self._devices.append(keypad)
        return keypad

    def add_pad(self, address: int) -> CallPad:
        pad = CallPad(self, address)
        self._pads.append(pad)
        self._devices.append(pad)
        return pad

    def add_strip(self, address: int) -> LedStrip:
        strip = LedStrip(self, address)
        self._strips.append(strip)
        self._devices.append(strip)
        return strip

    def keypad(self, address: int) -> RatingKeypad:
        """Return the first keypad added at a counter. Raises KeyError if there is none."""
        return _first(self._keypads, address)

    def pad(self, address: int) -> CallPad:
        return _first(self._pads, address)

    def strip(self, address: int) -> LedStrip:
        return _first(self._strips, address)

    # Life and plugs

    @property
    def path(self) -> str:
        return self._port.path

    @property
    def host(self) -> str:
        return self._port.host

    @property
    def port(self) -> int:
        return self._port.port

    def baud(self) -> int:
        """Return the speed the host has set on the pty; 0 while unplugged."""
        return self._port.baud()

    def start(self) -> None:
        self._port.start()
        self._talker.start()

    def stop(self) -> None:
        with self.changed:
            self._stopping = True
            self.changed.notify_all()
        self._talker.join()
        for repeater in self._repeaters:
            repeater.join()
        self._port.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def unplug(self) -> None:
        """Pull the adapter out of the host: its serial port vanishes; devices keep their power and their texts."""
        self._port.unplug()
        self._log.write("unplugged")

    def replug(self) -> None:
        """Put it in again: another pty, behind the same link."""
        self._port.plug()
        self._log.write("plugged")

    def inject(self, noise: bytes) -> None:
        """Put bytes on the line that no device sent."""
        with self.changed:
            self._outgoing.append((None, noise, "noise"))
            self.changed.notify_all()

    # What devices ask of the line (see `drivers.simulators.bus.Bus`)

    def transmit(self, device: BusDevice, frame: bytes, meaning: str) -> None:
        with self.changed:
            if not (device.faults.silent or device.faults.dead or self.faults.silent or self.faults.dead):
                self._outgoing.append((device, frame, meaning))
                self.changed.notify_all()

    def press(self, device: BusDevice, press: Press, *, heard_by_device: bool) -> None:
        with self.changed:
            self.presses.append(press)
            what: dict[str, object] = {"level": press.level}
            if press.key:
                what = {"key": press.key, "digits": press.digits}
            self._log.write("press", address=press.address, **what, raw=press.raw.hex(" "), sent=heard_by_device)
            if not heard_by_device:
                press.settle(acknowledged=False)
                return
            self._send_press(device, press)
            self._repeaters = [thread for thread in self._repeaters if thread.is_alive()]
            repeater = threading.Thread(target=self._repeat, args=(device, press), daemon=True)
            self._repeaters.append(repeater)
            repeater.start()

    def note(self, event: str, **facts: object) -> None:
        self._log.write(event, **facts)

    def wake_keypads(self, address: int) -> None:
        for keypad in self._keypads:
            if keypad.address == address and not keypad.faults.dead:
                keypad.wake()

    def _send_press(self, device: BusDevice, press: Press) -> None:
        twice = press.times_sent == 0 and (device.faults.duplicate_key or self.faults.duplicate_key)
        press.sent_at = self.clock()
        for _ in range(2 if twice else 1):
            press.times_sent += 1
            self.transmit(device, press.raw, f"press at {press.address}")

    def _repeat(self, device: BusDevice, press: Press) -> None:
        with self.changed:
            for _ in range(REPEATS):
                if self._over(press, self.repeat_seconds):
                    return
                self._send_press(device, press)
            if not self._over(press, ACKNOWLEDGEMENT_SECONDS):
                press.settle(acknowledged=False)

    def _over(self, press: Press, seconds: float) -> bool:
        """Wait for so long. In two parts: where this machine stood still, the answer may lie in the port unread, and
        the port's thread has its turn before anything is said again."""
        over = partial(self.changed.wait_for, lambda: press.settled or self._stopping)
        return over(seconds - min(LISTENS_SECONDS, seconds / 2)) or over(min(LISTENS_SECONDS, seconds / 2))

    # Hearing (the port's thread)

    def _receive(self, data: bytes) -> None:
        if self.local_echo:
            self._port.send(data)
        with self.changed:
            if self.faults.dead:
                return
            for heard in self._scanner.feed(data, self.clock()):
                meaning = self._dispatch(heard)
                self._log.write("bytes", direction="in", hex=heard.raw.hex(" "), meaning=meaning)

    def _dispatch(self, heard: Heard) -> str:
        if heard.kind == "noise":
            return "noise"
        listeners = [
            device
            for device in self._devices
            if device.family == heard.kind and device.bus_address == heard.address and not device.faults.dead
        ]
        return "; ".join(device.hear(heard) for device in listeners) or f"nobody at {heard.address:02X}"

    # Talking (the line's own thread: one frame after another, as on a half-duplex line)

    def _talk(self) -> None:
        with self.changed:
            while not self._stopping:
                self.changed.wait_for(lambda: self._stopping or len(self._outgoing) >= max(1, self.faults.merge))
                held = [] if self._stopping else [self._outgoing.popleft() for _ in range(max(1, self.faults.merge))]
                wire = b"".join(self._spoiled(device, frame) for device, frame, _ in held)
                self._write(wire, "; ".join(meaning for _, _, meaning in held))

    def _spoiled(self, device: BusDevice | None, frame: bytes) -> bytes:
        if device is None:
            return frame
        return self.faults.spoil(device.faults.spoil(frame))

    def _write(self, wire: bytes, meaning: str) -> None:
        if not wire:
            return
        if self.faults.split_delay:
            half = max(1, len(wire) // 2)
            self._put(wire[:half], f"first half of {meaning}")
            self.changed.wait_for(lambda: self._stopping, self.faults.split_delay)
            self._put(wire[half:], f"second half of {meaning}")
        else:
            self._put(wire, meaning)

    def _put(self, wire: bytes, meaning: str) -> None:
        self._port.send(wire)
        self._log.write("bytes", direction="out", hex=wire.hex(" "), meaning=meaning)


def _first(devices: list[Placed], address: int) -> Placed:
    for device in devices:
        if device.address == address:
            return device
    raise KeyError(f"no such device at counter {address}")
