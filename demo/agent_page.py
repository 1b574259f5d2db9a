"""An agent's page as the demo's clerks and citizens use it: reads the state stream, presses keys."""

import json
import secrets
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from socket import SHUT_RDWR, socket
from typing import Any
from urllib.parse import urlsplit

import requests

AGAIN_AFTER_S = 0.5
SILENT_AFTER_S = 15.0  # the stream says something every 5 s
ANSWER_WITHIN_S = 60.0


@dataclass(frozen=True, slots=True)
class PageAnswer:
    """What the agent said; `code` is the refusal's."""

    status: int
    body: dict[str, Any]

    @property
    def ok(self) -> bool:
        return self.status == 200

    @property
    def code(self) -> str | None:
        return None if self.ok else str(self.body.get("code"))


class AgentPage:
    """One page by the address that page.json gives it. `watch` keeps `cards` and `agent` up to date."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._base, _, self._secret = url.partition("#s=")
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._socket: socket | None = None
        self._reader: threading.Thread | None = None
        self._http = requests.Session()
        self._http.trust_env = False
        self.cards: dict[str, dict[str, Any]] = {}
        self.agent: dict[str, Any] = {}

    def do(self, deed: str, body: Mapping[str, Any]) -> PageAnswer:
        """One press. Raises requests.RequestException when the agent is gone."""
        headers = {"X-Page-Secret": self._secret, "X-Press": secrets.token_hex(16)}
        url = f"{self._base}do/{deed}"
        answer = self._http.post(url, json=dict(body), headers=headers, timeout=ANSWER_WITHIN_S)
        return PageAnswer(answer.status_code, answer.json())

    def watch(self) -> None:
        self._reader = threading.Thread(target=self._read, name=f"page {self._base}", daemon=True)
        self._reader.start()

    def wait(self, reached: Callable[[], bool], within_s: float) -> bool:
        """Until `reached` holds, looking at each change; False when the time is over."""
        with self._changed:
            return self._changed.wait_for(lambda: self._stopping.is_set() or reached(), within_s) and reached()

    def wait_change(self, within_s: float) -> None:
        """Until anything changes."""
        with self._changed:
            self._changed.wait(within_s)

    def wake(self) -> None:
        """Let whoever waits here look again."""
        with self._changed:
            self._changed.notify_all()

    def close(self) -> None:
        self._stopping.set()
        self.wake()
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(SHUT_RDWR)
        if self._reader is not None:
            self._reader.join(SILENT_AFTER_S)
        self._http.close()

    def _read(self) -> None:
        while not self._stopping.is_set():
            with suppress(OSError, HTTPException, ValueError):
                self._follow()
            self._stopping.wait(AGAIN_AFTER_S)

    def _follow(self) -> None:
        parts = urlsplit(f"{self._base}state")
        connection = HTTPConnection(parts.netloc, timeout=SILENT_AFTER_S)
        try:
            connection.request("GET", parts.path, headers={"X-Page-Secret": self._secret})
            self._socket = connection.sock
            stream = connection.getresponse()
            first = True
            while line := stream.readline():
                self._told(json.loads(line), everything=first)
                first = False
        finally:
            self._socket = None
            connection.close()

    def _told(self, said: dict[str, Any], *, everything: bool) -> None:
        with self._changed:
            if everything:
                self.cards = {}
            for key, card in said.get("cards", {}).items():
                if card is None:
                    self.cards.pop(key, None)
                else:
                    self.cards[key] = card
            self.agent = said.get("agent", self.agent)
            if said:
                self._changed.notify_all()
