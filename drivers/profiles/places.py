"""Where a field stands in a TOML file, so that a mistake can be shown on its line."""

import re
from collections import Counter
from collections.abc import Sequence

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"^\s*((?:\"[^\"]*\"|'[^']*'|[A-Za-z0-9_\-]+)(?:\s*\.\s*(?:\"[^\"]*\"|[A-Za-z0-9_\-]+))*)\s*=")
_PART = re.compile(r"\"([^\"]*)\"|'([^']*)'|([A-Za-z0-9_\-]+)")
Path = tuple[str, ...]


def _parts(dotted: str) -> Path:
    return tuple(next(part for part in found if part) for found in _PART.findall(dotted))


def as_written(loc: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """Where a field stands in the file: pydantic names the kind of frame or link that it took in between."""
    return tuple(part for at, part in enumerate(loc) if not (at == 1 and loc[0] in ("frame_rx", "link")))


def line_of(text: str, field: Sequence[str | int]) -> int:
    """The line (from 1) of a field, or of the nearest table above it that stands in the file."""
    wanted = tuple(str(part) for part in field)
    best, line = 0, 1
    table: Path = ()
    seen: Counter[Path] = Counter()
    for number, row in enumerate(text.splitlines(), 1):
        header = _HEADER.match(row)
        key = _KEY.match(row)
        if header is not None:
            table = _parts(header[2])
            if header[1] == "[[":
                seen[table] += 1
                table = (*table, str(seen[table] - 1))
            here = table
        elif key is not None:
            here = (*table, *_parts(key[1]))
        else:
            continue
        if len(here) > best and wanted[: len(here)] == here:
            best, line = len(here), number
    return line
