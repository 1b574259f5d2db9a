"""The server goes away and the kiosk goes on: one press, one number, on the disk before the paper, told afterwards."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from contract.words import Code
from drivers.simulators.escpos_printer import EscposPrinter
from terminal.data_dir import DataDir
from tests.kiosk.test_agent import (
    HALL_CARD,
    TAKE,
    WORDS,
    Counter,
    Started,
    issued,
    page_url,
    printer,
    settings,
    started,
)
from tests.terminal.agents import PageClient, press_id
from tests.terminal.hall_outside import Outside, refusing, until

__all__ = ["printer", "settings", "started"]
DAY = HALL_CARD["day"]
BLOCK = 26  # one more than the half of an ordinary one: no second is asked for until two are given


def line_card(line: str = "A", **changed: Any) -> dict[str, Any]:
    return {
        "line": line, "prefix": line[0], "name": WORDS, "department": None, "zones": ["A"], "windows": ["101"],
        "open_windows": 1, "waiting": 4, "wait": [5, 10], "open": True, "why": None, "again": None, "order": 1,
        "place": {"zh": "1层 101 号窗口", "en": "Floor 1, window 101"}, "taking": [], **changed,
    }  # fmt: skip


class Leases:
    """The server's side: small blocks, and every number that it was told of, by what makes it one."""

    def __init__(self) -> None:
        self.last = 0
        self.told: dict[int, dict[str, Any]] = {}
        self.until = datetime.now(UTC) + timedelta(hours=9)

    def lease(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        first = max(self.last, body["after"]) + 1
        self.last = first + BLOCK - 1
        said = {"kind": "leased", "revision": 3, "series": "K1-", "first": first, "last": self.last, "day": body["day"]}
        return 200, {**said, "until": self.until.isoformat()}

    def record(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.told[body["number"]] = body
        said = {"number": f"K1-{body['number']:03}", "revision": 10 + len(self.told)}
        return 200, {**issued(500 + body["number"]), **said}


@pytest.fixture
def leases() -> Leases:
    return Leases()


@pytest.fixture
def outside(leases: Leases) -> Iterator[Outside]:
    with Outside(cards={"hall": HALL_CARD, "line/A": line_card()}) as server:
        server.answering |= {"take_number": Counter(), "lease_numbers": leases.lease, "record_leased": leases.record}
        yield server


@pytest.fixture
def page(started: Started, settings: Path, leases: Leases) -> Iterator[PageClient]:
    """Connected, with so many numbers that no more are asked for."""
    started()
    with PageClient(page_url(settings)) as client:
        until(lambda: client.agent["connected"] and client.agent["printer"]["state"] == "ready", "ready")
        until(lambda: any("lease" in line for line in journal(settings)), "leased")
        yield client


def cut(outside: Outside, page: PageClient) -> None:
    outside.shut()
    until(lambda: page.agent["standby"] is not None, "the page may go on")


def journal(settings: Path) -> list[dict[str, Any]]:
    file = settings.parent / "k1" / "leased.jsonl"
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_without_the_server_the_kiosk_gives_its_own_numbers_and_tells_of_them(
    outside: Outside, leases: Leases, page: PageClient, printer: EscposPrinter
) -> None:
    online = page.do("take_number", TAKE).json()
    assert online["number"] == "A001"
    cut(outside, page)
    assert page.agent["standby"]["series"] == "K1-" and page.agent["standby"]["closed"] == {}
    answers = [page.do("take_number", {**TAKE, "language": language}).json() for language in ("zh", "en")]
    assert [answer["number"] for answer in answers] == ["K1-001", "K1-002"]
    assert [answer["ahead"] for answer in answers] == [4, 5] and answers[0]["wait"] is None
    chinese, english = printer.wait_for_paper(2, 60), printer.wait_for_paper(3, 60)
    assert "和服务器的连接断了" in chinese.text and "至少 4" in chinese.text
    assert "The line to the server is cut" in english.text and "at least 5" in english.text
    until(lambda: page.agent["last_slip"]["outcome"] == "printed")
    outside.open()
    until(lambda: page.agent["untold"] == 0 and len(leases.told) == 2, "told")
    until(lambda: all(one["outcome"] == "printed" for one in leases.told.values()), "with what became of the paper")
    assert [leases.told[number]["language"] for number in (1, 2)] == ["zh", "en"]
    taken = [datetime.fromisoformat(leases.told[number]["taken_at"]) for number in (1, 2)]
    assert taken[0] < taken[1] < datetime.now(UTC)
    assert page.do("take_number", TAKE).json()["number"] == "A002"


def test_the_number_is_on_the_disk_before_anybody_sees_it(outside: Outside, page: PageClient, settings: Path) -> None:
    cut(outside, page)
    answer = page.do("take_number", TAKE).json()
    given = [line["given"] for line in journal(settings) if "given" in line]
    assert [(one["body"]["number"], one["said"]["number"]) for one in given] == [(1, answer["number"])]


def test_a_double_tap_gives_one_number(outside: Outside, page: PageClient) -> None:
    cut(outside, page)
    press = press_id()
    assert {page.do("take_number", TAKE, press).json()["number"] for _ in range(3)} == {"K1-001"}
    assert page.do("take_number", TAKE).json()["number"] == "K1-002"


def test_a_press_that_was_on_its_way_when_the_line_was_cut_has_one_number(
    outside: Outside, leases: Leases, page: PageClient
) -> None:
    press = press_id()
    outside.lose_answers = 1_000  # the server gives a number, and nobody hears of it
    outside.beating = False
    answer = page.do("take_number", TAKE, press)
    assert answer.json()["number"] == "K1-001"
    assert len({asked.key for asked in outside.deeds("take_number")}) == 1
    outside.lose_answers, outside.beating = 0, True
    until(lambda: leases.told.get(1, {}).get("instead_of") == 1, "the other number is taken out")
    until(lambda: [asked.body["after"] for asked in outside.deeds("record_slip")] == ["withdrawn"])


def test_when_the_block_is_used_up_people_are_sent_to_the_desk(
    outside: Outside, leases: Leases, page: PageClient
) -> None:
    cut(outside, page)
    numbers = [page.do("take_number", TAKE).json()["number"] for _ in range(leases.last)]
    assert numbers == [f"K1-{number:03}" for number in range(1, leases.last + 1)]
    refused = page.do("take_number", TAKE)
    assert (refused.status_code, refused.json()["code"]) == (409, Code.BLOCK_USED_UP)
    until(lambda: page.agent["standby"] is None, "the page says so")


def test_only_lines_that_are_open_by_the_last_card_and_the_hours_give_numbers(
    outside: Outside, page: PageClient
) -> None:
    now = datetime.now(UTC)
    over = [[(now - timedelta(hours=3)).isoformat(), (now - timedelta(hours=1)).isoformat()]]
    running = [[(now - timedelta(hours=1)).isoformat(), (now + timedelta(hours=1)).isoformat()]]
    outside.publish(
        {
            "line/B": line_card("B", taking=over),
            "line/C": line_card("C", open=False, why="stopped"),
            "line/D": line_card("D", open=False, why="before_hours", taking=running),
            "line/E": line_card("E", open=False, why="ask_desk"),
        }
    )
    until(lambda: "line/E" in page.cards)
    cut(outside, page)
    assert page.agent["standby"]["closed"] == {"B": "after_hours", "C": "stopped", "E": "ask_desk"}
    codes = {line: page.do("take_number", {**TAKE, "line": line}).json().get("code") for line in "ABCDEF"}
    closed, nothing = Code.LINE_CLOSED, Code.LINE_UNKNOWN
    assert codes == {"A": None, "B": closed, "C": closed, "D": None, "E": Code.ASK_DESK, "F": nothing}


def test_a_lease_ends_with_its_day(outside: Outside, leases: Leases, started: Started, settings: Path) -> None:
    leases.until = datetime.now(UTC) - timedelta(seconds=1)
    started()
    with PageClient(page_url(settings)) as client:
        until(lambda: client.agent["connected"] and any("lease" in line for line in journal(settings)), "leased")
        outside.shut()
        until(lambda: not client.agent["connected"], "cut")
        assert client.agent["standby"] is None
        assert client.do("take_number", TAKE).json()["code"] == Code.BLOCK_USED_UP


def test_a_restarted_agent_goes_on_with_its_block_and_prints_for_nobody_who_has_left(
    outside: Outside, leases: Leases, page: PageClient, printer: EscposPrinter, started: Started, settings: Path
) -> None:
    cut(outside, page)
    printer.set_faults(paper_out=True)
    press = press_id()
    first = page.do("take_number", TAKE, press).json()
    started()
    printer.set_faults(paper_out=False)
    with PageClient(page_url(settings)) as client:
        until(lambda: client.agent["standby"] is not None, "goes on")
        again = client.do("take_number", TAKE, press).json()
        assert (again["number"], again["late"]) == (first["number"], True)
        assert client.do("take_number", TAKE).json()["number"] == "K1-002"
        outside.open()
        until(lambda: len(leases.told) == 2 and client.agent["untold"] == 0, "told")
        assert leases.told[1]["outcome"] in ("failed", "unknown")
    asked = outside.deeds("lease_numbers")[0].body
    assert DataDir(settings.parent / "k1").read("instance") == {"instance": asked["instance"]}
    assert len({asked.body["instance"] for asked in outside.deeds("lease_numbers")}) == 1


def test_a_server_restored_from_a_copy_is_told_again(outside: Outside, leases: Leases, page: PageClient) -> None:
    cut(outside, page)
    page.do("take_number", TAKE)
    page.do("take_number", TAKE)
    outside.open()
    until(lambda: len(leases.told) == 2 and page.agent["untold"] == 0, "told")
    until(lambda: all(one["outcome"] for one in leases.told.values()), "papers")
    cut(outside, page)
    leases.told.clear()
    outside.known.clear()  # as the server was before it heard of them
    outside.open()
    until(lambda: sorted(leases.told) == [1, 2], "told again")


def test_a_second_machine_of_the_same_name_is_told_to_the_desk(
    outside: Outside, started: Started, settings: Path
) -> None:
    outside.answering["lease_numbers"] = refusing(Code.LEASED_ELSEWHERE)
    started()
    until(lambda: any(a.body["health"].get("numbers") == "elsewhere" for a in outside.deeds("report_device")))
    with PageClient(page_url(settings)) as client:
        outside.shut()
        until(lambda: not client.agent["connected"], "cut")
        assert client.do("take_number", TAKE).json()["code"] == Code.NO_SERVER
