"""A citizen's phone: its own ticket and no other, with the link or the short code, with a script or without."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from html import unescape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract.options import OPTIONS
from contract.words import LEVEL_WORDS
from server.crypto import Vault
from server.domain.errors import Refusal
from server.identity.throttle import Throttle
from server.identity.ticket_proof import ASKS_PER_SOURCE, GUESSES_PER_TICKET, TicketProof
from server.pages.citizen_words import CATALOGUE
from tests.server.api.citizens import LinkedHall, linked_hall
from tests.server.api.running_server import HALL, ROOT, new_key, until

TEMPLATES = ROOT / "server/pages/templates/citizen"


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LinkedHall]:
    found = linked_hall(tmp_path_factory.mktemp("citizens"))
    yield found
    if found.server.process is not None:
        code, said = found.server.stop()
        assert code == 0 and "defect" not in said, said


@pytest.fixture(autouse=True)
def nobody_waits(hall: LinkedHall) -> Iterator[None]:
    """Each test begins with an empty line."""
    yield
    while (called := hall.ask_next()).status_code == 200:
        hall.visit = called.json()["visit"]
        hall.start()
        hall.finish()


def text_of(page: str) -> str:
    """The words of a page."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.partition("<main")[2])).split())


def test_a_citizen_sees_number_people_ahead_and_a_range(hall: LinkedHall) -> None:
    first, second = hall.take(), hall.take()
    status = second.status()
    assert (status["number"], status["state"], status["ahead"], status["today"]) == (second.number, "waiting", 1, True)
    assert status["wait"][0] < status["wait"][1]
    assert status["may_cancel"] and status["rating"] is None and status["call"] is None
    assert first.status()["ahead"] == 0
    hall.call()
    until(lambda: second.status()["ahead"] == 0, "the first one is called")
    called = first.status()
    assert (called["state"], called["call"]["window"], called["call"]["calls"]) == ("called", "101", 1)
    assert called["ahead"] is None
    moved = second.status()
    assert moved["ahead"] == 0
    assert (moved["last_calls"][0]["number"], moved["last_calls"][0]["window"]) == (first.number, "101")
    hall.start()
    assert first.status()["state"] == "serving"
    hall.finish()


def test_nobody_sees_another_ones_ticket(hall: LinkedHall) -> None:
    for forge in range(6):
        mine, other = hall.take(), hall.take()
        proof = ("", other.proof, other.code, mine.proof[:-1], mine.proof + "A", "x" * 5000)[forge]
        for deed, body in (("status", {}), ("cancel", {}), ("rate_later", {"visit": 1, "level": 5})):
            answer = mine.ask(deed, proof, **body)
            assert (answer.status_code, answer.json()["code"]) == (401, "ticket_proof")
        assert mine.status()["state"] == "waiting"
    unknown = type(mine)(hall, mine.ticket + 900_000, "A999", mine.proof, mine.code)
    assert unknown.ask().status_code == 401
    assert unknown.form().status_code == 401


def test_the_short_code_does_what_the_link_does_however_it_is_typed(hall: LinkedHall) -> None:
    mine = hall.take()
    typed = f" {mine.code[:3].lower()}-{mine.code[3:]} "
    assert mine.ask(proof=typed.strip()).json()["number"] == mine.number
    page = mine.form(code=typed)
    assert page.status_code == 200 and mine.number in text_of(page.text)


def test_codes_cannot_be_guessed_and_a_link_is_never_slowed_down() -> None:
    now = [0.0]
    vault = Vault(bytes(32))
    proof = TicketProof(vault, Throttle(300, lambda: now[0]), 30, lambda: now[0])
    link, code = vault.ticket_link("LJ", 7), vault.short_code("LJ", 7)
    for _ in range(GUESSES_PER_TICKET):
        with pytest.raises(Refusal, match="ticket_proof"):
            proof.need("LJ", 7, "AAAAAA", "source 1")
    with pytest.raises(Refusal, match="too_many_tries"):
        proof.need("LJ", 7, code, "source 2")
    proof.need("LJ", 7, link, "source 1")
    for ticket in range(100, 120):
        with pytest.raises(Refusal):
            proof.need("LJ", ticket, "AAAAAA", "source 1")
    with pytest.raises(Refusal, match="too_many_tries"):
        proof.need("LJ", 999, "AAAAAA", "source 1")
    now[0] = 301.0
    proof.need("LJ", 7, code.lower(), "source 1")
    with pytest.raises(Refusal, match="ticket_proof"):
        proof.need("LJ-SD", 7, link, "source 3")
    for _ in range(ASKS_PER_SOURCE - 1):
        proof.need("LJ", 7, link, "source 4")
    proof.need("LJ", 7, link, "source 4")
    with pytest.raises(Refusal, match="too_many_tries"):
        proof.need("LJ", 7, link, "source 4")
    vault.close()


def test_the_page_shows_nothing_of_the_ticket_before_the_proof(hall: LinkedHall) -> None:
    mine = hall.take()
    page = hall.server.get(mine.path)
    assert page.status_code == 200
    assert mine.number not in page.text and mine.proof not in page.text and mine.code not in page.text
    assert re.sub(mine.path, "", page.text) == hall.server.get(f"/{HALL}/ticket/1").text
    assert 'name="code"' in page.text and "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert hall.server.get("/NONE/ticket/1").status_code == 404


def test_without_a_script_the_form_shows_the_ticket_in_both_languages(hall: LinkedHall) -> None:
    hall.take()
    mine = hall.take()
    chinese = text_of(mine.form().text)
    low, high = mine.status()["wait"]
    assert "前面还有 1 人" in chinese
    assert (f"{high} 分以内" if low == 0 else f"{low}–{high} 分") in chinese
    english = text_of(mine.form(lang="en").text)
    assert "Ahead of you 1 people" in english and "Cancel my number" in english
    large = mine.form(care="1").text
    assert '<html lang="zh-CN" class="large">' in large and 'name="care" value="1"' in large
    assert "How your number stands" in hall.server.get(f"{hall.take(language='en').path}?lang=en").text
    wrong = mine.form(code="222222")
    assert wrong.status_code == 401 and "这个链接或查询码与号码不符" in wrong.text
    assert mine.number not in text_of(wrong.text)


def test_a_ticket_is_cancelled_once_and_only_after_asking(hall: LinkedHall) -> None:
    mine, behind = hall.take(), hall.take()
    asked = mine.form("cancel_ask")
    assert "取消后不能恢复" in asked.text and mine.status()["state"] == "waiting"
    key = new_key()
    for _ in range(2):  # the same press twice
        page = mine.form("cancel", key=key)
        assert page.status_code == 200 and "已取消排队" in page.text
    assert "现在的状态是「已取消」" in mine.form("cancel").text
    assert mine.status()["state"] == "cancelled" and not mine.status()["may_cancel"]
    until(lambda: behind.status()["ahead"] == 0, "the place is free")
    assert behind.ask("cancel").json()["state"] == "cancelled"
    assert behind.ask("cancel").json()["code"] == "step_not_allowed"


def test_a_silent_citizen_rates_with_one_press_and_says_why(hall: LinkedHall) -> None:
    mine, visit = hall.silent()
    page = mine.form().text
    keys = re.findall(r'<button class="key" name="level" value="(\d)">([^<]+)<', page)
    assert keys == [(str(int(level)), zh) for level, (zh, _) in LEVEL_WORDS.items()]
    assert "checked" not in page and "selected" not in page
    why = mine.form("rate", visit=visit, level="2").text
    assert "已记下" in why
    shown = re.findall(r'value="(\d{3})"><span>([^<]+)</span>', why)
    assert shown == [(o.code, o.text) for o in OPTIONS.values() if o.level == 2]
    assert mine.status()["rating"]["level"] == 2
    assert "需要填写原因" in mine.form("reasons", visit=visit).text
    thanks = mine.form("reasons", visit=visit, reason=["207", "214"], text="等了\n很久").text
    assert "谢谢您的评价" in thanks
    assert "谢谢您的评价" in mine.form().text
    again = mine.ask("rate_later", visit=visit, level=5)
    assert (again.status_code, again.json()["code"]) == (409, "already_rated")
    with closing(sqlite3.connect(hall.server.data / "paihao.db")) as rows:
        assert rows.execute("SELECT codes, text FROM rating_reasons WHERE visit = ?", (visit,)).fetchall() == [
            ("207;214", "等了 很久")
        ]
        levels = "SELECT channel, level FROM ratings WHERE visit = ? ORDER BY channel"
        assert rows.execute(levels, (visit,)).fetchall() == [("counter", None), ("phone", 2)]


def test_a_good_level_is_thanked_at_once_and_a_counter_still_asking_comes_first(hall: LinkedHall) -> None:
    mine, visit = hall.silent()
    assert "谢谢您的评价" in mine.form("rate", visit=visit, level="5").text
    asked = hall.take()
    pending = hall.serve()
    assert "请在窗口的评价器上按一下" in asked.form().text
    assert asked.ask("rate_later", visit=pending, level=1).json()["code"] == "rating_pending"
    assert asked.status()["rating"]["why_not"] == "rating_pending"


@pytest.mark.parametrize("level", ["0", "6", "", "five", "5.5", "<b>"])
def test_only_the_five_levels_are_levels(hall: LinkedHall, level: str) -> None:
    mine, visit = hall.silent()
    page = mine.form("rate", visit=visit, level=level)
    assert page.status_code == 200 and "请求的内容不正确" in page.text
    assert mine.status()["rating"]["may_rate"]


def test_what_is_sent_is_text_and_never_markup(hall: LinkedHall) -> None:
    mine, visit = hall.silent()
    evil = '"><script>alert(1)</script>'
    for fields in ({"lang": evil}, {"care": evil}, {"key": evil}, {"visit": evil}, {"code": evil}):
        assert "<script>" not in mine.form(**fields).text and "alert(1)" not in mine.form("rate", **fields).text
    mine.form("rate", visit=visit, level="1")
    assert "alert(1)" not in mine.form("reasons", visit=visit, text=evil).text
    assert "alert(1)" not in hall.server.get(f"{mine.path}?lang={evil}&care={evil}").text


def test_forms_are_small_forms_of_our_own_page(hall: LinkedHall) -> None:
    mine = hall.take()
    url = f"{hall.server.url}{mine.path}"
    http = hall.server.http
    assert http.post(url, json={"code": mine.code}, timeout=30).status_code == 422
    assert http.post(url, data={"code": "A" * 9000}, timeout=30).status_code == 413
    foreign = http.post(url, data={"code": mine.code}, headers={"Origin": "https://evil.example"}, timeout=30)
    assert foreign.status_code == 403
    assert mine.form("cancel", key="").status_code == 401 or mine.status()["state"] == "waiting"


def test_the_words_of_the_page_are_complete_and_used() -> None:
    pages = "".join(file.read_text(encoding="utf-8") for file in TEMPLATES.glob("*.html"))
    used = set(re.findall(r'"((?:[a-z_]+\.)?[a-z_]+(?:\.[a-z_]+)?)"', pages.replace("'", '"')))
    used |= {f"{key}.do" for key in CATALOGUE if key.startswith("state.") and f"{key}.do" in CATALOGUE}
    assert sorted(set(CATALOGUE) - used) == []
    assert [key for key, said in CATALOGUE.items() if set(said) != {"zh", "en"} or not all(said.values())] == []
    for key, said in CATALOGUE.items():
        assert set(re.findall(r"\{\w+\}", said["zh"])) == set(re.findall(r"\{\w+\}", said["en"])), key


FIELD = st.sampled_from(["do", "key", "visit", "level", "reason", "text", "lang", "care", "proof", "x"])
VALUE = st.sampled_from(["show", "cancel_ask", "rate", "reasons", "5", "207", "en", "1", ""]) | st.text(max_size=40)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(fields=st.dictionaries(FIELD, VALUE, max_size=6))
def test_whatever_a_form_says_the_answer_is_a_page(hall: LinkedHall, fields: dict[str, str]) -> None:
    mine = hall.waiting or hall.take()
    hall.waiting = mine
    sent = {"code": mine.code, **fields}
    answer = hall.server.http.post(f"{hall.server.url}{mine.path}", data=sent, timeout=30)
    assert answer.status_code in (200, 401, 422, 429), answer.text


def test_no_proof_and_no_own_words_stand_in_log_journal_replies_or_rows(hall: LinkedHall) -> None:
    mine, visit = hall.silent()
    mine.form()
    mine.ask("rate_later", visit=visit, level=1)
    mine.ask("add_reasons", visit=visit, codes=["108"], text="独一无二的一句话")
    mine.ask("status", "wrong")
    hall.take().form("cancel")
    everything = b"".join(file.read_bytes() for file in hall.server.data.iterdir() if file.name.startswith("paihao.db"))
    log = hall.server.said()
    for secret in (mine.proof, mine.code):
        assert secret.encode() not in everything and secret not in log
    with closing(sqlite3.connect(hall.server.data / "paihao.db")) as rows:
        both = "SELECT why || facts || actor FROM journal UNION ALL SELECT CAST(body AS TEXT) FROM replies"
        told = rows.execute(both).fetchall()
        assert [said for (said,) in told if "独一无二" in said] == []
        words = rows.execute("SELECT text FROM rating_reasons WHERE visit = ?", (visit,)).fetchone()
    assert words == ("独一无二的一句话",)
