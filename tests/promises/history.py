"""The history file of a run of faults: what was asked, under which key, and what was answered or never was.

JSON lines, appended and flushed one by one, so that it is whole up to the moment at which its writer was killed. Two
kinds: {"sent": {...}} before a command leaves, {"answered": {...}} when its answer has arrived whole. A command that
was sent and never answered is unknown: it may have happened or not.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ACCEPTED = 200
RULE_REFUSED = 409  # stored under its key, unless the code says that the disk did not take it
COME_AGAIN = ("busy", "disk_full", "database_away")  # says the server, and the same key may be tried again
NOT_STORED = (*COME_AGAIN, "internal")


@dataclass(frozen=True, slots=True)
class Answered:
    """One whole answer: HTTP status, JSON body, epoch milliseconds of its arrival, marked a repeat or not."""

    status: int
    body: dict[str, Any]
    at_ms: int
    repeat: bool

    @property
    def accepted(self) -> bool:
        return self.status == ACCEPTED

    @property
    def stored(self) -> bool:
        """Whether the server says by this answer that it keeps it: an accepted deed, or a refusal by a rule."""
        return self.accepted or (self.status == RULE_REFUSED and self.body.get("code") not in NOT_STORED)


    @property
    def again(self) -> bool:
        """Whether the server asks for the same once more, a little later."""
        return not self.stored and self.body.get("code") in COME_AGAIN


@dataclass(slots=True)
class Asked:
    """One command under one key. `intention`: what its sender meant to happen once, however many keys were used."""

    key: str
    intention: str
    who: str
    deed: str
    body: dict[str, Any]
    sent_ms: int
    times: int = 1
    answers: list[Answered] = field(default_factory=list)

    @property
    def unknown(self) -> bool:
        """Nothing was heard of it, or nothing that says whether it happened."""
        return not any(answer.stored for answer in self.answers)


def now_ms() -> int:
    """Epoch milliseconds."""
    return time.time_ns() // 1_000_000


class History:
    """Writes a history file; one that is there is continued. To be closed."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._out = file.open("a", encoding="utf-8")

    def __enter__(self) -> "History":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Nothing more will be said."""
        self._out.close()

    def sent(self, key: str, who: str, deed: str, body: Mapping[str, Any], intention: str | None = None) -> None:
        """About to be sent, for the first time or again."""
        told = {"key": key, "intention": intention or key, "who": who, "deed": deed, "body": dict(body), "at": now_ms()}
        self._say({"sent": told})

    def answered(self, key: str, status: int, body: Mapping[str, Any], *, repeat: bool = False) -> None:
        """An answer has arrived whole."""
        told = {"key": key, "status": status, "body": dict(body), "repeat": repeat, "at": now_ms()}
        self._say({"answered": told})

    def _say(self, line: Mapping[str, Any]) -> None:
        self._out.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
        self._out.flush()


def read(file: Path) -> list[Asked]:
    """Everything that was asked, in the order in which it was sent first."""
    found: dict[str, Asked] = {}
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            said = json.loads(line)
            if "sent" in said:
                _sent(found, **said["sent"])
            else:
                one = said["answered"]
                answer = Answered(one["status"], one["body"], one["at"], one["repeat"])
                found[one["key"]].answers.append(answer)
    return list(found.values())


def _sent(
    found: dict[str, Asked], key: str, intention: str, who: str, deed: str, body: dict[str, Any], at: int
) -> None:
    if key in found:
        found[key].times += 1
    else:
        found[key] = Asked(key, intention, who, deed, body, at)
