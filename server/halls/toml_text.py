"""TOML with lines: the values, and the physical line on which each key stands."""

import re
import tomllib
from collections.abc import Iterator
from datetime import time
from typing import Any

from server.halls.source_file import Unreadable

KeyPath = tuple[str | int, ...]

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"""\s*((?:[\w\-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w\-]+|"[^"]*"|'[^']*'))*)\s*=""", re.ASCII)
_PART = re.compile(r"""[\w\-]+|"[^"]*"|'[^']*'""", re.ASCII)
_AT_LINE = re.compile(r"at line (\d+)")


class TomlText:
    """One TOML file. Raises Unreadable where it is not TOML."""

    def __init__(self, text: str) -> None:
        try:
            self.values: dict[str, Any] = tomllib.loads(text)
        except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
            found = _AT_LINE.search(str(error))
            line = int(found[1]) if found else text.count("\n") + 1
            raise Unreadable(line, f"不是正确的 TOML：{error}", f"is not proper TOML: {error}") from None
        self._lines: dict[KeyPath, int] = {}
        for path, line in _keys(text):
            self._lines.setdefault(path, line)

    def line(self, *path: str | int) -> int:
        """The line of the key, else of the nearest table around it, else 1."""
        for length in range(len(path), 0, -1):
            if path[:length] in self._lines:
                return self._lines[path[:length]]
        return 1


def plain(value: object) -> object:
    """TOML's own time of day as the text that documents use; all else as it is."""
    if isinstance(value, time) and value.tzinfo is None and not value.second and not value.microsecond:
        return f"{value:%H:%M}"
    return value


def _keys(text: str) -> Iterator[tuple[KeyPath, int]]:
    """Each key's whole path, arrays of tables numbered; the insides of long strings and arrays are passed over."""
    table: KeyPath = ()
    seen: dict[KeyPath, int] = {}
    closing = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if closing:
            closing = "" if closing in line else closing
            continue
        if header := _HEADER.match(line):
            table = _parts(header[2])
            if header[1] == "[[":
                seen[table] = seen.get(table, -1) + 1
                table = (*table, seen[table])
            yield table, number
        elif key := _KEY.match(line):
            yield from ((path, number) for path in _with_parents((*table, *_parts(key[1])), len(table)))
            closing = _left_open(line[key.end() :])


def _parts(dotted: str) -> KeyPath:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))


def _with_parents(path: KeyPath, above: int) -> Iterator[KeyPath]:
    """`rules.undo_s = 1` names `rules` as well."""
    yield from (path[:length] for length in range(len(path), above, -1))


def _left_open(value: str) -> str:
    """What ends a value that goes on below its line, or nothing."""
    for quotes in ('"""', "'''"):
        if value.lstrip().startswith(quotes) and value.count(quotes) == 1:
            return quotes
    if value.lstrip().startswith("[") and value.count("[") > value.count("]"):
        return "]"
    return ""
