"""What screens are told: the first change at once, then gathered; chained without a gap; only what changed."""

from datetime import date
from typing import Any, cast

import gevent

from contract.words import Audience
from server.domain.hall import Hall
from server.live.publish import Gatherer, Publisher, change_between
from server.storage.published import Published, View
from server.storage.register import Register
from tests.server.api.running_server import until

Cards = dict[str, dict[str, Any]]


class Room:
    """Hears what is said in one hall's public room."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []

    def emit(self, event: str, data: dict[str, Any], /, *, to: str) -> None:
        if event == "change" and to == "LJ:public":
            self.heard.append(data)


def _published(revision: int, cards: Cards, register: Register | None = None) -> Published:
    views = {audience: View(audience, revision, cards) for audience in Audience}
    hall = cast(Hall, None)  # screens are told cards; the definition has no part in it
    return Published("LJ", revision, date(2026, 3, 2), hall, register or Register(), views, {}, (), {}, closed=False)


def test_a_change_holds_what_is_new_and_null_for_what_is_gone() -> None:
    same, old, new = {"a": 1}, {"b": 1}, {"b": 2}
    change = change_between(
        "LJ",
        View(Audience.PUBLIC, 4, {"same": same, "changed": old, "gone": {}}),
        View(Audience.PUBLIC, 7, {"same": same, "changed": new, "fresh": {"c": 3}}),
    )
    assert change is not None
    assert (change.previous, change.revision) == (4, 7)
    assert change.cards == {"changed": new, "fresh": {"c": 3}, "gone": None}


def test_nothing_is_said_where_nothing_changed() -> None:
    view = View(Audience.PUBLIC, 4, {"a": {}})
    assert change_between("LJ", view, view) is None


def test_a_burst_is_a_few_messages_without_a_gap() -> None:
    room = Room()
    gatherer = Gatherer(_published(1, {}), room)
    gatherer.take(_published(2, {"n": {"n": 2}}))
    until(lambda: room.heard, "the first change at once")
    for revision in range(3, 103):
        gatherer.take(_published(revision, {"n": {"n": revision}}))
        gevent.sleep(0)
    until(lambda: room.heard[-1]["revision"] == 102, "the last change")
    gatherer.stop()
    assert room.heard[0]["previous"] == 1 and room.heard[0]["revision"] == 2
    assert all(
        later["previous"] == earlier["revision"] for earlier, later in zip(room.heard, room.heard[1:], strict=False)
    )
    assert room.heard[-1]["cards"] == {"n": {"n": 102}}
    assert len(room.heard) < 50


def test_who_waits_for_a_revision_is_woken_by_it() -> None:
    publisher = Publisher(Room(), lambda _hall: None, lambda: "now")
    seen: list[int] = []
    waiting = gevent.spawn(publisher.wait, lambda: bool(seen), 10.0)
    gevent.sleep(0)
    assert not waiting.ready()
    seen.append(1)
    publisher.tell(_published(1, {}))
    assert waiting.get(timeout=10) is True
    assert publisher.wait(lambda: False, 0.0) is False
    publisher.stop()


def test_rights_are_looked_at_again_when_the_register_changed() -> None:
    looked: list[str] = []
    publisher = Publisher(Room(), looked.append, lambda: "now")
    register = Register()
    publisher.tell(_published(1, {}, register))
    until(lambda: looked == ["LJ"], "the first look")
    publisher.tell(_published(2, {}, register))
    publisher.tell(_published(3, {}, Register()))
    until(lambda: len(looked) == 2, "one look for the new register")
    publisher.stop()
