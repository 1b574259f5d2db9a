"""How long a proof runs, from which seed, and where its figure is kept.

Short unless PAIHAO_PROVE=long; PAIHAO_MINUTES ends a long run early, and what it reached is kept. PAIHAO_SEED repeats a
run. With PAIHAO_RESULTS each proof writes its result into that
folder, one JSON file each, so that proofs may run one by one and beside each other.
"""

import json
import os
import random
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

LONG = os.environ.get("PAIHAO_PROVE") == "long"
RESULTS = os.environ.get("PAIHAO_RESULTS")
SEED = os.environ.get("PAIHAO_SEED")
MINUTES = os.environ.get("PAIHAO_MINUTES")
_BEGUN = time.monotonic()


def rounds(short: int, long: int) -> int:
    """How many, here and now."""
    return long if LONG else short


def time_is_up() -> bool:
    """Whether a long run has had its minutes: end in order, and say what was reached."""
    return MINUTES is not None and time.monotonic() > _BEGUN + float(MINUTES) * 60


@dataclass
class Result:
    """What one proof came to. `promise`: "R1". `part`: where a promise has several proofs, what this one is about.

    `reached`, `wanted`: how many of `unit`. `figure`, `control`: sentences. `outcome`: passed or failed.
    """

    promise: str
    part: str
    unit: str
    reached: int = 0
    wanted: int = 0
    figure: str = ""
    control: str = ""
    outcome: str = "failed"
    seconds: float = 0.0
    seed: int = 0
    at: str = ""
    commit: str = ""
    rng: random.Random = field(default_factory=random.Random, repr=False)

    @property
    def whole(self) -> bool:
        """Whether it reached what design/promises asks for."""
        return self.outcome == "passed" and self.reached >= self.wanted

    @property
    def name(self) -> str:
        """The file's name."""
        return f"{self.promise}-{self.part.replace(' ', '_')}" if self.part else self.promise


@contextmanager
def proving(promise: str, unit: str, wanted: int, part: str = "") -> Iterator[Result]:
    """One proof: fill `reached`, `figure` and `control`; what is drawn comes from `rng`. A failure says its seed."""
    result = Result(promise, part, unit, wanted=wanted, seed=int(SEED) if SEED else secrets.randbits(32))
    result.rng = random.Random(result.seed)
    begun = time.monotonic()
    try:
        yield result
        result.outcome = "passed"
    except BaseException as why:
        result.figure = f"{type(why).__name__}: {why}"[:300]
        print(f"{promise} {part} failed; PAIHAO_SEED={result.seed} draws the same again")
        raise
    finally:
        result.seconds = round(time.monotonic() - begun, 1)
        result.at = datetime.now(UTC).isoformat(timespec="seconds")
        result.commit = os.environ.get("PAIHAO_COMMIT", "")
        if RESULTS:
            keep(result, Path(RESULTS))


def keep(result: Result, folder: Path) -> None:
    """Write a result, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    told = {name: value for name, value in asdict(result).items() if name != "rng"}
    half = folder / f"{result.name}.{os.getpid()}.half"
    half.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    half.replace(folder / f"{result.name}.json")


def results(folder: Path) -> list[Result]:
    """All that are kept there."""
    return [Result(**json.loads(file.read_text(encoding="utf-8"))) for file in sorted(folder.glob("*.json"))]
