"""Asking an ESC/POS printer and sorting what it says: real-time answers, the queued one, and status it sends by itself.

A printer may answer nonsense without end: no wait here is longer than its deadline, and no loop reads for ever.
"""

from collections.abc import Callable
from time import monotonic

from drivers.printers.link import Link
from drivers.printers.status_bytes import (
    AUTOMATIC_SIZE,
    DLE_EOT_ERROR_CAUSE,
    DLE_EOT_OFFLINE_CAUSE,
    DLE_EOT_PAPER,
    DLE_EOT_PRINTER,
    FLOW_CONTROL,
    Answer,
    Kind,
    StatusReader,
    read_automatic,
    read_status,
)
from drivers.printers.ticket_printer import PrinterStatus, Reason

MOST_READS = 64  # of what has come already; a printer that talks without end must not hold a slip up
SETTLE = 0.05  # seconds of silence after which an answer stands alone


class Silent(Exception):
    """The printer did not answer in time."""


class Stopped(Exception):
    """The printer said by itself that it stands still."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class Conversation:
    """`automatic` is the last status that the printer sent by itself; None: none since the link was opened."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._reader = StatusReader()
        self.automatic: PrinterStatus | None = None

    def begin(self) -> None:
        """Open the link. Raises LinkLost."""
        self._link.open()
        self._reader = StatusReader()
        self.automatic = None

    def listen(self) -> None:
        """Take in what has come; answers among it belong to earlier questions. Raises LinkLost."""
        for _ in range(MOST_READS):
            data = self._link.receive(monotonic())
            if not data:
                return
            self._sort(data)

    def watch(self) -> None:
        """Raises Stopped when the printer has said that it stands still, LinkLost when it is gone."""
        self.listen()
        self._stand_still()

    def await_ready(self, deadline: float, *, automatic: bool, answer: bool) -> tuple[bool, bool]:
        """Which of a status sent by itself and an answer in the queue came, returning when all that is wanted did.

        Answers to earlier slips come together with the one waited for, so none is left for the next. Raises Stopped,
        LinkLost.
        """
        came = (False, False)
        while came != (automatic, answer) and monotonic() < deadline:
            burst, _ = self._burst(deadline)
            if not burst:
                break
            answered = any(one.kind is Kind.QUEUED for one in self._sort(burst))
            self._stand_still()
            came = automatic and self.automatic is not None, answer and (came[1] or answered)
        return came

    def await_confirmation(self, deadline: float) -> None:
        """Wait for the one byte that answers GS r. Raises Silent, Stopped, LinkLost.

        An automatic status whose first byte was lost leaves three bytes that look like that answer, and noise holds
        many; an answer comes alone.
        """
        while monotonic() < deadline:
            burst, ended = self._burst(deadline)
            answers = self._sort(burst)
            self._stand_still()
            if ended and _is_one_answer(burst, answers):
                return
        raise Silent

    def ask_status(self, limit: float) -> PrinterStatus:
        """DLE EOT in real time; one question at a time, because the answers look alike. Raises Silent, LinkLost."""
        deadline = monotonic() + limit

        def ask(question: bytes) -> int:
            self._link.send(question, deadline)
            return self._real_time(deadline)

        offline_cause = ask(DLE_EOT_OFFLINE_CAUSE)
        printer = ask(DLE_EOT_PRINTER)
        error_cause = _if_answered(ask, DLE_EOT_ERROR_CAUSE) if offline_cause & 0x40 else None
        return read_status(printer, offline_cause, error_cause, _if_answered(ask, DLE_EOT_PAPER))

    def _real_time(self, deadline: float) -> int:
        while data := self._link.receive(deadline):
            for answer in self._sort(data):
                if answer.kind is Kind.REAL_TIME:
                    return answer.value
            if monotonic() >= deadline:
                break
        raise Silent

    def _burst(self, until: float) -> tuple[bytes, bool]:
        """What comes together, waiting for its first byte until then; and whether silence followed."""
        burst = self._link.receive(until)
        for _ in range(MOST_READS if burst else 0):
            more = self._link.receive(monotonic() + SETTLE)
            if not more:
                return burst, True
            burst += more
        return burst, False

    def _sort(self, data: bytes) -> list[Answer]:
        answers = self._reader.feed(data)
        for answer in answers:
            if answer.kind is Kind.AUTOMATIC:
                self.automatic = read_automatic(answer.value)
        return answers

    def _stand_still(self) -> None:
        refusal = None if self.automatic is None else self.automatic.refusal
        if refusal is not None:
            raise Stopped(refusal)


def _is_one_answer(burst: bytes, answers: list[Answer]) -> bool:
    """Whether the one queued answer is all there is, beside whole statuses and flow control."""
    known = sum(AUTOMATIC_SIZE if answer.kind is Kind.AUTOMATIC else 1 for answer in answers)
    flow = sum(byte in FLOW_CONTROL for byte in burst)
    return [answer.kind for answer in answers].count(Kind.QUEUED) == 1 and known + flow == len(burst)


def _if_answered(ask: Callable[[bytes], int], question: bytes) -> int | None:
    """Cheap printers know only some of the questions."""
    try:
        return ask(question)
    except Silent:
        return None
