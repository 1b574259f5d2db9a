"""What became of the paper: recorded once, and never moving the ticket."""

import pytest

from contract import commands as c
from contract import replies as r
from contract.words import Code, SlipAfter, SlipOutcome
from tests.server.hall_kit import DESK, K1, K2, HallOnDisk


@pytest.mark.parametrize("outcome", list(SlipOutcome))
def test_the_outcome_of_a_slip_is_recorded_once_by_its_own_kiosk(hall: HallOnDisk, outcome: SlipOutcome) -> None:
    issued = hall.take("A", K1)
    record = c.RecordSlip(slip=issued.slip, outcome=outcome, reason="paper_out", substituted=2)
    hall.refused(Code.WRONG_PLACE, record, K2)
    hall.refused(Code.SLIP_UNKNOWN, c.RecordSlip(slip=issued.slip + 1, outcome=outcome), K1)
    done = hall.get(r.Done, record, K1)
    assert (done.ticket, done.number, done.state) == (issued.ticket, "A001", "waiting")
    slip = hall.row("slips", id=issued.slip)
    assert (slip["outcome"], slip["reason"], slip["substituted"]) == (outcome.value, "paper_out", 2)
    hall.refused(Code.SLIP_SETTLED, record, K1)
    both = c.RecordSlip(slip=issued.slip, outcome=SlipOutcome.PRINTED, after=SlipAfter.SHOWN)
    hall.refused(Code.SLIP_SETTLED, both, K1)
    trouble = [t["slip"] for t in hall.card("devices")["slips"]]
    assert trouble == ([issued.slip] if outcome in (SlipOutcome.UNKNOWN, SlipOutcome.FAILED) else [])
    after = c.RecordSlip(slip=issued.slip, after=SlipAfter.WITHDRAWN)
    if outcome is SlipOutcome.PRINTED:
        hall.refused(Code.SLIP_SETTLED, after, K1)
        return
    hall.get(r.Done, after, K1)
    assert hall.row("slips", id=issued.slip)["after"] == "withdrawn"
    hall.refused(Code.SLIP_SETTLED, after, K1)
    assert hall.state(issued.ticket) == "waiting"


def test_a_slip_without_outcome_has_nothing_after_it(hall: HallOnDisk) -> None:
    slip = hall.take("A", K1).slip
    hall.refused(Code.SLIP_SETTLED, c.RecordSlip(slip=slip, after=SlipAfter.SHOWN), K1)
    printed = c.RecordSlip(slip=slip, outcome=SlipOutcome.PRINTED, after=SlipAfter.SHOWN)
    hall.refused(Code.SLIP_SETTLED, printed, K1)
    hall.get(r.Done, c.RecordSlip(slip=slip, outcome=SlipOutcome.FAILED, after=SlipAfter.SHOWN), K1)


def test_a_reprint_has_the_same_number_and_settles_the_doubtful_slip(hall: HallOnDisk) -> None:
    hall.take("A")
    issued = hall.take("A", K1)
    hall.get(r.Done, c.RecordSlip(slip=issued.slip, outcome=SlipOutcome.UNKNOWN), K1)
    hall.refused(Code.DEVICE_UNKNOWN, c.ReprintSlip(ticket=issued.ticket, print_at="K9"), DESK)
    again = hall.get(r.Issued, c.ReprintSlip(ticket=issued.ticket, print_at="K2", reason="卡纸"), DESK)
    assert (again.number, again.ticket, again.reprint, again.print_at) == ("A002", issued.ticket, True, "K2")
    assert again.slip != issued.slip and again.ahead == 1 and again.taken_at == issued.taken_at
    assert hall.row("slips", id=issued.slip)["after"] == "reprinted"
    assert hall.card("prints/K2")["slips"] == [again.slip]
    assert hall.card("devices")["slips"] == []
    assert (hall.entry()["why"], hall.entry()["facts"]["kiosk"]) == ("卡纸", "K2")
    hall.get(r.Done, c.RecordSlip(slip=again.slip, outcome=SlipOutcome.PRINTED), K2)
    assert hall.card("prints/K2")["slips"] == []


def test_a_ticket_that_is_over_is_not_printed_again(hall: HallOnDisk) -> None:
    ticket = hall.take("A").ticket
    hall.serve("101")
    hall.refused(Code.STEP_NOT_ALLOWED, c.ReprintSlip(ticket=ticket, print_at="K1"), DESK)


def test_a_called_ticket_is_printed_again_without_people_ahead(hall: HallOnDisk) -> None:
    ticket = hall.take("A").ticket
    hall.call("101")
    again = hall.get(r.Issued, c.ReprintSlip(ticket=ticket, print_at="K1"), DESK)
    assert (again.ahead, again.wait) == (0, None)
