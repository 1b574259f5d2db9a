"""A screen of the hall: it needs no token and follows the public cards as they change."""

from typing import Any

import requests

from contract.words import Audience
from terminal.cards import Cards
from terminal.connection import Connection
from terminal.live import Live
from terminal.server_clock import ServerClock
from tests.journeys.hall import HALL
from tests.terminal.hall_outside import until


class Board:
    """To be entered with `with`; the first snapshot is there then."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._cards = Cards()
        self._connection = Connection(url, HALL, "display", token=None)
        self._live = Live(self._connection, Audience.PUBLIC, self._cards, ServerClock())

    def __enter__(self) -> "Board":
        self._live.start()
        until(lambda: self._cards.revision is not None, "the board's first snapshot", 30)
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.stop()
        self._live.stop()
        self._connection.close()

    @property
    def connected(self) -> bool:
        return self._live.connected

    def card(self, key: str) -> dict[str, Any]:
        """The card as it stands on the screen now; empty when there is none."""
        return self._cards.raw(key) or {}

    def newest_call(self, zone: str = "A") -> tuple[str, str, int] | None:
        """Number, window and recall of what was called last."""
        calls = self.card(f"calls/{zone}").get("calls", [])
        return (calls[0]["number"], calls[0]["window"], calls[0]["recall"]) if calls else None

    def is_right(self) -> bool:
        """Whether it shows what the server would tell a screen that is switched on now."""
        told = requests.get(f"{self._url}/{HALL}/snapshot/public", timeout=10).json()
        return bool(told["cards"] == self._cards.all())
