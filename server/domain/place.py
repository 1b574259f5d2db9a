"""Where a line is served, as it stands on slip and screen: floor and windows."""

from collections.abc import Sequence
from itertools import pairwise

from server.domain.derived import derived
from server.domain.hall import Hall, Text


def _runs(numbers: Sequence[str]) -> str:
    """`101–103、107`: neighbours joined, the rest listed."""
    runs: list[list[str]] = [[numbers[0]]] if numbers else []
    for before, after in pairwise(numbers):
        if before.isdigit() and after.isdigit() and int(after) == int(before) + 1:
            runs[-1].append(after)
        else:
            runs.append([after])
    return "、".join(run[0] if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)


@derived
def place(hall: Hall, windows: tuple[str, ...]) -> Text:
    """`1F 101–106 号窗口` / `1F, windows 101–106`; several floors are listed one after the other."""
    by_floor: dict[str, list[str]] = {}
    for no in sorted(windows):
        by_floor.setdefault(hall.zones[hall.windows[no].zone].floor, []).append(no)
    zh = "；".join(f"{floor} {_runs(found)} 号窗口" for floor, found in by_floor.items())
    en = "; ".join(
        f"{floor}, window{'s' if len(found) > 1 else ''} {_runs(found).replace('、', ', ')}"
        for floor, found in by_floor.items()
    )
    return Text(zh, en)
