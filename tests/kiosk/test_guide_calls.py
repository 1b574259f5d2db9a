"""The key that calls a guide: one press, one request at the server, and a word when nobody could be told."""

from contract.words import Code
from tests.kiosk.test_agent import outside, page, printer, settings, started  # noqa: F401  (fixtures)
from tests.terminal.agents import PageClient, press_id
from tests.terminal.hall_outside import Outside, refusing, until


def test_a_press_tells_the_server_which_knows_the_kiosk_by_its_token(outside: Outside, page: PageClient) -> None:  # noqa: F811
    press = press_id()
    answers = [page.do("call_guide", {}, press) for _ in range(2)]  # a double tap
    assert [answer.status_code for answer in answers] == [200, 200]
    assert [(asked.key, asked.body) for asked in outside.deeds("call_guide")] == [(press, {})]
    assert page.do("call_guide", {"kiosk": "K2"}).json()["code"] == Code.BAD_REQUEST


def test_a_kiosk_that_is_cut_off_says_that_nobody_was_told(outside: Outside, page: PageClient) -> None:  # noqa: F811
    outside.shut()
    until(lambda: not page.agent["connected"], "cut off")
    assert page.do("call_guide", {}).json()["code"] == Code.NO_SERVER


def test_the_servers_refusal_is_told(outside: Outside, page: PageClient) -> None:  # noqa: F811
    outside.answering["call_guide"] = refusing(Code.BUSY)
    assert page.do("call_guide", {}).json()["code"] == Code.BUSY
