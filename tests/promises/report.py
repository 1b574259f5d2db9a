"""PROOF.md: what each proof came to, when, from which commit, on what machine; short runs are called short."""

import os
import platform
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.promises.promised import PROMISES, proofs_of
from tests.promises.rounds import Result

_SYNCS = 200
_PAGE = b"\0" * 4096


def machine() -> str:
    """Cores, processor, Python, and how long this disk takes to keep 4 KiB."""
    cpu = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        cpu = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), cpu)
    except OSError:
        pass  # no Linux: what Python knows must do
    middle, worst = _sync_ms()
    return (
        f"{os.cpu_count()} cores, {cpu}; {platform.system()}, Python {platform.python_version()}; "
        f"the disk keeps 4 KiB (write and fsync) in {middle:.2f} ms, at worst {worst:.1f} ms"
    )


def _sync_ms() -> tuple[float, float]:
    """Median and worst of 200 appended pages, each synced, in the folder for temporary files."""
    took = []
    with tempfile.NamedTemporaryFile() as file:
        for _ in range(_SYNCS):
            begun = time.perf_counter()
            file.write(_PAGE)
            file.flush()
            os.fsync(file.fileno())
            took.append((time.perf_counter() - begun) * 1000)
    return statistics.median(took), max(took)


def proof_text(results: Sequence[Result], machine_text: str, date: str, commit: str) -> str:
    """The whole document."""
    rows = ["| promise | reached | figure | control | time | run |", "|---|---|---|---|---|---|"]
    for promise, meaning in PROMISES.items():
        found = [one for one in results if one.promise == promise]
        rows += [_row(one, meaning) for one in found] or [_missing(promise, meaning)]
    short = [f"{one.promise} {one.part}".strip() for one in results if one.outcome == "passed" and not one.whole]
    failed = [f"{one.promise} {one.part}".strip() for one in results if one.outcome != "passed"]
    return "\n".join(
        [
            "# Proof",
            "",
            "What the promises of paihao came to in [their proofs](tests/promises). Written by `make prove`,",
            "not by hand. Each run of faults is judged from a history file against the database; a control is",
            "the same run with the guard taken away, and counts only if the judge finds what is lost then.",
            "",
            f"- Written: {date}, commit {commit or 'not known'}",
            f"- Machine: {machine_text}",
            f"- Shortened runs: {', '.join(short) or 'none'}",
            f"- Failed runs: {', '.join(failed) or 'none'}",
            "",
            *rows,
            "",
        ]
    )


def _row(one: Result, meaning: str) -> str:
    name = f"{one.promise} {meaning}" + (f" ({one.part})" if one.part else "")
    count = f"{one.reached:,} {one.unit}"
    if one.outcome != "passed":
        count = f"**failed**, seed {one.seed}"
    elif not one.whole:
        count = f"**shortened**: {one.reached:,} of {one.wanted:,} {one.unit}"
    cells = (name, count, one.figure, one.control or "–", _time(one.seconds), f"{one.at[:10]} {one.commit[:8]}".strip())
    return "| " + " | ".join(cell.replace("|", "/").replace("\n", " ") for cell in cells) + " |"


def _missing(promise: str, meaning: str) -> str:
    why = "not run yet" if proofs_of(promise) else "no long proof yet"
    return f"| {promise} {meaning} | – | {why} | – | – | – |"


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
