"""What is said of a call, as tokens of a voice pack. Names are never said: nothing but the number and the window."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from drivers.voices.counting import YAO, chinese, english_room, signs


class Form(StrEnum):
    """How much is said."""

    FULL = "full"  # with the chime
    AGAIN = "again"  # the same words without the chime: a repeat, or the next language
    BRIEF = "brief"  # the fewest words that bring a person to the window, when the zone is far behind


@dataclass(frozen=True, slots=True)
class Manner:
    """A hall's way of saying it."""

    one: str = "yi"  # the digit 1 of a number in Chinese: "yi" (一) or "yao" (幺)
    window: str = "cardinal"  # "cardinal" (一百零一) or "digits" (一零一)
    sentence: str = "business"  # "business", "window" or "number_first"


@dataclass(frozen=True, slots=True)
class Said:
    """A call to be said: the number, the window, and whether it was called before."""

    number: str
    window: str
    recall: bool = False


def tokens(sentences: str, said: Said, form: Form, manner: Manner) -> tuple[str, ...]:
    """The tokens of the sentence, in the order of words of a pack's `sentences`: "zh" or "en"."""
    words = _chinese(said, form, manner) if sentences == "zh" else _english(said, form, manner)
    return ("chime", *words) if form is Form.FULL else tuple(words)


def every_token(sentences: str) -> list[str]:
    """All tokens that can come up: what a pack must have."""
    signs = [*"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
    if sentences == "zh":
        return ["chime", *signs, YAO, "十", "百", "请", "请到", "号", "到", "号窗口", "办理", "办理业务"]
    whole = [str(value) for value in (*range(10, 20), *range(20, 100, 10))]
    return ["chime", *signs, *whole, "number", "window", "please go to window", "once more"]


def _chinese(said: Said, form: Form, manner: Manner) -> list[str]:
    number = signs(said.number)
    if manner.one == "yao":
        number = [YAO if sign == "1" else sign for sign in number]
    window = _window(said.window, chinese, manner)
    if form is Form.BRIEF:
        return [*number, "到", *window, "号窗口"]
    end = {"window": []}.get(manner.sentence, ["办理" if said.recall else "办理业务"])
    if manner.sentence == "number_first":
        return [*number, "号", "请到", *window, "号窗口", *end]
    return ["请", *number, "号", "到", *window, "号窗口", *end]


def _english(said: Said, form: Form, manner: Manner) -> list[str]:
    window = _window(said.window, english_room, manner)
    number = ["number", *signs(said.number)]
    if form is Form.BRIEF or manner.sentence == "window":
        return [*number, "window", *window]
    return [*(["once more"] if said.recall else []), *number, "please go to window", *window]


def _window(no: str, cardinal: Callable[[int], list[str]], manner: Manner) -> list[str]:
    """A plain number up to 999 as a whole where the hall says so; everything else sign by sign."""
    whole = manner.window == "cardinal" and re.fullmatch(r"[1-9][0-9]{0,2}", no) is not None
    return cardinal(int(no)) if whole else signs(no)
