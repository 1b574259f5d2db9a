"""A citizen at a kiosk asks for a guide; somebody of the staff sees to it, once."""

from contract import commands as c
from contract import replies as r
from contract.words import Code
from tests.server.hall_kit import DESK, K1, K2, HallOnDisk


def requests(hall: HallOnDisk) -> list[dict[str, object]]:
    found: list[dict[str, object]] = hall.card("devices")["requests"]
    return found


def test_a_request_stands_before_the_staff_until_somebody_attends(hall: HallOnDisk) -> None:
    hall.get(r.Done, c.CallGuide(), K1)
    asked = hall.entry()["facts"]["request"]
    assert [(one["kiosk"], one["request"]) for one in requests(hall)] == [("K1", asked)]
    hall.later(75)
    hall.get(r.Done, c.AttendKiosk(request=asked), DESK)
    assert requests(hall) == []
    entry = hall.entry()
    assert (entry["deed"], entry["actor"], entry["facts"]) == (
        "attend_kiosk", "1001", {"kiosk": "K1", "request": asked, "waited_s": 75},
    )  # fmt: skip
    row = hall.row("guide_requests", kiosk="K1")
    assert (row["attended_ms"] - row["asked_ms"], row["attended_by"]) == (75_000, "1001")


def test_pressing_again_is_the_same_request_and_another_kiosk_has_its_own(hall: HallOnDisk) -> None:
    hall.get(r.Done, c.CallGuide(), K1)
    first = requests(hall)
    hall.later(10)
    hall.get(r.Done, c.CallGuide(), K1)
    assert requests(hall) == first
    hall.get(r.Done, c.CallGuide(), K2)
    assert [one["kiosk"] for one in requests(hall)] == ["K1", "K2"]


def test_two_guides_do_not_both_go(hall: HallOnDisk) -> None:
    hall.get(r.Done, c.CallGuide(), K1)
    asked = hall.entry()["facts"]["request"]
    hall.get(r.Done, c.AttendKiosk(request=asked), DESK)
    hall.refused(Code.REQUEST_OVER, c.AttendKiosk(request=asked), DESK)
    hall.refused(Code.REQUEST_OVER, c.AttendKiosk(request=asked + 1), DESK)


def test_a_request_outlives_a_restart(hall: HallOnDisk) -> None:
    hall.get(r.Done, c.CallGuide(), K1)
    before = requests(hall)
    hall.reopen()
    hall.get(r.Done, c.CallGuide(), K1)
    assert requests(hall) == before
