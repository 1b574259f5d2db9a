"""A missed ticket's citizen came back: it stands in its line again (feature C5)."""

from contract.commands import ReturnMissed
from contract.replies import Done
from contract.words import Code, Step
from server.actions.answers import done
from server.actions.lookup import need_ticket
from server.domain.day import Day
from server.domain.errors import Refusal
from server.domain.hall import ReturnRule
from server.domain.hours import same_half_day
from server.domain.line import standing_of, tier_of
from server.domain.ticket import Ticket
from server.storage.hall_now import HallNow
from server.storage.orders import Actor


def need_may_return(day: Day, ticket: Ticket, now_ms: int) -> None:
    """The hall's rule allows the ticket to stand in its line again."""
    rules = day.hall.rules
    if rules.return_rule is ReturnRule.VOID:
        raise Refusal(Code.RETURN_LIMIT, limit=0)
    if ticket.returns >= rules.return_limit:
        raise Refusal(Code.RETURN_LIMIT, limit=rules.return_limit)
    same = ticket.missed_ms is None or same_half_day(day.hall, day.day, ticket.missed_ms, now_ms)
    if rules.return_same_half_day and not same:
        raise Refusal(Code.RETURN_TOO_LATE)


def return_missed(now: HallNow, command: ReturnMissed, actor: Actor, now_ms: int) -> Done:
    """Missed becomes waiting: right behind the K-th that waits now, or at the tail."""
    day = now.day
    ticket = need_ticket(day, command.ticket, Step.RETURN)
    need_may_return(day, ticket, now_ms)
    day.move(ticket, Step.RETURN)
    ticket.returns += 1
    ticket.standing = _standing(day, ticket, now_ms)
    day.stand(ticket)
    return done(day, ticket)


def _standing(day: Day, ticket: Ticket, now_ms: int) -> int:
    queue, rules = day.queues[ticket.line], day.hall.rules
    tier = tier_of(ticket, queue.line)
    tail = queue.standing_last(tier, standing_of(now_ms, day.revision))
    if rules.return_rule is ReturnRule.TAIL or len(queue) < rules.return_places:
        return tail
    return queue.standing_behind(rules.return_places, tier, tail)
