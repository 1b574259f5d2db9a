"""A slip's fate at a kiosk whose printer and program fail, and one touch that arrives more than once."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from drivers.simulators.escpos_printer import EscposPrinter
from tests.journeys.counter import take
from tests.journeys.hall import HALL, PASSWORD, Agent, Hall, at_once, freeze, press_id, thaw
from tests.journeys.staging import open_hall, printer_settings
from tests.terminal.agents import PageClient
from tests.terminal.hall_outside import until

WITHIN_S = 60.0
TOUCH = {"line": "A", "language": "zh"}


@dataclass
class Kiosk:
    """K1 with its printer, and the desk that looks after its slips."""

    hall: Hall
    agent: Agent
    printer: EscposPrinter
    session: str
    closing: ExitStack
    page: PageClient = field(init=False)

    def start(self) -> None:
        """The program runs and its page is open when this returns."""
        self.agent.start()
        self.page = self.closing.enter_context(self.agent.page())
        self.wait_printer("ready")
        until(lambda: self.page.agent["connected"], "the kiosk hears the server", WITHIN_S)

    def wait_printer(self, state: str) -> None:
        until(lambda: self.page.agent["printer"]["state"] == state, f"the screen says {state}", WITHIN_S)

    def slip(self, slip: int) -> tuple[Any, ...]:
        """Outcome, what came after, reason."""
        return self.hall.rows("SELECT outcome, after, reason FROM slips WHERE id = ?", slip)[0]

    def desk(self, deed: str, **body: Any) -> requests.Response:
        return self.hall.post(f"desk/{deed}", body, x_session=self.session)

    def in_trouble(self) -> dict[str, str | None]:
        """The numbers whose slips the desk's card lists, and what became of each."""
        url = f"{self.hall.url}/{HALL}/snapshot/staff"
        cards = requests.get(url, headers={"X-Session": self.session}, timeout=10).json()["cards"]
        return {one["number"]: one["outcome"] for one in cards["devices"]["slips"]}

    def printed(self) -> Counter[str]:
        """How many papers with each number came out."""
        texts = [paper.text.replace(" ", "") for paper in self.printer.papers]
        labels = [label for (label,) in self.hall.rows("SELECT label FROM tickets")]
        return Counter(label for text in texts for label in labels if label in text)

    def tickets(self) -> int:
        return int(self.hall.rows("SELECT count(*) FROM tickets")[0][0])


@pytest.fixture
def kiosk(installed: Kiosk) -> Iterator[Kiosk]:
    """K1 with a printer that has no fault, whatever a test before left."""
    yield installed
    installed.printer.clear_faults()
    installed.printer.plug()


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kiosk]:
    folder: Path = tmp_path_factory.mktemp("hall")
    with ExitStack() as stack:
        printer = stack.enter_context(EscposPrinter())
        hall = stack.enter_context(open_hall(folder))
        agent, _ = at_once(
            lambda: hall.add_agent("kiosk", "K1", ["--zone", "A"], printer_settings(printer, "text")),
            lambda: hall.choose_password("1001"),
        )
        signed_in = hall.post("desk/sign_in", {"login": "1001", "password": PASSWORD})
        made = Kiosk(hall, agent, printer, signed_in.json()["session"], stack)
        made.start()
        yield made


def test_no_paper_is_told_before_and_the_desk_prints_again(kiosk: Kiosk) -> None:
    before = len(kiosk.printer.papers)
    kiosk.printer.set_faults(paper_out=True)
    kiosk.wait_printer("paper_out")
    issued = take(kiosk.page)
    number = issued["number"]
    until(lambda: (kiosk.page.agent["last_slip"] or {}).get("outcome") == "failed", "the screen shows it", WITHIN_S)
    until(lambda: kiosk.slip(issued["slip"]) == ("failed", "shown", "paper_out"), "recorded", WITHIN_S)
    until(lambda: kiosk.in_trouble().get(number) == "failed", "the desk's card lists it", WITHIN_S)

    kiosk.printer.set_faults(paper_out=False)
    kiosk.wait_printer("ready")
    assert kiosk.printed()[number] == 0  # nothing of itself
    again = kiosk.desk("reprint_slip", ticket=issued["ticket"], print_at="K1", reason="缺纸")
    assert again.status_code == 200, again.text
    paper = kiosk.printer.wait_for_paper(before + 1, WITHIN_S)
    assert number in paper.text.replace(" ", "") and "补打" in paper.text
    until(lambda: kiosk.slip(again.json()["slip"])[0] == "printed", "recorded", WITHIN_S)
    assert kiosk.slip(issued["slip"]) == ("failed", "reprinted", "paper_out")
    until(lambda: number not in kiosk.in_trouble(), "the card lists it no more", WITHIN_S)
    assert len(kiosk.printer.papers) == before + 1


def test_the_printer_is_pulled_in_mid_job_and_nothing_comes_twice(kiosk: Kiosk) -> None:
    kiosk.printer.set_faults(slow=True)
    issued = take(kiosk.page)
    kiosk.printer.wait_for_bytes(200, WITHIN_S)
    kiosk.printer.unplug()
    until(lambda: kiosk.slip(issued["slip"])[0] == "unknown", "nobody knows whether it came out", WITHIN_S)
    until(lambda: kiosk.in_trouble().get(issued["number"]) == "unknown", "the desk's card lists it", WITHIN_S)
    kiosk.wait_printer("offline")

    kiosk.printer.set_faults(slow=False)
    kiosk.printer.plug()
    kiosk.wait_printer("ready")
    following = take(kiosk.page)
    until(lambda: kiosk.slip(following["slip"])[0] == "printed", "the next slip is printed", WITHIN_S)
    assert kiosk.printed()[following["number"]] == 1
    assert kiosk.printed()[issued["number"]] <= 1
    assert kiosk.slip(issued["slip"])[0] == "unknown"


def test_a_kiosk_killed_between_asking_and_printing_prints_nothing_afterwards(kiosk: Kiosk) -> None:
    assert kiosk.hall.server is not None
    tickets, papers = kiosk.tickets(), len(kiosk.printer.papers)
    freeze(kiosk.hall.server)
    parts = urlsplit(f"{kiosk.page.base}do/take_number")
    connection = HTTPConnection(parts.netloc, timeout=30)
    headers = {"X-Page-Secret": kiosk.page.secret, "X-Press": press_id(), "Content-Type": "application/json"}
    connection.request("POST", parts.path, json.dumps(TOUCH), headers)
    intents = kiosk.agent.folder / "intents.jsonl"
    until(lambda: headers["X-Press"] in intents.read_text(), "the kiosk has asked", WITHIN_S)
    until(lambda: _has_been_sent(kiosk.hall.port), "its request is with the server", WITHIN_S)
    kiosk.agent.running.kill()
    connection.close()
    thaw(kiosk.hall.server)
    until(lambda: kiosk.tickets() == tickets + 1, "the number was given", WITHIN_S)
    slip, number = kiosk.hall.rows("SELECT s.id, s.label FROM slips s ORDER BY s.id DESC LIMIT 1")[0]

    kiosk.start()
    until(lambda: kiosk.slip(slip) == ("failed", "withdrawn", "agent_died"), "the slip is withdrawn", WITHIN_S)
    until(lambda: kiosk.in_trouble().get(number) == "failed", "the desk's card lists it", WITHIN_S)
    following = take(kiosk.page)
    kiosk.printer.wait_for_paper(papers + 1, WITHIN_S)
    assert following["number"] != number
    assert (kiosk.printed()[number], kiosk.printed()[following["number"]]) == (0, 1)
    assert kiosk.tickets() == tickets + 2


def test_a_double_tap_and_a_lost_answer_are_one_ticket(kiosk: Kiosk) -> None:
    tickets = kiosk.tickets()
    touch = press_id()
    answers = at_once(*[lambda: kiosk.page.do("take_number", TOUCH, touch)] * 2)
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert kiosk.tickets() == tickets + 1

    touch = press_id()
    parts = urlsplit(f"{kiosk.page.base}do/take_number")
    connection = HTTPConnection(parts.netloc, timeout=30)
    headers = {"X-Page-Secret": kiosk.page.secret, "X-Press": touch, "Content-Type": "application/json"}
    connection.request("POST", parts.path, json.dumps(TOUCH), headers)
    until(lambda: kiosk.tickets() == tickets + 2, "the number was given", WITHIN_S)
    connection.close()  # nobody has read the answer
    again = kiosk.page.do("take_number", TOUCH, touch)
    given = kiosk.hall.rows("SELECT label FROM tickets ORDER BY id DESC LIMIT 1")[0][0]
    assert (again.status_code, again.json()["number"]) == (200, given)
    assert kiosk.tickets() == tickets + 2
    until(lambda: kiosk.printed()[given] == 1, "one slip came out", WITHIN_S)
    kiosk.hall.doctor()


def _has_been_sent(port: int) -> bool:
    """Whether a whole request waits unread at the frozen server, by the kernel's own table; what the live lines say by
    themselves is shorter."""
    wanted = f":{port:04X}"
    for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]:
        _, local, _, state, queues, *_ = line.split()
        if local.endswith(wanted) and state == "01" and int(queues.partition(":")[2], 16) > 200:
            return True
    return False
