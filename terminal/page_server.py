"""The agent's page server on 127.0.0.1: files, the state as NDJSON, and deeds. Needs gevent's loop."""

import json
import socket
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from typing import Any, Final

import structlog
from gevent.pool import Pool
from gevent.pywsgi import WSGIServer
from werkzeug.wrappers import Request, Response

from contract.words import Code
from terminal.cards import Cards
from terminal.page_files import folder, read, respond, shielded
from terminal.page_guard import Guard
from terminal.presses import PRESS, Presses, Reply, refusal
from terminal.state_stream import StateStream

LOG = structlog.get_logger(__name__)

LARGEST_BODY: Final = 64 * 1024  # bytes
MOST_CONNECTIONS: Final = 200
STOP_WITHIN_S: Final = 2.0

# Deed, body, key. The key is the press: what the page repeats is the same deed under the same key.
Do = Callable[[str, dict[str, Any], str], Reply]
# Request, the path below `base`, why it is not the page's own request (None: it is); None for what is not relayed.
Relay = Callable[[Request, str, Code | None], Response | None]


@dataclass(slots=True)
class Page:
    """One page: `base` is its path ("/" or "/w/101/"), `package` holds its files under web/.

    `sound`: the WAV of what a page asks to be said (the query), None for what cannot be said.
    """

    base: str
    secret: str
    package: str
    do: Do
    part: Callable[[], dict[str, Any]]
    wants: Callable[[str], bool] = lambda _: True
    relay: Relay = lambda *_: None  # what a page asks besides its files, its state and deeds; asked first
    sound: Callable[[Mapping[str, str]], bytes | None] = lambda _: None
    presses: Presses = field(default_factory=Presses)
    streams: set[StateStream] = field(default_factory=set)

    @property
    def is_open(self) -> bool:
        """Whether a screen is looking at it now."""
        return bool(self.streams)

    def part_changed(self) -> None:
        """Send the agent's part to every open screen."""
        for stream in list(self.streams):
            stream.part_changed()

    def tell(self, said: dict[str, Any]) -> None:
        """Send something that happens once to every open screen."""
        for stream in list(self.streams):
            stream.tell(said)


class _Server(WSGIServer):
    def handle(self, client: Any, address: Any) -> None:
        # Without it each answer on a kept-alive connection waits 40 ms for the other side's acknowledgement.
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().handle(client, address)


class PageServer:
    """`hosts`, `origins`: accepted besides the loopback names. `frame_ancestors`: who may frame the pages."""

    def __init__(
        self,
        pages: Iterable[Page],
        cards: Cards,
        port: int,
        *,
        hosts: Sequence[str] = (),
        origins: Sequence[str] = (),
        frame_ancestors: Sequence[str] = (),
    ) -> None:
        self._pages = sorted(pages, key=lambda page: -len(page.base))
        self._cards = cards
        self._port = port
        self._hosts = hosts
        self._origins = origins
        self._frame_ancestors = frame_ancestors
        self._server: WSGIServer | None = None
        self._assets: Traversable = folder("browser")
        self._webs = {page.package: folder(page.package, "web") for page in self._pages}

    def start(self) -> None:
        """Listens when it returns. Raises OSError when the port is taken."""
        self._server = _Server(("127.0.0.1", self._port), self, spawn=Pool(MOST_CONNECTIONS), log=None)
        self._server.start()
        self._port = int(self._server.server_port or 0)

    @property
    def port(self) -> int:
        return self._port

    def url(self, page: Page) -> str:
        """With the secret in the fragment, which no browser sends anywhere."""
        return f"http://127.0.0.1:{self._port}{page.base}#s={page.secret}"

    def stop(self) -> None:
        for page in self._pages:
            for stream in list(page.streams):
                stream.end()
        if self._server is not None:
            self._server.stop(timeout=STOP_WITHIN_S)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        request.max_content_length = LARGEST_BODY
        try:
            response = self._answer(request)
        except Exception:
            LOG.exception("page_request_failed", path=request.path)
            response = _json(refusal(Code.INTERNAL))
        return shielded(response, self._frame_ancestors)(environ, start_response)

    def _answer(self, request: Request) -> Response:
        guard = Guard(self._port, self._hosts, self._origins)
        if guard.host_refused(request):
            return _json(refusal(Code.FORGED_HOST))
        if request.path.startswith("/assets/"):
            return self._file(request, self._assets, request.path.removeprefix("/assets/"))
        page = next((page for page in self._pages if request.path.startswith(page.base)), None)
        if page is None:
            return _json(refusal(Code.NOT_FOUND), 404)
        rest = request.path.removeprefix(page.base)
        relayed = page.relay(request, rest, guard.refusal(request, page.secret))
        if relayed is not None:
            return relayed
        if rest not in ("state", "sound") and not rest.startswith("do/"):
            return self._file(request, self._webs[page.package], rest or "index.html")
        refused = guard.refusal(request, page.secret)
        if refused is not None:
            LOG.warning("page_refused", path=request.path, why=refused)
            return _json(refusal(refused))
        if rest == "state":
            return self._state(request, page)
        if rest == "sound":
            return self._sound(request, page)
        return self._deed(request, page, rest.removeprefix("do/"))

    def _file(self, request: Request, below: Traversable, path: str) -> Response:
        if request.method not in ("GET", "HEAD"):
            return _json(refusal(Code.METHOD_NOT_ALLOWED), 405)
        found = read(below, path)
        return _json(refusal(Code.NOT_FOUND), 404) if found is None else respond(request, *found)

    def _state(self, request: Request, page: Page) -> Response:
        if request.method != "GET":
            return _json(refusal(Code.METHOD_NOT_ALLOWED), 405)
        stream = StateStream(self._cards, page.part, page.wants)
        page.streams.add(stream)
        response = Response(stream.lines(), headers={"Cache-Control": "no-store"}, content_type="application/x-ndjson")
        response.call_on_close(lambda: page.streams.discard(stream))
        return response

    def _sound(self, request: Request, page: Page) -> Response:
        if request.method != "GET":
            return _json(refusal(Code.METHOD_NOT_ALLOWED), 405)
        wav = page.sound(request.args)
        if wav is None:
            return _json(refusal(Code.NOT_FOUND), 404)
        return Response(wav, headers={"Cache-Control": "no-store"}, content_type="audio/wav")

    def _deed(self, request: Request, page: Page, deed: str) -> Response:
        if request.method != "POST":
            return _json(refusal(Code.METHOD_NOT_ALLOWED), 405)
        if request.content_length is None or request.content_length > LARGEST_BODY:
            return _json(refusal(Code.BODY_TOO_LARGE), 413)
        press = request.headers.get("X-Press", "")
        if not PRESS.fullmatch(press):
            return _json(refusal(Code.KEY_MISSING), 422)
        try:
            body = json.loads(request.get_data())
        except ValueError:
            body = None
        if request.mimetype != "application/json" or not isinstance(body, dict):
            return _json(refusal(Code.BAD_REQUEST, where="body"), 422)
        return _json(page.presses.once(press, deed, body, lambda: page.do(deed, body, press)))


def _json(reply: Reply, status: int | None = None) -> Response:
    content = json.dumps(reply.body, ensure_ascii=False).encode()
    return Response(
        content, status or reply.status, headers={"Cache-Control": "no-store"}, content_type="application/json"
    )
