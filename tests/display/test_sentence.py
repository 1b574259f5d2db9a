"""What is said of a call: digit by digit, zero never dropped, windows as a whole, recalls in other words, no names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from display.sentence import Form, Manner, Said, every_token, tokens

PLAIN = Manner()


def words(sentences: str, said: Said, form: Form = Form.AGAIN, manner: Manner = PLAIN) -> str:
    return " ".join(tokens(sentences, said, form, manner))


def test_the_usual_call() -> None:
    assert words("zh", Said("A012", "3"), Form.FULL) == "chime 请 A 0 1 2 号 到 3 号窗口 办理业务"
    assert words("en", Said("A012", "3"), Form.FULL) == "chime number A 0 1 2 please go to window 3"


def test_a_recall_is_another_sentence() -> None:
    assert words("zh", Said("A012", "3", recall=True)) == "请 A 0 1 2 号 到 3 号窗口 办理"
    assert words("en", Said("A012", "3", recall=True)) == "once more number A 0 1 2 please go to window 3"


@pytest.mark.parametrize(
    ("window", "zh", "en"),
    [
        ("3", "3", "3"),
        ("10", "十", "10"),
        ("12", "十 2", "12"),
        ("20", "2 十", "20"),
        ("45", "4 十 5", "40 5"),
        ("100", "1 百", "1 0 0"),
        ("101", "1 百 0 1", "1 0 1"),
        ("110", "1 百 1 十", "1 1 0"),
        ("316", "3 百 1 十 6", "3 1 6"),
        ("007", "0 0 7", "0 0 7"),
        ("B12", "B 1 2", "B 1 2"),
        ("1024", "1 0 2 4", "1 0 2 4"),
    ],
)
def test_a_window_is_said_as_people_say_it(window: str, zh: str, en: str) -> None:
    assert words("zh", Said("A1", window), Form.BRIEF) == f"A 1 到 {zh} 号窗口"
    assert words("en", Said("A1", window), Form.BRIEF) == f"number A 1 window {en}"


def test_a_hall_chooses_how_one_is_said_in_numbers() -> None:
    assert words("zh", Said("A110", "11"), manner=Manner(one="yao")) == "请 A 幺 幺 0 号 到 十 1 号窗口 办理业务"


def test_a_hall_chooses_digits_for_windows() -> None:
    assert words("zh", Said("A1", "101"), Form.BRIEF, Manner(window="digits")) == "A 1 到 1 0 1 号窗口"


def test_a_hall_chooses_its_sentence() -> None:
    assert words("zh", Said("A1", "3"), manner=Manner(sentence="window")) == "请 A 1 号 到 3 号窗口"
    assert words("zh", Said("A1", "3"), manner=Manner(sentence="number_first")) == "A 1 号 请到 3 号窗口 办理业务"
    assert words("en", Said("A1", "3"), manner=Manner(sentence="window")) == "number A 1 window 3"


def test_the_dash_of_a_kiosks_own_series_is_not_said() -> None:
    assert words("zh", Said("K3-001", "3"), Form.BRIEF) == "K 3 0 0 1 到 3 号窗口"


@given(
    st.text(max_size=20),
    st.text(max_size=8),
    st.booleans(),
    st.sampled_from(Form),
    st.sampled_from(["yi", "yao"]),
    st.sampled_from(["cardinal", "digits"]),
    st.sampled_from(["business", "window", "number_first"]),
)
def test_whatever_stands_in_a_number_only_words_of_the_pack_are_said(
    number: str, window: str, recall: bool, form: Form, one: str, how: str, sentence: str
) -> None:
    said = Said(number, window, recall)
    for sentences in ("zh", "en"):
        assert set(tokens(sentences, said, form, Manner(one, how, sentence))) <= set(every_token(sentences))


def test_markup_in_a_number_is_not_said() -> None:
    assert words("zh", Said("<b>王</b>", "3"), Form.BRIEF) == "B B 到 3 号窗口"
