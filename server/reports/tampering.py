"""Whether the journal is what was written: the chain of hashes, and anchors that were carried away before.

The chain shows that an entry was altered, taken out, put in or moved. Who can write the whole database can also compute
all hashes anew, or cut the end off; that is seen by an anchor: a hall's revision and hash, kept somewhere else.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from server.storage.journal import LINES, Broken, breaks
from server.storage.store import Reads


class Anchor(BaseModel):
    """Where a hall's journal stood at a moment (`at`: UTC)."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    hall: str
    revision: int
    hash: str
    at: datetime


class AnchorsWrong(Exception):
    """The file of anchors cannot be read; which line."""


def halls_in(connection: Reads) -> list[str]:
    """All halls."""
    return [row[0] for row in connection.execute("SELECT hall FROM halls ORDER BY hall")]


def anchors_now(connection: Reads, halls: Iterable[str]) -> list[Anchor]:
    """Each hall's head."""
    query = "SELECT revision, head_hash FROM halls WHERE hall = ?"
    now = datetime.now(UTC)
    heads = ((hall, connection.execute(query, (hall,)).fetchone()) for hall in halls)
    return [Anchor(hall=hall, revision=row[0], hash=row[1], at=now) for hall, row in heads if row]


def anchors_from(text: str) -> list[Anchor]:
    """The anchors of a file, one JSON line each. Raises AnchorsWrong."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        try:
            found.append(Anchor.model_validate_json(line))
        except ValidationError as error:
            raise AnchorsWrong(str(number)) from error
    return found


def tampered(connection: Reads, hall: str) -> Iterator[str]:
    """Every place where the chain does not hold, in both languages, with what it belongs to."""
    newest = (0, "")

    def lines() -> Iterator[Any]:
        nonlocal newest
        for line in connection.execute(LINES, (hall,)):
            newest = (line[0], line[7])
            yield line

    for broken in breaks(hall, lines()):
        yield _told(connection, broken)
    head = connection.execute("SELECT revision, head_hash FROM halls WHERE hall = ?", (hall,)).fetchone()
    if head is not None and head[0] > newest[0]:
        yield _told(connection, Broken(hall, newest[0] + 1, "gap", head[0]))
    elif head is not None and tuple(head) != newest:
        yield (
            f"{hall}: 大厅的头是 {head[0]} 号记录，日志的末尾是 {newest[0]} 号，两者不符 / "
            f"the hall's head is entry {head[0]}, its journal's end {newest[0]}: they do not fit"
        )


def off_anchor(connection: Reads, anchors: Iterable[Anchor]) -> Iterator[str]:
    """The first anchor of each hall that the journal does not fit any more; the ones before say since when."""
    good: dict[str, int] = {}
    bad: set[str] = set()
    for anchor in sorted(anchors, key=lambda a: (a.hall, a.revision, a.at)):
        if anchor.hall in bad:
            continue
        query = "SELECT hash FROM journal WHERE hall = ? AND revision = ?"
        row = connection.execute(query, (anchor.hall, anchor.revision)).fetchone()
        if row is not None and row[0] == anchor.hash:
            good[anchor.hall] = anchor.revision
            continue
        bad.add(anchor.hall)
        since = good.get(anchor.hall, 0) + 1
        end = connection.execute("SELECT MAX(revision) FROM journal WHERE hall = ?", (anchor.hall,)).fetchone()[0] or 0
        to, day = anchor.revision, f"{anchor.at:%Y-%m-%d}"
        if end < to:
            yield (
                f"{anchor.hall}: 日志末尾被截去：{end + 1} 至 {to} 号记录在 {day} 还在 / "
                f"the journal's end was cut off: entries {end + 1} to {to} were there on {day}"
            )
        else:
            yield (
                f"{anchor.hall}: {since} 至 {to} 号记录中有被改写的，和 {day} 的锚点不符 / "
                f"among entries {since} to {to} some were rewritten: the anchor of {day} does not fit"
            )


def _told(connection: Reads, broken: Broken) -> str:
    belongs = _belongs(connection, broken.hall, broken.revision)
    about = f" ({belongs})" if belongs else ""
    if broken.what == "gap":
        which = str(broken.revision) if broken.upto == broken.revision else f"{broken.revision}–{broken.upto}"
        return f"{broken.hall}: 缺少 {which} 号记录 / entry {which} is missing{about}"
    if broken.what == "extra":
        return f"{broken.hall}: 多出 {broken.revision} 号记录 / entry {broken.revision} does not belong there{about}"
    return (
        f"{broken.hall}: {broken.revision} 号记录被改动，或与前一条接不上 / "
        f"entry {broken.revision} was altered, or does not follow from the one before{about}"
    )


def _belongs(connection: Reads, hall: str, revision: int) -> str:
    """The ratings that the entry speaks of, and those whose rows name it; else its visit or ticket."""
    row = connection.execute(
        "SELECT deed, facts FROM journal WHERE hall = ? AND revision = ?", (hall, revision)
    ).fetchone()
    visits = {visit for (visit,) in connection.execute(_RATED, (hall, revision))}
    deed = row[0] if row else ""
    visit = _visit_in(row[1]) if row else None
    if visit is not None:
        visits.add(visit)
    named = "; ".join(text for visit in sorted(visits) if (text := _visit(connection, hall, visit)))
    return ", ".join(part for part in (deed, named) if part)


_RATED = "SELECT visit FROM ratings WHERE hall = ? AND revision = ?"
_VISIT = (
    "SELECT v.label, v.window, v.clerk, r.channel, r.level FROM visits v LEFT JOIN ratings r "
    "ON r.hall = v.hall AND r.visit = v.id WHERE v.hall = ? AND v.id = ? ORDER BY r.channel"
)


def _visit_in(facts: str) -> int | None:
    try:
        told = json.loads(facts)
        visit = told.get("visit", told.get("finished"))
    except (ValueError, AttributeError):
        return None
    return visit if isinstance(visit, int) and abs(visit) < 2**62 else None


def _visit(connection: Reads, hall: str, visit: int) -> str:
    rows = connection.execute(_VISIT, (hall, visit)).fetchall()
    if not rows:
        return f"visit {visit}"
    number, window, clerk = rows[0][:3]
    levels = ", ".join(f"{channel} {'not rated' if level is None else level}" for *_, channel, level in rows if channel)
    return f"{number}, window {window}, clerk {clerk}, visit {visit}: rating {levels or '–'}"
