"""A rated visit gets its reasons, once: options of the national list for its level, and own words."""

from contract.commands import AddReasons
from contract.options import OPTIONS
from contract.replies import Done
from contract.words import Code
from server.actions.answers import done
from server.actions.lookup import need_rated_visit
from server.domain.errors import Refusal
from server.domain.later_rating import Reasons
from server.storage.hall_now import HallNow
from server.storage.orders import Actor


def add_reasons(now: HallNow, command: AddReasons, actor: Actor, now_ms: int) -> Done:
    """The words are kept in their row, which can be erased; the journal only says that there are some."""
    day = now.day
    visit = need_rated_visit(day, command.ticket, command.visit)
    days = day.hall.rules.supplement_days
    why_not = visit.why_no_reasons(days, now_ms)
    if why_not is not None or visit.level is None:
        raise Refusal(why_not or Code.NOT_RATED_YET, days=days)
    if not command.codes and not command.text:
        raise Refusal(Code.REASON_MISSING)
    codes = tuple(dict.fromkeys(command.codes))
    if any(code not in OPTIONS or OPTIONS[code].level != visit.level for code in codes):
        raise Refusal(Code.REASON_UNKNOWN)
    day.add_reasons(Reasons(visit.visit, visit.level, codes, command.text or "", now_ms))
    now.facts = {"visit": visit.visit, "codes": list(codes), "words": command.text is not None}
    return done(day, visit=visit.visit)
