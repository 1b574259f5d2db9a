"""Kinds of values in a hall definition. Each reads a cell of a CSV file and accepts a JSON value.

JSON values: text is a string, a time of day is "HH:MM", a date "YYYY-MM-DD", a list is a list of strings, "no value"
is null. `read` and `accept` return the value as it stands in a document and raise BadValue.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from server.halls.faults import BadValue

Value = str | int | bool | list[str] | None

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


def shown(value: object) -> str:
    """A value as a sentence may quote it: short and printable."""
    if isinstance(value, dict | list):
        return "{…}" if isinstance(value, dict) else "[…]"
    if isinstance(value, int) and abs(value) > 10**18:
        return "…"  # Python refuses to write out very long numbers
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
            raise BadValue(f"应为文字：{shown(value)}", f"must be text: {shown(value)}")
        if _CONTROL.search(value):
            raise BadValue(f"含有控制字符：{shown(value)}", f"has control characters: {shown(value)}")
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
            kept = value if isinstance(value, str) else None
            raise BadValue(f"「{shown(value)}」应为{self.form_zh}", f"{shown(value)!r} must be {self.form_en}", kept)
        return value


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number within bounds; may be empty where the column says so."""

    lowest: int
    highest: int

    def read(self, cell: str) -> Value:
        """Decimal digits."""
        if not _DIGITS.fullmatch(cell):
            raise BadValue(f"「{shown(cell)}」不是整数", f"{shown(cell)!r} is not a whole number")
        return self.accept(int(cell))

    def accept(self, value: object) -> Value:
        """An integer (true and false are none)."""
        if type(value) is not int:
            raise BadValue(f"「{shown(value)}」不是整数", f"{shown(value)!r} is not a whole number")
        if not self.lowest <= value <= self.highest:
            raise BadValue(
                f"{shown(value)} 不在 {self.lowest} 到 {self.highest} 之间",
                f"{shown(value)} is not within {self.lowest} to {self.highest}",
            )
        return value


@dataclass(frozen=True, slots=True)
class YesNo:
    """`yes` or `no`; true or false in JSON and TOML."""

    def read(self, cell: str) -> Value:
        """Exactly `yes` or `no`."""
        if cell not in ("yes", "no"):
            raise BadValue(f"「{shown(cell)}」应为 yes 或 no", f"{shown(cell)!r} must be yes or no")
        return cell == "yes"

    def accept(self, value: object) -> Value:
        """A truth value."""
        if not isinstance(value, bool):
            raise BadValue(f"「{shown(value)}」应为 true 或 false", f"{shown(value)!r} must be true or false")
        return value


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day in the hall's zone, to the minute."""

    def read(self, cell: str) -> Value:
        """`9:00` and `09:00` are the same."""
        found = _CLOCK.fullmatch(cell)
        if not found:
            raise BadValue(f"「{shown(cell)}」不是时间（HH:MM）", f"{shown(cell)!r} is no time of day (HH:MM)")
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
            said = shown(cell)
            raise BadValue(f"「{said}」不是日期（YYYY-MM-DD）", f"{said!r} is no date (YYYY-MM-DD)") from None

    def accept(self, value: object) -> Value:
        """A string as in a cell."""
        return self.read(value if isinstance(value, str) else repr(value))


@dataclass(frozen=True, slots=True)
class TimeZone:
    """A name of the time zone database, such as Asia/Shanghai."""

    def read(self, cell: str) -> Value:
        """A name that the machine's time zone data knows."""
        return self.accept(cell)

    def accept(self, value: object) -> Value:
        """A string that names a zone."""
        try:
            if not isinstance(value, str) or len(value) > 60:
                raise ValueError(value)
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: "Asia" is a folder of the zone data
            raise BadValue(f"没有这个时区：{shown(value)}", f"there is no time zone {shown(value)!r}") from None
        return value


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
            raise BadValue(f"「{shown(value)}」应为其中之一：{allowed}", f"{shown(value)!r} must be one of: {allowed}")
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
        return self._gathered([part.strip() for part in cell.split(";")], self.item.read)

    def accept(self, value: object) -> Value:
        """A JSON list."""
        if not isinstance(value, list):
            raise BadValue(f"「{shown(value)}」应为列表", f"{shown(value)!r} must be a list")
        return self._gathered(value, self.item.accept)

    def _gathered(self, parts: list[Any], take: Callable[[Any], Value]) -> Value:
        """The items; where one is wrong, the first wrong one is told and the others are kept."""
        if len(parts) > self.most:
            raise BadValue(f"最多 {self.most} 项，这里有 {len(parts)} 项", f"at most {self.most}, not {len(parts)}")
        found: list[str] = []
        wrong: BadValue | None = None
        for part in parts:
            try:
                item = str(take(part))
                if item in found:
                    raise BadValue(f"列表中「{shown(item)}」重复", f"{shown(item)!r} stands twice in the list")
                found.append(item)
            except BadValue as bad:
                wrong = wrong or bad
        if wrong:
            raise BadValue(wrong.reason.zh, wrong.reason.en, found)
        return found
