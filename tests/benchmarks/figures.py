"""How a benchmark reports: measured value, its baseline, their ratio, what to reach, and whether that was reached."""

import json
import os
import platform
import re
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any

_HEAD = ("benchmark", "measured", "baseline", "ratio", "reach", "reached")


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. `reach` speaks of `value`, or where that is None of the ratio."""

    name: str
    measured: str
    baseline: str
    ratio: float
    reach: str
    value: float | None = None

    @property
    def reached(self) -> bool | None:
        """None where there is nothing to reach."""
        goal = re.match(r"(<=|>=|=) ([\d.]+)", self.reach)
        if goal is None:
            return None
        found = self.ratio if self.value is None else self.value
        return {"<=": found <= float(goal[2]), ">=": found >= float(goal[2]), "=": found == float(goal[2])}[goal[1]]


def p99(values: Sequence[float]) -> float:
    """The 99th percentile."""
    return quantiles(values, n=100)[98] if len(values) > 1 else values[0]


def p50(values: Sequence[float]) -> float:
    """The median."""
    return median(values)


def cpu_s(pid: int, *, ended_too: bool = False) -> float:
    """Processor time of a process so far (Linux); with that of its children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return sum(map(int, fields[11 : 15 if ended_too else 13])) / os.sysconf("SC_CLK_TCK")


def _rows(figures: Sequence[Figure]) -> list[tuple[str, ...]]:
    said = {True: "yes", False: "no", None: "-"}
    return [(f.name, f.measured, f.baseline, f"{f.ratio:.2f}", f.reach, said[f.reached]) for f in figures]


def table(figures: Sequence[Figure]) -> str:
    """All figures as text, which is a Markdown table too."""
    rows = [_HEAD, *_rows(figures)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(_HEAD))]
    rows.insert(1, tuple("-" * width for width in widths))
    return "\n".join(f"| {' | '.join(cell.ljust(w) for cell, w in zip(row, widths, strict=True))} |" for row in rows)


def machine() -> dict[str, Any]:
    """What it was measured on, and how busy that was with other things."""
    return {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "system": platform.system(),
        "cores": os.cpu_count(),
        "load": [round(one, 2) for one in os.getloadavg()],
        "at": time.strftime("%Y-%m-%d %H:%M", time.gmtime()),
    }


def write_json(figures: Sequence[Figure], path: Path) -> None:
    """The same for programs."""
    told = {"machine": machine(), "figures": [{**asdict(f), "reached": f.reached} for f in figures]}
    path.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
