"""`python -m tests.house.scale`: the tables of docs/scale-arithmetic.md that are reckoned from what was measured.

The document holds both. This program reads what was measured and assumed, and writes the reckoned tables anew; a test
holds that nothing else stands there.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

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
        "server time for a command, all that goes with it included": f"{beside:.1f} ms",
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
        text, found = re.subn(f"({begin}).*?({re.escape(_END)})", lambda m: m[1] + table + m[2], text, flags=re.DOTALL)  # noqa: B023
        if found != 1:
            raise ValueError(f"the table {name} stands there {found} times")
    return text


if __name__ == "__main__":
    DOCUMENT.write_text(reckoned(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
