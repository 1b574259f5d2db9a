"""What a kiosk keeps on its disk of the numbers leased to it: its blocks, each number, and what became of it."""

import hashlib
import json
import secrets
import threading
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import structlog

from contract.commands import RecordLeased
from contract.replies import Leased
from terminal.data_dir import DataDir
from terminal.json_lines import JsonLines

LOG = structlog.get_logger(__name__)

KEPT_DAYS: Final = 2  # after which a number that the server has recorded is forgotten
INSTANCE_FILE: Final = "instance"


def instance_of(data: DataDir) -> str:
    """Which installation this is: made once, kept with the folder."""
    known = data.read(INSTANCE_FILE)
    if known is None:
        known = {"instance": secrets.token_hex(16)}
        data.write_private(INSTANCE_FILE, known)
    return str(known["instance"])


@dataclass(slots=True)
class Given:
    """A number given without the server. `said`: the reply that the page got; `told`: what the server has recorded,
    with the digest of the body that told it, its key and its revision."""

    press: str
    body: dict[str, Any]  # of the command that will tell it, without what becomes known later
    said: dict[str, Any]
    notes: dict[str, Any] = field(default_factory=dict)
    told: dict[str, Any] | None = None

    @property
    def day(self) -> str:
        return str(self.body["day"])

    @property
    def number(self) -> int:
        return int(self.body["number"])

    @property
    def line(self) -> str:
        return str(self.body["line"])

    def command(self) -> dict[str, Any]:
        """All that is known of it now, as the server is told."""
        known = {name: self.notes[name] for name in RecordLeased.model_fields if name in self.notes}
        return RecordLeased.model_validate({**self.body, **known}).model_dump(mode="json")

    def untold(self) -> bool:
        """Whether the server lacks something of it."""
        return self.told is None or self.told["digest"] != digest_of(self.command())


def digest_of(body: dict[str, Any]) -> str:
    """What "the same" means for a body."""
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:32]


class LeasedJournal:
    """Lines {"lease": block}, {"asking": ...}, {"given": ...}, {"note": [day, number], ...}, {"told": ...}."""

    def __init__(self, path: Path) -> None:
        self._lines = JsonLines(path)
        self._lock = threading.RLock()
        self._blocks: list[Leased] = []
        self._given: dict[tuple[str, int], Given] = {}
        self.asking: dict[str, Any] | None = None  # a lease that was asked for and not answered: its key and body
        for line in self._lines.open():
            self._read(line)
        self._forget_old()
        self._lines.rewrite(self._all())

    def _read(self, line: dict[str, Any]) -> None:
        if "lease" in line:
            self._blocks.append(Leased.model_validate(line["lease"]))
        elif "asking" in line:
            self.asking = line["asking"]
        elif "given" in line:
            one = Given(**line["given"])
            self._given[one.day, one.number] = one
        elif "note" in line:
            one_noted = self._given.get((line["note"][0], line["note"][1]))
            if one_noted is not None:
                one_noted.notes.update(line["notes"])
        elif "told" in line:
            one_told = self._given.get((line["told"][0], line["told"][1]))
            if one_told is not None:
                one_told.told = line["as"]

    def _all(self) -> list[dict[str, Any]]:
        asking = [{"asking": self.asking}] if self.asking is not None else []
        blocks = [{"lease": block.model_dump(mode="json")} for block in self._blocks]
        given = [
            {"given": {"press": g.press, "body": g.body, "said": g.said, "notes": g.notes, "told": g.told}}
            for g in self._given.values()
        ]
        return [*asking, *blocks, *given]

    def _forget_old(self) -> None:
        newest = max((block.day for block in self._blocks), default=None)
        if newest is None:
            return
        oldest = newest - timedelta(days=KEPT_DAYS)
        self._blocks = [block for block in self._blocks if block.day >= oldest]
        self._given = {
            place: one
            for place, one in self._given.items()
            if date.fromisoformat(one.day) >= oldest or (one.untold() and "refused" not in one.notes)
        }

    # --- blocks ------------------------------------------------------------------------------------------------------

    def ask(self, asking: dict[str, Any] | None) -> None:
        """Keep what is asked for, before it is asked; None when there is an answer. Raises OSError."""
        with self._lock:
            self._lines.append({"asking": asking}, durable=asking is not None)
            self.asking = asking

    def lease(self, block: Leased) -> None:
        """On the disk when this returns. Raises OSError."""
        with self._lock:
            if block in self._blocks:
                return
            self._lines.append({"lease": block.model_dump(mode="json")})
            is_new_day = all(block.day > known.day for known in self._blocks)
            self._blocks.append(block)
            if is_new_day:
                self._shorten()

    def _shorten(self) -> None:
        """Once a day: a kiosk may run for months."""
        self._forget_old()
        try:
            self._lines.rewrite(self._all())
        except OSError as error:
            LOG.error("leased_disk", problem=str(error))

    def highest(self, day: date) -> int:
        """The highest number of the day that is leased here; 0 for none."""
        with self._lock:
            return max((block.last for block in self._blocks if block.day == day), default=0)

    def left(self, day: date) -> int:
        """How many of the day's numbers are still here."""
        with self._lock:
            return sum(1 for block in self._blocks if block.day == day for _ in self._free(block))

    def next(self, day: date) -> tuple[Leased, int] | None:
        """The number to give now and its block; None when there is none."""
        with self._lock:
            own = sorted((block for block in self._blocks if block.day == day), key=lambda block: block.first)
            return next(((block, number) for block in own for number in self._free(block)), None)

    def _free(self, block: Leased) -> list[int]:
        day = block.day.isoformat()
        return [number for number in range(block.first, block.last + 1) if (day, number) not in self._given]

    # --- numbers -----------------------------------------------------------------------------------------------------

    def give(self, one: Given) -> None:
        """A number is given: on the disk when this returns, and only then may it be shown. Raises OSError."""
        with self._lock:
            self._lines.append(
                {"given": {"press": one.press, "body": one.body, "said": one.said, "notes": one.notes, "told": None}}
            )
            self._given[one.day, one.number] = one

    def note(self, one: Given, **notes: Any) -> None:
        """Something that became known of it. On the disk when this returns. Raises OSError."""
        with self._lock:
            self._lines.append({"note": [one.day, one.number], "notes": notes})
            one.notes.update(notes)

    def told(self, one: Given, told: dict[str, Any] | None) -> None:
        """The server has recorded it, or (None) knows nothing of it any more. If this line is lost, it is told anew."""
        with self._lock:
            one.told = told
            self._lines.append({"told": [one.day, one.number], "as": told}, durable=False)

    def given(self) -> tuple[Given, ...]:
        """All that are kept, in the order in which they were given."""
        with self._lock:
            return tuple(self._given.values())

    def of_press(self, press: str) -> Given | None:
        """The number that this press got."""
        with self._lock:
            return next((one for one in self._given.values() if one.press == press), None)

    def close(self) -> None:
        self._lines.close()
