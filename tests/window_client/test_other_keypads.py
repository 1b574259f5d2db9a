"""Keypads that hang on no serial line: a tablet on the network, a pad that types, a bridge. One agent has them all."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from drivers.simulators.bridge_program import BridgeProgram
from drivers.simulators.keyboard_device import held, typed
from drivers.simulators.on_port import OnPort
from drivers.simulators.sundyn_tablet import SundynTablet
from terminal.data_dir import DataDir
from terminal.enrol import enrolment
from tests.terminal.agents import PageClient, write_token
from tests.terminal.hall_outside import Outside, until
from tests.window_client.cards_of_window import invitation, window_card, work
from window_client.agent import WindowAgent
from window_client.settings import read_settings

WINDOWS = ("101", "102", "103", "104")


def device(kind: str, window: str, profile: str, line: str, address: int = 1) -> dict[str, object]:
    code = f"{kind}-{window}"
    return {"code": code, "kind": kind, "window": window, "profile": profile, "line": line, "address": address}


DEVICES = [
    device("keypad", "101", "sundyn", "tablets"),
    device("keypad", "102", "keyboard-pad", "typing"),
    device("keypad", "103", "bridge", "bridge"),
    device("strip", "103", "bridge", "bridge"),
    device("keypad", "104", "sundyn", "tablets", 2),
    device("strip", "104", "sundyn", "tablets", 2),  # a tablet is no strip
]


def free_udp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
        end.bind(("127.0.0.1", 0))
        return int(end.getsockname()[1])


@dataclass
class Windows:
    """The four windows, and what stands on them."""

    outside: Outside
    tablet: SundynTablet
    other_tablet: SundynTablet
    pad: OnPort
    program: BridgeProgram
    bridge: OnPort
    agent: WindowAgent
    page: PageClient

    def asked(self, window: str, visit: int, seconds: float = 60.0) -> None:
        """The server says that the citizen of this visit is asked now."""
        card = invitation(visit, seconds)
        self.outside.publish({f"work/{window}": work(window, invitation=card, pending=[card])})
        until(lambda: self.agent._ratings.asks(window) == visit, f"visit {visit} asked")

    def over(self, window: str) -> None:
        """Nobody is asked at the window."""
        self.outside.publish({f"work/{window}": work(window)})
        until(lambda: self.agent._ratings.asks(window) is None, "asking ended")

    def rated(self) -> list[tuple[int, int]]:
        return [(asked.body["visit"], asked.body["level"]) for asked in self.outside.deeds("rate")]

    def states(self) -> dict[str, str]:
        return dict(self.agent._devices.states)


@pytest.fixture(scope="module")
def windows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Windows]:
    folder = tmp_path_factory.mktemp("windows")
    cards = {f"work/{no}": work(no) for no in WINDOWS} | {"window/103": window_card("free", window="103")}
    listen = free_udp_port()
    program = BridgeProgram("strip/103", "keypad/103")
    with ExitStack() as stack:
        outside = stack.enter_context(Outside(cards=cards))
        outside.pages["window/devices"] = {"devices": DEVICES}
        tablet = stack.enter_context(SundynTablet(listen))
        other = stack.enter_context(SundynTablet(listen, at="127.0.0.2"))
        pad = stack.enter_context(OnPort(lambda data: b"", link=folder / "event7"))
        bridge = stack.enter_context(OnPort(program.hear, tcp=True))
        write_token(folder / "w", "line-A", "window", windows=list(WINDOWS))
        file = folder / "w.toml"
        file.write_text(
            f'server = "{outside.url}"\nhall = "LJ"\ndata_dir = "w"\nwindows = ["101", "102", "103", "104"]\n'
            f'[lines.tablets]\nkind = "sundyn"\nlisten = {listen}\n'
            f'at = {{ 1 = "127.0.0.1:{tablet.port}", 2 = "127.0.0.2:{other.port}" }}\n'
            "keys = { 1 = 5, 2 = 4, 3 = 3, 4 = 2, 5 = 1 }\n"
            f'[lines.typing]\nkind = "keyboard"\nport = "{pad.path}"\ngrab = false\n'
            "keys = { 1 = 5, 2 = 4, 4 = 2, 5 = 1 }\n"
            f'[lines.bridge]\nkind = "bridge"\nport = "{bridge.path}"\n',
            encoding="utf-8",
        )
        known = read_settings(file)
        data = DataDir(known.terminal.data_dir)
        data.take()
        stack.callback(data.leave)
        agent = WindowAgent(known, data, enrolment(known.terminal, data), pages=True)
        agent.start()
        stack.callback(agent.stop)
        found = data.read("page.json")
        assert found is not None
        page = stack.enter_context(PageClient(found["pages"]["101"]))
        all_ = Windows(outside, tablet, other, pad, program, bridge, agent, page)
        until(lambda: all_.states().get("keypad/101") == "ready", "the tablet answers")
        until(lambda: all_.states().get("keypad/103") == "ready", "the bridge answers")
        until(lambda: all_.states().get("keypad/102") == "unheard", "the pad is open")
        yield all_


def test_a_tablet_asks_the_citizen_and_its_key_is_the_rating_once(windows: Windows) -> None:
    windows.tablet.press("1")
    windows.tablet.twice = True
    windows.asked("101", 11)
    until(lambda: windows.tablet.page == "rate", "the tablet asks")
    windows.tablet.press("2")
    until(lambda: windows.rated() == [(11, 4)], "rated")
    windows.asked("101", 12)
    until(lambda: windows.tablet.page == "rate", "the tablet asks the next one")
    windows.tablet.press("2")  # with the same time on it: the datagram of before, come once more
    windows.tablet.page, windows.tablet.time = "rate", "2026-10-12 09:04:00"
    windows.tablet.press("5")
    until(lambda: len(windows.rated()) > 1, "rated")
    assert windows.rated() == [(11, 4), (12, 1)]
    windows.over("101")
    until(lambda: windows.tablet.page == "welcome", "welcome again")
    assert windows.other_tablet.page == "welcome"


def test_a_tablet_that_did_not_hear_is_asked_again(windows: Windows) -> None:
    windows.other_tablet.deaf = 1
    windows.asked("104", 41)
    until(lambda: windows.other_tablet.page == "rate", "heard the second time")
    windows.other_tablet.press("3")
    until(lambda: (41, 3) in windows.rated(), "rated")
    windows.over("104")


def test_the_tablets_are_on_the_card_and_a_strip_that_is_none_is_at_fault(windows: Windows) -> None:
    assert windows.states()["strip/104"] == "fault"
    until(lambda: windows.page.agent["devices"] == {"keypad": "ready", "strip": "none", "pad": "none"}, "on the card")
    until(lambda: windows.page.agent["heard"]["keypad"]["frames"] > 0, "counted")
    heard = windows.page.agent["heard"]["keypad"]
    assert heard["last_heard"].endswith("Z") and (heard["bad_checks"], heard["problem"]) == (0, None)
    ready = {"keypad/101": "ready", "keypad/104": "ready", "strip/103": "ready"}
    until(lambda: ready.items() <= windows.outside.health().items(), "the staff know")


def test_a_pad_that_types_rates_and_a_key_held_down_is_one_press(windows: Windows) -> None:
    windows.pad.say(typed("5"))
    windows.asked("102", 21)
    windows.pad.say(held("1", 30) + typed("x4"))
    until(lambda: (21, 5) in windows.rated(), "rated")
    windows.over("102")
    windows.asked("102", 22)
    windows.pad.say(typed("2"))
    until(lambda: (22, 4) in windows.rated(), "rated")
    assert [visit for visit, _ in windows.rated() if visit in (21, 22)] == [21, 22]
    windows.over("102")
    until(lambda: windows.states()["keypad/102"] == "ready", "a pad that was pressed is ready")


def test_a_pad_pulled_out_is_unplugged_and_rates_again_when_it_is_back(windows: Windows) -> None:
    windows.pad.unplug()
    until(lambda: windows.states()["keypad/102"] == "unplugged", "unplugged")
    windows.asked("102", 23)
    windows.pad.plug()
    until(lambda: windows.states()["keypad/102"] == "unheard", "back")
    windows.pad.say(typed("2"))
    until(lambda: (23, 4) in windows.rated(), "rated")
    windows.over("102")


def test_behind_a_bridge_a_keypad_rates_and_a_strip_shows(windows: Windows) -> None:
    until(lambda: windows.program.shown["strip/103"] == "欢迎光临", "the strip shows")
    windows.outside.publish({"window/103": window_card("called", "A012", "103")})
    until(lambda: windows.program.shown["strip/103"] == "请A012到103窗口", "the strip calls")
    windows.asked("103", 31)
    until(lambda: windows.program.asked == {"keypad/103"}, "the keypad asks")
    windows.bridge.say(windows.program.press("keypad/103", 4))
    until(lambda: (31, 4) in windows.rated(), "rated")
    until(lambda: windows.program.repeat() == b"", "the bridge was told that it is kept")
    windows.over("103")


def test_a_bridge_that_was_away_is_told_anew_and_an_old_press_rates_nobody(windows: Windows) -> None:
    windows.asked("103", 32)
    until(lambda: windows.program.asked == {"keypad/103"}, "the keypad asks")
    windows.bridge.unplug()
    until(lambda: windows.states()["keypad/103"] in ("fault", "silent", "unplugged"), "the bridge is away")
    windows.program.press("keypad/103", 1)  # for visit 32; nobody hears it
    windows.over("103")
    windows.asked("103", 33)
    windows.program.shown["strip/103"] = ""
    windows.bridge.plug()
    until(lambda: windows.states()["keypad/103"] == "ready", "the bridge is back")
    until(lambda: windows.program.shown["strip/103"] == "请A012到103窗口", "the strip has its text again")
    windows.bridge.say(windows.program.repeat())
    until(lambda: windows.program.repeat() == b"", "the old press is said no more")
    windows.bridge.say(windows.program.press("keypad/103", 5))
    until(lambda: (33, 5) in windows.rated(), "rated")
    assert not [level for visit, level in windows.rated() if level == 1 and visit in (32, 33)]
    windows.over("103")
