"""A kiosk that reads slips and ID cards: a scanner, and a reader with a card laid on it, on real ports."""

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from contract.refusals import refuse
from contract.words import Code
from drivers.simulators.card_reader import Card, CardReader
from drivers.simulators.on_port import OnPort
from kiosk.agent import KioskAgent
from kiosk.readers import ticket_in
from kiosk.settings import CardReaderSettings, ScannerSettings, read_settings
from kiosk.voice import KioskVoice
from terminal.data_dir import DataDir
from terminal.enrol import enrolment
from tests.kiosk.test_agent import HALL_CARD, WORDS, Counter
from tests.terminal.agents import PageClient, write_token
from tests.terminal.hall_outside import Outside, until

NUMBER = "11010519491231002X"  # the example of the standard
CITIZEN = Card("韩梅梅", "2", "19491231", NUMBER)
KEY = "5a" * 32
PERSON = hmac.new(bytes.fromhex(KEY), NUMBER.encode(), hashlib.sha256).hexdigest()
LINK = "https://pk.example/LJ/ticket/4294967301?lang=en#kq3J0aWYwd2V0cGxhaW4x"


def line(code: str, real_name: str, why: str | None = None) -> dict[str, Any]:
    return {
        "line": code, "prefix": code, "name": WORDS, "department": None, "zones": ["A"], "windows": ["101"],
        "open_windows": 1, "waiting": 0, "wait": None, "open": why is None, "why": why, "again": None, "order": 1,
        "real_name": real_name,
    }  # fmt: skip


@dataclass
class Kiosk:
    """The kiosk, and what is plugged into it."""

    outside: Outside
    scanner: OnPort
    reader: CardReader
    reader_port: OnPort
    agent: KioskAgent
    page: PageClient
    folder: Path

    def take(self, of: str) -> dict[str, Any]:
        """A press of the page; what the server was asked."""
        assert self.page.do("take_number", {"line": of}).status_code == 200
        return self.outside.deeds("take_number")[-1].body

    def card(self) -> str | None:
        found: str | None = self.page.agent["readers"]["card"]
        return found


@pytest.fixture(scope="module")
def kiosk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kiosk]:
    folder = tmp_path_factory.mktemp("kiosk")
    cards = {"hall": HALL_CARD, "line/A": line("A", "off"), "line/P": line("P", "required", "ask_desk")}
    reader = CardReader()
    with ExitStack() as stack:
        outside = stack.enter_context(Outside(cards=cards))
        outside.answering["take_number"] = Counter()
        outside.answering["status"] = lambda body: (200, {"kind": "ticket_status", "revision": 1, **body})
        outside.pages["kiosk/person_key"] = {"day": HALL_CARD["day"], "key": KEY}
        scanner = stack.enter_context(OnPort(lambda data: b"", link=folder / "scanner"))
        port = stack.enter_context(OnPort(reader.hear, link=folder / "reader"))
        write_token(folder / "k1", "K1", "kiosk", zone="A")
        file = folder / "k1.toml"
        file.write_text(
            f'server = "{outside.url}"\nhall = "LJ"\ndata_dir = "k1"\n'
            f'[scanner]\nport = "{scanner.path}"\nbaud = 19200\n[card_reader]\nport = "{port.path}"\n'
        )
        known = read_settings(file)
        data = DataDir(known.terminal.data_dir)
        data.take()
        stack.callback(data.leave)
        agent = KioskAgent(known, data, enrolment(known.terminal, data), None, KioskVoice(None))
        agent.start()
        stack.callback(agent.stop)
        found = data.read("page.json")
        assert found is not None
        page = stack.enter_context(PageClient(found["pages"]["/"]))
        made = Kiosk(outside, scanner, reader, port, agent, page, folder)
        until(lambda: page.agent["readers"]["states"].get("idcard") == "ready", "the reader answers")
        until(lambda: page.agent["readers"]["states"].get("scanner") == "unheard", "the scanner is open")
        yield made


def test_a_slip_under_the_scanner_tells_how_its_number_stands(kiosk: Kiosk) -> None:
    assert kiosk.scanner.baud() == 19200
    kiosk.scanner.say(LINK.encode() + b"\r\n")
    until(lambda: kiosk.page.scanned, "the page is told")
    assert kiosk.page.scanned == [{"kind": "ticket_status", "revision": 1, "ticket": 4294967301}]
    asked = kiosk.outside.deeds("status")
    assert [(one.place, one.body) for one in asked] == [("citizen", {"ticket": 4294967301})]
    assert asked[0].headers["X-Ticket-Proof"] == "kq3J0aWYwd2V0cGxhaW4x"
    kiosk.outside.answering["status"] = lambda _: (409, refuse(Code.TICKET_PROOF).model_dump(mode="json"))
    kiosk.scanner.say(LINK.replace("kq3", "xxx").encode() + b"\r\n")
    until(lambda: len(kiosk.page.scanned) == 2, "the page is told")
    assert kiosk.page.scanned[1]["code"] == Code.TICKET_PROOF
    kiosk.scanner.say(b"6901234567892\r\n")
    until(lambda: len(kiosk.page.scanned) == 3, "the page is told")
    assert kiosk.page.scanned[2] == {"kind": "no_slip"}
    assert len(kiosk.outside.deeds("status")) == 2, "what is no link of this hall is asked nobody"
    until(lambda: kiosk.page.agent["readers"]["states"]["scanner"] == "ready", "the scanner was heard")


def test_a_card_takes_the_number_of_a_service_that_asks_for_one(kiosk: Kiosk) -> None:
    assert kiosk.reader_port.baud() == 115_200
    kiosk.reader.lay(CITIZEN)
    until(lambda: kiosk.card() == "read", "the card was read")
    assert kiosk.take("A") == {"line": "A", "language": "zh"}, "a service that asks for no card is told of none"
    until(lambda: kiosk.card() is None, "the card is forgotten with the number")
    kiosk.reader.lift()
    kiosk.reader.lay(CITIZEN)
    until(lambda: kiosk.card() == "read", "the card was read again")
    assert kiosk.take("P") == {"line": "P", "language": "zh", "person": PERSON}
    until(lambda: kiosk.card() is None, "the card is forgotten with the number")
    assert "person" not in kiosk.take("P")
    kiosk.reader.lift()


def test_neither_number_nor_name_stands_anywhere(kiosk: Kiosk, capfd: pytest.CaptureFixture[str]) -> None:
    kiosk.reader.lay(CITIZEN)
    until(lambda: kiosk.card() == "read", "the card was read")
    kiosk.reader.lift()
    kept = b"".join(file.read_bytes() for file in (kiosk.folder / "k1").iterdir())
    told = repr(kiosk.page.agent) + repr([asked.body for asked in kiosk.outside.asked]) + "".join(capfd.readouterr())
    for secret in (NUMBER, NUMBER[-4:], "韩梅梅", "19491231"):
        assert secret.encode() not in kept and secret not in told
    kiosk.agent._readers.forget_person()


def test_a_card_that_cannot_be_used_is_said_to_be_so(kiosk: Kiosk) -> None:
    kiosk.reader.lay(Card("JOHN", "1", "19491231", NUMBER, spare="I"))
    until(lambda: kiosk.card() == "refused", "the card was refused")
    assert "person" not in kiosk.take("P")
    kiosk.reader.lift()


def test_readers_are_told_to_the_staff_and_come_back(kiosk: Kiosk) -> None:
    kiosk.scanner.unplug()
    kiosk.reader_port.unplug()
    until(lambda: kiosk.page.agent["readers"]["states"] == {"scanner": "unplugged", "idcard": "unplugged"}, "away")
    until(lambda: kiosk.outside.health().get("idcard") == "unplugged", "the staff know")
    kiosk.scanner.plug()
    kiosk.reader_port.plug()
    until(lambda: kiosk.page.agent["readers"]["states"] == {"scanner": "unheard", "idcard": "ready"}, "back")


@pytest.mark.parametrize(
    ("code", "found"),
    [
        (LINK, (4294967301, "kq3J0aWYwd2V0cGxhaW4x")),
        (LINK.replace("/LJ/", "/paihao/LJ/"), (4294967301, "kq3J0aWYwd2V0cGxhaW4x")),
        (LINK.replace("/LJ/", "/XX/"), None),
        (LINK.partition("#")[0], None),
        ("A012", None),
        ("", None),
        (LINK + "\nhttps://x", None),
    ],
)
def test_only_the_link_of_a_slip_of_this_hall_is_looked_up(code: str, found: tuple[int, str] | None) -> None:
    assert ticket_in(code, "LJ") == found


def test_the_settings_of_both(tmp_path: Path) -> None:
    file = tmp_path / "k.toml"
    needed = 'server = "http://127.0.0.1:8600"\nhall = "LJ"\ndata_dir = "data"\n'
    scanner, reader = '[scanner]\nkind = "keyboard"\nport = "/dev/input/by-id/x"\n', '[card_reader]\nport = "COM3"\n'
    file.write_text(needed + scanner + reader)
    known = read_settings(file)
    assert known.scanner == ScannerSettings("keyboard", "/dev/input/by-id/x", 0, True)
    assert known.card_reader == CardReaderSettings("COM3", 115_200)
