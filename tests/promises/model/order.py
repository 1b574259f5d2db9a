"""Who stands where, and who is next and why: worked out anew each time from a plain list of tickets.

Standing is a place on a long number line, so that there is always room between two: a ticket stands at the time it was
taken; one that returns stands half way between the K-th and the one behind it; one put in front stands before all.
"""

from collections.abc import Sequence
from typing import Any

from tests.promises.model.words import CHOSEN, LINES, MINUTE, WINDOWS, HallState, Ticket, Visit, Window

ROOM = 2**60  # of the number line, for each millisecond
NEAR = 2**40


def tier(ticket: Ticket, line: str) -> int:
    """0 green channel, 2 everybody, 3 inquiry."""
    return 0 if ticket["priority"] == "GC" else 3 if LINES[line][2] else 2


def in_line(tickets: Sequence[Ticket], line: str) -> list[Ticket]:
    """Those who wait in a line, in order."""
    here = [t for t in tickets if t["state"] == "waiting" and t["line"] == line]
    return sorted(here, key=lambda t: (tier(t, line), t["standing"], t["born"]))


def tail(tickets: Sequence[Ticket], line: str, own_tier: int, now: int) -> int:
    """Behind everybody of the tier."""
    last = [t["standing"] for t in in_line(tickets, line) if tier(t, line) == own_tier][-1:]
    return max(now, last[0] + NEAR) if last else now


def front(tickets: Sequence[Ticket], line: str, own_tier: int, now: int) -> int:
    """Before the first of the line; where nobody waits, as if at the tail."""
    waiting = [t["standing"] for t in in_line(tickets, line)]
    return min(waiting) - NEAR if waiting else tail(tickets, line, own_tier, now)


def behind(tickets: Sequence[Ticket], line: str, places: int, own_tier: int, now: int) -> int:
    """Right behind the K-th who waits, as near as the own tier comes; at the tail if fewer wait."""
    waiting = in_line(tickets, line)
    if len(waiting) < places:
        return tail(tickets, line, own_tier, now)
    before = [t["standing"] for t in waiting[:places] if tier(t, line) == own_tier]
    after = [t["standing"] for t in waiting[places:] if tier(t, line) == own_tier]
    if before and after:
        return int(before[-1] + after[0]) // 2
    if before:
        return int(before[-1]) + NEAR
    # The K-th stands in an earlier tier: before the first of the own one, if there is any.
    return int(after[0]) - NEAR if after else tail(tickets, line, own_tier, now)


def admitted(window: str, ticket: Ticket, line: str) -> bool:
    """Whether the window may take the ticket."""
    if ticket["only"]:
        return str(ticket["only"]) == window
    own, by_transfer, only_for, _ = WINDOWS[window]
    if only_for and ticket["priority"] != only_for:
        return False
    return line in own or bool(ticket["transferred"] and line in by_transfer)


def lines_called(window: str) -> list[str]:
    """The window's lines in its own order, then those it receives by transfer."""
    own = WINDOWS[window][0]
    return [*own, *(line for line in LINES if receives(window, line) and line not in own)]


def receives(window: str, line: str) -> bool:
    """Whether a ticket of the line may be sent to the window by name."""
    own, by_transfer, _, _ = WINDOWS[window]
    return line in own or line in by_transfer or by_transfer == "*"


def history(visits: Sequence[Visit], line: str) -> tuple[int, list[int]]:
    """Ordinary calls since the last priority call of the line, and when the priority tickets called were taken."""
    ordinary, taken = 0, []
    for visit in visits:
        counts = visit["line"] == line and visit["reason"] in CHOSEN and visit["end"] != "undone"
        if not counts or tier(visit["ticket"], line) != 2:
            continue
        if visit["ticket"]["priority"] is None:
            ordinary += 1
        else:
            ordinary = 0
            taken.append(visit["ticket"]["taken"] * ROOM)
    return ordinary, taken


def open_windows(windows: dict[str, Window], line: str) -> int:
    """Signed in and not paused."""
    return sum(1 for no in LINES[line][0] if windows[no]["clerk"] and windows[no]["paused"] is None)


def _turn_of_priority(
    rules: dict[str, Any], visits: Sequence[Visit], line: str, first_ordinary: Ticket | None, windows: int
) -> bool:
    """After so many ordinary calls, unless it would make the first ordinary one wait too long."""
    if first_ordinary is None:
        return True
    ordinary, taken = history(visits, line)
    overtaken = [at for at in taken if at > first_ordinary["standing"]]
    costs = (len(overtaken) + 1) * LINES[line][1] * MINUTE / max(1, windows)
    return bool(ordinary >= rules["priority_every"] and costs <= rules["priority_cap_minutes"] * MINUTE)


def _of_line(line: str, window: str, hall: HallState) -> tuple[int, int, Ticket, str] | None:
    """Tier, standing, ticket and reason of the line's next for the window."""
    may = [t for t in in_line(hall.tickets, line) if admitted(window, t, line)]
    if not may:
        return None
    first = may[0]
    if tier(first, line) != 2:
        return tier(first, line), first["standing"], first, "inquiry" if tier(first, line) else "green_channel"
    ordinary = next((t for t in may if t["priority"] is None), None)
    urgent = next((t for t in may if t["priority"] is not None), None)
    if urgent and _turn_of_priority(hall.rules, hall.visits, line, ordinary, open_windows(hall.windows, line)):
        earliest = min(t["standing"] for t in (urgent, ordinary) if t)
        return 2, earliest, urgent, "priority_turn"
    assert ordinary is not None
    why = "sent_here" if ordinary["only"] else "returned" if ordinary["returns"] else ""
    return 2, ordinary["standing"], ordinary, why or ("transferred" if ordinary["transferred"] else "oldest")


def next_for(window: str, hall: HallState) -> tuple[Ticket, str] | None:
    """The next ticket for a window, and why."""
    found = []
    for place, line in enumerate(lines_called(window)):
        head = _of_line(line, window, hall)
        if head is not None:
            own_tier, standing, ticket, why = head
            places = (place, standing) if hall.rules["call_order"] == "list" else (standing, place)
            found.append(((own_tier, *places, ticket["born"]), ticket, why))
    if not found:
        return None
    _, ticket, why = min(found, key=lambda one: one[0])
    return ticket, why
