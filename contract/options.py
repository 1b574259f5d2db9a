"""The national rating options (评价选项), byte for byte as their list gives them: 3 basic and 5 more for each level.

The list is the file `rating-options-v2.csv` beside this module; its version is stored with every rating.
"""

import csv
from dataclasses import dataclass
from importlib.resources import files

from contract.words import Level

VERSION = "2"
FILE = f"rating-options-v{VERSION}.csv"


@dataclass(frozen=True, slots=True)
class Option:
    """One option: `code` has the level as its first digit; `basic` ones stand first."""

    code: str
    level: Level
    basic: bool
    text: str


def _read() -> dict[str, Option]:
    lines = files("contract").joinpath(FILE).read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader(lines)
    return {r["code"]: Option(r["code"], Level(int(r["level"])), r["kind"] == "basic", r["text"]) for r in rows}


OPTIONS = _read()


def options_of(level: int) -> list[Option]:
    """The options of a level, in the order of the list."""
    return [option for option in OPTIONS.values() if option.level == level]
