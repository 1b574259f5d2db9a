"""Cards of a window: what it shows to the hall, and what its clerk and its agent need."""

from itertools import islice

from contract import cards as c
from contract.words import Code, State
from server.actions.answers import priority_words, words
from server.domain.day import Day
from server.domain.finished import OwnDay
from server.domain.hall import Window
from server.domain.line import callable_lines, tier_of
from server.domain.rating import asked_at_keypad
from server.domain.ticket import Ticket, Visit
from server.domain.voice import VoiceState, is_silent
from server.domain.window import deeds
from server.live.hall_cards import iso, parked
from server.storage.hall_now import HallNow
from server.storage.published import CardValue

_MOST_NEXT = 8
_MOST_LISTED = 20
_MOST_PENDING = 50


def _panel(day: Day, no: str) -> c.Panel | None:
    """Who sits there; names as the hall's staff table has them, marks as far as its rules show them."""
    person = day.hall.staff.get(day.windows[no].clerk)
    if person is None:
        return None
    return c.Panel(
        staff_no=person.staff_no,
        name=person.name,
        title=person.title or None,
        party=person.party and day.hall.rules.show_party,
        honour=_honour(day, person.honour),
        promise=person.promise or None,
    )


def _honour(day: Day, honour: str) -> str | None:
    """An honour where the hall's rules show it."""
    return honour if honour and day.hall.rules.show_honours else None


def window_card(day: Day, no: str) -> c.WindowCard:
    """`window/<no>`."""
    window, visit = day.hall.windows[no], day.in_hand(no)
    services = [day.hall.services[prefix] for prefix in window.services if prefix in day.hall.services]
    return c.WindowCard(
        window=no,
        zone=window.zone,
        floor=day.hall.zones[window.zone].floor,
        department=words(day.hall.departments[window.department].name),
        services=[words(service.name) for service in services],
        state=day.state_of(no),
        number=visit.label if visit else None,
        service=words(day.hall.lines[visit.line].service.name) if visit else None,
        since=iso(day.windows[no].since_ms),
        panel=_panel(day, no),
        honour=_honour(day, window.honour),
    )


class WaitingFor:
    """Who waits for a window, and whom it may take back, worked out once for windows that call the same tickets."""

    def __init__(self, day: Day) -> None:
        self._day = day
        self._known: dict[tuple[object, ...], tuple[int, list[str]]] = {}
        self._sent_to = {no for queue in day.queues.values() for no, count in queue.sent_to.items() if count}
        self._aside: list[tuple[Ticket, str, c.ParkedTicket]] | None = None
        self._parked_at: set[str] = set()
        self._lists: dict[tuple[object, ...], tuple[list[CardValue], list[CardValue]]] = {}

    def at(self, no: str) -> tuple[int, list[str]]:
        """How many this window could call now, and the first of them: the very next, then by standing."""
        window = self._day.hall.windows[no]
        own = no if no in self._sent_to else ""
        same = (window.services, window.department, window.by_transfer, window.only_for, own)
        if same not in self._known:
            self._known[same] = self._look(window)
        return self._known[same]

    def aside(self, no: str) -> tuple[list[c.ParkedTicket], list[c.ParkedTicket]]:
        """Held and missed tickets of this window's lines, or parked at it."""
        lines = callable_lines(self._day.hall, self._day.hall.windows[no])
        mine = [(t, card) for t, window, card in self._all_aside() if t.line in lines or window == no]
        held = [card for t, card in mine if t.state is State.HELD]
        missed = [card for t, card in mine if t.state is State.MISSED]
        return held[:_MOST_LISTED], missed[-_MOST_LISTED:]

    def aside_values(self, no: str) -> tuple[list[CardValue], list[CardValue]]:
        """The same as they stand on a card."""
        self._all_aside()
        lines = callable_lines(self._day.hall, self._day.hall.windows[no])
        same = (lines, no if no in self._parked_at else "")
        if same not in self._lists:
            held, missed = self.aside(no)
            self._lists[same] = ([card.model_dump(mode="json") for card in held],
                                 [card.model_dump(mode="json") for card in missed])  # fmt: skip
        return self._lists[same]

    def _all_aside(self) -> list[tuple[Ticket, str, c.ParkedTicket]]:
        """Every held or missed ticket, with the window it is parked at and its place on a card."""
        if self._aside is None:
            day = self._day
            self._aside = [
                (t, day.visits[t.visit].window if t.visit is not None else "", parked(day, t))
                for t in day.all_of(State.HELD, State.MISSED)
            ]
            self._parked_at = {window for _, window, _ in self._aside}
        return self._aside

    def _look(self, window: Window) -> tuple[int, list[str]]:
        day = self._day
        queues = [day.queues[line] for line in callable_lines(day.hall, window)]
        count = sum(queue.count_for(window) for queue in queues)
        if not count:
            return 0, []
        firsts = [
            ((tier_of(ticket, queue.line), ticket.standing, ticket.id), ticket.label)
            for queue in queues
            for ticket in islice(queue.for_window(window), _MOST_NEXT)
        ]
        numbers = [label for _, label in sorted(firsts)]
        chosen = day.next_for(window.no)
        if chosen is not None:
            first = chosen.ticket.label
            numbers = [first, *(number for number in numbers if number != first)]
        return count, numbers[:_MOST_NEXT]


def work_card(now: HallNow, no: str, now_ms: int, waiting_for: WaitingFor) -> c.WorkCard:
    """`work/<window>`: everything the clerk's page enables its keys from."""
    day, window, visit = now.day, now.day.windows[no], now.day.in_hand(no)
    waiting, numbers = waiting_for.at(no)
    held, missed = waiting_for.aside(no)
    own = day.finished.own.get(window.clerk, OwnDay())
    pending = sorted((v for v in day.pending.values() if v.window == no), key=lambda v: v.id)
    running = next((v for v in reversed(pending) if v.invitation_ended_ms is None), None)
    return c.WorkCard(
        window=no,
        clerk=_clerk(now, no),
        state=day.state_of(no),
        paused_reason=window.paused_reason or None,
        paused_since=iso(window.paused_ms) if window.paused_ms is not None else None,
        ticket=_ticket(day, visit) if visit else None,
        visit=_visit(day, visit) if visit else None,
        deeds=[
            c.AllowedDeed(
                deed=d.deed, allowed=d.allowed, allowed_from=iso(d.from_ms) if d.from_ms is not None else None,
                until=iso(d.until_ms) if d.until_ms is not None else None, why=d.why.value if d.why else None,
            )
            for d in deeds(day, no, now_ms)
        ],
        invitation=_invitation(running) if running else None,
        pending=[_invitation(v) for v in pending[:_MOST_PENDING]],
        waiting=waiting,
        next_numbers=numbers,
        held=held,
        missed=missed,
        pass_on_to=list(day.hall.lines),
        keypad=day.hall.has_keypad(no),
        no_voice=_no_voice(now, no, now_ms),
        finished_today=own.visits,
        items_today=own.items,
        mean_handling_s=round(own.handling_ms / own.visits / 1000) if own.visits else None,
    )  # fmt: skip


def _no_voice(now: HallNow, no: str, now_ms: int) -> c.NoVoice | None:
    """What keeps calls to this window unspoken; None where somebody speaks, or nobody is meant to now."""
    zone = now.day.voice_zone(no)
    state = now.register.voices.get(zone or "")
    if zone is None or state in (None, VoiceState.SPEAKS, VoiceState.STANDBY):
        return None
    if is_silent(now.day.hall, zone, now.day.day, now_ms):
        return None
    return c.NoVoice(zone=zone, why="blocked" if state is VoiceState.BLOCKED else "absent")


def _clerk(now: HallNow, no: str) -> c.Panel | None:
    """The person signed in, also one who is not in the staff table."""
    panel = _panel(now.day, no)
    login = now.day.windows[no].clerk
    if panel is not None or not login:
        return panel
    user = now.register.users.get(login)
    name = user.name if user else login
    return c.Panel(staff_no=login, name=name, title=None, party=False, honour=None, promise=None)


def with_waiting(card: CardValue, no: str, waiting: WaitingFor) -> CardValue:
    """The same work card with what depends on others' tickets made anew: counts, next numbers, key "next", lists."""
    count, numbers = waiting.at(no)
    held, missed = waiting.aside_values(no)
    found = {**card, "waiting": count, "next_numbers": numbers, "held": held, "missed": missed}
    # Only at a window with nothing in hand does the key "next" depend on who waits.
    if card["visit"] is None and bool(count) != bool(card["waiting"]):
        found["deeds"] = [_next_if_any(d, count) if d["deed"] == "call_next" else d for d in card["deeds"]]
    return found


def _next_if_any(deed: CardValue, waiting: int) -> CardValue:
    """Somebody came, or the last one went; any other reason stays."""
    if waiting and deed["why"] == Code.NOBODY_WAITING.value:
        return {**deed, "allowed": True, "why": None}
    if not waiting and deed["allowed"]:
        return {**deed, "allowed": False, "why": Code.NOBODY_WAITING.value}
    return deed


def _ticket(day: Day, visit: Visit) -> c.TicketInHand:
    ticket = day.ticket_of(visit)
    return c.TicketInHand(
        ticket=ticket.id,
        number=ticket.label,
        line=ticket.line,
        service=words(day.hall.lines[ticket.line].service.name),
        priority=priority_words(ticket.priority),
        taken_at=iso(ticket.taken_ms),
        returns=ticket.returns,
        reason=visit.reason,
        late=ticket.told_ms is not None,
    )


def _visit(day: Day, visit: Visit) -> c.VisitInHand:
    return c.VisitInHand(
        visit=visit.id,
        state="called" if day.ticket_of(visit).state is State.CALLED else "serving",
        called_at=iso(visit.called_ms),
        started_at=iso(visit.started_ms) if visit.started_ms is not None else None,
        recalls=visit.recalls,
        last_called_at=iso(visit.last_call_ms),
        rate_within_s=day.hall.rules.rate_within_s if asked_at_keypad(day.hall, visit) else None,
        announced=_announced(day, visit),
    )


def _announced(day: Day, visit: Visit) -> bool | None:
    """Whether its last call was spoken; None where nobody speaks."""
    zone = day.voice_zone(visit.window)
    if zone is None or zone not in day.speaking or is_silent(day.hall, zone, day.day, visit.last_call_ms):
        return None
    return visit.announced == visit.call


def _invitation(visit: Visit) -> c.InvitationOnCard:
    invited = visit.invited_ms if visit.invited_ms is not None else visit.ended_ms or 0
    ended = visit.invitation_ended_ms
    return c.InvitationOnCard(
        visit=visit.id,
        number=visit.label,
        invited_at=iso(invited),
        deadline=iso(visit.deadline_ms if visit.deadline_ms is not None else invited),
        ended_at=iso(ended) if ended is not None else None,
        ended_by=visit.invitation_ended_by or None,
    )
