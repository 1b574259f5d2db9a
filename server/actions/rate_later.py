"""A visit that was not rated at the counter is rated from the phone: a second record beside the first, once."""

from contract.commands import RateLater
from contract.replies import Done
from server.actions.answers import done
from server.actions.lookup import need_rated_visit
from server.domain.errors import Refusal
from server.domain.later_rating import LaterRating
from server.storage.hall_now import HallNow
from server.storage.orders import Actor


def rate_later(now: HallNow, command: RateLater, actor: Actor, now_ms: int) -> Done:
    """The level stands at once; reasons may follow."""
    day = now.day
    visit = need_rated_visit(day, command.ticket, command.visit)
    days = day.hall.rules.supplement_days
    why_not = visit.why_not_rate(days, now_ms)
    if why_not is not None:
        raise Refusal(why_not, days=days)
    level = int(command.level)
    day.rate_later(LaterRating(visit.visit, actor.via.value, level, now_ms, visit.window, visit.clerk))
    now.facts = {"visit": visit.visit, "level": level}
    return done(day, visit=visit.visit)
