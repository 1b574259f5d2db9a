"""Tells the server of the numbers that were given without it, once it is back, and of all that became of them."""

import threading
from collections.abc import Callable
from typing import Final

import structlog

from contract.commands import RecordLeased
from contract.words import Code
from kiosk.leased_journal import Given, LeasedJournal, digest_of
from terminal.connection import Connection, Unreachable, new_key
from terminal.outbox import CURABLE
from terminal.pauses import Pauses
from terminal.steady import steady

LOG = structlog.get_logger(__name__)

FIRST_PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 15.0


class Merging:
    """In the order in which they were given. What was told is kept: a server restored from a copy is told again."""

    def __init__(
        self,
        connection: Connection,
        journal: LeasedJournal,
        *,
        is_connected: Callable[[], bool],
        on_change: Callable[[], None],
        on_clash: Callable[[], None],
    ) -> None:
        self._connection = connection
        self._journal = journal
        self._is_connected = is_connected
        self._on_change = on_change
        self._on_clash = on_clash
        self._keys: dict[str, str] = {}  # by the digest of the body: the same body is told again under the same key
        self._sure = False  # the server knows what it was told, as far as this connection shows
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._worker: threading.Thread | None = None

    def start(self) -> None:
        self._worker = steady(self._work, "merging")

    def stop(self) -> None:
        self._stopping.set()
        self._woken.set()
        if self._worker is not None:
            self._worker.join(timeout=2)

    def reconnected(self) -> None:
        """The server is back: perhaps another one, restored from a copy."""
        self._sure = False
        self._woken.set()

    def look_again(self) -> None:
        """Something became known."""
        self._woken.set()

    def waiting(self) -> int:
        """How many numbers the server has not heard of."""
        return sum(1 for one in self._journal.given() if one.told is None and "refused" not in one.notes)

    def _work(self) -> None:
        pauses = Pauses(FIRST_PAUSE_S, LONGEST_PAUSE_S)
        while not self._stopping.is_set():
            self._woken.clear()
            if self._is_connected() and self._all_told():
                pauses.succeeded()
                self._woken.wait()
            else:
                self._woken.wait(pauses.next())

    def _all_told(self) -> bool:
        if not self._sure and not self._look_back():
            return False
        return all([self._tell(one) for one in self._journal.given() if one.untold() and "refused" not in one.notes])

    def _look_back(self) -> bool:
        """Whether the server still knows the newest number it was told of; if not, all are told again."""
        told = [(one, one.told) for one in self._journal.given() if one.told is not None]
        if told:
            one, how = max(told, key=lambda pair: int(pair[1]["revision"]))
            headers = {"X-Only-Known": "true"}
            try:
                answer = self._connection.post(RecordLeased.deed, one.command(), key=how["key"], headers=headers)
            except Unreachable:
                return False
            refused = answer.refused
            if refused is not None and refused.code not in (Code.KEY_UNKNOWN, Code.KEY_REUSED):
                return False
            if refused is not None and refused.code is Code.KEY_UNKNOWN:
                LOG.warning("server_forgot", numbers=len(told))
                for again, _ in told:
                    self._journal.told(again, None)
                self._keys.clear()
        self._sure = True
        return True

    def _tell(self, one: Given) -> bool:
        """False when it has to be told again."""
        body = one.command()
        digest = digest_of(body)
        key = self._keys.setdefault(digest, new_key())
        try:
            answer = self._connection.post(RecordLeased.deed, body, key=key)
        except Unreachable as error:
            LOG.info("merging_waits", number=one.said["number"], problem=str(error))
            return False
        refused = answer.refused
        if refused is None:
            self._keys.pop(digest)
            self._journal.told(one, {"digest": digest, "key": key, "revision": answer.body["revision"]})
            LOG.info("number_told", number=one.said["number"], ticket=answer.body["ticket"])
            self._on_change()
            return True
        self._keys.pop(digest)  # a stored refusal would only be repeated
        if refused.code in CURABLE or refused.code is Code.NOT_DUE:
            LOG.warning("merging_waits", number=one.said["number"], problem=refused.code)
            return False
        LOG.error("number_refused", number=one.said["number"], refused=refused.code)
        self._journal.note(one, refused=refused.code.value)
        self._on_clash()
        return True
