"""What stands above a window fits on its strip."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.cards import WindowCard
from contract.replies import Words
from contract.words import WindowState
from window_client.strips import ASK_STAFF, CELLS, cells, strip_text

NO_WORDS = Words(zh="", en="")


def card(state: WindowState, number: str | None = None, window: str = "101") -> WindowCard:
    rest: dict[str, Any] = {"department": NO_WORDS, "services": [], "service": None, "since": "", "panel": None}
    return WindowCard(window=window, zone="A", floor="1", state=state, number=number, **rest)


@pytest.mark.parametrize(
    ("state", "number", "window", "text"),
    [
        (WindowState.CALLED, "A012", "101", "请A012到101窗口"),
        (WindowState.CALLED, "A1000", "101", "请A1000到101窗口"),
        (WindowState.CALLED, "K3-001", "101", "请K3-001到101号"),
        (WindowState.CALLED, "K3-001", "B1204", "K3-001到B1204号"),
        (WindowState.SERVING, "A012", "101", "A012 正在办理"),
        (WindowState.SERVING, "K12-1000", "101", "K12-1000正在办理"),
        (WindowState.PAUSED, None, "101", "暂停服务"),
        (WindowState.PAUSED, "A012", "101", "暂停服务"),
        (WindowState.FREE, None, "101", "欢迎光临"),
        (WindowState.CLOSED, None, "101", "暂未开放"),
    ],
)
def test_the_wording_of_each_state(state: WindowState, number: str | None, window: str, text: str) -> None:
    assert strip_text(card(state, number, window)) == text


@given(
    st.sampled_from(WindowState),
    st.one_of(st.none(), st.from_regex(r"[A-Z0-9\-]{1,24}", fullmatch=True)),
    st.from_regex(r"[0-9A-Za-z\-]{1,8}", fullmatch=True),
)
def test_nothing_is_wider_than_the_strip(state: WindowState, number: str | None, window: str) -> None:
    text = strip_text(card(state, number, window))
    assert 0 < cells(text) <= CELLS
    assert len(text.encode("gbk")) == cells(text)


def test_the_sentence_for_old_cards_fits() -> None:
    assert cells(ASK_STAFF) <= CELLS
