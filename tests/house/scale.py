"""`python -m tests.house.scale [SQLITE.json POSTGRES.json]`: the tables of docs/scale-arithmetic.md.

The document holds what was measured, what is assumed, and what is reckoned from both. This program writes the reckoned
tables anew, and a test holds that nothing else stands there. From two files that `python -m tests.benchmarks.district`
wrote it takes what was measured, too.
"""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.house.documents import table_rows
from tests.house.tracked import ROOT

DOCUMENT = ROOT / "docs" / "scale-arithmetic.md"
_BEGIN, _END = "<!-- reckoned: {} -->\n", "<!-- end -->"
_GIB, _MIB = 1 << 30, 1 << 20
Given = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Halls:
    """So many halls of one kind. `kind`: as the document's rows begin."""

    kind: str
    number: float


def given(text: str) -> dict[str, float]:
    """The first number of each row that begins with a name in backticks."""
    numbers = {name: re.match(r"[\d,.]+", cells[0]) for name, cells in table_rows(text).items()}
    return {name: float(found[0].replace(",", "")) for name, found in numbers.items() if found is not None}


def needs(have: Given, halls: Halls) -> dict[str, float]:
    """What these halls need at the fullest hour of a full day, and what they leave on a disk."""

    def of(what: str) -> float:
        return have[f"{halls.kind}.{what}"]

    n = halls.number
    tickets = n * of("tickets a day")
    per_s = tickets * have["share of the fullest hour"] / 3600
    screens = n * of("live connections")
    waiting = per_s * have["minutes of waiting"] * 60
    phones = waiting * have["share with a phone"] / have["seconds between a phone's questions"]
    questions = phones + n * of("voice zones") / have["seconds between a speaker's questions"]
    cores = per_s * have["commands per ticket"] * have["server ms per command"] / 1000
    cores += questions * have["server ms per question"] / 1000 + screens / 1000 * have["cores per 1,000 connections"]
    memory = n * of("MiB") * _MIB + screens * have["KiB per connection"] * 1024
    memory += tickets * have["KiB in memory per ticket"] * 1024
    return {
        "halls": n,
        "tickets a day": tickets,
        "tickets/s": per_s,
        "commands/s": per_s * have["commands per ticket"],
        "questions/s": questions,
        "live connections": screens,
        "cores of servers": cores,
        "cores of PostgreSQL": per_s * have["commands per ticket"] * have["database ms per command"] / 1000,
        "GiB of memory": memory / _GIB,
        "Mbit/s to screens": per_s * of("KiB to screens per ticket") * 8 / 1024,
        "GiB a year": tickets * have["working days"] * have["bytes kept per ticket"] / _GIB,
        "GiB of replies": tickets * 3 * have["bytes of replies per ticket"] / _GIB,
    }


_WHOLE = ("halls", "tickets a day", "live connections")


def _shown(what: str, value: float) -> str:
    if what in _WHOLE or value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 1 else f"{value:.2g}"


def _table(columns: Mapping[str, Mapping[str, float]]) -> str:
    names = list(columns)
    lines = [f"| | {' | '.join(names)} |", f"|---|{'---|' * len(names)}"]
    for what in next(iter(columns.values())):
        cells = " | ".join(_shown(what, columns[name][what]) for name in names)
        lines.append(f"| {what} | {cells} |")
    return "\n".join(lines) + "\n"


def _both(have: Given, counties: float, townships: float) -> dict[str, float]:
    one, other = needs(have, Halls("county", counties)), needs(have, Halls("township", townships))
    return {what: one[what] + other[what] for what in one}


def tables(have: Given) -> dict[str, str]:
    """Every reckoned table, by its name."""
    counties, townships = have["county.number"], have["township.number"]
    country = {
        f"{counties:,.0f} county halls": needs(have, Halls("county", counties)),
        f"{townships:,.0f} townships": needs(have, Halls("township", townships)),
        "together": _both(have, counties, townships),
    }
    parts = have["provinces"]
    layouts = {
        "one township": needs(have, Halls("township", 1)),
        "one county hall": needs(have, Halls("county", 1)),
        "a county: its hall and townships": _both(have, 1, townships / counties),
        "a server of 200 halls": _both(have, 10, 190),
        "a province": _both(have, counties / parts, townships / parts),
    }
    return {"country": _table(country), "layouts": _table(layouts), "rule": _rule(have, country["together"])}


def _rule(have: Given, country: Mapping[str, float]) -> str:
    """What one core carries, and how many machines that makes."""
    use = have["share of a core in use"]
    beside = country["cores of servers"] / country["commands/s"] * 1000
    per_core = use * 1000 / beside
    cores = (country["cores of servers"] + country["cores of PostgreSQL"]) / use
    rows = {
        "server time for a command and the questions beside it": f"{beside:.1f} ms",
        "commands/s that one process carries": f"{per_core:,.0f}",
        "county halls that one process carries": f"{per_core / needs(have, Halls('county', 1))['commands/s']:,.0f}",
        "townships that one process carries": f"{per_core / needs(have, Halls('township', 1))['commands/s']:,.0f}",
        "cores for the whole country": f"{cores:,.0f}",
        "machines of 8 cores for the whole country": f"{-(-cores // 8):,.0f}",
    }
    return "\n".join(["| | |", "|---|---|", *(f"| {what} | {value} |" for what, value in rows.items())]) + "\n"


def reckoned(text: str) -> str:
    """The document with its reckoned tables as they follow from the rest."""
    for name, table in tables(given(text)).items():
        begin = re.escape(_BEGIN.format(name))
        text, found = re.subn(f"({begin}).*?({re.escape(_END)})", rf"\g<1>{table}\g<2>", text, flags=re.DOTALL)
        if found != 1:
            raise ValueError(f"the table {name} stands there {found} times")
    return text


# Names of the document that stand for others of the measurement; the rest are the same. From PostgreSQL's file: these.
_MEASURED_AS = {
    "county.MiB": "MiB per county hall",
    "township.MiB": "MiB per other hall",
    "county.KiB to screens per ticket": "KiB to screens per ticket, county hall",
    "township.KiB to screens per ticket": "KiB to screens per ticket, branch",
}
_ON_POSTGRES = {
    "database ms per command": "database ms per command",
    "server ms per command, PostgreSQL": "server ms per command",
    "commands/s within 100 ms, PostgreSQL": "commands/s within 100 ms",
    "bytes kept per ticket, PostgreSQL": "bytes kept per ticket",
    "bytes of replies per ticket, PostgreSQL": "bytes of replies per ticket",
    "Redis bytes per command": "Redis bytes per command",
}


def measured(text: str, on_file: Mapping[str, Any], on_postgres: Mapping[str, Any]) -> str:
    """The document with the values of two measurements."""
    for name in table_rows(text):
        found = on_file if name not in _ON_POSTGRES else on_postgres
        value = found.get(_MEASURED_AS.get(name, _ON_POSTGRES.get(name, name)))
        if value is not None:
            shown = f"{value:,.0f}" if value >= 100 or not value else f"{value:.2f}" if value >= 0.1 else f"{value:.3f}"
            text = re.sub(f"(\\| `{re.escape(name)}` \\| )[\\d,.]+", rf"\g<1>{shown}", text)
    return text


def main(files: Sequence[str]) -> None:
    """Write the document anew."""
    text = DOCUMENT.read_text(encoding="utf-8")
    if files:
        on_file, on_postgres = (json.loads(Path(file).read_text(encoding="utf-8"))["weights"] for file in files)
        text = measured(text, on_file, on_postgres)
    DOCUMENT.write_text(reckoned(text), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
