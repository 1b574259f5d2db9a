"""Print a ticket's slip again (补打) at a kiosk: the same number, a new slip."""

from contract.commands import ReprintSlip
from contract.replies import Issued
from contract.words import Code, SlipAfter, SlipOutcome, State
from server.actions.answers import issued, wait_of
from server.actions.lookup import need_ticket
from server.domain.errors import Refusal
from server.domain.numbering import make_id
from server.domain.ticket import STATE_WORDS, Slip
from server.storage.hall_now import HallNow
from server.storage.orders import Actor


def reprint_slip(now: HallNow, command: ReprintSlip, actor: Actor, now_ms: int) -> Issued:
    """The older slip is marked reprinted where it was not sure to be paper."""
    day = now.day
    ticket = need_ticket(day, command.ticket)
    if ticket.final:
        zh, en = STATE_WORDS[ticket.state]
        raise Refusal(Code.STEP_NOT_ALLOWED, number=ticket.label, state=zh, state_en=en)
    if not any(d.kind == "kiosk" and d.code == command.print_at for d in day.hall.devices):
        raise Refusal(Code.DEVICE_UNKNOWN, device=command.print_at)
    for older in [s for s in day.slips.values() if s.ticket == ticket.id]:
        unsure = older.outcome is not None and older.outcome is not SlipOutcome.PRINTED
        if unsure and older.after is not SlipAfter.REPRINTED:
            older.after = SlipAfter.REPRINTED
            day.save_slip(older)
    slip = Slip(make_id(day.hall_no, day.revision), ticket.id, ticket.label, kiosk=command.print_at, reprint=True)
    day.save_slip(slip)
    now.why = command.reason or ""
    now.facts = {"slip": slip.id, "ticket": ticket.id, "kiosk": command.print_at}
    waiting = ticket.state is State.WAITING
    ahead = day.queues[ticket.line].ahead_of(ticket) if waiting else 0
    wait = wait_of(day, ticket.line, ahead, now_ms) if waiting else None
    return issued(day.hall, ticket, slip, ahead, wait, day.revision)
