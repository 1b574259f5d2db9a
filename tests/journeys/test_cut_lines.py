"""Server, agent and devices go away in the middle of the work, and come back. One agent owns the line and the pages."""

import time
from collections.abc import Iterator

import pytest
import requests

from tests.journeys.counter import Counter, take
from tests.journeys.hall import HALL, PASSWORD
from tests.journeys.staging import Staged, hall_at_work
from tests.terminal.hall_outside import until

WITHIN_S = 60.0
REFUSED_WITHIN_S = 5.0
RIGHT_WITHIN_S = 3.0


@pytest.fixture(scope="module")
def at_work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staged]:
    folder = tmp_path_factory.mktemp("hall")
    with hall_at_work(folder, kiosks={"K1": "text"}, page_agents=False) as staged:
        staged.hall.choose_password("1001")
        yield staged


@pytest.fixture
def counter(at_work: Staged) -> Counter:
    """Window 101 with its clerk, and nothing in hand."""
    found = at_work.counters["101"]
    until(lambda: found.page.agent["connected"], "the page hears the server", WITHIN_S)
    found.sign_in()
    found.wait("free")
    return found


def test_the_server_is_killed_in_mid_visit_and_the_visit_goes_on(at_work: Staged, counter: Counter) -> None:
    hall, kiosk, board = at_work.hall, at_work.kiosks["K1"], at_work.board
    first, waiting = take(kiosk), take(kiosk)
    visit = counter.call()
    counter.start()
    until(lambda: board.card("window/101").get("number") == first["number"], "on the board", WITHIN_S)

    hall.kill_server()
    until(lambda: not counter.page.agent["connected"], "the page says that it is cut", WITHIN_S)
    noticed = time.monotonic()
    refused = counter.press("hold", kind="waiting")
    assert time.monotonic() - noticed < REFUSED_WITHIN_S
    assert (refused.status_code, refused.json()["code"]) == (409, "no_server")
    assert counter.press("call_next").json()["code"] == "no_server"
    until(lambda: kiosk.agent["standby"], "the kiosk goes on by itself", WITHIN_S)
    meanwhile = kiosk.do("take_number", {"line": "A", "language": "zh"}).json()
    assert meanwhile["number"].startswith("K1-")

    hall.serve()
    until(lambda: board.connected, "the board hears the server", WITHIN_S)
    until(board.is_right, "the board is right", RIGHT_WITHIN_S)
    until(lambda: counter.page.agent["connected"], "the page hears the server", WITHIN_S)
    assert (counter.state, counter.visit, counter.page.agent["signed_in"]) == ("serving", visit, True)
    assert counter.work["ticket"]["number"] == first["number"]
    until(lambda: kiosk.agent["untold"] == 0, "the server knows the kiosk's own number", WITHIN_S)
    following = take(kiosk)
    assert int(following["number"][1:]) == int(waiting["number"][1:]) + 1
    counter.finish()
    assert counter.keypad.wait_awake(WITHIN_S)
    assert counter.keypad.press(5).wait_acknowledged(WITHIN_S)
    counter.wait_record(visit, 5)
    for expected in (waiting, meanwhile, following):
        assert hall.rows("SELECT label FROM visits WHERE id = ?", counter.call()) == [(expected["number"],)]
        counter.do("miss")
        counter.wait("free")
    hall.doctor()


def test_a_press_outlives_its_agent_and_a_server_that_is_away(at_work: Staged, counter: Counter) -> None:
    hall, agent = at_work.hall, at_work.hall.agents["line-A"]
    take(at_work.kiosks["K1"])
    visit = counter.serve()
    assert counter.keypad.wait_awake(WITHIN_S)
    hall.kill_server()
    assert counter.keypad.press(2).wait_acknowledged(WITHIN_S)
    agent.running.kill()
    starts = counter.keypad.starts
    hall.serve()
    agent.start()
    rated = f'"visit":{visit},"level":'
    until(lambda: counter.records(visit) == [(2, None)], "the rating has arrived", WITHIN_S)
    told = "SELECT count(*) FROM journal WHERE deed IN ('rate', 'not_rated') AND replace(facts, ' ', '') LIKE ?"
    assert hall.rows(told, f"%{rated}%") == [(1,)]
    for one in at_work.counters.values():
        at_work.reopen_page(one, agent)
    page = counter.page
    until(lambda: page.agent["connected"] and page.agent["outbox"] == 0, "nothing left to send", WITHIN_S)
    until(lambda: counter.work and counter.work["pending"] == [], "nothing owed", WITHIN_S)
    assert page.agent["signed_in"] is False  # the session lived in the agent, and died with it
    assert counter.keypad.starts == starts  # whoever rated is not asked again
    hall.doctor()


def test_the_line_is_pulled_out_and_put_in_again(at_work: Staged, counter: Counter) -> None:
    hall, kiosk, line = at_work.hall, at_work.kiosks["K1"], at_work.line
    signed_in = hall.post("desk/sign_in", {"login": "1001", "password": PASSWORD})
    session = signed_in.json()["session"]
    take(kiosk)
    following = take(kiosk)["number"]

    line.unplug()
    until(lambda: set(counter.page.agent["devices"].values()) == {"unplugged"}, "the page shows it", WITHIN_S)
    until(lambda: desk_sees(at_work, session, "keypad/101") == "unplugged", "the desk sees it", WITHIN_S)
    visit = counter.serve()
    until(lambda: counter.page.agent["keypad_asks"] == visit, "the keypad would ask", WITHIN_S)
    in_vain = counter.keypad.press(5, even_asleep=True)
    assert in_vain.wait_settled(WITHIN_S) and not in_vain.acknowledged
    next_visit = counter.call()
    counter.start()
    counter.wait_record(visit, None, "keypad_away")

    line.replug()
    counter.strip.wait_text(f"{following} 正在办理", WITHIN_S)
    until(lambda: "unplugged" not in counter.page.agent["devices"].values(), "the page shows it", WITHIN_S)
    counter.finish()
    assert counter.keypad.wait_awake(WITHIN_S)
    assert counter.keypad.press(1).wait_acknowledged(WITHIN_S)
    counter.wait_record(next_visit, 1)
    assert counter.records(visit) == [(None, "keypad_away")]
    until(lambda: desk_sees(at_work, session, "keypad/101") == "ready", "the desk sees it", WITHIN_S)
    hall.doctor()


def desk_sees(at_work: Staged, session: str, device: str) -> str | None:
    """What the desk's page says of a device."""
    answer = requests.get(f"{at_work.hall.url}/{HALL}/snapshot/staff", headers={"X-Session": session}, timeout=10)
    found = [one["health"].get(device) for one in answer.json()["cards"]["devices"]["devices"]]
    return next((state for state in found if state), None)
