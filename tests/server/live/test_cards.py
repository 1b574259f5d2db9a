"""The day as cards: each audience sees its own, and only what changed is new."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contract import commands as c
from contract import replies as r
from contract.cards import AUDIENCE, CARDS
from contract.words import Audience, Priority, SlipOutcome
from tests.server.hall_kit import AGENT, DESK, K1, HallOnDisk, Halls, copy_of, document, set_up

PUBLIC = {"hall", "line", "service", "window", "calls", "prints"}
STAFF = PUBLIC | {"work", "queue", "devices"}
MANAGER = STAFF | {"today", "hours", "alerts"}


def busy(hall: HallOnDisk) -> None:
    """Something on every kind of card."""
    for line in ("A", "A", "A", "B", "C", "Z-ZH", "A"):
        hall.take(line)
    hall.take("A", DESK, priority=Priority.ELDERLY, reason="七十岁", print_at="K2")
    hall.get(r.Done, c.RecordSlip(slip=hall.take("A", K1).slip, outcome=SlipOutcome.FAILED, reason="paper_out"), K1)
    hall.get(r.Done, c.ReportDevice(health={"keypad/101": "silent"}), AGENT)
    hall.call("101")
    hall.start("101")
    hall.hold("101")
    hall.call("101")
    hall.miss("101")
    hall.serve("102")
    hall.call("102")
    hall.start("102")
    hall.call("101")
    hall.get(r.Done, c.PauseWindow(window="107", reason="换岗"), AGENT)


def kinds(cards: dict[str, Any]) -> set[str]:
    return {key.partition("/")[0] for key in cards}


def texts(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """All texts of a card with where they stand."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield path, str(key)
            yield from texts(inner, f"{path}/{key}")
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner, path)
    elif isinstance(value, str):
        yield path, value


def test_each_audience_sees_its_own_kinds_and_all_of_the_one_before(hall: HallOnDisk) -> None:
    busy(hall)
    assert kinds(hall.cards(Audience.PUBLIC)) == PUBLIC
    assert kinds(hall.cards(Audience.STAFF)) == STAFF
    assert kinds(hall.cards(Audience.MANAGER)) == MANAGER == set(CARDS) == set(AUDIENCE)
    manager = hall.cards(Audience.MANAGER)
    for audience in (Audience.PUBLIC, Audience.STAFF):
        assert all(manager[key] is card for key, card in hall.cards(audience).items())


def test_there_is_a_card_for_every_line_window_zone_and_kiosk(hall: HallOnDisk) -> None:
    definition = hall.now.definition
    expected = {"hall", "devices", "today", "hours", "alerts", "prints/K1", "prints/K2"}
    expected |= {f"{kind}/{line}" for line in definition.lines for kind in ("line", "queue")}
    expected |= {f"{kind}/{no}" for no in definition.windows for kind in ("window", "work")}
    expected |= {f"calls/{zone}" for zone in definition.zones}
    expected |= {f"service/{prefix}" for prefix in definition.services}
    assert set(hall.cards(Audience.MANAGER)) == expected


@pytest.mark.parametrize("name", ["demo", "linjiang"])
def test_every_card_is_what_the_contract_says(halls: Halls, name: str) -> None:
    hall = halls(name)
    hall.sit("101", "102", "107")
    if name == "demo":
        busy(hall)
    for key, card in hall.cards(Audience.MANAGER).items():
        model = CARDS[key.partition("/")[0]].model_validate_json(json.dumps(card))
        assert model.model_dump(mode="json") == card


def test_a_card_that_did_not_change_keeps_its_object(hall: HallOnDisk) -> None:
    busy(hall)
    before = hall.cards(Audience.MANAGER)
    hall.take("C")
    after = hall.cards(Audience.MANAGER)
    new = {key for key, card in after.items() if before[key] is not card}
    assert new == {"line/C", "queue/C", "work/107", "today", "hours"}
    assert all(before[key] != after[key] for key in new)


def revisions(hall: HallOnDisk) -> dict[Audience, int]:
    return {audience: view.revision for audience, view in hall.now.views.items()}


def test_an_audiences_revision_moves_only_when_one_of_its_cards_did(hall: HallOnDisk) -> None:
    busy(hall)
    before = revisions(hall)
    hall.get(r.Done, c.ReportDevice(health={"keypad/101": "ready"}), AGENT)
    staff = revisions(hall)
    assert staff[Audience.PUBLIC] == before[Audience.PUBLIC]
    assert staff[Audience.STAFF] == hall.head == staff[Audience.MANAGER]
    hall.get(r.Done, c.AddUser(login="x1", name="新人", roles=["guide"]))
    assert revisions(hall) == staff
    hall.take("A")
    assert set(revisions(hall).values()) == {hall.head}
    view = hall.now.views[Audience.PUBLIC]
    hall.rate(next(iter(hall.now.pending)), 1)
    assert hall.now.views[Audience.PUBLIC] is view
    assert hall.now.views[Audience.MANAGER].revision == hall.head


def test_no_name_stands_on_a_public_card_but_on_the_identity_panel(hall: HallOnDisk) -> None:
    busy(hall)
    names = [person.name for person in hall.now.definition.staff.values()]
    found = {
        (key.partition("/")[0], path)
        for key, card in hall.cards(Audience.PUBLIC).items()
        for path, text in texts(card)
        if any(name in text for name in names)
    }
    assert found == {("window", "/panel/name")}
    said = [text for card in hall.cards(Audience.PUBLIC).values() for _, text in texts(card)]
    assert not any("七十岁" in text or "老年人" in text for text in said)


@pytest.mark.parametrize("level", [1, 2, 3, 4])
def test_what_staff_see_is_the_same_whatever_level_was_pressed(
    hall: HallOnDisk, tmp_path: Path, level: int
) -> None:
    hall.take("A")
    visit = hall.serve("101").visit
    hall.close()
    twin = copy_of(hall.folder, tmp_path)
    hall.open()
    assert isinstance(hall.rate(visit, 5), r.Done)
    assert isinstance(twin.rate(visit, level), r.Done)
    assert hall.cards(Audience.STAFF) == twin.cards(Audience.STAFF)
    assert hall.cards(Audience.MANAGER) != twin.cards(Audience.MANAGER)
    said = [text for card in hall.cards(Audience.STAFF).values() for _, text in texts(card)]
    assert not any("level" in text for text in said)
    twin.close()


def test_a_board_shows_the_last_minute_and_at_least_eight_newest_first(hall: HallOnDisk) -> None:
    for _ in range(14):
        hall.take("A")
    for i in range(14):
        hall.call("101")
        hall.start("101")
        hall.finish("101")
        hall.later(10 if i >= 9 else 30)
    calls = hall.card("calls/A")["calls"]
    assert [call["number"] for call in calls] == [f"A{i:03d}" for i in range(14, 6, -1)]
    for _ in range(10):
        hall.take("A")
        hall.call("101")
        hall.miss("101")
    calls = hall.card("calls/A")["calls"]
    assert [call["number"] for call in calls] == [f"A{i:03d}" for i in range(24, 9, -1)]  # 60 s reach back to A010
    assert len({call["call"] for call in calls}) == len(calls)
    assert [call["call"] for call in calls] == sorted((call["call"] for call in calls), reverse=True)


def test_a_number_called_again_is_shown_once_with_its_newest_call(hall: HallOnDisk) -> None:
    first, second = hall.take("A"), hall.take("A")
    hall.call("101")
    hall.later(10)
    hall.call("102")
    hall.recall("101")
    calls = [(call["number"], call["recall"]) for call in hall.card("calls/A")["calls"]]
    assert calls == [(first.number, 1), (second.number, 0)]
    hall.reopen()
    hall.check_cards()
    assert [(call["number"], call["recall"]) for call in hall.card("calls/A")["calls"]] == calls


def test_the_totals_of_the_day_are_those_of_its_tickets(hall: HallOnDisk) -> None:
    busy(hall)
    hall.rate(next(iter(hall.now.pending)), 4)
    today = hall.card("today")
    states = [ticket["state"] for ticket in hall.select("tickets")]
    assert today["taken"] == len(states)
    for state in ("called", "serving", "waiting", "held", "done", "missed", "abandoned", "cancelled"):
        assert today[state] == states.count(state)
    assert today["rateable"] == len(hall.select("visits", rateable=1))
    assert (today["rated"], today["pending"], today["levels"]["4"]) == (1, 0, 1)


def test_a_clerk_sees_who_is_next_and_how_many_wait(hall: HallOnDisk) -> None:
    for line in ("B", "A", "Z-ZH", "A"):
        hall.take(line)
        hall.later(1)
    hall.take("A", DESK, priority=Priority.GREEN_CHANNEL, reason="急办")
    work = hall.card("work/101")
    assert (work["waiting"], work["next_numbers"]) == (5, ["A003", "B001", "A001", "A002", "Z001"])
    assert hall.card("work/107")["waiting"] == 0
    assert work["next_numbers"][0] == hall.call("101").number


def test_tickets_at_work_are_named_with_their_windows(hall: HallOnDisk) -> None:
    busy(hall)
    found = {(t["number"], t["window"], t["state"]) for t in hall.card("devices")["at_work"]}
    rows = {ticket["id"]: ticket["label"] for ticket in hall.select("tickets")}
    open_visits = {(rows[v["ticket"]], v["window"]) for v in hall.select("visits", ended_ms=None)}
    assert {(number, window) for number, window, _ in found} == open_visits
    assert {state for *_, state in found} == {"called", "serving", "held"}


def test_a_revoked_device_is_on_no_card(hall: HallOnDisk) -> None:
    hall.get(r.Done, c.RevokeDevice(name="K2"))
    assert [d["device"] for d in hall.card("devices")["devices"]] == ["K1", "line-A"]


def test_a_hall_is_published_as_soon_as_the_writer_starts(tmp_path: Path) -> None:
    set_up(tmp_path, document("demo"))
    hall = HallOnDisk(tmp_path)
    hall.open()
    assert hall.now.head == hall.row("halls")["revision"]
    assert [view.hall for view in hall.told] == ["LJ"]
    hall.close()


def test_everybody_told_is_told_growing_revisions(hall: HallOnDisk) -> None:
    hall.together((c.TakeNumber(line="A"), K1) for _ in range(30))
    hall.rate(hall.serve("101").visit)
    assert hall.now is hall.told[-1]
    heads = [view.head for view in hall.told]
    assert heads == sorted(set(heads))
