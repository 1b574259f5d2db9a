"""How a benchmark reports: measured value, its baseline, their ratio, and what to reach."""

import json
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median, quantiles


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. `ratio` is what `reach` speaks of; values carry their unit in the name."""

    name: str
    measured: str
    baseline: str
    ratio: float
    reach: str


def p99(values: Sequence[float]) -> float:
    """The 99th percentile."""
    return quantiles(values, n=100)[98] if len(values) > 1 else values[0]


def p50(values: Sequence[float]) -> float:
    """The median."""
    return median(values)


def table(figures: Sequence[Figure]) -> str:
    """All figures as text."""
    rows = [("benchmark", "measured", "baseline", "ratio", "reach")]
    rows += [(f.name, f.measured, f.baseline, f"{f.ratio:.2f}", f.reach) for f in figures]
    widths = [max(len(row[i]) for row in rows) for i in range(5)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def write_json(figures: Sequence[Figure], path: Path) -> None:
    """The same for programs, with the machine it was measured on."""
    machine = {"python": platform.python_version(), "machine": platform.machine(), "system": platform.system()}
    told = {"machine": machine, "figures": [asdict(f) for f in figures]}
    path.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
