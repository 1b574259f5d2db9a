"""Live connections: a pass lets one in, `watch` puts it into its hall's and audience's room, a lost right cuts it."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import gevent
import structlog
from engineio.socket import Socket as EngineSocket
from flask import Flask, request
from flask_socketio import SocketIO
from socketio import Manager

from contract.words import Audience
from server.identity.edge import Edge, Environ
from server.identity.passes import Pass, Passes
from server.live.room import Room
from server.live.screen_socket import ScreenSocket
from server.live.upgrades import SOCKET
from server.storage.published import Published

LARGEST_MESSAGE = 8 * 1024
_LARGEST_OUTBOX = 1_000_000
_TOLD_WITHIN_S = 0.5  # for the refusal to arrive before the connection ends
StillHolds = Callable[[Pass], bool]
RoomOf = Callable[[str, Audience], Room]


@dataclass(frozen=True, slots=True)
class Watcher:
    """One live connection and the right it came with."""

    screen: ScreenSocket
    right: Pass


# The libraries log a traceback for every packet that is none: anybody could fill the disk with that.
_UNHEARD = logging.Logger("unheard", logging.CRITICAL + 1)
_log = structlog.get_logger("live")


def _defect(error: Exception) -> None:
    """One of our own handlers failed."""
    _log.error("defect", exc_info=error)


class _NoRooms(Manager):  # type: ignore[misc]
    """Everybody is in no room but their own. The library would look through all of them at each goodbye: whoever loses
    four thousand screens at once would stand still for seconds."""

    def basic_disconnect(self, sid: str, namespace: str, **_more: object) -> None:
        """Forget one connection."""
        for room in (sid, None):
            self.basic_leave_room(sid, namespace, room)
        self.callbacks.pop(sid, None)
        for pending in (self.pending_connect, self.pending_disconnect):
            under_way = pending.get(namespace, [])
            if sid in under_way:
                under_way.remove(sid)
            if not under_way:
                pending.pop(namespace, None)


def socketio_for(app: Flask, edge: Edge) -> SocketIO:
    """Socket.IO on the application: web sockets only, only our own origins, small messages, handlers in order."""
    live = SocketIO(
        app,
        logger=_UNHEARD,
        engineio_logger=_UNHEARD,
        async_mode="gevent",
        transports=["websocket"],
        cors_allowed_origins=edge.origin_is_ours,
        manage_session=False,
        max_http_buffer_size=LARGEST_MESSAGE,
        async_handlers=False,
        client_manager=_NoRooms(),
    )
    live.on_error_default(_defect)
    _let_forget(live)
    return live


def _let_forget(live: SocketIO) -> None:
    """Engine.IO keeps a connection that ended with a bad packet until a ping is overdue, and any that ended until the
    greenlet of its next ping has slept its time out: whoever connects and leaves again and again would fill the memory.
    """
    engine = live.server.eio
    connected, start = engine.handlers["connect"], engine.start_background_task
    pings: dict[object, gevent.Greenlet[..., object]] = {}

    def started(target: Callable[..., object], *args: object, **more: object) -> object:
        task = start(target, *args, **more)
        pinged = getattr(target, "__self__", None)
        if isinstance(pinged, EngineSocket):
            pings[pinged.sid] = task
        return task

    def known(sid: str, environ: Environ) -> object:
        def forget() -> None:
            ended, ping = engine.sockets.pop(sid, None), pings.pop(sid, None)
            if ended is not None:
                ended.close(wait=False, abort=True, reason=engine.reason.TRANSPORT_CLOSE)
            if ping is not None:
                ping.kill(block=False)

        environ[SOCKET].forget = forget
        return connected(sid, environ)

    engine.start_background_task = started
    engine.on("connect", known)


def _alone(_hall: str) -> bool:
    """No other process commands these halls: what is published is the newest."""
    return False


class Watchers:
    """Who watches. Registered when asked to watch, not while connecting: that would speak before the handshake ends."""

    def __init__(
        self,
        live: SocketIO,
        passes: Passes,
        halls: Mapping[str, Published],
        still_holds: StillHolds,
        room_of: RoomOf,
        fresh: Callable[[str], bool] = _alone,
    ) -> None:
        self._fresh = fresh
        self._passes = passes
        self._halls = halls
        self._still_holds = still_holds
        self._room_of = room_of
        self._connected: dict[str, Watcher] = {}
        self._in_hall: dict[str, dict[str, Watcher]] = {}
        self._outboxes: dict[str, int] = {}  # by connection
        live.on_event("connect", self._connect)
        live.on_event("watch", self._watch)
        live.on_event("outbox", self._outbox)
        live.on_event("disconnect", self._disconnect)

    def rights(self) -> list[Pass]:
        """The right of each connection that is open now."""
        return [watcher.right for watcher in self._connected.values()]

    def outboxes(self) -> dict[tuple[str, str], int]:
        """By hall and agent: what it has still to send, as it last said."""
        rights = {sid: self._connected[sid].right for sid in self._outboxes}
        return {(r.hall, r.agent): self._outboxes[sid] for sid, r in rights.items() if r.agent is not None}

    def cut_the_revoked(self, hall: str) -> None:
        """Cut every connection to the hall whose device was revoked or whose session ended."""
        for watcher in list(self._in_hall.get(hall, {}).values()):
            if not self._still_holds(watcher.right):
                watcher.screen.cut()

    def are_in(self, hall: str) -> bool:
        """Whether somebody watches this hall."""
        return bool(self._in_hall.get(hall))

    def _connect(self, auth: object = None) -> bool:
        """Let a connection in for its pass. Never raises TypeError: Flask-SocketIO would call again without `auth`."""
        auth = auth if isinstance(auth, dict) else {}
        shown = auth.get("pass")
        right = self._passes.take(shown) if isinstance(shown, str) else None
        if right is not None:
            self._fresh(right.hall)
        screen = request.environ.get(SOCKET)
        if not isinstance(screen, ScreenSocket):
            return False
        if right is None or not self._still_holds(right) or auth.get("hall") != right.hall:
            gevent.spawn_later(_TOLD_WITHIN_S, screen.cut)
            return False
        screen.admitted = True
        sid: str = request.sid  # type: ignore[attr-defined]
        watcher = self._connected[sid] = Watcher(screen, right)
        self._in_hall.setdefault(right.hall, {})[sid] = watcher
        return True

    def _watch(self, *_ignored: object) -> dict[str, int]:
        """Send the changes from now on; the answer is the audience's revision."""
        watcher = self._connected.get(request.sid)  # type: ignore[attr-defined]
        if watcher is None or not self._still_holds(watcher.right):
            return {"revision": 0}
        self._fresh(watcher.right.hall)
        view = self._halls[watcher.right.hall].views[watcher.right.audience]
        self._room_of(watcher.right.hall, watcher.right.audience).enter(watcher.screen, view)
        return {"revision": view.revision}

    def _outbox(self, number: object = None, *_ignored: object) -> None:
        """An agent says how much it has still to send: a figure for whoever looks after it, never a command."""
        sid = request.sid  # type: ignore[attr-defined]
        if sid in self._connected and type(number) is int and 0 <= number <= _LARGEST_OUTBOX:
            self._outboxes[sid] = number

    def _disconnect(self, *_reason: object) -> None:
        """Socket.IO gave it up; one that reads nothing would else keep its connection: nothing wakes its handler."""
        sid: str = request.sid  # type: ignore[attr-defined]
        watcher = self._connected.pop(sid, None)
        self._outboxes.pop(sid, None)
        if watcher is not None:
            self._in_hall[watcher.right.hall].pop(sid, None)
            self._room_of(watcher.right.hall, watcher.right.audience).leave(watcher.screen)
            gevent.spawn_later(_TOLD_WITHIN_S, watcher.screen.cut)
