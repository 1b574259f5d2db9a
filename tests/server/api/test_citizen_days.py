"""A ticket of another day: what it still says, until when it may be rated, and that it is read from the rows."""

import pytest
from flask import Flask, Response

from contract import commands as c
from contract import replies as r
from contract.citizen import TicketStatus
from contract.words import Code, NotRated
from server.api.citizen_status import status_of
from server.domain.later_rating import DAY_MS
from server.pages.citizen_page import citizen_page
from server.reports.citizen import ticket_found
from server.storage.database import Database
from tests.server.hall_kit import KEYPAD, HallOnDisk


def seen(hall: HallOnDisk, ticket: int) -> TicketStatus:
    """What the phone is told now."""
    engine = Database(hall.folder).reading_engine()
    with engine.connect() as connection:
        found = ticket_found(connection, hall.code, ticket)
    engine.dispose()
    assert found is not None
    return status_of(hall.now, found, hall.now_ms)


def next_day(hall: HallOnDisk) -> None:
    hall.later(86_400)
    hall.look_at_the_clock()


def silent(hall: HallOnDisk) -> tuple[int, int]:
    """A ticket whose visit was not rated at the counter."""
    ticket, visit = hall.take("A").ticket, hall.serve("101").visit
    hall.get(r.Done, c.NotRatedAtCounter(visit=visit, reason=NotRated.NO_PRESS), KEYPAD)
    return ticket, visit


def test_yesterdays_number_is_over_and_says_whose_day_it_was(hall: HallOnDisk) -> None:
    ticket = hall.take("A").ticket
    assert seen(hall, ticket).today and seen(hall, ticket).ahead == 0
    next_day(hall)
    status = seen(hall, ticket)
    assert (status.today, status.state, status.day) == (False, "abandoned", "2026-10-12")
    assert (status.ahead, status.wait, status.call, status.last_calls) == (None, None, None, [])
    assert not status.may_cancel and status.rating is None


class OneCitizen:
    """What the page asks of the endpoints, for somebody who has shown the right proof."""

    def __init__(self, hall: HallOnDisk) -> None:
        self._hall = hall

    def status(self, hall: str, ticket: int, shown: str) -> TicketStatus:
        return seen(self._hall, ticket)

    def give(self, hall: str, command: object, shown: str, environ: object) -> Response:
        raise AssertionError("nothing was asked for")


@pytest.mark.parametrize(
    ("lang", "said"),
    [("zh", ("这是 10月12日 的号", "请重新取号")), ("en", ("This number was for 12 Oct", "Please take a new one"))],
)
def test_a_link_of_yesterday_opens_a_page_that_says_so_and_offers_nothing_else(
    hall: HallOnDisk, lang: str, said: tuple[str, str]
) -> None:
    mine = hall.take("A")
    next_day(hall)
    app = Flask("page")
    app.register_blueprint(citizen_page({hall.code: hall.now}, OneCitizen(hall)))
    answer = app.test_client().post(f"/{hall.code}/ticket/{mine.ticket}", data={"proof": "x" * 22, "lang": lang})
    assert answer.status_code == 200
    page = answer.text
    assert mine.number in page and all(words in page for words in said)
    assert 'value="cancel_ask"' not in page and 'class="levels"' not in page and "ph-two" not in page


def test_yesterdays_visit_may_be_rated_until_the_last_of_the_days(hall: HallOnDisk) -> None:
    ticket, visit = silent(hall)
    ended_ms = hall.row("visits", id=visit)["ended_ms"]
    days = hall.now.definition.rules.supplement_days
    assert days == 7
    for _ in range(days + 5):
        next_day(hall)
        rating = seen(hall, ticket).rating
        assert rating is not None and rating.visit == visit and rating.day_local == "2026-10-12"
        late = hall.now_ms > ended_ms + days * DAY_MS
        assert (rating.may_rate, rating.why_not) == (not late, Code.SUPPLEMENT_TOO_LATE if late else None)
    assert visit not in hall.day_in_memory.day.rated


def test_a_transferred_ticket_is_asked_about_its_last_leg(hall: HallOnDisk) -> None:
    ticket = hall.take("A").ticket
    hall.call("101")
    hall.start("101")
    assert seen(hall, ticket).state == "serving"
    hall.pass_on("D")
    waiting = seen(hall, ticket)
    assert waiting.state == "waiting" and waiting.ahead == 0 and "101" not in waiting.windows
    visit = hall.serve("107").visit
    pending = seen(hall, ticket).rating
    assert pending is not None and (pending.visit, pending.window) == (visit, "107")
    assert pending.why_not is Code.RATING_PENDING


def test_the_stamp_is_another_one_only_when_something_changed_for_this_citizen(hall: HallOnDisk) -> None:
    first, second = hall.take("A").ticket, hall.take("A").ticket
    stamp = seen(hall, second).stamp
    hall.take("D")
    assert seen(hall, second).stamp == stamp
    hall.call("101")
    assert seen(hall, second).stamp != stamp
    assert seen(hall, first).call is not None
