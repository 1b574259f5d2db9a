"""Clients of the proofs: each keeps one connection, and everything it asks and hears stands in the history file."""

import http.client
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from tests.benchmarks.bench_hall import HALL
from tests.promises.history import Answered, History, now_ms
from tests.promises.proving_hall import AGENT, token_of

ANSWER_WITHIN_S = 20.0
_NOTHING_HEARD = (OSError, http.client.HTTPException, ValueError)


def new_key() -> str:
    """A key for one intention."""
    return secrets.token_hex(16)


class Asks(Protocol):
    """A client of the hall, as a kiosk or a window."""

    def ask(self, deed: str, body: Mapping[str, Any], key: str | None = None) -> Answered | None:
        """The answer, or None when nothing was heard."""

    def card(self, key: str) -> dict[str, Any] | None:
        """A card of the audience staff, or None when nothing was heard."""

    def close(self) -> None:
        """Hang up."""


class Asker:
    """One kiosk, or the agent of a window (whose deeds come as from a call pad)."""

    def __init__(self, port: int, history: History, who: str, hall: str = HALL) -> None:
        self.who = who
        self._hall = hall
        self._kiosk = who.startswith("K")
        self._history = history
        self._http = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_WITHIN_S)
        self._headers = {
            "Authorization": f"Bearer {token_of(who if self._kiosk else AGENT)}",
            "Content-Type": "application/json",
            **({} if self._kiosk else {"X-Via": "call_pad"}),
        }

    def close(self) -> None:
        """Hang up; the next request connects again."""
        self._http.close()

    def ask(
        self, deed: str, body: Mapping[str, Any], key: str | None = None, intention: str | None = None
    ) -> Answered | None:
        """One try. None: nothing was heard of it, it may have happened or not."""
        key = key or new_key()
        self._history.sent(key, self.who, deed, body, intention)
        place = "kiosk" if self._kiosk else "window"
        try:
            self._http.request(
                "POST", f"/{self._hall}/{place}/{deed}", json.dumps(body), {**self._headers, "Idempotency-Key": key}
            )
            answer = self._http.getresponse()
            said = json.loads(answer.read())
        except _NOTHING_HEARD:
            self._http.close()
            return None
        repeat = answer.headers.get("Idempotent-Replay") == "true"
        self._history.answered(key, answer.status, said, repeat=repeat)
        return Answered(answer.status, said, now_ms(), repeat)

    def card(self, key: str) -> dict[str, Any] | None:
        """A card of the audience staff; None when the server was not heard."""
        try:
            self._http.request("GET", f"/{self._hall}/snapshot/staff", headers=self._headers)
            found: dict[str, Any] = json.loads(self._http.getresponse().read())["cards"][key]
        except _NOTHING_HEARD:
            self._http.close()
            return None
        return found


@dataclass
class Counter:
    """A count that many clients share."""

    left: int

    def take(self) -> bool:
        """One of it, if any is left."""
        self.left -= 1
        return self.left >= 0
