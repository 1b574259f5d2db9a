"""The day as cards: what each audience sees. Called by the writer after a commit; only touched cards are made anew.

A card that comes out equal keeps its old object, so that a difference of objects is a difference of content.
"""

from collections.abc import Iterator, Mapping

from contract.cards import AUDIENCE, Card
from contract.words import FINAL_STATES, Audience, State
from server.domain.changes import Touched
from server.domain.day import Day
from server.live import hall_cards, today_cards, window_cards
from server.storage.hall_now import HallNow
from server.storage.published import CardValue, Published, View

_SEES = {
    Audience.PUBLIC: (Audience.PUBLIC,),
    Audience.STAFF: (Audience.PUBLIC, Audience.STAFF),
    Audience.MANAGER: (Audience.PUBLIC, Audience.STAFF, Audience.MANAGER),
}
_OPEN = [state for state in State if state not in FINAL_STATES]
Made = Iterator[tuple[str, Card]]
Changes = dict[str, CardValue | None]  # None: the card is gone


def build(name: str, now: HallNow, head: int, before: Published | None, now_ms: int) -> Published:
    """The hall's published view at revision `head`; forgets what was touched."""
    day = now.day
    touched, day.touched = day.touched, Touched()
    everything = touched.everything or before is None
    _settle_paces(day, touched, now_ms)
    old = before.views[Audience.MANAGER].cards if before is not None else {}
    made = _make(now, touched, everything=everything, now_ms=now_ms)
    fresh = {key: card.model_dump(mode="json") for key, card in made}
    if not everything:
        fresh |= _only_waiting_changed(day, touched, old, fresh)
    changed: Changes = {key: value for key, value in fresh.items() if old.get(key) != value}
    if everything:
        changed |= {key: None for key in old if key not in fresh}
    return Published(
        hall=name,
        head=head,
        day=day.day,
        definition=day.hall,
        register=now.register,
        views={audience: _view(audience, changed, head, before) for audience in Audience},
        lines=_orders(day, touched, before, everything=everything),
        open_tickets=tuple(t.id for state in _OPEN for t in day.by_state[state].values()),
        pending={v.id: v.ended_ms or 0 for v in day.pending.values()},
        closed=day.closed_ms is not None,
        paces=dict(day.paces),
    )


def _settle_paces(day: Day, touched: Touched, now_ms: int) -> None:
    """What a range is reckoned with moves where something happened; where nothing did, what was shown stands."""
    for line in (day.queues.keys() - day.paces.keys()) | (touched.lines & day.queues.keys()):
        day.settle_pace(line, now_ms)


def _orders(
    day: Day, touched: Touched, before: Published | None, *, everything: bool
) -> dict[str, tuple[int, ...]]:
    """Who waits in each line, in order; an untouched line keeps its tuple."""
    changed = day.queues.keys() if everything or before is None else touched.lines & day.queues.keys()
    orders = dict(before.lines) if before is not None and not everything else {}
    for line in changed:
        orders[line] = tuple(place[2] for place in day.queues[line].places)
    return orders


def _only_waiting_changed(
    day: Day, touched: Touched, old: Mapping[str, CardValue], fresh: dict[str, CardValue]
) -> dict[str, CardValue]:
    """Work cards of windows where nothing happened but in their lines: only what depends on others' tickets is new."""
    shared = window_cards.WaitingFor(day)
    windows = [no for no in _windows_of(day, touched.lines & day.queues.keys()) if f"work/{no}" not in fresh]
    return {f"work/{no}": window_cards.with_waiting(old[f"work/{no}"], no, shared) for no in windows}


def _view(audience: Audience, changed: Changes, head: int, before: Published | None) -> View:
    """The audience's cards; its revision moves only when one of them changed."""
    seen = {key: value for key, value in changed.items() if AUDIENCE[key.partition("/")[0]] in _SEES[audience]}
    if before is None:
        return View(audience, head, {key: value for key, value in seen.items() if value is not None})
    old = before.views[audience]
    if not seen:
        return old
    kept = {key: value for key, value in old.cards.items() if key not in seen}
    return View(audience, head, kept | {key: value for key, value in seen.items() if value is not None})


def _make(now: HallNow, touched: Touched, *, everything: bool, now_ms: int) -> Made:
    day = now.day
    lines = set(day.queues) if everything else touched.lines & day.queues.keys()
    windows = set(day.windows) if everything else touched.windows & day.windows.keys()
    for line in lines:
        yield f"line/{line}", hall_cards.line_card(day, line, now_ms)
        yield f"queue/{line}", hall_cards.queue_card(day, line)
    waiting = window_cards.WaitingFor(day)
    for no in windows:
        yield f"window/{no}", window_cards.window_card(day, no)
        yield f"work/{no}", window_cards.work_card(now, no, now_ms, waiting)
    if everything:
        for prefix, service in day.hall.services.items():
            yield f"service/{prefix}", hall_cards.service_card(service)
        yield "hall", hall_cards.hall_card(day, now_ms)
        yield "alerts", hall_cards.alerts_card(day)
    if everything or touched.calls:
        for zone in day.hall.zones:
            yield f"calls/{zone}", hall_cards.calls_card(day, zone, now_ms)
    if everything or touched.prints:
        for kiosk in hall_cards.kiosks(day):
            yield f"prints/{kiosk}", hall_cards.prints_card(day, kiosk)
    if everything or touched.devices:
        yield "devices", hall_cards.devices_card(now)
    yield "today", today_cards.today_card(day)
    yield "hours", today_cards.hours_card(day)


def _windows_of(day: Day, lines: set[str]) -> set[str]:
    """Windows whose work card shows one of these lines."""
    own = {no for line in lines for no in day.hall.lines[line].windows}
    receiving = {w.no for w in day.hall.windows.values() if w.by_transfer}
    return own | (receiving if lines else set())


