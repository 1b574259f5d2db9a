"""An agent as a program: its folder held, its log, its start and its clean end."""

import logging
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any, Final, Protocol

import gevent
import structlog
from gevent.event import Event

from terminal.browser import ScreenBrowser
from terminal.data_dir import DataDir
from terminal.settings import TerminalSettings

PAGE_FILE: Final = "page.json"
LOG_FILE: Final = "agent.log"
LARGEST_LOG: Final = 5 * 1024 * 1024  # bytes, then a new file
OLD_LOGS: Final = 4

LOG = structlog.get_logger(__name__)


class Agent(Protocol):
    """What `run` keeps alive."""

    def start(self) -> None: ...

    def stop(self) -> None: ...


@contextmanager
def held_data_dir(settings: TerminalSettings) -> Iterator[DataDir]:
    """The agent's folder, kept from any second agent, with the log open in it. Raises InUse."""
    data = DataDir(settings.data_dir)
    data.take()
    handlers = log_to(data.path(LOG_FILE), settings.log_level)
    try:
        yield data
    finally:
        for handler in handlers:
            logging.getLogger().removeHandler(handler)
            handler.close()
        data.leave()


def log_to(file: Path, level: str) -> list[logging.Handler]:
    """JSON lines into the file, readable lines to stderr; the lines of libraries too."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handlers: list[logging.Handler] = [
        RotatingFileHandler(file, maxBytes=LARGEST_LOG, backupCount=OLD_LOGS, encoding="utf-8"),
        logging.StreamHandler(sys.stderr),
    ]
    renderers: list[Any] = [
        structlog.processors.JSONRenderer(ensure_ascii=False),
        structlog.dev.ConsoleRenderer(colors=False),
    ]
    for handler, renderer in zip(handlers, renderers, strict=True):
        handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=renderer, foreign_pre_chain=shared))
        logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(level.upper())
    logging.getLogger("urllib3").setLevel(logging.WARNING)
    return handlers


def write_page_file(data: DataDir, port: int, url: str, pages: Mapping[str, str]) -> None:
    """Where the screen finds its page. `url` holds the page's secret, so only the owner may read the file."""
    data.write_private(PAGE_FILE, {"url": url, "pages": dict(pages), "port": port, "pid": os.getpid()})


def run(agent: Agent, data: DataDir, screen: ScreenBrowser | None = None) -> None:
    """Until SIGTERM or SIGINT, with its page full screen where there is a `screen`. Needs gevent's loop."""
    ended = Event()
    watchers = [gevent.signal_handler(number, ended.set) for number in (signal.SIGTERM, signal.SIGINT)]
    try:
        agent.start()
        LOG.info("started", pid=os.getpid())
        page = data.read(PAGE_FILE)
        if screen is not None and page is not None:
            screen.start(str(page["url"]))
        ended.wait()
    finally:
        LOG.info("stopping")
        if screen is not None:
            screen.stop()
        agent.stop()
        data.remove(PAGE_FILE)
        for watcher in watchers:
            watcher.cancel()
