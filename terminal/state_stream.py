"""What a page sees: one line of JSON with everything, then a line for whatever changed. A slow page gets the newest."""

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any, Final

from terminal.cards import Cards

HEARTBEAT_S: Final = 5.0


class StateStream:
    """The NDJSON lines for one open page. `part` gives the agent's own part; `wants` chooses the cards."""

    def __init__(self, cards: Cards, part: Callable[[], dict[str, Any]], wants: Callable[[str], bool]) -> None:
        self._cards = cards
        self._part = part
        self._wants = wants
        self._woken = threading.Condition()
        self._keys: set[str] = set()
        self._part_changed = False
        self._told: list[dict[str, Any]] = []
        self._ended = False

    def cards_changed(self, keys: frozenset[str]) -> None:
        with self._woken:
            self._keys |= {key for key in keys if self._wants(key)}
            self._woken.notify_all()

    def part_changed(self) -> None:
        with self._woken:
            self._part_changed = True
            self._woken.notify_all()

    def tell(self, said: dict[str, Any]) -> None:
        """A line of its own, in its turn: what happens once is never folded into what is newest."""
        with self._woken:
            self._told.append(said)
            self._woken.notify_all()

    def end(self) -> None:
        with self._woken:
            self._ended = True
            self._woken.notify_all()

    def lines(self) -> Iterator[bytes]:
        """Until the page goes or the agent stops."""
        unsubscribe = self._cards.subscribe(self.cards_changed)
        try:
            cards = {key: card for key, card in self._cards.all().items() if self._wants(key)}
            part = self._part()
            yield _line({"cards": cards, "agent": part})
            while (changed := self._next()) is not None:
                keys, look, told = changed
                said: dict[str, Any] = {}
                if keys:
                    said["cards"] = {key: self._cards.raw(key) for key in keys}
                if look and (now := self._part()) != part:
                    part = said["agent"] = now
                yield _line(said)
                yield from map(_line, told)
        finally:
            unsubscribe()

    def _next(self) -> tuple[set[str], bool, list[dict[str, Any]]] | None:
        """The changed keys, whether to look at the agent's part, what to tell; nothing of it after `HEARTBEAT_S`; None
        at the end."""
        with self._woken:
            if not (self._keys or self._part_changed or self._told or self._ended):
                self._woken.wait(HEARTBEAT_S)
            if self._ended:
                return None
            keys, look, told = self._keys, self._part_changed, self._told
            self._keys, self._part_changed, self._told = set(), False, []
            return keys, look, told


def _line(said: dict[str, Any]) -> bytes:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
