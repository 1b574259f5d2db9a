"""Find what a command names, or refuse."""

from collections.abc import Sequence

from contract.words import ADMINISTRATORS, Code, DeviceKind, Role, Step
from server.domain.day import Day
from server.domain.errors import Refusal
from server.domain.later_rating import RatedVisit
from server.domain.leasing import kiosk_series
from server.domain.ticket import Ticket
from server.storage.hall_now import HallNow
from server.storage.register import OneTimeCode, User


def need_ticket(day: Day, ticket_id: int, step: Step | None = None) -> Ticket:
    """The day's ticket, whose life has the step."""
    ticket = day.tickets.get(ticket_id)
    if ticket is None:
        raise Refusal(Code.TICKET_UNKNOWN)
    if step is not None and not ticket.may(step):
        ticket.take(step)  # raises the refusal with the state's words
    return ticket


def need_rated_visit(day: Day, ticket_id: int, visit_id: int) -> RatedVisit:
    """The ticket's finished visit that has its counter record."""
    rated = day.rated.get(visit_id)
    if rated is not None and rated.ticket == ticket_id:
        return rated
    owing = day.pending.get(visit_id)
    if owing is not None and owing.ticket == ticket_id:
        raise Refusal(Code.RATING_PENDING)
    visit = day.visits.get(visit_id)
    raise Refusal(Code.NOT_RATEABLE if visit is not None and visit.ticket == ticket_id else Code.VISIT_UNKNOWN)


def need_user(now: HallNow, login: str) -> User:
    """The person with this login."""
    user = now.register.users.get(login)
    if user is None:
        raise Refusal(Code.USER_UNKNOWN, login=login)
    return user


def need_own_series(now: HallNow, kiosk: str) -> str:
    """The series of a kiosk, which no other kiosk of the hall has."""
    series = kiosk_series(kiosk)
    enrolled = [d.name for d in now.register.devices.values() if d.kind is DeviceKind.KIOSK and not d.revoked]
    meant = [d.code for d in now.day.hall.devices if d.kind == "kiosk"]
    for other in (*enrolled, *meant):
        if other != kiosk and kiosk_series(other) == series:
            raise Refusal(Code.SERIES_TAKEN, device=kiosk, other=other, series=series)
    return series


def need_roles(roles: Sequence[Role]) -> tuple[Role, ...]:
    """Roles one account may hold together."""
    wanted = tuple(dict.fromkeys(roles))
    if len(ADMINISTRATORS & set(wanted)) > 1:
        raise Refusal(Code.ROLES_CLASH)
    return wanted


def need_code(now: HallNow, code_hash: str, purpose: str, now_ms: int, subject: str | None = None) -> OneTimeCode:
    """A one-time code that is known, for this purpose (and person), and in time."""
    code = now.register.codes.get(code_hash)
    if code is None or code.purpose != purpose or now_ms > code.until_ms or subject not in (None, code.subject):
        raise Refusal(Code.CODE_INVALID)
    return code
