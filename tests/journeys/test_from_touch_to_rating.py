"""A citizen's whole way, and what clerks and citizens do with pad and keypad, in a hall of two windows."""

from collections.abc import Iterator

import pytest
import zxingcpp

from drivers.simulators.paper import Paper
from tests.journeys.counter import Counter, take
from tests.journeys.staging import Staged, hall_at_work
from tests.terminal.hall_outside import until

WITHIN_S = 30.0


@pytest.fixture(scope="module")
def at_work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staged]:
    folder = tmp_path_factory.mktemp("hall")
    with hall_at_work(folder, kiosks={"K1": "text", "K2": "raster"}, page_agents=True) as staged:
        yield staged


@pytest.fixture
def counter(at_work: Staged) -> Counter:
    """Window 101 with its clerk, and nothing in hand."""
    found = at_work.counters["101"]
    found.sign_in()
    found.wait("free")
    return found


def links(paper: Paper) -> list[str]:
    """The addresses in the QR codes of a slip, whether the printer made them or they were drawn."""
    return list(paper.qr_payloads) or [code.text for code in zxingcpp.read_barcodes(paper.image.convert("L"))]


@pytest.mark.parametrize("kiosk", ["K1", "K2"])
def test_from_the_touch_to_the_rating(at_work: Staged, kiosk: str) -> None:
    hall, board, counter = at_work.hall, at_work.board, at_work.counters["101"]
    printer = at_work.printers[kiosk]
    counter.sign_out()
    counter.strip.wait_text("暂未开放", WITHIN_S)
    printed = len(printer.papers)

    issued = take(at_work.kiosks[kiosk])
    number = issued["number"]
    paper = printer.wait_for_paper(printed + 1, WITHIN_S)
    assert any(f"/LJ/ticket/{issued['ticket']}#" in link for link in links(paper)), links(paper)
    if kiosk == "K1":
        text = paper.text.replace(" ", "")
        assert number in text and issued["service"]["zh"] in text and "补打" not in text
    slip = "SELECT outcome, after FROM slips WHERE id = ?"
    until(lambda: hall.rows(slip, issued["slip"]) == [("printed", None)], "the slip is recorded as printed", WITHIN_S)

    counter.sign_in()
    counter.strip.wait_text("欢迎光临", WITHIN_S)
    visit = counter.call()
    counter.strip.wait_text(f"请{number}到101窗口", WITHIN_S)
    until(lambda: board.newest_call() == (number, "101", 0), "the call stands on the board", WITHIN_S)
    assert board.card("window/101")["number"] == number
    counter.start()
    counter.strip.wait_text(f"{number} 正在办理", WITHIN_S)
    counter.finish()
    assert counter.keypad.wait_awake(WITHIN_S)
    assert counter.keypad.press(4).wait_acknowledged(WITHIN_S)
    counter.wait_record(visit, 4)
    counter.strip.wait_text("欢迎光临", WITHIN_S)
    until(lambda: board.card("window/101")["state"] == "free", "the board shows the window free", WITHIN_S)
    hall.doctor()


def test_a_whole_visit_with_the_call_pad(at_work: Staged, counter: Counter) -> None:
    number = take(at_work.kiosks["K1"])["number"]
    until(lambda: counter.pad.display.endswith("_1"), "the pad shows how many wait", WITHIN_S)
    seen = len(counter.pad.reactions)

    def key(name: str, digits: str = "") -> str:
        """Press it; what the pad then says to the clerk, apart from figures."""
        nonlocal seen
        assert counter.pad.press(name, digits).wait_acknowledged(WITHIN_S)
        until(lambda: any(one.what != "digits" for one in counter.pad.reactions[seen:]), f"{name} answered", WITHIN_S)
        answer = next(one.what for one in counter.pad.reactions[seen:] if one.what != "digits")
        seen = len(counter.pad.reactions)
        return answer

    assert key("call_next") == "success"
    counter.strip.wait_text(f"请{number}到101窗口", WITHIN_S)
    until(lambda: at_work.board.newest_call() == (number, "101", 0), "on the board", WITHIN_S)
    until(lambda: counter.pad.display == f"{number[1:]}_0", "the pad shows the number", WITHIN_S)
    counter.wait("called")
    assert key("recall") == "failure"  # within ten seconds
    assert at_work.board.newest_call() == (number, "101", 0)
    assert key("start") == "success"
    counter.wait("serving")
    visit = counter.visit
    assert visit is not None
    assert key("wait") == "success"  # the pad's own key for "please rate" finishes the visit
    counter.wait("free")
    assert counter.keypad.wait_awake(WITHIN_S)
    assert counter.keypad.press(5).wait_acknowledged(WITHIN_S)
    counter.wait_record(visit, 5)

    take(at_work.kiosks["K1"])
    until(lambda: counter.work["waiting"] == 1, "waiting", WITHIN_S)
    assert key("call_next") == "success"
    counter.wait("called")
    visit = counter.visit
    assert visit is not None
    assert key("function", "5") == "success"
    counter.wait("free")
    assert at_work.hall.rows("SELECT end, rateable FROM visits WHERE id = ?", visit) == [("missed", 0)]
    assert counter.records(visit) == []
    assert key("call_next") == "failure"  # nobody waits
