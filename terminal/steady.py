"""A thread that outlives a fault nobody foresaw: an agent must not go on with one of its limbs dead."""

import threading
import time
from collections.abc import Callable
from typing import Final

import structlog

LOG = structlog.get_logger(__name__)

PAUSE_S: Final = 1.0


def steady(work: Callable[[], None], name: str) -> threading.Thread:
    """A started daemon thread: `work` loops until it returns; what it raises is logged, and it begins again."""

    def run() -> None:
        while True:
            try:
                work()
            except Exception:
                LOG.exception("work_failed", name=name)
                time.sleep(PAUSE_S)
            else:
                return

    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    return thread
