"""Judges a play from outside: what citizens, paper and bus say against the rows of the database.

Each rule is a function that yields what violates it; `RULES` is the list of them all.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from contract.replies import Issued
from contract.words import FINAL_STATES, NotRated, State, VisitEnd
from demo.evidence import Evidence, Row
from drivers.printers.layout import Roll
from drivers.printers.raster import preview
from kiosk.slip import slip
from kiosk.slip_content import content_of

MOST_EXAMPLES: Final = 10
SHARES_FROM: Final = 200  # tickets; below, chance says more than the shares
LEAST_RATED, LEAST_MISSED, LEAST_CANCELLED = 0.30, 0.05, 0.03

Rule = Callable[[Evidence], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that was violated, how often, and some examples."""

    rule: str
    count: int
    examples: list[str]


def judge(evidence: Evidence) -> list[Broken]:
    """All violated rules; an empty list is the verdict "good"."""
    broken = []
    for name, rule in RULES.items():
        found = list(rule(evidence))
        if found:
            broken.append(Broken(name, len(found), found[:MOST_EXAMPLES]))
    return broken


# --- tickets -------------------------------------------------------------------------------------------------------


def everybody_got_a_number(evidence: Evidence) -> Iterator[str]:
    """As many tickets as citizens; each citizen's ticket is in the rows, and no other."""
    took = {int(one["ticket"]): one for one in evidence.said("took")}
    if len(took) != evidence.scene.tickets:
        yield f"{evidence.scene.tickets} citizens, {len(took)} numbers taken"
    for ticket, one in took.items():
        row = evidence.tickets.get(ticket)
        if row is None:
            yield f"{one['number']} was given and is not in the rows"
        elif row["label"] != one["number"]:
            yield f"{one['number']} was given, the row says {row['label']}"
    for ticket, row in evidence.tickets.items():
        if ticket not in took:
            yield f"{row['label']} is in the rows, nobody took it"


def no_number_twice(evidence: Evidence) -> Iterator[str]:
    """Neither in the rows, nor in the citizens' hands."""
    rows = Counter((row["day"], row["series"], row["number"]) for row in evidence.tickets.values())
    labels = Counter((row["day"], row["label"]) for row in evidence.tickets.values())
    hands = Counter((one["issued"]["day"], one["number"]) for one in evidence.said("took"))
    for where, numbers in (("rows", rows), ("labels", labels), ("hands", hands)):
        for number, count in numbers.items():
            if count > 1:
                yield f"{number} stands {count} times in the {where}"


def every_ticket_ended(evidence: Evidence) -> Iterator[str]:
    """Done, abandoned or cancelled."""
    for row in evidence.tickets.values():
        if row["state"] not in FINAL_STATES:
            yield f"{row['label']} is {row['state']}"


def tickets_ended_as_their_citizens_say(evidence: Evidence) -> Iterator[str]:
    """Who was told "finished" is done, who cancelled is cancelled, who did not come is abandoned."""
    ends: dict[str, str] = {}
    for what, state in (
        ("press", State.DONE), ("silent", State.DONE), ("not_asked", State.DONE),
        ("cancelled", State.CANCELLED), ("given_up", State.ABANDONED),
    ):  # fmt: skip
        for one in evidence.said(what):
            if one.get("refused") is None:
                ends[str(one["number"])] = state
    for row in evidence.tickets.values():
        if ends.get(row["label"]) != row["state"]:
            yield f"{row['label']} is {row['state']}, its citizen says {ends.get(row['label'])}"


# --- slips ---------------------------------------------------------------------------------------------------------


def every_ticket_has_one_slip_outcome(evidence: Evidence) -> Iterator[str]:
    """One slip that is no reprint, with an outcome."""
    outcomes: dict[int, list[object]] = defaultdict(list)
    for row in evidence.slips:
        if not row["reprint"]:
            outcomes[row["ticket"]].append(row["outcome"])
    for ticket, row in evidence.tickets.items():
        found = outcomes.get(ticket, [])
        if len(found) != 1 or found[0] is None:
            yield f"{row['label']} has the slip outcomes {found}"


def printed_slips_are_paper_in_a_hand(evidence: Evidence) -> Iterator[str]:
    """A slip said to be printed is one paper in its citizen's hand; and no paper is in two hands."""
    papers: dict[str, list[Row]] = defaultdict(list)
    hands: Counter[tuple[str, int]] = Counter()
    for one in evidence.said("paper"):
        papers[str(one["number"])].append(one)
        hands[one["kiosk"], one["paper"]] += 1
    for row in evidence.slips:
        held = papers.get(row["label"], [])
        if row["outcome"] == "printed" and [one["kiosk"] for one in held] != [row["kiosk"]]:
            yield f"{row['label']} is said to be printed at {row['kiosk']}, {len(held)} papers are in a hand"
        if row["outcome"] != "printed" and held:
            yield f"{row['label']} is said to be {row['outcome']}, and is paper in a hand"
    for (kiosk, paper), count in hands.items():
        if count > 1:
            yield f"paper {paper} of {kiosk} is in {count} hands"


def paper_shows_its_number(evidence: Evidence) -> Iterator[str]:
    """Text is decoded, and has the short code too; a picture is compared, dot by dot, QR code and all, with the drawing
    of the slip that the screen promised."""
    issued = {one["number"]: Issued.model_validate(one["issued"]) for one in evidence.said("took")}
    for one in evidence.said("paper"):
        kiosk, paper, number = str(one["kiosk"]), int(one["paper"]), str(one["number"])
        account = next((p for p in evidence.papers.get(kiosk, []) if p["number"] == paper), None)
        if account is None:
            yield f"{number}: {kiosk} knows nothing of paper {paper}"
        elif number not in issued:
            continue  # nobody took it: everybody_got_a_number says so
        elif kiosk not in evidence.scene.raster_kiosks:
            words, code = " ".join(account["text"]).split(), issued[number].short_code
            if number not in words:
                yield f"{number}: paper {paper} of {kiosk} does not show it"
            if code is not None and code not in words:
                yield f"{number}: paper {paper} of {kiosk} does not show its short code"
        elif not _is_drawn(evidence, kiosk, paper, issued[number]):
            yield f"{number}: the picture on paper {paper} of {kiosk} is another one"


def _is_drawn(evidence: Evidence, kiosk: str, paper: int, issued: Issued) -> bool:
    picture = evidence.picture(kiosk, paper)
    wanted = preview(slip(content_of(issued, kiosk=kiosk, hotline=evidence.scene.hotline)), Roll.MM80)
    if picture is None or picture.width != wanted.width or picture.height < wanted.height:
        return False
    drawn = picture.crop((0, 0, wanted.width, wanted.height))
    below = picture.crop((0, wanted.height, picture.width, picture.height))
    return drawn.tobytes() == wanted.tobytes() and (not below.height or below.getextrema() == (255, 255))


# --- visits --------------------------------------------------------------------------------------------------------


def no_ticket_has_two_open_visits(evidence: Evidence) -> Iterator[str]:
    """Visits of a ticket follow one another; each has ended."""
    by_ticket: dict[int, list[Row]] = defaultdict(list)
    for row in evidence.visits:
        by_ticket[row["ticket"]].append(row)
        if row["ended_ms"] is None:
            yield f"a visit of {row['label']} has not ended"
    for rows in by_ticket.values():
        rows.sort(key=lambda row: (row["called_ms"], row["id"]))
        for one, later in pairwise(rows):
            if one["ended_ms"] is None or one["ended_ms"] > later["called_ms"]:
                yield f"{one['label']} was at {one['window']} and at {later['window']} at once"


def done_tickets_were_called(evidence: Evidence) -> Iterator[str]:
    """In the rows, and on the board where its citizen saw it."""
    seen = {(one["number"], one["window"]) for one in evidence.said("called")}
    finished = {row["ticket"]: row for row in evidence.visits if row["end"] == VisitEnd.FINISHED}
    for ticket, row in evidence.tickets.items():
        if row["state"] != State.DONE:
            continue
        visit = finished.get(ticket)
        if visit is None or not visit["called_ms"]:
            yield f"{row['label']} is done and was never called"
        elif (row["label"], visit["window"]) not in seen:
            yield f"{row['label']} was done at {visit['window']}, its citizen saw no call to there"


# --- ratings -------------------------------------------------------------------------------------------------------


def every_rateable_visit_has_one_record(evidence: Evidence) -> Iterator[str]:
    """Exactly one at the counter; and no record without such a visit."""
    records = Counter(row["visit"] for row in evidence.ratings if row["channel"] == "counter")
    rateable = {row["id"]: row for row in evidence.visits if row["rateable"]}
    for visit, row in rateable.items():
        if records[visit] != 1:
            yield f"the visit of {row['label']} has {records[visit]} counter records"
    for visit in records.keys() - rateable.keys():
        yield f"a counter record belongs to visit {visit}, which nobody may rate"
    for row in evidence.visits:
        if bool(row["rateable"]) != (row["end"] == VisitEnd.FINISHED):
            yield f"{row['label']}: ended as {row['end']}, rateable {row['rateable']}"


def levels_are_those_pressed(evidence: Evidence) -> Iterator[str]:
    """The level is the one that the citizen pressed and was thanked for; who left silently is not rated.

    A press without thanks may have been heard or not.
    """
    pressed: dict[int, list[Row]] = defaultdict(list)
    for one in evidence.said("press"):
        pressed[int(one["ticket"])].append(one)
    for row in evidence.ratings:
        presses = pressed.get(row["ticket"], [])
        label = evidence.tickets[row["ticket"]]["label"] if row["ticket"] in evidence.tickets else row["visit"]
        thanked = [one["level"] for one in presses if one["acknowledged"]]
        may_be = set(thanked[:1]) or {None, *(one["level"] for one in presses)}
        if row["level"] not in may_be:
            yield f"{label}: the row says {row['level']}, pressed were {[one['level'] for one in presses]}"
        if (row["level"] is None) != (row["reason"] in tuple(NotRated)):
            yield f"{label}: level {row['level']} with the reason {row['reason']}"
    rated = {row["ticket"] for row in evidence.ratings}
    for ticket, presses in pressed.items():
        if ticket not in rated:
            yield f"{presses[0]['number']} pressed {presses[0]['level']}, and there is no record"


def the_bus_carried_each_level(evidence: Evidence) -> Iterator[str]:
    """For each level in the rows the wire shows, at that counter: asked and pressed. The wire thanked as often as the
    citizens at that counter say."""
    presses: Counter[tuple[str, int]] = Counter()  # window, level
    asked: Counter[str] = Counter()
    thanked: Counter[str] = Counter()
    for window, (line, address) in evidence.scene.counters.items():
        for one in evidence.bus.get(line, []):
            meaning = str(one.get("meaning", ""))
            if one["event"] == "press" and one["address"] == address and one.get("level") and one["sent"]:
                presses[window, one["level"]] += 1
            asked[window] += meaning == f"keypad {address} start"
            thanked[window] += meaning == f"keypad {address} press acknowledged"
    rows = Counter((row["window"], row["level"]) for row in evidence.ratings if row["level"] is not None)
    for (window, level), count in rows.items():
        if presses[window, level] < count:
            yield f"{window}: {count} records of level {level}, {presses[window, level]} presses on the bus"
    for window in evidence.scene.counters:
        records = sum(count for (at, _), count in rows.items() if at == window)
        if asked[window] < records:
            yield f"{window}: {records} levels, {asked[window]} times asked on the bus"
        said = sum(bool(one["acknowledged"]) for one in evidence.said("press") if one["window"] == window)
        if thanked[window] != said:
            yield f"{window}: {said} citizens were thanked, {thanked[window]} times thanked on the bus"


# --- shares --------------------------------------------------------------------------------------------------------


def the_play_was_a_full_one(evidence: Evidence) -> Iterator[str]:
    """From 200 tickets on: enough rated, missed and cancelled ones, and every level."""
    count = len(evidence.tickets)
    if count < SHARES_FROM:
        return
    levels = Counter(row["level"] for row in evidence.ratings if row["level"] is not None)
    missed = {row["ticket"] for row in evidence.visits if row["end"] == VisitEnd.MISSED}
    cancelled = sum(row["state"] == State.CANCELLED for row in evidence.tickets.values())
    shares = (
        ("rated", sum(levels.values()), LEAST_RATED),
        ("missed", len(missed), LEAST_MISSED),
        ("cancelled", cancelled, LEAST_CANCELLED),
    )
    for name, found, least in shares:
        if found < least * count:
            yield f"only {found} of {count} were {name}"
    if set(levels) != {1, 2, 3, 4, 5}:
        yield f"levels seen: {sorted(levels)}"


RULES: Final[dict[str, Rule]] = {
    rule.__name__: rule
    for rule in (
        everybody_got_a_number,
        no_number_twice,
        every_ticket_ended,
        tickets_ended_as_their_citizens_say,
        every_ticket_has_one_slip_outcome,
        printed_slips_are_paper_in_a_hand,
        paper_shows_its_number,
        no_ticket_has_two_open_visits,
        done_tickets_were_called,
        every_rateable_visit_has_one_record,
        levels_are_those_pressed,
        the_bus_carried_each_level,
        the_play_was_a_full_one,
    )
}
