"""The account of how the rows came to be: one entry per revision, each holding the hash of the one before.

Never personal data: that lives in rows that can be erased. `why` is the reason a person of staff gave.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

GENESIS = "0" * 64
_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_quoted = json.encoder.encode_basestring  # in C where the interpreter has it


Line = tuple[int, int, str, str, str, str, str, str]  # revision, at_ms, deed, actor, via, why, facts, hash
LINES = "SELECT revision, at_ms, deed, actor, via, why, facts, hash FROM journal WHERE hall = ? ORDER BY revision"


@dataclass(frozen=True, slots=True)
class Entry:
    """One accepted command."""

    hall: str
    revision: int
    at_ms: int
    deed: str
    actor: str
    via: str
    why: str
    facts: str  # JSON as stored, so that the hash is over the very bytes

    def hash_after(self, before: str) -> str:
        """SHA-256 over the hash before and this entry's fields, in hex."""
        return hash_of(
            before, self.hall, self.revision, self.at_ms, self.deed, self.actor, self.via, self.why, self.facts
        )


def hash_of(
    before: str, hall: str, revision: int, at_ms: int, deed: str, actor: str, via: str, why: str, facts: str
) -> str:
    """SHA-256 in hex over the fields as compact JSON.

    Put together by hand, in half the time; what is not of its type, in an altered file, goes the long way.
    """
    if type(revision) is int and type(at_ms) is int:
        try:
            text = (
                f"[{_quoted(before)},{_quoted(hall)},{revision},{at_ms},{_quoted(deed)},{_quoted(actor)},"
                f"{_quoted(via)},{_quoted(why)},{_quoted(facts)}]"
            )
            return hashlib.sha256(text.encode()).hexdigest()
        except (TypeError, UnicodeEncodeError):
            pass
    fields = (before, hall, revision, at_ms, deed, actor, via, why, facts)
    text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"), default=repr)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def facts_text(facts: dict[str, Any]) -> str:
    """Facts as they are stored: compact JSON in the order given."""
    return _compact(facts)


@dataclass(frozen=True, slots=True)
class Broken:
    """A place where the chain does not hold, and how.

    `what`: "gap" (the entries from `revision` to `upto` are missing), "extra" (an entry before the first), "hash" (the
    entry is not what was written, or does not follow from the one before).
    """

    hall: str
    revision: int
    what: str
    upto: int = 0


def breaks(hall: str, lines: Iterable[Line], before: str = GENESIS, expected: int = 1) -> Iterator[Broken]:
    """Check one hall's entries in order of revision, from `expected` on; every place where the chain does not hold."""
    known = True  # whether the hash before is that of the entry before
    for revision, at_ms, deed, actor, via, why, facts, stored in lines:
        if revision != expected:
            yield Broken(hall, *((expected, "gap", revision - 1) if revision > expected else (revision, "extra")))
            known = False
        if known and hash_of(before, hall, revision, at_ms, deed, actor, via, why, facts) != stored:
            yield Broken(hall, revision, "hash")
        before, expected, known = stored, revision + 1, True


def verify(entries: Iterable[tuple[Entry, str]]) -> Iterator[Broken]:
    """Check one hall's entries (with stored hashes) in order of revision; stops at the first break."""
    before, expected = GENESIS, 1
    for e, stored in entries:
        line = (e.revision, e.at_ms, e.deed, e.actor, e.via, e.why, e.facts, stored)
        for broken in breaks(e.hall, [line], before, expected):
            yield Broken(e.hall, expected, broken.what)
            return
        before, expected = stored, expected + 1
