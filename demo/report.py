"""The report of a play: counts, times, memory, verdict."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from contract.words import VisitEnd
from demo.evidence import Evidence
from demo.judge import RULES, Broken


def percentile(values: Sequence[float], share: float) -> float | None:
    """The value below which `share` of the values lie (nearest rank); None without values."""
    if not values:
        return None
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]


def report(
    evidence: Evidence,
    broken: Sequence[Broken],
    *,
    recorded_at: Mapping[int, float],
    memory: Mapping[str, int | None],
    seconds: float,
    seed: int,
) -> dict[str, Any]:
    """As written to the file. Times are milliseconds, memory bytes."""
    return {
        "verdict": "good" if not broken else "bad",
        "rules": list(RULES),
        "broken": [asdict(one) for one in broken],
        "seed": seed,
        "seconds": round(seconds, 1),
        "counts": _counts(evidence),
        "times_ms": {name: _times(values) for name, values in _measured(evidence, recorded_at).items()},
        "memory_bytes": dict(memory),
    }


def _counts(evidence: Evidence) -> dict[str, Any]:
    levels = Counter(row["level"] for row in evidence.ratings if row["level"] is not None)
    return {
        "tickets": len(evidence.tickets),
        "states": dict(Counter(row["state"] for row in evidence.tickets.values())),
        "taken_at": dict(Counter(one["place"] for one in evidence.said("took"))),
        "priority": sum(row["priority"] is not None for row in evidence.tickets.values()),
        "visits": dict(Counter(row["end"] for row in evidence.visits)),
        "missed_tickets": len({row["ticket"] for row in evidence.visits if row["end"] == VisitEnd.MISSED}),
        "held": sum(row["hold_kind"] is not None for row in evidence.visits),
        "slips": dict(Counter(row["outcome"] for row in evidence.slips)),
        "papers": {kiosk: len(papers) for kiosk, papers in evidence.papers.items()},
        "rateable": sum(bool(row["rateable"]) for row in evidence.visits),
        "rated": sum(levels.values()),
        "levels": {str(level): levels[level] for level in range(5, 0, -1)},
        "not_rated": dict(Counter(row["reason"] for row in evidence.ratings if row["level"] is None)),
        "presses": sum(1 for _ in evidence.said("press")),
        "presses_without_thanks": sum(not one["acknowledged"] for one in evidence.said("press")),
        "keys_on_pads": sum(1 for _ in evidence.said("pad")),
        "refusals": dict(Counter(f"{one['deed']}: {one['code']}" for one in evidence.said("refused"))),
    }


def _measured(evidence: Evidence, recorded_at: Mapping[int, float]) -> dict[str, list[float]]:
    pressed = {int(one["ticket"]): one["at"] for one in evidence.said("press") if one["acknowledged"]}
    return {
        "take": [one["take_ms"] for one in evidence.said("took") if one["take_ms"] is not None],
        "print": [one["print_ms"] for one in evidence.said("paper") if one["print_ms"] is not None],
        "call_to_board": [one["board_ms"] for one in evidence.said("call") if one["board_ms"] is not None],
        "press_to_record": [
            (recorded_at[ticket] - datetime.fromisoformat(at).timestamp()) * 1000
            for ticket, at in pressed.items()
            if ticket in recorded_at
        ],
    }


def _times(values: Sequence[float]) -> dict[str, float | int | None]:
    p50, p99 = percentile(values, 0.50), percentile(values, 0.99)
    return {
        "count": len(values),
        "p50": None if p50 is None else round(p50, 1),
        "p99": None if p99 is None else round(p99, 1),
    }
