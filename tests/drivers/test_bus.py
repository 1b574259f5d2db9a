"""One line with many windows on it: who may have which address, and what happens when the plug is pulled."""

import socket

import gevent
import pytest
from gevent.event import Event

from drivers import reopening
from drivers.bus import (
    AddressRefused,
    Bus,
    BusSettings,
    DeviceState,
    KeyPress,
    LineState,
    NoSuchDevice,
    PadKey,
    ProfileRefused,
)
from drivers.framing import Frame, Framer
from drivers.line import Line, Sending
from drivers.profiles.loader import load_profile
from drivers.serial_port import LinkLost
from tests.drivers.far_end import FarEnd, await_fact

PRESS = bytes.fromhex("FF 68 03 03 68 81 11 03 95 16")
START = bytes.fromhex("68 02 02 68 81 01 82 16")
CALL_NEXT = bytes.fromhex("FF 68 03 03 68 05 01 0C 12 16")
CALL = bytes.fromhex("A0 90 05 A5 00 0E C7 EB 00 41 00 30 00 30 00 33 00 BA C5 00 8F")
SHOWN = bytes.fromhex("A0 90 05 A5 AA")
TWELVE = bytes.fromhex("FF 68 04 04 68 05 02 01 02 0A 16")
BEEP = bytes.fromhex("FF 68 02 02 68 05 03 08 16")


class Window:
    """A window with a keypad, a pad and a strip on this bus."""

    def __init__(self, bus: Bus) -> None:
        self.presses: list[KeyPress] = []
        self.keys: list[PadKey] = []
        bus.add_keypad(window="101", address=1, profile="ff68-keypad-5", on_press=self.presses.append)
        bus.add_pad(window="101", address=5, on_key=self.keys.append)
        bus.add_strip(window="101", address=5)


def ready(bus: Bus) -> None:
    await_fact(lambda: bus.health().state is LineState.READY, lambda: str(bus.health()))


def states(bus: Bus) -> set[DeviceState]:
    return {device.state for device in bus.health().devices}


def test_an_unplugged_line_says_so_and_a_new_plug_is_given_what_should_be_shown(bus: Bus, far_end: FarEnd) -> None:
    window = Window(bus)
    bus.start()
    ready(bus)
    bus.show("101", "请A003号")
    bus.show_digits("101", "12")
    far_end.await_bytes(CALL)
    far_end.say(SHOWN)
    await_fact(lambda: bus.health().devices[2].state is DeviceState.READY)
    far_end.say(CALL_NEXT)
    far_end.press(PRESS, START)
    await_fact(lambda: len(window.keys) == 1)
    bus.invite("101")
    far_end.await_bytes(START, 2)

    far_end.unplug()
    await_fact(lambda: states(bus) == {DeviceState.UNPLUGGED})
    assert bus.health().state in (LineState.FAULT, LineState.OPENING)
    assert bus.health().last_error
    bus.alert("101")

    far_end.plug()
    ready(bus)
    for desired in (CALL, TWELVE, START):
        far_end.await_bytes(desired)
    assert bus.health().opened == 2
    assert (len(window.presses), len(window.keys)) == (1, 1), "nothing heard before is reported again"
    assert BEEP not in far_end.heard, "a beep asked for while the line was down would come too late"
    far_end.say(bytes.fromhex("FF 68 03 03 68 81 11 00 92 16"))
    await_fact(lambda: [press.level for press in window.presses] == [4, 1])


def test_a_cancelled_invitation_does_not_come_back_with_the_line(bus: Bus, far_end: FarEnd) -> None:
    Window(bus)
    bus.add_keypad(window="102", address=2, profile="ff68-keypad-5", on_press=lambda press: None)
    bus.start()
    bus.invite("101")
    bus.invite("102")
    far_end.await_bytes(START)
    bus.cancel_invitation("101")
    far_end.unplug()
    await_fact(lambda: bus.health().state is LineState.FAULT)
    far_end.plug()
    far_end.await_bytes(bytes.fromhex("68 02 02 68 82 01 83 16"))
    assert START not in far_end.heard


def test_a_line_that_is_plugged_in_late_is_found_and_holds_the_last_text(bus: Bus, far_end: FarEnd) -> None:
    far_end.unplug()
    Window(bus)
    bus.start()
    await_fact(lambda: bus.health().state is LineState.FAULT)
    assert states(bus) == {DeviceState.UNPLUGGED}
    for number in range(1000):
        bus.show("101", f"A{number:03d}")
    bus.show("101", "请A003号")
    far_end.plug()
    far_end.await_bytes(CALL)
    assert far_end.heard.index(CALL) == far_end.heard.index(b"\xa0\x90"), "no older text went before it"


def test_a_new_plug_is_not_kept_waiting_for_the_next_attempt(
    bus: Bus, far_end: FarEnd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reopening, "BACKOFF_S", (3600.0,))
    Window(bus)
    bus.start()
    for opened in (1, 2, 3):
        ready(bus)
        assert bus.health().opened == opened
        far_end.unplug()
        await_fact(lambda: bus.health().state is LineState.FAULT)
        far_end.plug()


def test_a_line_held_by_another_program_is_a_fault_and_is_taken_when_it_is_free(bus: Bus, far_end: FarEnd) -> None:
    Window(bus)
    holder = Bus(str(far_end.link))
    holder.start()
    ready(holder)
    bus.start()
    await_fact(lambda: bus.health().state is LineState.FAULT)
    assert "lock" in (bus.health().last_error or "")
    assert states(bus) == {DeviceState.TAKEN}
    holder.stop()
    assert holder.health().state is LineState.CLOSED
    ready(bus)


def test_a_press_cut_off_by_the_plug_is_not_finished_by_the_next_line(bus: Bus, far_end: FarEnd) -> None:
    window = Window(bus)
    bus.start()
    ready(bus)
    far_end.say(PRESS[:6])
    await_fact(lambda: bus.health().last_receive is not None)
    far_end.unplug()
    await_fact(lambda: bus.health().state is LineState.FAULT)
    far_end.plug()
    ready(bus)
    far_end.say(PRESS[6:] + CALL_NEXT)
    await_fact(lambda: len(window.keys) == 1)
    assert window.presses == []


def test_devices_are_not_taken_for_ready_until_heard(bus: Bus, far_end: FarEnd) -> None:
    Window(bus)
    assert states(bus) == {DeviceState.SILENT}
    bus.start()
    ready(bus)
    far_end.say(PRESS)
    await_fact(lambda: bus.health().devices[0].state is DeviceState.READY)
    keypad, pad, strip = bus.health().devices
    assert (pad.state, strip.state) == (DeviceState.UNHEARD, DeviceState.SILENT)
    assert keypad.last_seen == bus.health().last_receive
    assert (keypad.window, keypad.kind, keypad.address, keypad.profile) == ("101", "keypad", 1, "ff68-keypad-5")


@pytest.mark.parametrize("address", [-1, 0, 128, 255])
def test_an_address_out_of_bounds_is_refused(bus: Bus, address: int) -> None:
    with pytest.raises(AddressRefused, match=f"address {address} is not from 1 to 127"):
        bus.add_keypad(window="101", address=address, profile="ff68-keypad-5", on_press=lambda press: None)
    with pytest.raises(AddressRefused, match="is not from 1 to 127"):
        bus.add_pad(window="101", address=address, on_key=lambda key: None)
    with pytest.raises(AddressRefused, match="is not from 1 to 254"):
        bus.add_strip(window="101", address=255)


def test_an_address_used_twice_is_refused_and_names_its_owner(bus: Bus) -> None:
    Window(bus)
    with pytest.raises(AddressRefused, match="address 1 belongs to the keypad of window 101"):
        bus.add_keypad(window="102", address=1, profile="ff68-keypad-4", on_press=lambda press: None)
    with pytest.raises(AddressRefused, match="address 5 belongs to the pad of window 101"):
        bus.add_pad(window="102", address=5, on_key=lambda key: None)
    with pytest.raises(AddressRefused, match="address 5 belongs to the strip of window 101"):
        bus.add_strip(window="102", address=5)
    with pytest.raises(AddressRefused, match="window 101 has a strip already"):
        bus.add_strip(window="101", address=6)


def test_a_profile_of_another_kind_is_refused(bus: Bus) -> None:
    with pytest.raises(ProfileRefused, match="this is the profile of a"):
        bus.add_keypad(window="101", address=1, profile="ff68-pad", on_press=lambda press: None)


def test_a_window_without_the_device_is_named(bus: Bus) -> None:
    for call in (bus.invite, bus.cancel_invitation):
        with pytest.raises(NoSuchDevice, match="window 7 has no keypad"):
            call("7")
    with pytest.raises(NoSuchDevice, match="window 7 has no strip"):
        bus.show("7", "A")


def test_a_bus_is_made_complete_and_started_once(bus: Bus) -> None:
    bus.start()
    with pytest.raises(RuntimeError, match="started before"):
        bus.start()
    with pytest.raises(RuntimeError, match="before the bus is started"):
        bus.add_strip(window="101", address=1)


def test_an_adapter_that_hears_itself_makes_no_presses(far_end: FarEnd) -> None:
    bus = Bus(str(far_end.link), BusSettings(local_echo=True))
    window = Window(bus)
    bus.start()
    ready(bus)
    echoed = 0

    def echo_until(wanted: bytes) -> None:
        def heard() -> bool:
            nonlocal echoed
            new = far_end.listen()[echoed:]
            echoed += len(new)
            far_end.say(new)
            return wanted in far_end.heard

        await_fact(heard)

    far_end.say(CALL_NEXT)
    echo_until(CALL_NEXT)
    far_end.say(PRESS)
    echo_until(START)
    bus.show("101", "请A003号")
    echo_until(CALL)
    far_end.say(bytes.fromhex("FF 68 03 03 68 81 11 00 92 16"))
    await_fact(lambda: len(window.presses) == 2)
    health = bus.health()
    assert (len(window.keys), health.repeated_presses, health.noise_bytes) == (1, 0, 0)
    bus.stop()


def test_a_line_behind_a_device_server_is_opened_again_when_it_comes_back() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        bus = Bus(f"socket://127.0.0.1:{server.getsockname()[1]}")
        window = Window(bus)
        bus.show("101", "请A003号")
        bus.start()
        for presses in (1, 2):
            far, _ = server.accept()
            ready(bus)
            # The line is READY and its input buffer cleared only after the connection was accepted.
            assert received(far, CALL)
            far.sendall(PRESS if presses == 1 else bytes.fromhex("FF 68 03 03 68 81 11 00 92 16"))
            await_presses(window, presses)
            far.close()
            await_fact(lambda: bus.health().state is not LineState.READY)
        assert states(bus) <= {DeviceState.FAULT, DeviceState.SILENT}
        far, _ = server.accept()  # stopped in the middle of dialling it would leave a socket to the collector
        ready(bus)
        bus.stop()
        far.close()


def await_presses(window: Window, count: int) -> None:
    await_fact(lambda: len(window.presses) == count)


def received(far: socket.socket, wanted: bytes) -> bool:
    got = b""
    far.settimeout(60)
    while wanted not in got:
        got += far.recv(4096)
    return True


class QuietLine:
    """A transport that takes everything and says nothing."""

    def open(self) -> None: ...

    def close(self) -> None: ...

    def read_some(self) -> bytes:
        gevent.sleep(0.01)
        return b""

    def write(self, data: bytes) -> None: ...

    def signature(self) -> tuple[int, ...] | None:
        return ()


class TenFrames:
    """Ten frames that all want to go out at once."""

    def __init__(self) -> None:
        self.left = 10
        self.on_line_at: list[float] = []
        self.taken_at: list[float] = []
        self.done = Event()

    def heard(self, frame: Frame, now: float) -> None: ...

    def next_time(self) -> float:
        return 0.0 if self.left else float("inf")

    def take_due(self, now: float) -> Sending | None:
        self.left -= 1
        self.taken_at.append(now)
        return Sending(START, self._sent)

    def _sent(self, at: float) -> None:
        self.on_line_at.append(at)
        if not self.left:
            self.done.set()

    def line_opened(self, now: float) -> None: ...

    def line_lost(self) -> None: ...


def test_between_two_frames_of_ours_the_line_is_silent_for_the_gap() -> None:
    traffic = TenFrames()
    framer = Framer([load_profile("ff68-pad").frame_rx])
    quiet = Line(QuietLine(), framer, traffic, baud=9600, gap_s=0.02, local_echo=False)
    quiet.start()
    assert traffic.done.wait(timeout=60)
    quiet.stop()
    silences = [after - before for before, after in zip(traffic.on_line_at, traffic.taken_at[1:], strict=False)]
    assert len(silences) == 9
    assert min(silences) >= 0.02


class BlockedOnce(QuietLine):
    """A line that takes nothing the first time something is written, though it can be read."""

    blocked = False

    def write(self, data: bytes) -> None:
        if not self.blocked:
            self.blocked = True
            raise LinkLost("Write timeout")


def test_a_line_that_can_be_read_but_not_written_is_opened_again() -> None:
    traffic = TenFrames()
    framer = Framer([load_profile("ff68-pad").frame_rx])
    blocked = Line(BlockedOnce(), framer, traffic, baud=9600, gap_s=0.0, local_echo=False)
    blocked.start()
    assert traffic.done.wait(timeout=60)
    assert (blocked.opened, blocked.last_error) == (2, "Write timeout")
    assert len(traffic.on_line_at) == 9
    blocked.stop()
