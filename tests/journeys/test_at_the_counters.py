"""A citizen's whole way in a hall of two windows; silence, presses nobody asked for, noise, two clerks at once."""

import random
from collections.abc import Iterator

import pytest
import zxingcpp

from drivers.simulators.paper import Paper
from tests.journeys.counter import Counter, take
from tests.journeys.hall import at_once
from tests.journeys.staging import Staged, hall_at_work
from tests.terminal.hall_outside import until

WITHIN_S = 30.0
SHORTEST_RATING_S = 10  # the least that a hall may choose


@pytest.fixture(scope="module")
def at_work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staged]:
    folder = tmp_path_factory.mktemp("hall")
    kiosks = {"K1": "text", "K2": "raster"}
    with hall_at_work(folder, kiosks=kiosks, page_agents=True, recall_interval_s=300) as staged:
        yield staged


def sitting(at_work: Staged, no: str) -> Counter:
    found = at_work.counters[no]
    found.sign_in()
    found.wait("free")
    return found


@pytest.fixture
def one(at_work: Staged) -> Counter:
    """Window 101 with its clerk, and nothing in hand."""
    return sitting(at_work, "101")


@pytest.fixture
def two(at_work: Staged) -> Counter:
    """Window 102 likewise."""
    return sitting(at_work, "102")


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


def test_a_whole_visit_with_the_call_pad(at_work: Staged, one: Counter) -> None:
    counter, number = one, take(at_work.kiosks["K1"])["number"]
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
    assert key("recall") == "failure"  # too soon
    assert at_work.board.newest_call() == (number, "101", 0)
    assert key("start") == "success"
    counter.wait("serving")
    visit = counter.visit
    assert visit is not None
    assert key("wait") == "success"  # the pad's own key for "please rate" finishes the visit
    counter.wait("free")
    assert counter.keypad.wait_awake(WITHIN_S)  # by the pad itself, before anybody else asks
    agent = at_work.hall.agents["line-A"]
    until(lambda: visit in [line["visit"] for line in agent.lines("invited")], "asked at the keypad", WITHIN_S)
    assert counter.keypad.press(5).wait_acknowledged(WITHIN_S)
    counter.wait_record(visit, 5)

    number = take(at_work.kiosks["K1"])["number"]
    until(lambda: counter.work["waiting"] == 1, "waiting", WITHIN_S)
    assert key("call_next") == "success"
    counter.wait("called")
    # The pad belongs to another program than the page: its next key is for the visit that its own display shows.
    until(lambda: counter.pad.display == f"{number[1:]}_0", "the pad shows the number", WITHIN_S)
    visit = counter.visit
    assert visit is not None
    assert key("function", "5") == "success"
    counter.wait("free")
    assert at_work.hall.rows("SELECT end, rateable FROM visits WHERE id = ?", visit) == [("missed", 0)]
    assert counter.records(visit) == []
    assert key("call_next") == "failure"  # nobody waits


def strays(at_work: Staged, why: str) -> int:
    """Presses that the line's agent counted as meant for nobody."""
    return sum(line["why"] == why for line in at_work.hall.agents["line-A"].lines("press_strayed"))


def press_in_vain(at_work: Staged, counter: Counter, level: int, why: str) -> None:
    """A key is pressed that counts for nobody: the agent's log says so once, and no record comes of it."""
    query = "SELECT r.* FROM ratings r JOIN visits v ON v.id = r.visit WHERE v.window = ? ORDER BY r.visit"
    before = strays(at_work, why)
    records = at_work.hall.rows(query, counter.no)  # at the other window somebody's time may run out meanwhile
    assert counter.keypad.press(level, even_asleep=True).wait_acknowledged(WITHIN_S)
    until(lambda: strays(at_work, why) == before + 1, f"a stray press: {why}", WITHIN_S)
    assert at_work.hall.rows(query, counter.no) == records


def test_nobody_presses_and_the_next_citizen_comes(at_work: Staged, one: Counter, two: Counter) -> None:
    """The shortest time to rate runs out at one window while the other goes on with the next citizen."""
    for _ in range(3):
        take(at_work.kiosks["K1"])
    press_in_vain(at_work, two, 5, "no_invitation")
    at_work.hall.load(rate_within_s=SHORTEST_RATING_S)
    silent = one.serve()
    assert one.keypad.wait_awake(WITHIN_S)

    at_work.hall.load()
    hurried = two.serve()
    assert two.keypad.wait_awake(WITHIN_S)
    following = two.call()
    two.start()
    two.wait_record(hurried, None, "next_citizen")
    press_in_vain(at_work, two, 5, "no_invitation")  # the citizen of before presses while the next is served
    two.finish()
    assert two.keypad.wait_starts(2, WITHIN_S)
    assert two.keypad.press(2).wait_acknowledged(WITHIN_S)
    two.wait_record(following, 2)
    press_in_vain(at_work, two, 5, "twice")
    assert two.records(following) == [(2, None)]

    one.wait_record(silent, None, "no_press")
    assert one.keypad.awake  # no frame puts it out
    press_in_vain(at_work, one, 5, "no_invitation")  # the time is over
    assert one.records(silent) == [(None, "no_press")]
    at_work.hall.doctor()


def noise(dice: random.Random, size: int, address: int) -> bytes:
    """Random bytes among presses of the counter's keypad that are cut, spoiled, or from a keypad that is not there."""
    whole = bytes((0xFF, 0x68, 3, 3, 0x68, 0x80 + address, 0x11, 4, (0x80 + address + 0x11 + 4) & 0xFF, 0x16))
    spoiled = bytearray(whole)
    spoiled[7] = 2  # another level under the old checksum
    nowhere = bytes((0xFF, 0x68, 3, 3, 0x68, 0xF0, 0x11, 4, (0xF0 + 0x11 + 4) & 0xFF, 0x16))
    made = bytearray()
    while len(made) < size:
        # No FF among the random ones: chance must not write a whole press.
        made += bytes(dice.randrange(0xFF) for _ in range(dice.randrange(1, 12)))
        made += dice.choice((whole[: dice.randrange(2, 9)], bytes(spoiled), nowhere)) + b"\x00" * 16
    return bytes(made)


def test_noise_on_the_line_is_never_a_rating(at_work: Staged, one: Counter) -> None:
    """In every phase of a visit, more of it each time."""
    agent, dice = at_work.hall.agents["line-A"], random.Random(11)
    size = 64
    take(at_work.kiosks["K1"])

    def disturb() -> None:
        nonlocal size
        told = len(agent.lines("line_noise"))
        at_work.line.inject(noise(dice, size, 1))
        size *= 4
        until(lambda: len(agent.lines("line_noise")) > told, "the counters rise", WITHIN_S)

    recorded = at_work.hall.rows("SELECT count(*) FROM ratings")
    disturb()
    visit = one.call()
    disturb()
    one.start()
    disturb()
    one.finish()
    assert one.keypad.wait_awake(WITHIN_S)
    disturb()
    assert at_work.hall.rows("SELECT count(*) FROM ratings") == recorded
    counts = [line["noise_bytes"] + line["bad_checksums"] for line in agent.lines("line_noise")]
    assert len(counts) >= 4 and counts == sorted(counts)  # noise that comes in two reads may be told twice
    assert any(line["unknown_addresses"] for line in agent.lines("line_noise"))
    assert one.keypad.press(3).wait_acknowledged(WITHIN_S)
    one.wait_record(visit, 3)


def test_two_clerks_who_press_next_at_once_get_two_citizens(at_work: Staged, one: Counter, two: Counter) -> None:
    numbers: list[str] = []
    for _ in range(5):
        for line in ("A", "B"):
            take(at_work.kiosks["K1"], line)
        until(lambda: one.work["waiting"] >= 2 and two.work["waiting"] >= 2, "both see two waiting", WITHIN_S)
        called = at_once(lambda: one.do("call_next"), lambda: two.do("call_next"))
        numbers += [str(answer["number"]) for answer in called]
        for counter in (one, two):
            counter.wait("called")
            counter.do("miss")
            counter.wait("free")
    assert len(set(numbers)) == 10
    taken = "SELECT count(*) FROM visits WHERE label = ?"
    assert all(at_work.hall.rows(taken, number) == [(1,)] for number in set(numbers))
