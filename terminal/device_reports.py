"""Tells the server how the agent's devices are, when that changed and after every reconnect."""

import threading
from collections.abc import Mapping

import structlog

from terminal.connection import Connection, Unreachable, new_key
from terminal.pauses import Pauses
from terminal.steady import steady

LOG = structlog.get_logger(__name__)

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0


class DeviceReports:
    """Only the newest health counts: an older report that could not be sent is not sent any more."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._changed = threading.Condition()
        self._health: dict[str, str] | None = None
        self._told: dict[str, str] | None = None
        self._again = 0
        self._stopping = False
        self._worker: threading.Thread | None = None

    def start(self) -> None:
        self._worker = steady(self._work, "device reports")

    def report(self, health: Mapping[str, str]) -> None:
        """Health by device ("printer", "keypad/101"); devices that are not named keep theirs."""
        with self._changed:
            self._health = {**(self._health or {}), **health}
            self._changed.notify_all()

    def report_all(self, health: Mapping[str, str]) -> None:
        """Health of all devices there are. An agent without any reports that: it is there itself."""
        with self._changed:
            self._health = dict(health)
            self._changed.notify_all()

    def tell_again(self) -> None:
        """The server may have been restarted or may have heard of another agent meanwhile."""
        with self._changed:
            self._told = None
            self._again += 1
            self._changed.notify_all()

    def stop(self) -> None:
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._worker is not None:
            self._worker.join(timeout=2)

    def _work(self) -> None:
        pauses = Pauses(FIRST_PAUSE_S, LONGEST_PAUSE_S)
        while (news := self._news()) is not None:
            health, again = news
            try:
                refused = self._connection.post("report_device", {"health": health}, key=new_key()).refused
            except Unreachable as error:
                LOG.debug("report_waits", problem=str(error))
                with self._changed:
                    self._changed.wait(pauses.next())
                continue
            if refused is not None:
                LOG.warning("report_refused", refused=refused.code, health=health)
            pauses.succeeded()
            with self._changed:
                if again == self._again:
                    self._told = health

    def _news(self) -> tuple[dict[str, str], int] | None:
        """Waits for something to tell; None when the agent stops."""
        with self._changed:
            while not self._stopping and (self._health is None or self._health == self._told):
                self._changed.wait()
            return None if self._stopping or self._health is None else (dict(self._health), self._again)
