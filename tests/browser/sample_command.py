"""What the command screen sees of the sample hall: 64 windows in all states, the day's totals and hours, queues."""

import csv
import itertools
from typing import Any

from contract.cards import AlertsCard, Hour, HoursCard, TodayCard, WindowCard
from contract.replies import Words
from contract.words import WindowState
from tests.browser import sample_hall as hall
from tests.browser import sample_staff as staff
from tests.browser.web_files import ROOT

TABLES = ROOT / "demo/halls/linjiang"
STATES = itertools.cycle([WindowState.SERVING] * 11 + [WindowState.CALLED, WindowState.FREE, WindowState.SERVING])
PAUSED, CLOSED = {"113", "214", "404"}, {"216", "310"}


def _table(name: str) -> list[dict[str, str]]:
    with (TABLES / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def windows() -> list[WindowCard]:
    """All windows of the sample hall's own table."""
    departments = {row["code"]: row for row in _table("departments.csv")}
    made = []
    for place, row in enumerate(_table("windows.csv")):
        no = row["window"]
        state = next(STATES)
        state = WindowState.PAUSED if no in PAUSED else WindowState.CLOSED if no in CLOSED else state
        own = departments[row["department"]]
        number = f"{row['services'].split(';')[0] or 'Z'}{40 + place:03}"
        busy = state in (WindowState.SERVING, WindowState.CALLED)
        made.append(
            hall.window_card(no, row["zone"], own["name"], own["name_en"], state=state, number=number if busy else None)
        )
    return made


def today(**changed: Any) -> TodayCard:
    card = TodayCard(
        taken=1712, called=4, serving=47, waiting=197, held=6, done=1349, missed=18, abandoned=64, cancelled=27,
        rateable=1398, rated=867, not_rated=512, pending=19, levels={"5": 763, "4": 78, "3": 17, "2": 6, "1": 3},
        people_called=1508, called_wait_average_s=1011, called_wait_p90_s=1931, capacity=900,
    )  # fmt: skip
    return card.model_copy(update=changed)


def hours() -> HoursCard:
    taken, called = (64, 388, 352, 171, 98, 402, 237), (12, 301, 331, 240, 120, 305, 199)
    starts = [f"2026-10-21T{hour:02}:00:00.000Z" for hour in range(0, 7)]
    return HoursCard(hours=[Hour(start=s, taken=t, called=c) for s, t, c in zip(starts, taken, called, strict=True)])


def manager_cards() -> hall.Cards:
    """Everything."""
    cards = staff.staff_cards()
    cards |= {f"window/{card.window}": card.model_dump(mode="json") for card in windows()}
    for row in hall.SERVICES:
        queue = staff.queue_card(row[0], row[4]) if row[0] == "L" else _short(row[0], row[4])
        cards[f"queue/{row[0]}"] = queue.model_dump(mode="json")
    cards["today"] = today().model_dump(mode="json")
    cards["hours"] = hours().model_dump(mode="json")
    cards["alerts"] = AlertsCard(alerts=[]).model_dump(mode="json")
    return cards


def _short(line: str, people: int) -> Any:
    card = staff.queue_card(line, people)
    numbers = [n.model_copy(update={"since": hall.at(minutes=28 - 2 * p)}) for p, n in enumerate(card.numbers)]
    return card.model_copy(update={"numbers": numbers})


def alert(zh: str, en: str) -> dict[str, Any]:
    return AlertsCard(alerts=[Words(zh=zh, en=en)]).model_dump(mode="json")
