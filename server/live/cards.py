"""The day as cards: what each audience sees. Called by the writer after a commit; only touched cards are made anew.

A card that comes out equal keeps its old object, so that a difference of objects is a difference of content.
"""

from collections.abc import Iterator

from contract.cards import AUDIENCE, Card
from contract.words import Audience
from server.domain.day import Day, Touched
from server.live import hall_cards, window_cards
from server.storage.hall_now import HallNow
from server.storage.published import CardValue, Published, View

_SEES = {
    Audience.PUBLIC: (Audience.PUBLIC,),
    Audience.STAFF: (Audience.PUBLIC, Audience.STAFF),
    Audience.MANAGER: (Audience.PUBLIC, Audience.STAFF, Audience.MANAGER),
}
Made = Iterator[tuple[str, Card]]


def build(name: str, now: HallNow, head: int, before: Published | None, now_ms: int) -> Published:
    """The hall's published view at revision `head`; forgets what was touched."""
    day = now.day
    touched, day.touched = day.touched, Touched()
    everything = touched.everything or before is None
    made = _make(now, touched, everything=everything, now_ms=now_ms)
    fresh = {key: card.model_dump(mode="json") for key, card in made}
    old = dict(before.views[Audience.MANAGER].cards) if before is not None else {}
    cards = fresh if everything else {**old, **fresh}
    kept = {key: old[key] if old.get(key) == value else value for key, value in cards.items()}
    return Published(
        hall=name,
        head=head,
        day=day.day,
        definition=day.hall,
        register=now.register,
        views={audience: _view(audience, kept, head, before) for audience in Audience},
        lines={line: tuple(place[2] for place in queue.places) for line, queue in day.queues.items()},
        open_tickets=tuple(t.id for t in day.tickets.values() if not t.final),
        pending={v.id: v.ended_ms or 0 for v in day.pending.values()},
        closed=day.closed_ms is not None,
    )


def _view(audience: Audience, cards: dict[str, CardValue], head: int, before: Published | None) -> View:
    """The audience's cards; its revision moves only when one of them changed."""
    seen = {key: value for key, value in cards.items() if AUDIENCE[key.partition("/")[0]] in _SEES[audience]}
    old = before.views[audience] if before is not None else None
    if old is not None and old.cards.keys() == seen.keys() and all(old.cards[k] is v for k, v in seen.items()):
        return old
    return View(audience, head, seen)


def _make(now: HallNow, touched: Touched, *, everything: bool, now_ms: int) -> Made:
    day = now.day
    lines = set(day.queues) if everything else touched.lines & day.queues.keys()
    windows = set(day.windows) if everything else (touched.windows & day.windows.keys()) | _windows_of(day, lines)
    for line in lines:
        yield f"line/{line}", hall_cards.line_card(day, line, now_ms)
        yield f"queue/{line}", hall_cards.queue_card(day, line)
    for no in windows:
        yield f"window/{no}", window_cards.window_card(day, no)
        yield f"work/{no}", window_cards.work_card(now, no, now_ms)
    if everything:
        yield "hall", hall_cards.hall_card(day, now_ms)
        yield "alerts", hall_cards.alerts_card()
    if everything or touched.calls:
        for zone in day.hall.zones:
            yield f"calls/{zone}", hall_cards.calls_card(day, zone, now_ms)
    if everything or touched.prints:
        for kiosk in hall_cards.kiosks(day):
            yield f"prints/{kiosk}", hall_cards.prints_card(day, kiosk)
    if everything or touched.devices:
        yield "devices", hall_cards.devices_card(now)
    yield "today", hall_cards.today_card(day)


def _windows_of(day: Day, lines: set[str]) -> set[str]:
    """Windows whose work card shows one of these lines."""
    own = {no for line in lines for no in day.hall.lines[line].windows}
    receiving = {w.no for w in day.hall.windows.values() if w.by_transfer}
    return own | (receiving if lines else set())


