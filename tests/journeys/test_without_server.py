"""The server is away for a while: the kiosk gives numbers of its own, the window finishes what it has in hand, and
afterwards everything stands where it happened."""

from collections.abc import Iterator

import pytest

from tests.journeys.counter import Counter, take
from tests.journeys.hall import freeze, thaw
from tests.journeys.staging import Staged, hall_at_work
from tests.terminal.hall_outside import until

WITHIN_S = 60.0
CLOSE_MS = 5  # presses come further apart than that
TAKE = {"line": "A", "language": "zh"}


@pytest.fixture(scope="module")
def at_work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staged]:
    folder = tmp_path_factory.mktemp("hall")
    with hall_at_work(folder, kiosks={"K1": "text", "K2": "text"}, page_agents=False) as staged:
        until(lambda: len(staged.hall.rows("SELECT 1 FROM leases")) == 2, "both kiosks hold a block", WITHIN_S)
        yield staged


@pytest.fixture
def counter(at_work: Staged) -> Counter:
    """Window 101 with its clerk, and nothing in hand."""
    found = at_work.counters["101"]
    until(lambda: found.page.agent["connected"], "the page hears the server", WITHIN_S)
    found.sign_in()
    found.wait("free")
    return found


def cut(at_work: Staged, counter: Counter) -> None:
    """Every page knows that the server is away, and may do what can be done without it."""
    pages = [counter.page, *at_work.kiosks.values()]
    until(lambda: not any(page.agent["connected"] for page in pages), "all pages say that they are cut", WITHIN_S)
    until(lambda: all(page.agent["standby"] for page in at_work.kiosks.values()), "the kiosks go on", WITHIN_S)


def clocks_agree(at_work: Staged) -> bool:
    """Each kiosk takes the time from the server's beats, and one that came late says an earlier time."""
    offsets: list[int] = [page.agent["offset_ms"] for page in at_work.kiosks.values()]
    return max(offsets) - min(offsets) <= CLOSE_MS


def whole_again(at_work: Staged, counter: Counter) -> None:
    """The server is back, and has heard of everything."""
    kiosks = at_work.kiosks.values()
    until(lambda: counter.page.agent["connected"] and counter.page.agent["outbox"] == 0, "the window told", WITHIN_S)
    until(lambda: all(page.agent["connected"] and page.agent["untold"] == 0 for page in kiosks), "told", WITHIN_S)


def test_the_server_is_stopped_and_the_hall_goes_on(at_work: Staged, counter: Counter) -> None:
    hall, first, second = at_work.hall, *at_work.kiosks.values()
    before = take(first)
    visit = counter.call()
    counter.start()
    until(lambda: clocks_agree(at_work), "numbers of two kiosks can be put in order", WITHIN_S)
    hall.kill_server()
    cut(at_work, counter)
    given = [kiosk.do("take_number", TAKE).json()["number"] for kiosk in (first, second, first)]
    assert given == ["K1-001", "K2-001", "K1-002"]
    assert counter.press("call_next").json()["code"] == "no_server"
    done = counter.press("finish", outcome="accepted", items=2)
    assert (done.status_code, done.json()["number"]) == (200, before["number"])
    assert counter.press("finish", outcome="finished", items=1).json()["code"] == "stale"
    assert counter.keypad.wait_awake(WITHIN_S)  # the citizen is asked all the same
    assert counter.keypad.press(2).wait_acknowledged(WITHIN_S)

    hall.serve()
    whole_again(at_work, counter)
    counter.wait_record(visit, 2)
    row = "SELECT \"end\", outcome, items, received_ms > ended_ms FROM visits WHERE id = ?"
    assert hall.rows(row, visit) == [("finished", "accepted", 2, 1)]
    counter.wait("free")
    for number in given:
        called = counter.do("call_next")
        assert called["number"] == number
        counter.wait("called")
        counter.do("miss")
        counter.wait("free")
    papers = [paper.text for printer in at_work.printers.values() for paper in printer.papers]
    assert sum("和服务器的连接断了" in paper for paper in papers) == 3
    outcomes = hall.rows("SELECT s.outcome FROM slips s JOIN tickets t ON t.id = s.ticket WHERE t.told_ms IS NOT NULL")
    assert outcomes == [("printed",)] * 3
    assert hall.rows("SELECT count(*) FROM journal WHERE deed = 'rate'") == [(1,)]
    hall.doctor()


def test_a_server_that_stands_still_is_noticed_and_one_press_has_one_number(at_work: Staged, counter: Counter) -> None:
    hall, kiosk = at_work.hall, at_work.kiosks["K1"]
    assert hall.server is not None
    waiting = "SELECT label FROM tickets WHERE state = 'waiting' ORDER BY standing"
    before = hall.rows(waiting)
    freeze(hall.server)
    try:
        issued = kiosk.do("take_number", TAKE)  # pressed before anybody knows
        assert issued.json()["number"] == "K1-003"
        cut(at_work, counter)
    finally:
        thaw(hall.server)
    whole_again(at_work, counter)
    until(lambda: hall.rows(waiting) == [*before, ("K1-003",)], "one press, one number", WITHIN_S)
    hall.doctor()


def test_a_kiosk_that_loses_its_power_while_cut_goes_on_with_its_block(at_work: Staged, counter: Counter) -> None:
    hall, agent = at_work.hall, at_work.hall.agents["K2"]
    hall.kill_server()
    cut(at_work, counter)
    assert at_work.kiosks["K2"].do("take_number", TAKE).json()["number"] == "K2-002"
    agent.running.kill()
    agent.start()
    page = at_work.kiosks["K2"] = at_work.closing.enter_context(agent.page())
    until(lambda: page.agent.get("standby"), "goes on after the restart", WITHIN_S)
    assert page.do("take_number", TAKE).json()["number"] == "K2-003"
    hall.serve()
    until(lambda: page.agent["connected"] and page.agent["untold"] == 0, "told", WITHIN_S)
    rows = hall.rows("SELECT label FROM tickets WHERE series = 'K2-' ORDER BY standing")
    assert rows == [("K2-001",), ("K2-002",), ("K2-003",)]
    hall.doctor()


def test_a_server_restored_from_a_copy_older_than_a_kiosks_numbers_hears_of_them_again(
    at_work: Staged, counter: Counter
) -> None:
    hall, kiosk, copy = at_work.hall, at_work.kiosks["K1"], at_work.hall.folder / "copy.zip"
    hall.paihao("backup", str(copy), "--quiet")
    hall.kill_server()
    cut(at_work, counter)
    number = kiosk.do("take_number", TAKE).json()["number"]
    hall.serve()
    whole_again(at_work, counter)
    told = "SELECT label, state, told_ms IS NOT NULL FROM tickets WHERE label = ?"
    assert hall.rows(told, number) == [(number, "waiting", 1)]

    hall.kill_server()
    hall.data.rename(hall.folder / "lost")
    hall.paihao("restore", str(copy), "--quiet")
    assert hall.rows(told, number) == []
    hall.serve()
    whole_again(at_work, counter)
    until(lambda: hall.rows(told, number) == [(number, "waiting", 1)], "told again", WITHIN_S)
    papers = [paper.text for printer in at_work.printers.values() for paper in printer.papers]
    assert sum(number in paper for paper in papers) == 1
    hall.doctor()
