"""The cards an agent holds: replaced whole, never patched. Whoever is interested is told which keys changed."""

import threading
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, TypeVar

import structlog
from pydantic import ValidationError

from contract.cards import Card, Change, Snapshot

LOG = structlog.get_logger(__name__)

C = TypeVar("C", bound=Card)
Raw = dict[str, Any]
Told = Callable[[frozenset[str]], None]


class Applied(Enum):
    """What became of a change."""

    YES = "yes"
    OLD = "old"  # known already
    GAP = "gap"  # something before it is missing: fetch the snapshot


class Cards:
    """`revision` is None until the first snapshot."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._cards: dict[str, Raw] = {}
        self._told: list[Told] = []
        self.revision: int | None = None

    def replace(self, snapshot: Snapshot) -> None:
        """Take the snapshot for the truth, even if it is older (a server restored from a copy)."""
        with self._lock:
            before = self._cards
            self._cards = dict(snapshot.cards)
            self.revision = snapshot.revision
            changed = {key for key in before.keys() | self._cards.keys() if before.get(key) != self._cards.get(key)}
        self._tell(frozenset(changed))

    def preset(self, cards: Mapping[str, Raw]) -> None:
        """What an earlier life knew, until the first snapshot."""
        with self._lock:
            if self.revision is None:
                self._cards = dict(cards)
        self._tell(frozenset(cards))

    def apply(self, change: Change) -> Applied:
        """Replace each card of the change, if it follows on what stands here."""
        with self._lock:
            if self.revision is None or change.previous > self.revision:
                return Applied.GAP
            if change.revision <= self.revision:
                return Applied.OLD
            for key, card in change.cards.items():
                if card is None:
                    self._cards.pop(key, None)
                else:
                    self._cards[key] = card
            self.revision = change.revision
        self._tell(frozenset(change.cards))
        return Applied.YES

    def card(self, key: str, model: type[C]) -> C | None:
        """The card as an object; None when there is none, or when it is not what this agent understands."""
        with self._lock:
            raw = self._cards.get(key)
        if raw is None:
            return None
        try:
            return model.model_validate(raw)
        except ValidationError as error:
            LOG.error("card_not_understood", key=key, problem=str(error))
            return None

    def raw(self, key: str) -> Raw | None:
        with self._lock:
            return self._cards.get(key)

    def all(self) -> Mapping[str, Raw]:
        """A copy of what stands here now."""
        with self._lock:
            return dict(self._cards)

    def subscribe(self, told: Told) -> Callable[[], None]:
        """`told` hears the changed keys, on the line's own thread: it must be quick. The result ends it."""
        with self._lock:
            self._told.append(told)
        return lambda: self._forget(told)

    def _forget(self, told: Told) -> None:
        with self._lock:
            if told in self._told:
                self._told.remove(told)

    def _tell(self, keys: frozenset[str]) -> None:
        if not keys:
            return
        with self._lock:
            told = list(self._told)
        for one in told:
            try:
                one(keys)
            except Exception:
                # A listener's fault must not cut the agent's line to the server.
                LOG.exception("listener_failed", keys=sorted(keys)[:10])
