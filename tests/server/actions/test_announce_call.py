"""A call that was spoken: what the clerk sees of it, and what nobody else does."""

import json

from contract import commands as c
from contract import replies as r
from contract.words import Audience, Code
from server.storage.orders import SERVER, Order
from tests.server.hall_kit import AGENT, HallOnDisk, Halls, changed_document, said


def announce(hall: HallOnDisk, call: int) -> r.Done:
    reply = said(hall.give(Order(hall.code, f"announce_call:{call}", SERVER, c.AnnounceCall(call=call))))
    assert isinstance(reply, r.Done), reply
    return reply


def newest_call(hall: HallOnDisk, zone: str = "A") -> int:
    return int(hall.card(f"calls/{zone}")["calls"][0]["call"])


def announced(hall: HallOnDisk, no: str = "101") -> bool | None:
    found: bool | None = hall.card(f"work/{no}")["visit"]["announced"]
    return found


def test_before_anybody_speaks_in_the_zone_nothing_is_said_about_it(hall: HallOnDisk) -> None:
    hall.take("A")
    hall.call("101")
    assert announced(hall) is None


def test_a_spoken_call_stands_on_the_clerks_card_and_in_the_journal(hall: HallOnDisk) -> None:
    hall.take("A")
    visit, call = hall.call("101").visit, newest_call(hall)
    announce(hall, call)
    assert announced(hall) is True
    assert hall.row("visits", id=visit)["announced"] == call
    entry = hall.entry()
    assert (entry["deed"], entry["via"], entry["facts"]) == ("announce_call", "server", {"visit": visit, "call": call})


def test_once_somebody_speaks_every_window_of_the_zone_knows_what_was_not_spoken(hall: HallOnDisk) -> None:
    for _ in range(2):
        hall.take("A")
    hall.call("101")
    hall.call("102")
    announce(hall, hall.card("calls/A")["calls"][1]["call"])
    assert (announced(hall, "101"), announced(hall, "102")) == (True, False)
    hall.check_cards()


def test_a_recall_is_a_new_call_to_be_spoken(hall: HallOnDisk) -> None:
    hall.take("A")
    hall.call("101")
    first = newest_call(hall)
    announce(hall, first)
    hall.later(10)
    hall.recall()
    assert announced(hall) is False
    assert hall.card("work/101")["visit"]["last_called_at"] == hall.card("calls/A")["calls"][0]["time"]
    announce(hall, newest_call(hall))
    announce(hall, first)
    assert announced(hall) is True


def test_said_twice_is_recorded_once(hall: HallOnDisk) -> None:
    hall.take("A")
    hall.call("101")
    call = newest_call(hall)
    assert announce(hall, call) == announce(hall, call)
    assert [entry["deed"] for entry in hall.select("journal")].count("announce_call") == 1


def test_a_call_that_was_taken_back_or_never_was_is_refused(hall: HallOnDisk) -> None:
    hall.take("A")
    visit, call = hall.call("101").visit, newest_call(hall)
    hall.get(r.Done, c.UndoCall(window="101", visit=visit), AGENT)
    hall.refused(Code.VISIT_UNKNOWN, c.AnnounceCall(call=call), SERVER)
    hall.refused(Code.VISIT_UNKNOWN, c.AnnounceCall(call=call + 1_000), SERVER)


def test_a_call_spoken_when_its_visit_is_over_is_still_recorded(hall: HallOnDisk) -> None:
    hall.take("A")
    visit, call = hall.call("101").visit, newest_call(hall)
    hall.start()
    hall.finish()
    announce(hall, call)
    assert hall.row("visits", id=visit)["announced"] == call


def test_it_outlasts_a_restart_and_ends_with_the_day(hall: HallOnDisk) -> None:
    hall.take("A")
    hall.call("101")
    announce(hall, newest_call(hall))
    hall.reopen()
    assert announced(hall) is True
    hall.check_cards()
    hall.later(86_400)
    hall.look_at_the_clock()
    hall.sit("101")
    hall.take("A")
    hall.call("101")
    assert announced(hall) is None


def test_a_silent_hall_marks_nothing(halls: Halls) -> None:
    hall = halls("demo", voice_silent=True)
    hall.sit("101")
    hall.take("A")
    hall.call("101")
    announce(hall, newest_call(hall))
    assert announced(hall) is None


def test_a_call_in_a_silent_session_is_shown_and_not_missed_by_the_voice(halls: Halls) -> None:
    hall = halls("linjiang", loaded_at="2026-10-12 11:40")
    hall.sit("101")
    for _ in range(2):
        hall.take("A")
        hall.later(6)
    hall.call("101")
    announce(hall, newest_call(hall))
    assert announced(hall) is True
    hall.start("101")
    hall.finish("101")
    hall.set_time("2026-10-12 12:20:00")
    hall.look_at_the_clock()
    number = hall.call("101").number
    assert hall.card("calls/A")["calls"][0]["number"] == number
    assert announced(hall) is None
    hall.check_cards()


def test_who_speaks_is_worked_out_anew_when_the_hall_changes(hall: HallOnDisk) -> None:
    hall.take("A")
    hall.call("101")
    announce(hall, newest_call(hall))
    hall.get(r.HallLoaded, c.LoadHall(document=changed_document("demo", recall_limit=2)))
    assert announced(hall) is True
    hall.check_cards()


def test_nothing_of_it_reaches_the_public(hall: HallOnDisk) -> None:
    hall.take("A")
    hall.call("101")
    before = hall.now.views[Audience.PUBLIC]
    announce(hall, newest_call(hall))
    assert hall.now.views[Audience.PUBLIC] is before
    assert "announced" not in json.dumps(dict(before.cards))
