"""Listening to a port: what comes in hex and in words, at one speed or at each that a profile has, kept in a file."""

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Final

from drivers.doctor_frames import Listeners, Meaning
from drivers.doctor_session import Heard, Recording, Session
from drivers.profiles.profile import Profile
from drivers.serial_port import READ_WAIT_S, LineSettings, SerialPort

USUAL_SPEEDS: Final = (9600, 19200, 4800, 2400, 38400, 57600, 115200)
UNFIT_BYTES: Final = 24

Say = Callable[[str], None]


def listen(
    port: str, baud: int, profiles: list[Profile], say: Say, *, until: float | None, record: Path | None
) -> Listeners:
    """Until the time (monotonic), or Ctrl-C. Raises LinkLost, OSError for the file, ValueError for the port."""
    listeners = Listeners(profiles)
    begun = monotonic()
    with ExitStack() as stack:
        line = stack.enter_context(_opened(port, baud))
        file = None if record is None else stack.enter_context(record.open("w", encoding="utf-8"))
        recording = None if file is None else Recording(file, port, baud)
        stopped = stack.enter_context(ctrl_c())
        quiet_s = 0.0
        while not stopped.is_set() and (until is None or monotonic() < until):
            data = line.read_some()
            if not data:
                quiet_s += READ_WAIT_S
                _tell(listeners.silence(quiet_s), say)
                continue
            quiet_s = 0.0
            heard = Heard(monotonic() - begun, data)
            if recording is not None:
                recording.add(heard)
            _show(heard, listeners, say)
    _tell(listeners.silence(float("inf")), say)
    return listeners


def replay(session: Session, profiles: list[Profile], say: Say) -> Listeners:
    """The same from a recorded session."""
    listeners = Listeners(profiles)
    before = 0.0
    for heard in session.heard:
        _tell(listeners.silence(heard.at - before), say)
        _show(heard, listeners, say)
        before = heard.at
    _tell(listeners.silence(float("inf")), say)
    return listeners


def try_speeds(port: str, profiles: list[Profile], say: Say, *, seconds: float) -> int | None:
    """The first speed at which a profile understands something, listening so long at each. Raises LinkLost."""
    heard = [profile for profile in profiles if profile.frame_rx is not None]
    first = [profile.link.baud for profile in heard if profile.link.kind == "serial"]
    for baud in dict.fromkeys((*first, *USUAL_SPEEDS)):
        say(f"{baud} 波特：请按设备上的键 / baud: press keys on the device …")
        until = monotonic() + seconds
        listeners = listen(port, baud, profiles, say, until=until, record=None)
        if any(verdict.fits for verdict in listeners.verdicts()):
            return baud
        if monotonic() < until:  # Ctrl-C
            return None
    return None


def conclude(listeners: Listeners, say: Say) -> None:
    """What fits, and what to do when nothing does."""
    verdicts = listeners.verdicts()
    if not listeners.heard_bytes:
        say("什么都没有听到：接线、供电、A/B 线是否接反？ / nothing was heard: wiring, power, are A and B swapped?")
        return
    fitting = [verdict for verdict in verdicts if verdict.fits]
    for verdict in fitting:
        say(f"合适 / fits: {verdict}")
    if not fitting:
        say(f"听到 {listeners.heard_bytes} 字节 / {listeners.heard_bytes} bytes were heard")
        for verdict in verdicts:
            if verdict.frames or verdict.bad_checksums:
                say(f"  {verdict}")
    if not fitting and listeners.heard_bytes >= UNFIT_BYTES:
        say(
            "有字节但没有配置能成帧：波特率对吗？--try 试别的速率；新设备见 docs/hardware.md / bytes come but no "
            "frame fits: is the speed right? --try tries others; docs/hardware.md says how to describe a new device"
        )


def _show(heard: Heard, listeners: Listeners, say: Say) -> None:
    say(f"{heard.at:8.3f}  {heard.data.hex(' ').upper()}")
    _tell(listeners.feed(heard.data), say)


def _tell(meanings: list[Meaning], say: Say) -> None:
    for meaning in meanings:
        say(f"          → {meaning}")


@contextmanager
def ctrl_c() -> Iterator[Event]:
    """Set by the first Ctrl-C; a second one ends the program as usual. As an exception it would come where it likes."""
    stopped = Event()

    def stop(number: int, frame: object) -> None:
        stopped.set()
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield stopped
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _opened(port: str, baud: int) -> Iterator[SerialPort]:
    line = SerialPort(port, LineSettings(baud))
    line.open()
    try:
        yield line
    finally:
        line.close()
