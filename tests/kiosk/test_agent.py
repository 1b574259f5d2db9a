"""A citizen takes a number at a kiosk: one press, one number, one slip, and nothing that the staff do not hear of."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
import zxingcpp

from contract.words import Code
from drivers.simulators.escpos_printer import EscposPrinter
from kiosk.agent import KioskAgent
from kiosk.printing import printer_of
from kiosk.qr import qr_of
from kiosk.settings import read_settings
from kiosk.voice import KioskVoice
from terminal.data_dir import DataDir
from terminal.enrol import enrolment
from tests.display.packs import spoken
from tests.terminal.agents import AgentProcess, PageClient, press_id, write_token
from tests.terminal.hall_outside import Outside, refusing, until

TAKE = {"line": "A", "language": "zh"}
WORDS = {"zh": "企业开办", "en": "Starting a business"}
HALL_CARD = {
    "name": {"zh": "临江市政务服务中心", "en": "Linjiang"},
    "day": "2025-03-03",
    "timezone": "Asia/Shanghai",
    "open": True,
    "open_until": "17:00",
    "opens_next": None,
    "numbers_from": None,
    "day_closed": False,
    "zones": [],
    "missed_rule": {"zh": "过号顺延三位", "en": "Three places later"},
    "supervision_phone": "12345",
    "messages": [],
}


def issued(number: int, **changed: Any) -> dict[str, Any]:
    return {
        "kind": "issued",
        "revision": 2,
        "ticket": number,
        "slip": 1000 + number,
        "number": f"A{number:03}",
        "day": "2025-03-03",
        "line": "A",
        "service": WORDS,
        "department": None,
        "place": {"zh": "1层 A区", "en": "Floor 1, zone A"},
        "windows": ["101"],
        "ahead": 2,
        "wait": [5, 10],
        "taken_at": datetime.now(UTC).isoformat(),
        "taken_local": "2025-03-03 09:12",
        "priority": None,
        "missed_rule": HALL_CARD["missed_rule"],
        "hall_name": HALL_CARD["name"],
        "language": "zh",
        "reprint": False,
        "print_at": None,
        "link": None,
        "short_code": "7KQ2",
        **changed,
    }


class Counter:
    """The server's counter: each new key gets the next number."""

    def __init__(self) -> None:
        self.given = 0

    def __call__(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.given += 1
        return 200, issued(self.given)


@pytest.fixture
def outside() -> Iterator[Outside]:
    with Outside(cards={"hall": HALL_CARD}) as server:
        server.answering["take_number"] = Counter()
        yield server


@pytest.fixture
def printer() -> Iterator[EscposPrinter]:
    with EscposPrinter() as made:
        yield made


@pytest.fixture
def settings(outside: Outside, printer: EscposPrinter, tmp_path: Path) -> Path:
    write_token(tmp_path / "k1", "K1", "kiosk", zone="A")
    file = tmp_path / "k1.toml"
    file.write_text(
        f'server = "{outside.url}"\nhall = "LJ"\ndata_dir = "k1"\n'
        f'[printer]\nkind = "network"\nhost = "{printer.host}"\nport = {printer.port}\nmode = "text"\nconfirm_s = 5\n'
    )
    return file


Started = Callable[[], KioskAgent]


@pytest.fixture
def started(settings: Path) -> Iterator[Started]:
    """Starts the agent on the same folder again, as often as asked."""
    running: list[tuple[KioskAgent, DataDir]] = []

    def stop() -> None:
        while running:
            agent, data = running.pop()
            agent.stop()
            data.leave()

    def start() -> KioskAgent:
        stop()
        known = read_settings(settings)
        data = DataDir(known.terminal.data_dir)
        data.take()
        agent = KioskAgent(known, data, enrolment(known.terminal, data), printer_of(known.printer), KioskVoice(None))
        running.append((agent, data))
        agent.start()
        return agent

    yield start
    stop()


@pytest.fixture
def page(started: Started, settings: Path) -> Iterator[PageClient]:
    started()
    with PageClient(page_url(settings)) as client:
        until(lambda: client.agent["connected"] and client.agent["printer"]["state"] == "ready", "ready")
        yield client


def page_url(settings: Path) -> str:
    found = DataDir(settings.parent / "k1").read("page.json")
    assert found is not None
    return str(found["url"])


def records(outside: Outside) -> list[dict[str, Any]]:
    return [asked.body for asked in outside.deeds("record_slip")]


def press_in_vain(page: PageClient, press: str) -> None:
    with pytest.raises(requests.RequestException):
        page.do("take_number", TAKE, press)


def test_a_press_gives_a_number_and_its_slip(outside: Outside, printer: EscposPrinter, page: PageClient) -> None:
    answer = page.do("take_number", TAKE)
    assert (answer.status_code, answer.json()["number"]) == (200, "A001")
    paper = printer.wait_for_paper(1, 60)
    assert "A001" in paper.text.replace(" ", "")
    assert "12345" in paper.text
    until(lambda: records(outside))
    assert records(outside) == [{"slip": 1001, "outcome": "printed", "after": None, "reason": None, "substituted": 0}]
    until(lambda: (page.agent["last_slip"] or {}).get("outcome") == "printed")


@pytest.mark.parametrize(
    ("link", "opened"),
    [
        ("https://q.example/LJ/ticket/1#k7Q", "https://q.example/LJ/ticket/1?care=1#k7Q"),
        ("https://q.example/LJ/ticket/1?lang=en#k7Q", "https://q.example/LJ/ticket/1?lang=en&care=1#k7Q"),
    ],
)
def test_a_number_taken_in_care_mode_leads_to_its_page_in_large_type(
    outside: Outside, printer: EscposPrinter, page: PageClient, link: str, opened: str
) -> None:
    outside.answering["take_number"] = lambda body: (200, issued(1, link=link))
    answer = page.do("take_number", {**TAKE, "care": True}).json()
    assert (answer["link"], answer["qr"]) == (opened, qr_of(opened))
    assert outside.deeds("take_number")[0].body == TAKE  # the server is not asked for it
    scanned = zxingcpp.read_barcodes(printer.wait_for_paper(1, 60).image.convert("L"))
    assert [code.text for code in scanned] == [opened]


def test_care_mode_is_yes_or_no(outside: Outside, page: PageClient) -> None:
    assert page.do("take_number", {**TAKE, "care": "yes"}).json()["code"] == Code.BAD_REQUEST
    assert outside.deeds("take_number") == []


def test_a_number_with_a_link_comes_with_its_code_for_the_screen(outside: Outside, page: PageClient) -> None:
    link = "https://q.example/LJ/ticket/1#k7Q"
    outside.answering["take_number"] = lambda body: (200, issued(1, link=link))
    press = press_id()
    drawn = page.do("take_number", TAKE, press).json()["qr"]
    assert drawn == qr_of(link)
    assert page.do("take_number", TAKE, press).json()["qr"] == drawn


def test_the_key_of_the_press_is_the_key_of_the_command(outside: Outside, page: PageClient) -> None:
    press = press_id()
    page.do("take_number", TAKE, press)
    assert [asked.key for asked in outside.deeds("take_number")] == [press]


def test_a_double_tap_gives_one_number_and_one_slip(outside: Outside, printer: EscposPrinter, page: PageClient) -> None:
    press = press_id()
    answers: list[requests.Response] = []
    taps = [threading.Thread(target=lambda: answers.append(page.do("take_number", TAKE, press))) for _ in range(5)]
    for tap in taps:
        tap.start()
    for tap in taps:
        tap.join()
    answers.append(page.do("take_number", TAKE, press))
    assert [answer.json()["number"] for answer in answers] == ["A001"] * 6
    assert len(outside.deeds("take_number")) == 1
    until(lambda: records(outside))
    assert len(printer.papers) == 1


def test_two_fingers_on_two_keys_take_one_number(outside: Outside, page: PageClient) -> None:
    reached, go_on = threading.Event(), threading.Event()
    count = Counter()

    def slowly(body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        reached.set()
        go_on.wait(10)
        return count(body)

    outside.answering["take_number"] = slowly
    first: list[requests.Response] = []
    finger = threading.Thread(target=lambda: first.append(page.do("take_number", TAKE)))
    finger.start()
    reached.wait(10)
    second = page.do("take_number", {"line": "B", "language": "zh"})
    go_on.set()
    finger.join()
    assert (second.status_code, second.json()["code"]) == (409, Code.BUSY)
    assert first[0].json()["number"] == "A001"
    assert count.given == 1


def test_the_same_press_for_another_line_is_refused(outside: Outside, page: PageClient) -> None:
    press = press_id()
    page.do("take_number", TAKE, press)
    again = page.do("take_number", {"line": "B", "language": "zh"}, press)
    assert again.json()["code"] == Code.KEY_REUSED
    assert len(outside.deeds("take_number")) == 1


def test_a_lost_answer_gives_one_number(outside: Outside, printer: EscposPrinter, page: PageClient) -> None:
    outside.lose_answers, outside.lose_of = 2, "take_number"  # and not of what the kiosk reports meanwhile
    assert page.do("take_number", TAKE).json()["number"] == "A001"
    asked = outside.deeds("take_number")
    assert (len(asked), len({one.key for one in asked})) == (3, 1)
    printer.wait_for_paper(1, 60)


def test_a_refusal_reaches_the_page_in_both_languages(outside: Outside, page: PageClient) -> None:
    outside.answering["take_number"] = refusing(Code.LINE_CLOSED)
    answer = page.do("take_number", TAKE)
    assert answer.status_code == 409
    assert answer.json()["code"] == Code.LINE_CLOSED
    assert set(answer.json()["sentence"]) == {"zh", "en"}


@pytest.mark.parametrize(
    "body",
    [{}, {"line": "A B"}, {"line": "A", "language": "fr"}, {"line": "A", "priority": "LN"}, {"line": "A", "x": 1}],
)
def test_what_no_citizen_may_ask_for_is_not_passed_on(outside: Outside, page: PageClient, body: dict[str, Any]) -> None:
    assert page.do("take_number", body).json()["code"] == Code.BAD_REQUEST
    assert not outside.deeds("take_number")


def test_a_kiosk_that_is_cut_off_says_so_at_once(outside: Outside, page: PageClient) -> None:
    outside.shut()
    until(lambda: not page.agent["connected"], "cut off")
    assert page.do("take_number", TAKE).json()["code"] == Code.NO_SERVER
    outside.open()
    until(lambda: page.agent["connected"], "back")
    assert page.do("take_number", TAKE).status_code == 200


def test_an_empty_printer_is_known_before_anybody_chooses(
    printer: EscposPrinter, outside: Outside, page: PageClient
) -> None:
    printer.set_faults(paper_out=True)
    until(lambda: page.agent["printer"]["state"] == "paper_out", "paper out")
    until(lambda: outside.health() == {"printer": "paper_out"}, "reported")


def test_where_paper_fails_the_number_is_shown_and_staff_are_told(
    printer: EscposPrinter, outside: Outside, page: PageClient
) -> None:
    printer.set_faults(paper_out=True)
    assert page.do("take_number", TAKE).json()["number"] == "A001"
    until(lambda: records(outside), "recorded")
    said = records(outside)[0]
    assert (said["slip"], said["outcome"], said["after"], said["reason"]) == (1001, "failed", "shown", "paper_out")
    until(lambda: (page.agent["last_slip"] or {}).get("outcome") == "failed")
    assert printer.papers == []


def test_nothing_was_shown_where_no_screen_is_open(
    printer: EscposPrinter, outside: Outside, started: Started, settings: Path
) -> None:
    printer.set_faults(paper_out=True)
    started()
    client = PageClient(page_url(settings))  # presses, but has no picture
    until(lambda: client.do("take_number", TAKE).status_code == 200)
    until(lambda: records(outside))
    assert records(outside)[0]["after"] is None


def test_a_reprint_is_printed_once_and_recorded(outside: Outside, printer: EscposPrinter, page: PageClient) -> None:
    outside.pages["kiosk/slip/77"] = issued(5, slip=77, reprint=True)
    for _ in range(3):
        outside.publish({"prints/K1": {"kiosk": "K1", "slips": [77]}})
    assert "A005" in printer.wait_for_paper(1, 60).text.replace(" ", "")
    until(lambda: records(outside))
    assert [(said["slip"], said["outcome"]) for said in records(outside)] == [(77, "printed")]
    outside.publish({"prints/K1": None})
    outside.publish({"hall": {**HALL_CARD, "open": False}})
    until(lambda: page.cards["hall"]["open"] is False)
    assert len(printer.papers) == 1
    assert page.agent["last_slip"] is None


def test_an_agent_killed_between_asking_and_printing_withdraws_the_slip(
    outside: Outside, printer: EscposPrinter, settings: Path
) -> None:
    data_dir = settings.parent / "k1"
    asked = threading.Event()
    go_on = threading.Event()
    count = Counter()

    def answered_to_nobody(body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        asked.set()
        go_on.wait(60)
        return count(body)

    outside.answering["take_number"] = answered_to_nobody
    first = AgentProcess("kiosk", settings, data_dir)
    client = PageClient(first.wait_for_page()["url"])
    with client:
        until(lambda: client.agent["connected"])
        press = press_id()
        tap = threading.Thread(target=lambda: press_in_vain(client, press))
        tap.start()
        assert asked.wait(60)
        first.kill()
        go_on.set()
        tap.join()
    second = AgentProcess("kiosk", settings, data_dir)
    again = PageClient(second.wait_for_page()["url"])
    until(lambda: records(outside), "withdrawn")
    said = records(outside)[0]
    assert (said["slip"], said["outcome"], said["after"], said["reason"]) == (1001, "failed", "withdrawn", "agent_died")
    assert {one.key for one in outside.deeds("take_number")} == {press}
    assert again.do("take_number", TAKE, press).json()["code"] == Code.NOT_CONFIRMED
    assert count.given == 1
    assert second.end() == 0
    assert printer.papers == []


def test_an_agent_killed_while_printing_says_that_it_does_not_know(
    outside: Outside, printer: EscposPrinter, settings: Path
) -> None:
    data_dir = settings.parent / "k1"
    first = AgentProcess("kiosk", settings, data_dir)
    with PageClient(first.wait_for_page()["url"]) as client:
        until(lambda: client.agent["connected"] and client.agent["printer"]["state"] == "ready")
        printer.set_faults(silent=True)  # so that the job waits for its confirmation
        assert client.do("take_number", TAKE).status_code == 200
        until(lambda: '"begun":true' in (data_dir / "intents.jsonl").read_text(), "begun")
        first.kill()
    printer.clear_faults()
    before = len(printer.papers)
    second = AgentProcess("kiosk", settings, data_dir)
    second.wait_for_page()
    until(lambda: records(outside), "recorded")
    said = records(outside)[0]
    assert (said["slip"], said["outcome"], said["after"], said["reason"]) == (
        1001,
        "unknown",
        "withdrawn",
        "agent_died",
    )
    assert second.end() == 0
    assert len(printer.papers) in (before, 1)


def test_a_slip_outcome_outlives_the_agent(outside: Outside, printer: EscposPrinter, settings: Path) -> None:
    data_dir = settings.parent / "k1"
    outside.answering["record_slip"] = refusing(Code.NOT_ENROLLED, 401)
    first = AgentProcess("kiosk", settings, data_dir)
    with PageClient(first.wait_for_page()["url"]) as client:
        until(lambda: client.agent["connected"])
        assert client.do("take_number", TAKE).status_code == 200
        until(lambda: records(outside), "tried")
        first.kill()
    del outside.answering["record_slip"]
    outside.asked.clear()
    second = AgentProcess("kiosk", settings, data_dir)
    second.wait_for_page()
    until(lambda: records(outside), "sent after the restart")
    assert records(outside)[0]["outcome"] == "printed"
    assert second.end() == 0
    assert len(printer.papers) == 1


def test_a_second_agent_on_the_same_folder_is_refused(settings: Path) -> None:
    data_dir = settings.parent / "k1"
    first = AgentProcess("kiosk", settings, data_dir)
    first.wait_for_page()
    second = AgentProcess("kiosk", settings, data_dir)
    assert second.process.wait(timeout=60) == 1
    second.end()
    assert "另一个终端程序" in (data_dir / "stderr.txt").read_text()
    assert first.end() == 0


def test_the_page_asks_its_agent_to_speak_and_nobody_else_can(settings: Path, page: PageClient) -> None:
    base = page.base
    asked = {"language": "zh", "say": "number", "number": "D047"}
    sound = requests.get(f"{base}sound", asked, headers={"X-Page-Secret": page.secret}, timeout=10)
    assert (sound.status_code, sound.headers["Content-Type"]) == (200, "audio/wav")
    assert sound.content.endswith(spoken("zh", "您的号是", "D", "0", "4", "7"))
    assert requests.get(f"{base}sound", asked, timeout=10).json()["code"] == Code.PAGE_SECRET
    unknown = requests.get(f"{base}sound", {"say": "x"}, headers={"X-Page-Secret": page.secret}, timeout=10)
    assert unknown.status_code == 404
    assert requests.post(f"{base}sound", headers={"X-Page-Secret": page.secret}, timeout=10).status_code == 405
