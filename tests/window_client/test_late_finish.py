"""The line is cut in mid-visit: the clerk may finish it, the citizen may rate, and nothing else is kept for later."""

from datetime import UTC, datetime
from typing import Any

from contract.words import Code
from drivers.simulators.rs485_line import Rs485Line
from tests.terminal.agents import PageClient
from tests.terminal.hall_outside import Outside, refusing, until
from tests.window_client.cards_of_window import in_hand, invitation, work
from tests.window_client.test_agent_at_window import (  # noqa: F401  (fixtures)
    Started,
    line,
    outside,
    page,
    page_of,
    settings,
    signed_in,
    started,
)

FINISH = {"visit": 5, "outcome": "accepted", "items": 3}


def cut_in_mid_visit(outside: Outside, page: PageClient, *, asked: bool = True) -> None:  # noqa: F811
    """The clerk serves visit 5, and the server is gone."""
    own = in_hand(state="serving")
    own["visit"]["rate_within_s"] = 60 if asked else None
    outside.publish({"work/101": work(**own)})
    until(lambda: page.cards["work/101"]["visit"], "in hand")
    outside.shut()
    until(lambda: not page.agent["connected"], "cut")


def told(outside: Outside) -> list[tuple[str, int]]:  # noqa: F811
    """What the server was told of visits, in order."""
    return [(a.deed, a.body["visit"]) for a in outside.asked if a.deed in ("record_finish", "rate", "not_rated")]


def test_the_visit_in_hand_is_finished_and_rated_and_told_in_that_order(
    outside: Outside, line: Rs485Line, page: PageClient  # noqa: F811
) -> None:
    signed_in(page)
    cut_in_mid_visit(outside, page)
    pressed = datetime.now(UTC)
    answer = page.do("finish", FINISH)
    assert (answer.status_code, answer.json()["visit"], answer.json()["invited"]) == (200, 5, True)
    until(lambda: page.agent["finished_late"] == 5 and page.agent["keypad_asks"] == 5, "asked at the keypad")
    keypad = line.keypad(1)
    assert keypad.wait_awake(60) and keypad.press(4).wait_acknowledged(60)
    until(lambda: page.agent["outbox"] == 2, "finish and rating are kept")
    outside.open()
    until(lambda: told(outside) == [("record_finish", 5), ("rate", 5)], "told in order")
    until(lambda: page.agent["finished_late"] is None and page.agent["outbox"] == 0, "nothing left")
    said = outside.deeds("record_finish")[0].body
    assert (said["outcome"], said["items"], said["staff_no"], said["window"]) == ("accepted", 3, "2001", "101")
    assert abs((datetime.fromisoformat(said["finished_at"]) - pressed).total_seconds()) < 10  # by the hall's clock


def test_everything_else_is_refused_at_once_and_kept_nowhere(outside: Outside, page: PageClient) -> None:  # noqa: F811
    signed_in(page)
    cut_in_mid_visit(outside, page)
    deeds: dict[str, dict[str, Any]] = {
        "call_next": {"visit": 5}, "hold": {"visit": 5, "kind": "waiting"}, "pause_window": {}, "sign_out": {},
    }  # fmt: skip
    codes = [page.do(deed, dict(body)).json()["code"] for deed, body in deeds.items()]
    assert codes == [Code.NO_SERVER] * len(deeds)
    assert page.do("finish", {"visit": 4}).json()["code"] == Code.STALE
    assert page.do("finish", {"visit": 5, "items": 0}).json()["code"] == Code.BAD_REQUEST
    assert page.agent["outbox"] == 0


def test_a_second_finish_of_the_same_visit_is_stale(outside: Outside, page: PageClient) -> None:  # noqa: F811
    signed_in(page)
    cut_in_mid_visit(outside, page, asked=False)
    assert page.do("finish", FINISH).json()["invited"] is False
    assert page.do("finish", FINISH).json()["code"] == Code.STALE
    until(lambda: page.agent["outbox"] == 1, "the first is kept")


def test_a_finish_outlives_its_agent(
    outside: Outside, page: PageClient, started: Started, settings: object  # noqa: F811
) -> None:
    signed_in(page)
    cut_in_mid_visit(outside, page)
    page.do("finish", FINISH)
    started()
    outside.open()
    until(lambda: ("record_finish", 5) in told(outside), "told")


def test_a_finish_on_its_way_when_the_line_is_cut_is_told_late(outside: Outside, page: PageClient) -> None:  # noqa: F811
    signed_in(page)
    own = in_hand(state="serving")
    outside.publish({"work/101": work(**own)})
    until(lambda: page.cards["work/101"]["visit"], "in hand")
    outside.lose_answers, outside.beating = 1_000, False
    assert page.do("finish", FINISH).status_code == 200
    outside.lose_answers, outside.beating = 0, True
    until(lambda: ("record_finish", 5) in told(outside), "told")


def test_the_next_deed_waits_until_the_server_has_heard_of_the_finish(
    outside: Outside, page: PageClient  # noqa: F811
) -> None:
    signed_in(page)
    cut_in_mid_visit(outside, page)
    page.do("finish", FINISH)
    outside.answering["record_finish"] = refusing(Code.BUSY)
    outside.open()
    until(lambda: page.agent["connected"], "back")
    assert page.do("call_next", {"visit": None}).json()["code"] == Code.BUSY
    assert outside.deeds("call_next") == []
    del outside.answering["record_finish"]
    until(lambda: page.agent["finished_late"] is None, "heard")
    assert page.do("call_next", {"visit": None}).status_code == 200


def test_the_server_s_card_takes_over_when_it_has_heard_of_it(
    outside: Outside, line: Rs485Line, page: PageClient  # noqa: F811
) -> None:
    signed_in(page)
    cut_in_mid_visit(outside, page)
    page.do("finish", FINISH)
    until(lambda: page.agent["keypad_asks"] == 5, "asked")
    outside.open()
    until(lambda: ("record_finish", 5) in told(outside), "told")
    card = invitation(5, ended_by="next_citizen")
    outside.publish({"work/101": work(pending=[card])})
    until(lambda: told(outside)[-1] == ("not_rated", 5), "silence is told once")
    outside.publish({"work/101": work()})
    until(lambda: page.agent["keypad_asks"] is None)
    assert told(outside).count(("not_rated", 5)) == 1
