"""Prompts: what a machine says to one person, word for word, and that the shipped packs can say all of it."""

from collections.abc import Mapping
from typing import Any

import pytest

from contract.words import WhyClosed
from drivers.voices.counting import chinese, chinese_of, english_of
from drivers.voices.pack import SHIPPED, packs_in
from drivers.voices.prompts import PROMPTS, NotSayable, every_prompt_token, prompt_tokens

VALUES = {
    "service": "LQ", "number": "K3-012", "windows": "101,2F-1,87", "floor": "12", "people": "305", "low": "85",
    "high": "120", "month": "10", "day": "22", "time": "09:05",
}  # fmt: skip


@pytest.mark.parametrize(
    ("prompt", "values", "zh", "en"),
    [
        ("number", {"number": "A012"}, "您的号是 A 0 1 2", "Your number is|A|0|1|2"),
        ("ahead", {"people": "2"}, "前面还有 两 人", "People ahead of you|2"),
        ("ahead", {"people": "300"}, "前面还有 3 百 人", "People ahead of you|3|hundred"),
        ("ahead", {"people": "0"}, "前面还有 0 人", "People ahead of you|0"),
        ("wait_most", {"high": "5"}, "最多等 5 分钟", "The wait is at most|5|minutes"),
        ("again_today", {"time": "14:00"}, "今天 十 4 点 再开", "It opens again today at|14|o'clock"),
        ("again_today", {"time": "09:05"}, "今天 9 点 0 5 分 再开", "It opens again today at|9|0|5"),
        ("where_window", {"windows": "3"}, "请到 3 号窗口", "please go to window|3"),
    ],
)
def test_a_prompt_is_said_in_each_languages_own_way(prompt: str, values: Mapping[str, str], zh: str, en: str) -> None:
    assert prompt_tokens("zh", prompt, values) == tuple(zh.split())
    assert prompt_tokens("en", prompt, values) == tuple(en.split("|"))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_shipped_packs_can_say_every_prompt_with_every_kind_of_value(language: str) -> None:
    pack = packs_in(SHIPPED)[language]
    assert pack.missing(every_prompt_token(language)) == []
    for prompt in PROMPTS:
        tokens = prompt_tokens(language, prompt, VALUES)
        assert pack.missing(tokens) == []
        assert set(tokens) <= set(every_prompt_token(language))


def test_there_is_a_prompt_for_every_reason_why_a_line_is_closed() -> None:
    assert {f"why_{why}" for why in WhyClosed} <= PROMPTS.keys()


def test_numbers_up_to_999_are_said_whole_and_differently() -> None:
    for say in (chinese, chinese_of, english_of):
        assert len({tuple(say(value)) for value in range(1000)}) == 1000


@pytest.mark.parametrize(
    ("prompt", "values"),
    [
        ("nothing", {}),
        ("number", {}),
        ("number", {"number": "张三"}),
        ("number", {"number": "A" * 13}),
        ("where_window", {"windows": "1,,2"}),
        ("again_today", {"time": "25:00"}),
        ("ahead", {"people": "-1"}),
        ("ahead", {"people": "١"}),
        ("again_date", {"month": "13", "day": "1", "time": "09:00"}),
    ],
)
def test_what_is_no_prompt_or_no_value_is_refused(prompt: str, values: Any) -> None:
    with pytest.raises(NotSayable):
        prompt_tokens("zh", prompt, values)
