"""A clerk's window from its page, its call pad, its strip and its keypad, on a real line."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import gevent
import pytest
from structlog.testing import capture_logs

import drivers.profiles
from contract.words import Code
from drivers.simulators.onbon_card import OnbonCard, OnbonLine
from drivers.simulators.rs485_line import Rs485Line
from terminal.data_dir import DataDir
from terminal.enrol import EnrolRefused, enrolment
from tests.terminal.agents import AgentProcess, PageClient, press_id, write_token
from tests.terminal.hall_outside import Outside, refusing, until
from tests.window_client.cards_of_window import in_hand, invitation, window_card, work
from window_client.agent import WindowAgent
from window_client.settings import read_settings

DEVICES = {
    "devices": [
        {"code": "KP101", "kind": "keypad", "window": "101", "profile": "ff68-keypad-5", "line": "A", "address": 1},
        {"code": "CP101", "kind": "pad", "window": "101", "profile": "ff68-pad", "line": "A", "address": 1},
        {"code": "LS101", "kind": "strip", "window": "101", "profile": "a090-strip", "line": "A", "address": 1},
    ]
}
SIGNED_IN = {
    "kind": "signed_in",
    "revision": 1,
    "session_id": 1,
    "staff_no": "2001",
    "name": "陈",
    "roles": ["clerk"],
    "window": "101",
    "session": "1.session-token",
}


@pytest.fixture
def outside() -> Iterator[Outside]:
    with Outside(cards={"work/101": work(), "work/102": work("102"), "window/101": window_card("free")}) as server:
        server.pages["window/devices"] = DEVICES
        server.answering["sign_in"] = lambda _: (200, SIGNED_IN)
        yield server


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Rs485Line]:
    with Rs485Line(link=tmp_path / "line-a") as made:
        made.add_keypad(1)
        made.add_pad(1)
        made.add_strip(1)
        yield made


@pytest.fixture
def settings(outside: Outside, line: Rs485Line, tmp_path: Path) -> Path:
    write_token(tmp_path / "w", "line-A", "window", windows=["101", "102"])
    file = tmp_path / "w.toml"
    file.write_text(
        f'server = "{outside.url}"\nhall = "LJ"\ndata_dir = "w"\nwindows = ["101", "102"]\n'
        f'[lines.A]\nport = "{line.path}"\ngap_ms = 20\n'
    )
    return file


Started = Callable[[], WindowAgent]


@pytest.fixture
def started(settings: Path) -> Iterator[Started]:
    """Starts the agent on the same folder again, as often as asked."""
    running: list[tuple[WindowAgent, DataDir]] = []

    def stop() -> None:
        while running:
            agent, data = running.pop()
            agent.stop()
            data.leave()

    def start() -> WindowAgent:
        stop()
        known = read_settings(settings)
        data = DataDir(known.terminal.data_dir)
        data.take()
        agent = WindowAgent(known, data, enrolment(known.terminal, data), pages=True)
        running.append((agent, data))
        agent.start()
        return agent

    yield start
    stop()


def page_of(settings: Path, window: str = "101") -> PageClient:
    found = DataDir(settings.parent / "w").read("page.json")
    assert found is not None
    return PageClient(found["pages"][window])


@pytest.fixture
def page(started: Started, settings: Path) -> Iterator[PageClient]:
    started()
    with page_of(settings) as client:
        until(lambda: client.agent["connected"] and client.agent["devices"]["strip"] == "ready", "ready")
        yield client


def signed_in(page: PageClient) -> PageClient:
    assert page.do("sign_in", {"staff_no": "2001", "password": "correct horse"}).status_code == 200
    return page


def owed(outside: Outside, visit: int, seconds: float = 60.0) -> None:
    """The server says that the citizen of this visit is asked now."""
    card = invitation(visit, seconds)
    outside.publish({"work/101": work(invitation=card, pending=[card])})


# --- the page ---------------------------------------------------------------------------------------------------


def test_the_session_stays_in_the_agent(outside: Outside, page: PageClient, settings: Path) -> None:
    answer = page.do("sign_in", {"staff_no": "2001", "password": "correct horse"})
    assert answer.json()["name"] == "陈"
    assert "session-token" not in answer.text
    until(lambda: page.agent["signed_in"])
    page.do("call_next", {"visit": None})
    asked = outside.deeds("call_next")[0]
    assert asked.headers["X-Session"] == "1.session-token"
    assert asked.body == {"visit": None, "window": "101"}
    kept = b"".join(file.read_bytes() for file in (settings.parent / "w").iterdir())
    assert b"session-token" not in kept
    assert b"correct horse" not in kept


def test_nobody_calls_without_signing_in(outside: Outside, page: PageClient) -> None:
    assert page.do("call_next", {"visit": None}).json()["code"] == Code.NOT_SIGNED_IN
    assert not outside.deeds("call_next")


def test_a_page_cannot_act_at_another_window(outside: Outside, page: PageClient, settings: Path) -> None:
    signed_in(page)
    page.do("call_next", {"visit": None, "window": "102"})
    assert outside.deeds("call_next")[0].body["window"] == "101"
    with page_of(settings, "102") as other:
        assert other.do("call_next", {"visit": None}).json()["code"] == Code.NOT_SIGNED_IN
        other.secret = page.secret
        assert other.do("call_next", {"visit": None}).json()["code"] == Code.PAGE_SECRET


def test_a_page_sees_its_own_work_and_nobody_elses(page: PageClient) -> None:
    assert {key for key in page.cards if key.startswith("work/")} == {"work/101"}


@pytest.mark.parametrize("deed", ["rate", "not_rated", "record_slip", "load_hall", "x"])
def test_a_page_cannot_make_a_rating_or_anything_that_is_not_the_clerks(
    outside: Outside, page: PageClient, deed: str
) -> None:
    signed_in(page)
    assert page.do(deed, {"visit": 5, "level": 5}).json()["code"] == Code.NOT_FOUND
    assert not outside.deeds(deed)


def test_the_same_press_again_is_one_call(outside: Outside, page: PageClient) -> None:
    signed_in(page)
    press = press_id()
    answers = [page.do("call_next", {"visit": None}, press).json() for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert [asked.key for asked in outside.deeds("call_next")] == [press]


def test_a_return_of_a_missed_ticket_names_no_window(outside: Outside, page: PageClient) -> None:
    signed_in(page).do("return_missed", {"ticket": 3})
    assert outside.deeds("return_missed")[0].body == {"ticket": 3}


def test_an_agent_that_is_cut_off_refuses_to_call_at_once(outside: Outside, page: PageClient) -> None:
    signed_in(page)
    outside.shut()
    until(lambda: not page.agent["connected"], "cut off")
    assert page.do("call_next", {"visit": None}).json()["code"] == Code.NO_SERVER
    outside.open()
    until(lambda: page.agent["connected"], "back")
    assert page.do("call_next", {"visit": None}).status_code == 200
    assert len(outside.deeds("call_next")) == 1


def test_a_session_that_the_server_ended_is_forgotten(outside: Outside, page: PageClient) -> None:
    signed_in(page)
    until(lambda: page.agent["signed_in"])
    outside.publish({"work/101": work(clerk=None, state="closed")})
    until(lambda: not page.agent["signed_in"])


def test_a_session_that_the_server_does_not_know_is_forgotten(outside: Outside, page: PageClient) -> None:
    signed_in(page)
    outside.answering["call_next"] = refusing(Code.NOT_SIGNED_IN, 401)
    assert page.do("call_next", {"visit": None}).status_code == 409
    until(lambda: not page.agent["signed_in"])


def test_signing_out_forgets_the_session(page: PageClient) -> None:
    signed_in(page).do("sign_out", {})
    until(lambda: not page.agent["signed_in"])


def test_windows_outside_of_the_enrolment_are_refused(settings: Path) -> None:
    write_token(settings.parent / "w", "line-A", "window", windows=["101"])
    known = read_settings(settings)
    data = DataDir(known.terminal.data_dir)
    with pytest.raises(EnrolRefused, match="102"):
        WindowAgent(known, data, enrolment(known.terminal, data), pages=False)


# --- strip and call pad --------------------------------------------------------------------------------------------


def test_the_strip_shows_whom_the_window_calls(outside: Outside, line: Rs485Line, page: PageClient) -> None:
    line.strip(1).wait_text("欢迎光临", 60)
    outside.publish({"window/101": window_card("called", "A012")})
    line.strip(1).wait_text("请A012到101窗口", 60)
    outside.publish({"window/101": window_card("serving", "A012")})
    line.strip(1).wait_text("A012 正在办理", 60)


def test_the_strip_has_its_text_again_after_the_line_was_lost(
    outside: Outside, line: Rs485Line, page: PageClient
) -> None:
    line.strip(1).wait_text("欢迎光临", 60)
    line.unplug()
    until(lambda: page.agent["devices"]["strip"] == "unplugged", "unplugged")
    until(lambda: outside.health().get("keypad/101") == "unplugged", "reported")
    outside.publish({"window/101": window_card("paused")})
    line.replug()
    line.strip(1).wait_text("暂停服务", 60)
    until(lambda: page.agent["devices"]["strip"] == "ready", "ready again")


def test_a_card_on_the_network_shows_what_its_window_says(
    outside: Outside, settings: Path, started: Started, tmp_path: Path
) -> None:
    card = OnbonCard(model="6K")
    with OnbonLine(card, tcp=True) as cards:
        shipped = (Path(drivers.profiles.__file__).parent / "onbon-6k-strip.toml").read_text("utf-8")
        (tmp_path / "own").mkdir()
        own = shipped.replace("onbon-6k-strip", "our-card").replace("width = 192", "width = 160")
        (tmp_path / "own" / "our-card.toml").write_text(own[: own.index("[[vectors]]\nsends = \"show_text\"")] +
                                                        own[own.index("[[vectors]]\nhex") :], "utf-8")  # fmt: skip
        settings.write_text(f'profiles = "own"\n{settings.read_text()}[lines.card]\nport = "{cards.path}"\n')
        outside.pages["window/devices"] = {
            "devices": [{"code": "C1", "kind": "strip", "window": "102", "profile": "our-card", "line": "card",
                         "address": 1}]
        }  # fmt: skip
        outside.publish({"window/102": window_card("called", "A012", "102")})
        with capture_logs() as logs:
            started()
            cards.wait_text(card, "请A012到102窗口", 60)
            assert card.places == {0: (0, 0, 160, 32)}
            outside.publish({"window/102": window_card("called", "囍-1", "102")})
            cards.wait_text(card, "请□-1到102窗口", 60)
            until(lambda: [one for one in logs if one["event"] == "strip_cannot_show" and one["lacks"] == "囍"], "told")
            card.error = 12
            outside.publish({"window/102": window_card("paused", window="102")})
            until(lambda: outside.health() == {"strip/102": "refused"}, "reported")
            until(lambda: [one for one in logs if one.get("reason") == "it lacks the font"], "told")
            card.error = 0
            cards.wait_text(card, "暂停服务", 60)
            cards.unplug()
            outside.publish({"window/102": window_card("free", window="102")})
            until(lambda: outside.health() == {"strip/102": "unplugged"}, "reported")
            cards.plug()
            cards.wait_text(card, "欢迎光临", 60)
            until(lambda: outside.health() == {"strip/102": "ready"}, "reported")


def test_an_agent_without_devices_says_that_it_is_there(outside: Outside, started: Started) -> None:
    outside.pages["window/devices"] = {"devices": []}
    started()
    until(lambda: outside.deeds("report_device"), "reported")
    assert outside.deeds("report_device")[0].body == {"health": {}}


def test_a_device_that_the_hall_has_taken_away_is_not_reported_any_more(outside: Outside, page: PageClient) -> None:
    until(lambda: outside.deeds("report_device"), "reported")
    assert "strip/101" in outside.health()
    outside.pages["window/devices"] = {"devices": DEVICES["devices"][:1]}
    outside.shut()
    until(lambda: not page.agent["connected"], "cut off")
    outside.open()
    until(lambda: set(outside.health()) == {"keypad/101"}, "one is left")


def test_a_dead_line_never_holds_up_a_call(outside: Outside, line: Rs485Line, page: PageClient) -> None:
    line.unplug()
    until(lambda: page.agent["devices"]["keypad"] == "unplugged")
    assert signed_in(page).do("call_next", {"visit": None}).status_code == 200


def test_a_key_of_the_pad_is_the_deed_of_whoever_sits_there(
    outside: Outside, line: Rs485Line, page: PageClient
) -> None:
    outside.publish({"work/101": work(**in_hand(visit=5))})
    until(lambda: line.pad(1).display == "012_7", "display")
    assert line.pad(1).press("start").wait_acknowledged(60)
    until(lambda: [reaction.what for reaction in line.pad(1).reactions][-1] == "success", "success")
    asked = outside.deeds("start_service")[0]
    assert asked.body == {"visit": 5, "window": "101"}
    assert asked.headers["X-Via"] == "call_pad"
    assert "X-Session" not in asked.headers


def test_a_refused_key_is_answered_with_failure(outside: Outside, line: Rs485Line, page: PageClient) -> None:
    outside.answering["call_next"] = refusing(Code.NOBODY_WAITING)
    until(lambda: line.pad(1).display == "0_7", "display")
    line.pad(1).press("call_next")
    until(lambda: [reaction.what for reaction in line.pad(1).reactions][-1] == "failure", "failure")


# --- ratings -------------------------------------------------------------------------------------------------------


def test_the_citizen_is_asked_and_the_press_is_delivered(outside: Outside, line: Rs485Line, page: PageClient) -> None:
    owed(outside, 5)
    assert line.keypad(1).wait_awake(60)
    until(lambda: page.agent["keypad_asks"] == 5)
    assert line.keypad(1).press(2).wait_acknowledged(60)
    until(lambda: outside.deeds("rate"), "delivered")
    said = outside.deeds("rate")[0].body
    assert (said["visit"], said["level"]) == (5, 2)
    assert abs((datetime.fromisoformat(said["pressed_at"]) - datetime.now(UTC)).total_seconds()) < 5
    until(lambda: page.agent["keypad_asks"] is None)
    outside.publish({"work/101": work()})
    until(lambda: page.agent["outbox"] == 0)
    assert not outside.deeds("not_rated")


@pytest.mark.parametrize("card_first", [True, False], ids=["the card first", "the answer first"])
def test_a_citizen_who_presses_before_the_pads_key_has_become_an_invitation_is_heard(
    outside: Outside, line: Rs485Line, page: PageClient, card_first: bool
) -> None:
    """The pad wakes the keypad by itself, and the server has not answered yet."""
    outside.publish({"work/101": work(**in_hand(visit=5, state="serving"))})
    until(lambda: line.pad(1).display == "012_7", "display")
    keypad, pressed = line.keypad(1), []

    def finish(_: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        pressed.append(keypad.press(2))
        until(lambda: pressed[0].times_sent > 1, "said again")
        if card_first:
            owed(outside, 5)
        else:
            gevent.spawn(owed, outside, 5)
        return 200, {"kind": "done", "revision": outside.revision}

    outside.answering["finish"] = finish
    line.pad(1).press("wait")
    until(lambda: outside.deeds("rate"), "delivered")
    assert [(asked.body["visit"], asked.body["level"]) for asked in outside.deeds("rate")] == [(5, 2)]
    assert len(pressed) == 1 and not outside.deeds("not_rated")


def test_a_press_after_the_pads_key_was_refused_is_for_nobody(
    outside: Outside, line: Rs485Line, page: PageClient
) -> None:
    outside.answering["finish"] = refusing(Code.STALE)
    until(lambda: line.pad(1).display == "0_7", "display")
    line.pad(1).press("wait")
    until(lambda: [reaction.what for reaction in line.pad(1).reactions][-1] == "failure", "failure")
    with capture_logs() as logs:
        assert line.keypad(1).press(5).wait_acknowledged(60)
        assert [one["why"] for one in logs if one["event"] == "press_strayed"] == ["no_invitation"]
    assert not outside.deeds("rate")


def test_silence_until_the_deadline_is_recorded_as_no_press(
    outside: Outside, line: Rs485Line, page: PageClient
) -> None:
    owed(outside, 5, seconds=4.0)  # time enough to ask, on a machine that stands still now and then
    assert line.keypad(1).wait_awake(60)
    until(lambda: outside.deeds("not_rated"), "recorded")
    assert outside.deeds("not_rated")[0].body == {"visit": 5, "reason": "no_press"}


def test_the_next_citizen_ends_the_asking(outside: Outside, line: Rs485Line, page: PageClient) -> None:
    owed(outside, 5)
    until(lambda: page.agent["keypad_asks"] == 5)
    outside.publish({"work/101": work(pending=[invitation(5, 40, "next_citizen")])})
    until(lambda: outside.deeds("not_rated"), "recorded")
    assert outside.deeds("not_rated")[0].body == {"visit": 5, "reason": "next_citizen"}
    until(lambda: page.agent["keypad_asks"] is None, "the page asks no more")


def test_a_press_for_nobody_is_a_line_in_the_log(outside: Outside, line: Rs485Line, page: PageClient) -> None:
    with capture_logs() as logs:
        line.keypad(1).press(5, even_asleep=True)
        until(lambda: [one for one in logs if one["event"] == "press_strayed"], "logged")
    assert not outside.deeds("rate")


def test_a_line_that_was_down_all_the_time_means_that_the_keypad_was_away(
    outside: Outside, line: Rs485Line, page: PageClient
) -> None:
    line.unplug()
    until(lambda: page.agent["devices"]["keypad"] == "unplugged")
    owed(outside, 5, seconds=1.0)
    until(lambda: outside.deeds("not_rated"), "recorded")
    assert outside.deeds("not_rated")[0].body == {"visit": 5, "reason": "keypad_away"}


def test_a_press_while_the_server_is_away_is_kept_and_delivered_later(
    outside: Outside, line: Rs485Line, page: PageClient
) -> None:
    owed(outside, 5)
    assert line.keypad(1).wait_awake(60)
    outside.shut()
    until(lambda: not page.agent["connected"])
    assert line.keypad(1).press(4).wait_acknowledged(60)
    until(lambda: page.agent["outbox"] == 1)
    outside.open()
    until(lambda: outside.deeds("rate"), "delivered")
    until(lambda: page.agent["outbox"] == 0)
    assert len({asked.key for asked in outside.deeds("rate")}) == 1
    assert not outside.deeds("not_rated")


def test_a_press_that_came_too_late_for_the_server_is_recorded_as_silence(
    outside: Outside, line: Rs485Line, page: PageClient
) -> None:
    outside.answering["rate"] = refusing(Code.RATED_TOO_LATE)
    owed(outside, 5)
    assert line.keypad(1).wait_awake(60)
    line.keypad(1).press(5)
    until(lambda: outside.deeds("not_rated"), "recorded")
    assert outside.deeds("not_rated")[0].body == {"visit": 5, "reason": "no_press"}


def test_what_happened_while_no_agent_ran_is_recorded_as_keypad_away(
    outside: Outside, line: Rs485Line, started: Started
) -> None:
    missed = [invitation(3, -500), invitation(4, -100, "next_citizen")]
    outside.publish({"work/101": work(pending=missed)})
    started()
    until(lambda: len(outside.deeds("not_rated")) == 2, "recorded")
    assert [asked.body for asked in outside.deeds("not_rated")] == [
        {"visit": 3, "reason": "keypad_away"},
        {"visit": 4, "reason": "keypad_away"},
    ]


def test_an_agent_killed_with_a_press_in_its_outbox_delivers_it_once(
    outside: Outside, line: Rs485Line, settings: Path
) -> None:
    data_dir = settings.parent / "w"
    outside.answering["rate"] = refusing(Code.NOT_ENROLLED, 401)  # not taken yet
    first = AgentProcess("window_client", settings, data_dir)
    first.wait_for_page()
    owed(outside, 5)
    assert line.keypad(1).wait_awake(60)
    assert line.keypad(1).press(1).wait_acknowledged(60)
    until(lambda: outside.deeds("rate"), "tried")
    key = outside.deeds("rate")[0].key
    first.kill()
    outside.asked.clear()
    del outside.answering["rate"]
    second = AgentProcess("window_client", settings, data_dir)
    second.wait_for_page()
    until(lambda: outside.deeds("rate"), "delivered")
    outside.publish({"work/101": work()})
    outside.publish({"window/101": window_card("paused")})
    line.strip(1).wait_text("暂停服务", 60)
    # What the first asked last may arrive after its death, and is the same deed by its key.
    assert {(asked.key, asked.body["visit"], asked.body["level"]) for asked in outside.deeds("rate")} == {(key, 5, 1)}
    assert not outside.deeds("not_rated")
    assert second.end() == 0
    assert not (data_dir / "page.json").exists()


def test_an_agent_without_pages_serves_the_devices_only(outside: Outside, line: Rs485Line, settings: Path) -> None:
    agent = AgentProcess("window_client", settings, settings.parent / "w", "--no-pages")
    line.strip(1).wait_text("欢迎光临", 60)
    assert not (settings.parent / "w" / "page.json").exists()
    assert agent.end() == 0
