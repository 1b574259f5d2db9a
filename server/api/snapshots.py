"""Snapshots as ready bytes: each view is encoded once, however many screens ask for it."""

from collections.abc import Callable

from pydantic_core import to_json

from contract.words import Audience
from server.storage.published import View


class Snapshots:
    """Keeps the newest view of each hall and audience as JSON."""

    def __init__(self, now_text: Callable[[], str]) -> None:
        self._now_text = now_text
        self._ready: dict[tuple[str, Audience], tuple[View, bytes]] = {}

    def body(self, hall: str, view: View) -> bytes:
        """The contract `Snapshot` of this view; only its time is written anew."""
        kept, cards = self._ready.get((hall, view.audience), (None, b""))
        if kept is not view:
            cards = to_json(dict(view.cards))
            self._ready[hall, view.audience] = (view, cards)
        head = f'{{"hall":"{hall}","revision":{view.revision},"time":"{self._now_text()}","cards":'
        return head.encode() + cards + b"}"
