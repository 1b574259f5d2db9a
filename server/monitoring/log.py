"""The server's log: one line for each event, as text or as JSON, and nothing in it that names a citizen.

What we log ourselves never holds a name, a secret or what somebody typed. The mask is for what we did not write:
messages of exceptions, warnings of libraries.
"""

import json
import logging
import re
from collections import deque
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager, suppress
from typing import Any, Literal, TextIO, cast

import gevent
import structlog
from gevent.event import Event
from gevent.threadpool import ThreadPool

from server.monitoring import request_id

Form = Literal["text", "json"]
_MOST_LINES = 10_000  # that wait for a reader who is slow
_LAST_LINES_S = 1.0
_GATHERED_S = 0.05  # a thread's turn for each line would cost a command a fifth of its time
_MASK = "***"
# Citizen's ID number, mobile number, a token or proof of ours, and what pydantic quotes of an input.
_PERSONAL = (
    re.compile(r"(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])"),
    re.compile(r"(?<![0-9A-Za-z])1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?![0-9A-Za-z])"),
    re.compile(r"(?<![\w-])[\w-]{43}(?![\w-])", re.ASCII),
    re.compile(r"(?<=input_value=).*?(?=, input_type=)", re.DOTALL),
)
_SHORTEST = 11  # characters of a mobile number
_AS_JSON = json.JSONEncoder(ensure_ascii=False, default=str).encode
_log = structlog.get_logger("server")


class Lines:
    """A stream that never makes anybody wait: a thread of its own writes, and what it cannot write in time is lost.

    A journal that stands still, or a pipe that nobody reads, must not stop the hall.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._waiting: deque[str] = deque()
        self._lost = 0
        self._stopping = False
        self._pool = ThreadPool(1)
        self._arrived = Event()
        self._bell = gevent.get_hub().loop.async_()  # may be rung from any thread
        self._bell.start(self._arrived.set)
        self._writer = gevent.spawn(self._run)

    def write(self, text: str) -> int:
        """One line, with its end."""
        if len(self._waiting) < _MOST_LINES:
            self._waiting.append(text)
        else:
            self._lost += 1
        self._bell.send()
        return len(text)

    def flush(self) -> None:
        """The thread does that."""

    def stop(self) -> None:
        """Write what is left, for a moment."""
        self._stopping = True
        self._arrived.set()
        self._writer.join(timeout=_LAST_LINES_S)
        self._writer.kill()  # where the stream stands still, what is left is lost
        self._bell.stop()
        self._bell.close()
        gevent.with_timeout(_LAST_LINES_S, self._pool.kill, timeout_value=None)

    def _run(self) -> None:
        while not self._stopping or self._waiting:
            self._arrived.wait()
            if not self._stopping:
                gevent.sleep(_GATHERED_S)
            self._arrived.clear()
            if self._lost:
                lost, self._lost = self._lost, 0
                _log.warning("lines_lost", lines=lost)
            text = "".join(self._waiting.popleft() for _ in range(len(self._waiting)))
            self._pool.apply(self._put, (text,))

    def _put(self, text: str) -> None:
        with suppress(OSError, ValueError):  # a full disk, a closed stream, one that knows no Chinese
            self._stream.write(text)
            self._stream.flush()


@contextmanager
def logging_to(stream: TextIO, level: str, form: Form) -> Iterator[None]:
    """Log through a thread for as long as this lasts. Needs gevent's loop."""
    lines = Lines(stream)
    log_to(cast(TextIO, lines), level, form)
    hub = gevent.get_hub()
    printed, vars(hub)["print_exception"] = hub.print_exception, _greenlet_failed
    try:
        yield
    finally:
        vars(hub)["print_exception"] = printed
        log_to(stream, level, form)  # what is said after the end is said directly
        lines.stop()


def log_to(stream: TextIO, level: str, form: Form = "text") -> None:
    """All lines go to `stream`, those of libraries from "warning" on."""
    shared: list[Any] = [
        structlog.processors.format_exc_info,
        mask,  # before what it need not look at
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.add_log_level,
        structlog.stdlib.add_logger_name,
        _name_the_request,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer(serializer=lambda event, **_: _AS_JSON(event))
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=False, sort_keys=False)
    )
    structlog.configure(
        processors=[_without_nothing, *shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=lambda *name: _Named(stream, *name),
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=renderer, foreign_pre_chain=shared))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)


def mask(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Stars for whatever looks like somebody's number or a secret, wherever it came from."""
    for key, value in event.items():
        if isinstance(value, str) and len(value) >= _SHORTEST:
            for pattern in _PERSONAL:
                value = pattern.sub(_MASK, value)
            event[key] = value
    return event


class _Named:
    """What writes the lines of one part of the program."""

    def __init__(self, stream: TextIO, name: str = "") -> None:
        self.name = name
        self._stream = stream

    def msg(self, line: str) -> None:
        """One line."""
        self._stream.write(line + "\n")
        self._stream.flush()

    debug = info = warning = error = critical = exception = log = msg


def _name_the_request(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    name = request_id.current.get()
    if name is not None:
        event["request"] = name
    return event


def _without_nothing(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """What does not apply to an event is not written."""
    return {key: value for key, value in event.items() if value is not None}


def _greenlet_failed(context: object, kind: type, value: BaseException | None, trace: Any) -> None:
    """A greenlet ended with an exception that nobody caught: gevent would print it, in lines that are no JSON."""
    _log.error("greenlet_failed", context=type(context).__name__, exc_info=(kind, value, trace))
