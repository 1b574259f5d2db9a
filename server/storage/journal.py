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
        fields = (before, self.hall, self.revision, self.at_ms, self.deed, self.actor, self.via, self.why, self.facts)
        return hashlib.sha256(_compact(fields).encode()).hexdigest()


def facts_text(facts: dict[str, Any]) -> str:
    """Facts as they are stored: compact JSON in the order given."""
    return _compact(facts)


@dataclass(frozen=True, slots=True)
class Broken:
    """The first entry where the chain does not hold, and how."""

    hall: str
    revision: int
    what: str  # "gap" | "hash"


def verify(entries: Iterable[tuple[Entry, str]]) -> Iterator[Broken]:
    """Check one hall's entries (with stored hashes) in order of revision; stops at the first break."""
    before, expected = GENESIS, 1
    for entry, stored in entries:
        if entry.revision != expected:
            yield Broken(entry.hall, expected, "gap")
            return
        if entry.hash_after(before) != stored:
            yield Broken(entry.hall, entry.revision, "hash")
            return
        before, expected = stored, expected + 1
