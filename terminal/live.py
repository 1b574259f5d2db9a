"""The agent's Socket.IO line: follows an audience's cards, notices by itself when it is deaf, and comes back."""

import queue
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import socketio
import structlog
from pydantic import ValidationError
from socketio.exceptions import SocketIOError

from contract.cards import Beat, Change
from contract.words import Audience
from terminal.cards import Applied, Cards
from terminal.connection import Connection, Unreachable
from terminal.pauses import Pauses
from terminal.server_clock import ServerClock

LOG = structlog.get_logger(__name__)

ANSWER_WITHIN_S: Final = 5.0
FIRST_PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 1.0  # however long the server was away, its cards are here within 3 s, on a busy machine too

Signal = tuple[str, Any, float]  # what, its data, when it arrived (monotonic)


@dataclass(frozen=True, slots=True)
class LiveTimes:
    """Seconds. The server beats every 2 s."""

    cut_after: float = 4.5  # without a beat (two were missed) the agent counts as cut off
    again_after: float = 12.0  # without a beat the socket is given up
    behind_for: float = 1.0  # a beat ahead of us without its change means that we are deaf


class Live:
    """`cards` holds the truth as far as it is known here; `connected` says whether the server was heard just now.

    `outbox`: how much the agent has still to send, which whoever looks after the hall sees among the server's figures.
    """

    def __init__(
        self,
        connection: Connection,
        audience: Audience,
        cards: Cards,
        clock: ServerClock,
        times: LiveTimes | None = None,
        outbox: Callable[[], int] | None = None,
    ) -> None:
        self._outbox = outbox
        self._connection = connection
        self._audience = audience
        self._cards = cards
        self._clock = clock
        self._times = times or LiveTimes()
        self._signals: queue.Queue[Signal] = queue.Queue()
        self._stopping = threading.Event()
        self._worker: threading.Thread | None = None
        self._told: list[Callable[[], None]] = []
        self._heard = 0.0
        self._behind_since: float | None = None
        self._behind_of = 0
        self.connected = False
        self.since: datetime | None = None  # of the present state of `connected`; UTC, server's clock

    def on_turn(self, told: Callable[[], None]) -> None:
        """`told` is called, quickly please, whenever `connected` turned."""
        self._told.append(told)

    def start(self) -> None:
        self._worker = threading.Thread(target=self._run, name="live", daemon=True)
        self._worker.start()

    def stop(self) -> None:
        """Ends the line; waits for it to be closed."""
        self._stopping.set()
        self._signals.put(("stop", None, 0.0))
        if self._worker is not None:
            self._worker.join(timeout=10)

    def refresh(self) -> None:
        """Fetch the snapshot soon: something was not confirmed."""
        self._signals.put(("refresh", None, 0.0))

    def outbox_changed(self) -> None:
        """Say soon how much there is still to send."""
        self._signals.put(("outbox", None, 0.0))

    def _run(self) -> None:
        pauses = Pauses(FIRST_PAUSE_S, LONGEST_PAUSE_S)
        problem = ""
        while not self._stopping.is_set():
            try:
                self._one_socket(pauses)
                problem = ""
            except (Unreachable, SocketIOError, ValidationError, OSError) as error:
                if str(error) != problem:
                    LOG.warning("line_to_server_cut", problem=str(error))
                problem = str(error)
            except Exception:
                # Whatever it was, an agent without its line is worth nothing: log it and try again.
                LOG.exception("live_failed")
            self._turn(connected=False)
            self._stopping.wait(pauses.next())

    def _one_socket(self, pauses: Pauses) -> None:
        """One connection from its pass to its end."""
        self._signals = signals = queue.Queue[Signal]()
        client = self._client(signals)
        try:
            self._open(client)
            acknowledged = client.call("watch", timeout=ANSWER_WITHIN_S)
            revision = int(acknowledged["revision"]) if isinstance(acknowledged, dict) else -1
            if revision != self._cards.revision:
                self._fetch()
            self._heard = time.monotonic()
            self._behind_since = None
            pauses.succeeded()
            self._turn(connected=True)
            self._say_outbox(client)
            self._follow(signals, client)
        finally:
            self._close(client)

    def _open(self, client: Any) -> None:
        said = {"hall": self._connection.hall, "pass": self._connection.live_pass(self._audience)}
        # The hall in the address: a proxy may bring all that concerns a hall to one process.
        address = f"{self._connection.server}?hall={self._connection.hall}"
        client.connect(address, auth=said, transports=["websocket"], wait_timeout=ANSWER_WITHIN_S)

    def _client(self, signals: "queue.Queue[Signal]") -> Any:
        # http_no_proxy: a proxy of the desktop must not come between. skip_utf8_validation: the library checks byte by
        # byte in Python, which took most of an agent's time; what is no UTF-8 fails when it becomes text.
        ca = self._connection.ca
        client = socketio.Client(
            reconnection=False,
            handle_sigint=False,
            request_timeout=ANSWER_WITHIN_S,
            websocket_extra_options={
                "http_no_proxy": ["*"],
                "skip_utf8_validation": True,
                "sslopt": {} if ca is None else {"ca_certs": str(ca)},
            },
        )
        # The library runs handlers on threads of its own, in no certain order; one queue and the revision put it right.
        client.on("change", lambda data: signals.put(("change", data, time.monotonic())))
        client.on("beat", lambda data: signals.put(("beat", data, time.monotonic())))
        client.on("disconnect", lambda *_: signals.put(("gone", None, time.monotonic())))
        return client

    def _close(self, client: Any) -> None:
        """The library's own goodbye waits 3 s for an answer that its reading thread has already swallowed."""
        web_socket = getattr(client.eio, "ws", None)
        if web_socket is None:
            return
        with suppress(OSError, AttributeError):
            web_socket.sock.shutdown(socket.SHUT_RDWR)  # wakes the reading thread
        client.eio.wait()
        web_socket.shutdown()

    def _say_outbox(self, client: Any) -> None:
        if self._outbox is not None:
            client.emit("outbox", self._outbox())

    def _follow(self, signals: "queue.Queue[Signal]", client: Any) -> None:
        """Until the socket ends, falls silent, or the agent stops."""
        while not self._stopping.is_set():
            try:
                what, data, at = signals.get(timeout=self._until_next_check())
            except queue.Empty:
                what, data, at = "look", None, 0.0
            if what == "gone":
                return
            if what == "change":
                self._changed(Change.model_validate(data))
            elif what == "beat":
                self._beat(Beat.model_validate(data), at)
            elif what == "refresh":
                self._fetch()
            elif what == "outbox":
                self._say_outbox(client)
            if not self._look_after_silence():
                return

    def _until_next_check(self) -> float:
        """Seconds until silence or deafness would mean something new."""
        times = self._times
        moments = [self._heard + (times.cut_after if self.connected else times.again_after)]
        if self._behind_since is not None:
            moments.append(self._behind_since + times.behind_for)
        return max(0.01, min(moments) - time.monotonic())

    def _changed(self, change: Change) -> None:
        if self._cards.apply(change) is Applied.GAP:
            LOG.info("gap", previous=change.previous, mine=self._cards.revision)
            self._fetch()
        if self._cards.revision is not None and self._cards.revision >= self._behind_of:
            self._behind_since = None

    def _beat(self, beat: Beat, at: float) -> None:
        self._heard = at
        self._clock.heard(beat.time, at)
        self._turn(connected=True)
        mine = self._cards.revision
        if mine is not None and beat.revision <= mine:
            self._behind_since = None
        elif self._behind_since is None:
            self._behind_since, self._behind_of = at, beat.revision

    def _look_after_silence(self) -> bool:
        """False when the socket has to be given up."""
        now = time.monotonic()
        if self._behind_since is not None and now - self._behind_since >= self._times.behind_for:
            LOG.warning("deaf", beat=self._behind_of, mine=self._cards.revision)
            self._fetch()
        if now - self._heard >= self._times.cut_after:
            self._turn(connected=False)
        return now - self._heard < self._times.again_after

    def _fetch(self) -> None:
        """The snapshot. Raises Unreachable, which ends the socket: then everything begins anew."""
        snapshot = self._connection.snapshot(self._audience)
        self._clock.heard(snapshot.time, time.monotonic())
        self._cards.replace(snapshot)
        self._behind_since = None

    def _turn(self, *, connected: bool) -> None:
        if connected == self.connected and self.since is not None:
            return
        self.connected = connected
        self.since = self._clock.now()
        LOG.info("connected" if connected else "cut_off", revision=self._cards.revision)
        for told in list(self._told):
            told()
