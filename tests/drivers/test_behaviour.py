"""How a device behaves in time, as its profile says: polled, asked whether it is there, late, struck twice, by UDP.

The profiles are the invented ones of docs/examples.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from drivers.bus import AddressRefused, Bus, DeviceState, KeyPress
from drivers.profile_check import check_profile
from drivers.profiles.loader import Profiles
from drivers.simulators.on_port import OnPort
from drivers.udp_port import UdpLine
from tests.drivers.far_end import await_fact

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
KEYS = {5: 0x31, 4: 0x32, 3: 0x33, 1: 0x34}


def frame(function: int, value: int, address: int = 5) -> bytes:
    """Written down from the examples: what stands before the check, and the check, make zero."""
    body = bytes([0x7B, address, function, value])
    return body + bytes([-sum(body) & 0xFF, 0x7D])


POLL, NOTHING = frame(0x70, 0), frame(0x60, 0)


class PolledPad:
    """Says nothing by itself. A key pressed is said in so many answers."""

    def __init__(self) -> None:
        self.polls = 0
        self.deaf = False
        self.says: list[bytes] = []

    def hear(self, data: bytes) -> bytes:
        said = b""
        for _ in range(data.count(POLL)):
            self.polls += 1
            if not self.deaf:
                said += self.says.pop(0) if self.says else NOTHING
        return said

    def press(self, *levels: int, times: int = 2) -> None:
        self.says += [frame(0x50, KEYS[level]) for level in levels for _ in range(times)]


@contextmanager
def polled(tmp_path: Path) -> Iterator[tuple[PolledPad, OnPort, Bus, list[KeyPress]]]:
    pad, presses = PolledPad(), list[KeyPress]()
    own = tmp_path / "profiles"
    own.mkdir()
    text = (EXAMPLES / "polled-pad.toml").read_text("utf-8")
    # Longer than this machine may stand still: how long a press said again is the same one, and a late one counts.
    for shipped, longer in (("repeats = 2\n", "repeats = 50\n"), ("late_ms = 2000\n", "late_ms = 60000\n")):
        assert shipped in text
        text = text.replace(shipped, longer)
    (own / "polled-pad.toml").write_text(text, "utf-8")
    with OnPort(pad.hear, link=tmp_path / "line") as port:
        bus = Bus(port.path, profiles=Profiles(own))
        bus.add_keypad("101", 5, "polled-pad", presses.append)
        bus.start()
        try:
            await_fact(lambda: state(bus) is DeviceState.READY, lambda: str(bus.health()))
            yield pad, port, bus, presses
        finally:
            bus.stop()


def state(bus: Bus) -> DeviceState:
    return bus.health().devices[0].state


def test_a_keypad_that_never_speaks_first_is_asked_and_its_press_counts_once(tmp_path: Path) -> None:
    with polled(tmp_path) as (pad, port, bus, presses):
        assert port.baud() == 19200
        bus.invite("101")
        pad.press(4, times=3)
        await_fact(lambda: not pad.says and bool(presses))
        asked = pad.polls
        await_fact(lambda: pad.polls > asked + 2)
        assert [(press.level, press.late) for press in presses] == [(4, False)]
        health = bus.health()
        assert (health.repeated_presses, health.unexpected_keys, health.noise_bytes) == (2, 0, 0)
        assert health.devices[0].frames >= pad.polls - 2


def test_a_device_that_misses_its_questions_is_offline_until_it_answers(tmp_path: Path) -> None:
    with polled(tmp_path) as (pad, _, bus, presses):
        pad.deaf = True
        await_fact(lambda: state(bus) is DeviceState.OFFLINE)
        pad.deaf = False
        await_fact(lambda: state(bus) is DeviceState.READY)
        assert presses == []


def test_two_keys_under_one_finger_are_the_first_and_a_late_press_is_marked_or_dropped(tmp_path: Path) -> None:
    with polled(tmp_path) as (pad, _, bus, presses):
        bus.invite("101")
        pad.says.append(frame(0x50, KEYS[5]) + frame(0x50, KEYS[1]))  # in one answer
        await_fact(lambda: not pad.says and len(presses) == 1)
        assert presses[0].level == 5
        bus.cancel_invitation("101")
        await_fact(lambda: bus.health().repeated_presses == 1)
        asked = pad.polls
        await_fact(lambda: pad.polls > asked + 5)  # the finger has gone
        pad.press(3, times=1)
        await_fact(lambda: len(presses) == 2)
        assert (presses[1].level, presses[1].late) == (3, True)


def test_a_press_long_after_the_invitation_is_dropped(tmp_path: Path) -> None:
    with polled(tmp_path) as (pad, _, bus, presses):
        pad.press(4, times=2)  # nobody was ever invited
        await_fact(lambda: not pad.says)
        asked = pad.polls
        await_fact(lambda: pad.polls > asked + 1)
        assert presses == [] and bus.health().late_presses == 2


class LanPad:
    """Speaks from a UDP port of its own to the host's; answers heartbeats, hears invitations."""

    def __init__(self, host_port: int) -> None:
        self.asked = 0
        self.echoes: list[bytes] = []
        self._to = ("127.0.0.1", host_port)
        self._end = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._end.bind(("127.0.0.1", 0))
        self.port = self._end.getsockname()[1]
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def say(self, data: bytes) -> None:
        self._end.sendto(data, self._to)

    def stop(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
            end.sendto(b"end", ("127.0.0.1", self.port))
        self._thread.join()
        self._end.close()

    def _listen(self) -> None:
        while (data := self._end.recv(2048)) != b"end":
            if data == POLL:
                self.say(NOTHING)
            elif data == frame(0x51, 0):
                self.asked += 1
            else:
                self.echoes.append(data)


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
        end.bind(("127.0.0.1", 0))
        return int(end.getsockname()[1])


def test_a_keypad_on_the_network_rates_by_datagrams() -> None:
    listen, presses = free_port(), list[KeyPress]()
    pad = LanPad(listen)
    bus = Bus(f"udp://127.0.0.1:{pad.port}?listen={listen}", profiles=Profiles(EXAMPLES))
    bus.add_keypad("101", 5, "lan-pad", presses.append)
    bus.start()
    try:
        await_fact(lambda: state(bus) is DeviceState.READY, lambda: str(bus.health()))
        bus.invite("101")
        await_fact(lambda: pad.asked == 1)
        press = frame(0x50, KEYS[4])
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.bind(("127.0.0.2", 0))
            stranger.sendto(frame(0x50, KEYS[1]), ("127.0.0.1", listen))
        pad.say(press[:4])  # a datagram cut short is no beginning of the next one
        pad.say(press[4:])
        pad.say(press)
        await_fact(lambda: pad.echoes == [press], lambda: str(pad.echoes))
        assert [one.level for one in presses] == [4]
        with pytest.raises(Exception, match=f"UDP port {listen} is in use by another program"):
            UdpLine("udp://127.0.0.1:9", listen).open()
    finally:
        pad.stop()
        await_fact(lambda: state(bus) is DeviceState.OFFLINE)
        bus.stop()


@pytest.mark.parametrize("port", ["/dev/null", "socket://127.0.0.1:9"])
def test_a_device_of_the_network_and_a_line_do_not_go_together(port: str) -> None:
    with pytest.raises(AddressRefused, match=r"lan-pad is reached at udp://host:port"):
        Bus(port, profiles=Profiles(EXAMPLES)).add_keypad("1", 5, "lan-pad", lambda press: None)
    with pytest.raises(AddressRefused, match="ff68-keypad-5 is reached at a serial port"):
        Bus("udp://127.0.0.1:9").add_keypad("1", 5, "ff68-keypad-5", lambda press: None)


@pytest.mark.parametrize(
    ("name", "line", "instead", "field", "reason"),
    [
        ("polled-pad", 'rx_policy = "poll"', 'rx_policy = "event"', "poll", "belong together"),
        ("polled-pad", "[poll]\n", "[heartbeat]\n", "poll", "belong together"),
        ("polled-pad", 'rx_policy = "poll"', 'rx_policy = "pull"', "rx_policy", "Input should be"),
        ("polled-pad", "interval_ms = 100", "interval_ms = 10", "poll.interval_ms", "greater than or equal to 100"),
        ("polled-pad", "misses = 3", "misses = 0", "poll.misses", "greater than or equal to 1"),
        ("polled-pad", "misses = 3", "", "poll.misses", "Field required"),
        ("polled-pad", 'command = "poll"', 'command = "probe"', "poll", "there is no command probe"),
        ("polled-pad", 'function = "60", data = "00"', 'function = "50", data = "31"', "answer", "a press of the key"),
        ("polled-pad", 'late = "drop"\n', "", "rating", 'late_ms needs late = "drop"'),
        ("polled-pad", 'late = "drop"', 'late = "keep"', "rating.late", "Input should be"),
        ("polled-pad", "debounce_ms = 400", "debounce_ms = -1", "rating.debounce_ms", "greater than or equal to 0"),
        ("polled-pad", "0 00 ) {check} 7D", "1 00 ) {check} 7D", "vectors.0.hex", "the profile sends"),
        ("lan-pad", 'command = "heartbeat"', 'command = "poll"', "heartbeat", "there is no command poll"),
        ("lan-pad", "listen = 9001", "listen = -1", "link.listen", "greater than or equal to 0"),
        ("lan-pad", 'kind = "udp"', 'kind = "udp2"', "link", "does not match any of the expected tags"),
    ],
)
def test_a_mistake_about_behaviour_is_told_with_its_field(
    tmp_path: Path, name: str, line: str, instead: str, field: str, reason: str
) -> None:
    text = (EXAMPLES / f"{name}.toml").read_text(encoding="utf-8")
    assert line in text
    file = tmp_path / f"{name}.toml"
    file.write_text(text.replace(line, instead, 1), encoding="utf-8")
    mistakes = check_profile(file)
    assert [one for one in mistakes if one.field == field and reason in one.en], [str(one) for one in mistakes]


@pytest.mark.parametrize("name", ["polled-pad", "lan-pad"])
def test_the_examples_pass_their_own_check(name: str) -> None:
    assert check_profile(EXAMPLES / f"{name}.toml") == []
