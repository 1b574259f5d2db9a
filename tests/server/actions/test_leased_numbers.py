"""Numbers that kiosks lease and give while the server is away: whose they are, and where their people stand."""

from datetime import date

import pytest

from contract import commands as c
from contract import replies as r
from contract.words import Audience, Code, DeviceKind, Priority, SlipAfter, SlipOutcome
from server.domain.leasing import kiosk_series, unused
from server.reports.leases import unused_numbers
from server.storage.reader import Reader
from tests.server.actions.leasing import FOREIGN, MONDAY, doctor, given, lease, told
from tests.server.hall_kit import DESK, K1, K2, HallOnDisk, Halls, at, edited_document, ms


def test_a_kiosk_leases_blocks_of_its_own_series(hall: HallOnDisk) -> None:
    first = hall.get(r.Leased, lease(), K1)
    assert (first.series, first.first, first.last, first.day) == ("K1-", 1, 50, MONDAY)
    assert first.until == at(ms("2026-10-13 04:00"))
    second = hall.get(r.Leased, lease(after=50), K1)
    assert (second.first, second.last) == (51, 100)
    other = hall.get(r.Leased, lease(instance=FOREIGN), K2)
    assert (other.series, other.first) == ("K2-", 1)
    hall.reopen()
    assert hall.get(r.Leased, lease(after=100), K1).first == 101


def test_a_second_machine_with_the_same_token_leases_nothing(hall: HallOnDisk) -> None:
    hall.get(r.Leased, lease(), K1)
    hall.refused(Code.LEASED_ELSEWHERE, lease(instance=FOREIGN), K1)
    hall.get(r.Leased, lease(after=50), K1)


def test_a_copy_of_the_folder_that_knows_of_fewer_numbers_leases_nothing(hall: HallOnDisk) -> None:
    hall.get(r.Leased, lease(), K1)
    hall.get(r.Leased, lease(after=50), K1)
    hall.refused(Code.LEASED_ELSEWHERE, lease(after=50), K1)


def test_a_kiosk_enrolled_anew_leases_behind_the_blocks_of_before(hall: HallOnDisk) -> None:
    hall.get(r.Leased, lease(), K1)
    hall.get(r.CodeGiven, c.EnrolDevice(kind=DeviceKind.KIOSK, name="K1", code_hash="c" * 64))
    hall.get(r.Enrolled, c.RedeemCode(code_hash="c" * 64, token_hash="d" * 64))
    assert hall.get(r.Leased, lease(instance=FOREIGN), K1).first == 51


def test_a_lease_is_for_the_hall_s_present_day(hall: HallOnDisk) -> None:
    hall.refused(Code.NOT_DUE, lease(day=date(2026, 10, 11)), K1)
    hall.refused(Code.NOT_DUE, lease(day=date(2026, 10, 13)), K1)


@pytest.mark.parametrize(
    ("kiosk", "series"),
    [("K3", "K3-"), ("k12", "K12-"), ("K-4", "K4-"), ("kiosk-12", "K12-"), ("kiosk-1234", "K234-"), ("NORTH", "NORT-")],
)
def test_the_series_comes_from_the_kiosk_s_name(kiosk: str, series: str) -> None:
    assert kiosk_series(kiosk) == series


def test_two_kiosks_of_one_series_are_refused_at_enrolment_and_in_the_hall_file(hall: HallOnDisk) -> None:
    enrol = c.EnrolDevice(kind=DeviceKind.KIOSK, name="kiosk-1", code_hash="c" * 64)
    hall.refused(Code.SERIES_TAKEN, enrol)
    hall.get(r.CodeGiven, c.EnrolDevice(kind=DeviceKind.WINDOW, name="kiosk-1", windows=["101"], code_hash="c" * 64))
    twice = edited_document("demo", lambda d: d["devices"].append({**d["devices"][0], "code": "k-1"}))
    refused = hall.get(r.Refused, c.LoadHall(document=twice))
    assert refused.code is Code.HALL_FILE and "K1-" in refused.sentence.zh


def test_a_number_given_meanwhile_stands_where_its_time_says(hall: HallOnDisk) -> None:
    hall.get(r.Leased, lease(), K1)
    hall.later(60)
    hall.take("A", K2)
    hall.later(60)
    hall.take("A", K2)
    issued = given(hall, 1, ago_s=60.0 + 30)
    assert (issued.number, issued.ahead, issued.taken_at) == ("K1-001", 0, at(hall.now_ms - 90_000))
    given(hall, 2, ago_s=30)
    assert hall.waiting("A") == ["K1-001", "A001", "K1-002", "A002"]
    row = hall.row("tickets", id=issued.ticket)
    assert (row["received_ms"], row["told_ms"], row["doubts"]) == (hall.now_ms, hall.now_ms - 90_000, "")
    assert [place["late"] for place in hall.card("queue/A")["numbers"]] == [True, False, True, False]
    assert hall.card("devices")["doubtful"] == []
    assert [hall.call(no).number for no in ("101", "102")] == ["K1-001", "A001"]
    assert hall.card("work/101")["ticket"]["late"] and not hall.card("work/102")["ticket"]["late"]
    assert doctor(hall) == []
    hall.check_cards()


def test_priority_goes_before_it_as_before_any_ordinary_number(hall: HallOnDisk) -> None:
    hall.get(r.Leased, lease(), K1)
    hall.later(60)
    hall.take("A", DESK, priority=Priority.GREEN_CHANNEL, reason="急")
    given(hall, 1, ago_s=60)
    assert [hall.call(no).number for no in ("101", "102")] == ["A001", "K1-001"]


def test_telling_it_again_changes_nothing_and_brings_what_became_of_the_paper(hall: HallOnDisk) -> None:
    hall.get(r.Leased, lease(), K1)
    command = told(hall, 7)
    first = hall.get(r.Issued, command, K1)
    again = hall.get(r.Issued, command, K1)
    assert (again.ticket, again.slip, again.number) == (first.ticket, first.slip, "K1-007")
    assert hall.row("slips", id=first.slip)["outcome"] is None
    hall.get(r.Issued, command.model_copy(update={"outcome": SlipOutcome.UNKNOWN, "reason": "offline"}), K1)
    withdrawn = {"outcome": SlipOutcome.UNKNOWN, "after": SlipAfter.WITHDRAWN, "reason": "offline"}
    hall.get(r.Issued, command.model_copy(update=withdrawn), K1)
    slip = hall.row("slips", id=first.slip)
    assert (slip["outcome"], slip["after"], slip["reason"]) == ("unknown", "withdrawn", "offline")
    assert len(hall.select("tickets")) == 1
    assert hall.card("today")["taken"] == 1


def test_the_same_number_for_somebody_else_is_a_clash_and_takes_nobody_s_place(hall: HallOnDisk) -> None:
    hall.get(r.Leased, lease(), K1)
    hall.later(10)
    given(hall, 7, ago_s=5)
    hall.refused(Code.NUMBER_CLASH, told(hall, 7, "B", ago_s=3), K1)


@pytest.mark.parametrize(("ago_s", "expected_ago_s"), [(-3_600, 0), (86_400, 60)])
def test_a_wrong_clock_gives_no_time_to_come_and_none_before_the_lease(
    hall: HallOnDisk, ago_s: float, expected_ago_s: float
) -> None:
    hall.get(r.Leased, lease(), K1)
    hall.later(60)
    issued = given(hall, 1, ago_s=ago_s)
    assert issued.taken_at == at(hall.now_ms - int(expected_ago_s * 1000))
    assert hall.card("devices")["doubtful"][0]["doubts"] == ["clock"]
    hall.call("101")
    assert hall.card("devices")["doubtful"] == []
    assert doctor(hall) == []


def test_a_line_that_is_stopped_meanwhile_keeps_its_citizen_and_the_desk_is_told(hall: HallOnDisk) -> None:
    hall.get(r.Leased, lease(), K1)
    hall.later(60)
    hall.get(r.Done, c.StopLine(line="A", stopped=True), DESK)
    issued = given(hall, 1, ago_s=30)
    assert hall.state(issued.ticket) == "waiting"
    told_desk = hall.cards(Audience.STAFF)["devices"]["doubtful"]
    assert [(one["number"], one["doubts"]) for one in told_desk] == [("K1-001", ["line_closed"])]


def test_a_day_closed_meanwhile_keeps_its_citizen_too(hall: HallOnDisk) -> None:
    hall.get(r.Leased, lease(), K1)
    hall.later(60)
    hall.get(r.Done, c.CloseDay(), DESK)
    issued = given(hall, 1, ago_s=30)
    assert (hall.state(issued.ticket), hall.row("tickets", id=issued.ticket)["doubts"]) == ("waiting", "line_closed")


def test_a_service_that_is_gone_leaves_its_citizen_in_another_line(hall: HallOnDisk) -> None:
    hall.get(r.Leased, lease(), K1)
    issued = given(hall, 1, "NO-SUCH", ago_s=0)
    line = hall.now.definition.lines[issued.line]
    assert line.service.inquiry
    assert hall.row("tickets", id=issued.ticket)["doubts"] == "line_gone"
    assert hall.entry()["facts"]["asked_line"] == "NO-SUCH"
    department = given(hall, 2, "Z-GONE", ago_s=0)
    assert department.line.startswith("Z-")


def test_one_press_has_one_number_the_server_s_own_is_taken_out(hall: HallOnDisk) -> None:
    hall.get(r.Leased, lease(), K1)
    unheard = hall.take("A", K1)
    foreign = hall.take("A", K2)
    given(hall, 1, ago_s=0, instead_of=unheard.ticket)
    assert hall.state(unheard.ticket) == "cancelled"
    given(hall, 2, ago_s=0, instead_of=foreign.ticket)
    assert hall.state(foreign.ticket) == "waiting"
    assert hall.waiting("A") == ["A002", "K1-001", "K1-002"]


def test_a_number_told_after_its_day_has_ended_counts_there(hall: HallOnDisk) -> None:
    hall.get(r.Leased, lease(), K1)
    command = told(hall, 3, outcome=SlipOutcome.PRINTED)
    hall.set_time("2026-10-13 08:00")
    hall.look_at_the_clock()
    assert hall.entry()["facts"]["unused"] == ["K1-001–K1-050"]
    issued = hall.get(r.Issued, command, K1)
    row = hall.row("tickets", id=issued.ticket)
    assert (row["day"], row["state"], row["doubts"]) == ("2026-10-12", "abandoned", "day_over")
    assert hall.card("today")["taken"] == 0
    again = hall.get(r.Issued, command, K1)
    assert again.ticket == issued.ticket
    hall.reopen()
    assert hall.get(r.Issued, command, K1).ticket == issued.ticket
    assert hall.get(r.Leased, lease(day=date(2026, 10, 13)), K1).first == 1
    assert doctor(hall) == []
    hall.check_cards()


def test_a_number_of_yesterday_is_not_taken_for_one_of_todays_block(hall: HallOnDisk) -> None:
    command = told(hall, 3, outcome=SlipOutcome.PRINTED)  # leased from a server that has been restored since
    hall.set_time("2026-10-13 08:00")
    hall.look_at_the_clock()
    hall.get(r.Leased, lease(day=date(2026, 10, 13)), K1)
    issued = hall.get(r.Issued, command, K1)
    assert hall.row("tickets", id=issued.ticket)["doubts"] == "day_over"
    assert [row["day"] for row in hall.select("leases")] == ["2026-10-12", "2026-10-13"]
    assert doctor(hall) == []


def test_a_server_restored_from_a_copy_takes_what_it_never_heard_of(halls: Halls) -> None:
    hall = halls("demo")  # never leased anything: as if restored from a copy of the evening before
    hall.get(r.Leased, lease(after=100), K1)
    issued = given(hall, 60, ago_s=0, first=51, last=100)
    assert issued.number == "K1-060"
    blocks = [(row["first"], row["last"]) for row in hall.select("leases")]
    assert blocks == [(51, 100), (101, 150)]
    assert doctor(hall) == []


def test_gaps_are_explained(hall: HallOnDisk) -> None:
    hall.get(r.Leased, lease(), K1)
    for number in (1, 2, 5):
        given(hall, number, ago_s=0)
    reader = Reader(hall.database)
    found = reader.run(lambda connection: unused_numbers(connection, hall.code))
    reader.close()
    assert found == [("2026-10-12", "K1", "K1-003–K1-004"), ("2026-10-12", "K1", "K1-006–K1-050")]
    assert unused([], [1]) == []


def test_a_leased_number_outside_every_block_is_found(hall: HallOnDisk) -> None:
    hall.get(r.Leased, lease(), K1)
    given(hall, 1, ago_s=0)
    assert doctor(hall) == []
    hall.writer._db.execute("DELETE FROM leases")
    assert [line.partition(":")[0] for line in doctor(hall)] == ["leased_in_blocks"]
    hall.reopen()
