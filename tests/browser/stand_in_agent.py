"""Stands in for a kiosk's or a window's agent: the page's files, the state as a stream of JSON lines, presses."""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import parse_qsl

from gevent.event import Event
from gevent.pywsgi import WSGIServer
from gevent.queue import Empty, Queue

from contract.refusals import refuse
from contract.words import Code
from kiosk.voice import KioskVoice
from tests.browser.sample_hall import Cards
from tests.browser.web_files import ROOT, Environ, StartResponse, read_json, send_file, send_json
from window_client.hotkey_table import DEFAULTS

SECRET = "page-secret"
HEARTBEAT_S = 5.0
VOICE = KioskVoice(None)


class StandInAgent:
    """`answer(deed, body)` gives the reply; every press is kept in `presses` as (deed, body, press id)."""

    def __init__(self, folder: str, base: str, cards: Cards, own: dict[str, Any]) -> None:
        self.folder, self.base, self.cards, self.own = folder, base, cards, own
        self.presses: list[tuple[str, dict[str, Any], str]] = []
        self.said: list[dict[str, str]] = []  # what the page asked to be said
        self.answer: Callable[[str, dict[str, Any]], dict[str, Any]] = lambda deed, body: refuse(
            Code.NOT_FOUND
        ).model_dump(mode="json")
        self.hold = Event()  # cleared: answers wait
        self.hold.set()
        self._listeners: set[Queue[bytes]] = set()
        self._server = WSGIServer(("127.0.0.1", 0), self._respond, log=None)
        self._server.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}{self.base}#s={SECRET}"

    def stop(self) -> None:
        for listener in self._listeners:
            listener.put(b"")
        self._server.stop(timeout=1)

    def tell(self, cards: dict[str, Any] | None = None, **own: Any) -> None:
        """Change some cards and the agent's own part, and tell every page."""
        changed = cards or {}
        self.cards = {key: card for key, card in {**self.cards, **changed}.items() if card is not None}
        self.own = {**self.own, **own}
        self._say({"cards": changed, "agent": self.own})

    def hotkey(self, key: str, press: str) -> None:
        """A key that was grabbed from the desktop."""
        self._say({"hotkey": {"key": key, "press": press}})

    def scanned(self, said: dict[str, Any]) -> None:
        """A code was held under the kiosk's scanner."""
        self._say({"scanned": said})

    def _say(self, said: dict[str, Any]) -> None:
        line = json.dumps(said).encode() + b"\n"
        for listener in self._listeners:
            listener.put(line)

    def _respond(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path.startswith("/assets/"):
            return send_file(ROOT / "browser" / path.removeprefix("/assets/"), start_response)
        inner = path.removeprefix(self.base)
        if environ["REQUEST_METHOD"] == "GET" and inner not in ("state", "sound"):
            return send_file(ROOT / self.folder / (inner or "index.html"), start_response)
        if environ.get("HTTP_X_PAGE_SECRET") != SECRET:
            return send_json(refuse(Code.PAGE_SECRET).model_dump(mode="json"), start_response, "403 Forbidden")
        if inner == "sound":
            return self._sound(dict(parse_qsl(environ["QUERY_STRING"])), start_response)
        if inner == "state":
            start_response("200 OK", [("Content-Type", "application/x-ndjson"), ("Cache-Control", "no-store")])
            return self._stream()
        return self._press(inner.removeprefix("do/"), environ, start_response)

    def _stream(self) -> Iterator[bytes]:
        mine: Queue[bytes] = Queue()
        self._listeners.add(mine)
        try:
            yield json.dumps({"cards": self.cards, "agent": self.own}).encode() + b"\n"
            while True:
                try:
                    line = mine.get(timeout=HEARTBEAT_S)
                except Empty:
                    line = b"{}\n"
                if not line:
                    return
                yield line
        finally:
            self._listeners.discard(mine)

    def _sound(self, asked: dict[str, str], start_response: StartResponse) -> Iterable[bytes]:
        wav = VOICE.wav(asked)
        if wav is None:
            return send_json(refuse(Code.NOT_FOUND).model_dump(mode="json"), start_response, "404 Not Found")
        self.said.append(asked)
        start_response("200 OK", [("Content-Type", "audio/wav"), ("Cache-Control", "no-store")])
        return [wav]

    def _press(self, deed: str, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        body = read_json(environ)
        self.presses.append((deed, body, environ["HTTP_X_PRESS"]))
        self.hold.wait(60)
        answer = self.answer(deed, body)
        return send_json(answer, start_response, "409 Conflict" if answer["kind"] == "refused" else "200 OK")


def kiosk_agent(cards: Cards, **own: Any) -> StandInAgent:
    part = {
        "connected": True,
        "since": None,
        "offset_ms": 0,
        "kiosk": "K1",
        "zone": "A",
        "hall": "LJ",
        "printer": {"state": "ready", "reason": None},
        "last_slip": None,
    }
    return StandInAgent("kiosk/web", "/", cards, {**part, **own})


def window_agent(cards: Cards, **own: Any) -> StandInAgent:
    part: dict[str, Any] = {
        "connected": True,
        "since": None,
        "offset_ms": 0,
        "window": "211",
        "signed_in": True,
        "outbox": 0,
        "keypad_asks": None,
        "devices": {"keypad": "ready", "strip": "ready", "pad": "none"},
        "hotkeys": {"keys": dict(DEFAULTS), "grabbed": False, "why": None, "taken": []},
    }
    return StandInAgent("window_client/web", "/w/211/", cards, {**part, **own})
