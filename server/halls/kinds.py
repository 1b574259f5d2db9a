"""Kinds of values in a hall definition. Each reads a cell of a CSV file and accepts a JSON value.

JSON values: text is a string, a time of day is "HH:MM", a date "YYYY-MM-DD", a list is a list of strings, "no value"
is null. `read` and `accept` return the value as it stands in a document and raise BadValue.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from server.halls.faults import BadValue

type Value = str | int | bool | list[str] | None

_CONTROL = re.compile(r"[\x00-\x1f\x7f\x80-\x9f\u2028\u2029\ud800-\udfff]")
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])", re.ASCII)
_DIGITS = re.compile(r"-?[0-9]{1,9}", re.ASCII)


class Kind(Protocol):
    """One kind of value."""

    def read(self, cell: str) -> Value:
        """The value of a CSV cell that is not empty."""
        ...

    def accept(self, value: object) -> Value:
        """The value, if it is one."""
        ...


def _shown(value: object) -> str:
    text = _CONTROL.sub("?", str(value))
    return text if len(text) <= 40 else text[:40] + "…"


@dataclass(frozen=True, slots=True)
class Phrase:
    """Text for people, without control characters."""

    longest: int = 200

    def read(self, cell: str) -> Value:
        """Any text."""
        return self.accept(cell)

    def accept(self, value: object) -> Value:
        """A string of printable signs."""
        if not isinstance(value, str):
            raise BadValue(f"应为文字：{_shown(value)}", f"must be text: {_shown(value)}")
        if _CONTROL.search(value):
            raise BadValue(f"含有控制字符：{_shown(value)}", f"has control characters: {_shown(value)}")
        if len(value) > self.longest:
            raise BadValue(f"超过 {self.longest} 个字符", f"is longer than {self.longest} characters")
        return value


@dataclass(frozen=True, slots=True)
class Code:
    """A short code of a fixed form; `form_zh` and `form_en` say which."""

    pattern: str
    form_zh: str
    form_en: str

    def read(self, cell: str) -> Value:
        """A code as it stands."""
        return self.accept(cell)

    def accept(self, value: object) -> Value:
        """A string that has the form."""
        if not isinstance(value, str) or not re.fullmatch(self.pattern, value, re.ASCII):
            raise BadValue(f"「{_shown(value)}」应为{self.form_zh}", f"{_shown(value)!r} must be {self.form_en}")
        return value


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number within bounds; may be empty where the column says so."""

    lowest: int
    highest: int

    def read(self, cell: str) -> Value:
        """Decimal digits."""
        if not _DIGITS.fullmatch(cell):
            raise BadValue(f"「{_shown(cell)}」不是整数", f"{_shown(cell)!r} is not a whole number")
        return self.accept(int(cell))

    def accept(self, value: object) -> Value:
        """An integer (true and false are none)."""
        if type(value) is not int:
            raise BadValue(f"「{_shown(value)}」不是整数", f"{_shown(value)!r} is not a whole number")
        if not self.lowest <= value <= self.highest:
            raise BadValue(
                f"{_shown(value)} 不在 {self.lowest} 到 {self.highest} 之间",
                f"{_shown(value)} is not within {self.lowest} to {self.highest}",
            )
        return value


@dataclass(frozen=True, slots=True)
class YesNo:
    """`yes` or `no`; true or false in JSON and TOML."""

    def read(self, cell: str) -> Value:
        """Exactly `yes` or `no`."""
        if cell not in ("yes", "no"):
            raise BadValue(f"「{_shown(cell)}」应为 yes 或 no", f"{_shown(cell)!r} must be yes or no")
        return cell == "yes"

    def accept(self, value: object) -> Value:
        """A truth value."""
        if not isinstance(value, bool):
            raise BadValue(f"「{_shown(value)}」应为 true 或 false", f"{_shown(value)!r} must be true or false")
        return value


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day in the hall's zone, to the minute."""

    def read(self, cell: str) -> Value:
        """`9:00` and `09:00` are the same."""
        found = _CLOCK.fullmatch(cell)
        if not found:
            raise BadValue(f"「{_shown(cell)}」不是时间（HH:MM）", f"{_shown(cell)!r} is no time of day (HH:MM)")
        return f"{int(found[1]):02}:{found[2]}"

    def accept(self, value: object) -> Value:
        """A string as in a cell."""
        return self.read(value if isinstance(value, str) else repr(value))


@dataclass(frozen=True, slots=True)
class Day:
    """A calendar day."""

    def read(self, cell: str) -> Value:
        """`YYYY-MM-DD`, a day that exists."""
        try:
            if not re.fullmatch(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}", cell, re.ASCII):
                raise ValueError(cell)
            return date.fromisoformat(cell).isoformat()
        except ValueError:
            raise BadValue(f"「{_shown(cell)}」不是日期（YYYY-MM-DD）", f"{_shown(cell)!r} is no date (YYYY-MM-DD)") from None

    def accept(self, value: object) -> Value:
        """A string as in a cell."""
        return self.read(value if isinstance(value, str) else repr(value))


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some words: the word in a file → the word in a document."""

    words: Mapping[str, str]

    @classmethod
    def of(cls, *words: str) -> "Choice":
        """Words that are the same in files and documents."""
        return cls({word: word for word in words})

    def read(self, cell: str) -> Value:
        """A word of the file."""
        return self._pick(cell, self.words)

    def accept(self, value: object) -> Value:
        """A word of the document."""
        return self._pick(value, {word: word for word in self.words.values()})

    def _pick(self, value: object, words: Mapping[str, str]) -> str:
        if not isinstance(value, str) or value not in words:
            allowed = " ".join(word for word in words if word)
            raise BadValue(f"「{_shown(value)}」应为其中之一：{allowed}", f"{_shown(value)!r} must be one of: {allowed}")
        return words[value]


@dataclass(frozen=True, slots=True)
class Several:
    """A list of values of one kind, separated by `;` in a cell. With `all_means_empty`, `ALL` is the empty list."""

    item: Kind
    all_means_empty: bool = False
    most: int = 500

    def read(self, cell: str) -> Value:
        """The items, each read by itself."""
        if self.all_means_empty and cell == "ALL":
            return []
        return self._gathered([self.item.read(part.strip()) for part in cell.split(";")])

    def accept(self, value: object) -> Value:
        """A JSON list."""
        if not isinstance(value, list) or len(value) > self.most:
            raise BadValue(f"「{_shown(value)}」应为列表", f"{_shown(value)!r} must be a list")
        return self._gathered([self.item.accept(part) for part in value])

    def _gathered(self, items: list[Value]) -> Value:
        words = [str(item) for item in items]
        double = next((word for word in words if words.count(word) > 1), None)
        if double is not None:
            raise BadValue(f"列表中「{_shown(double)}」重复", f"{_shown(double)!r} stands twice in the list")
        return words
