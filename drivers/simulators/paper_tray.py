"""The tray under a simulated printer: the papers that came off, in order."""

import threading
from datetime import UTC, datetime

from drivers.simulators.event_log import EventLog
from drivers.simulators.paper import Paper, PaperEnd, Strip


class PaperTray:
    """Numbers papers from 1. ``changed`` is the printer's condition; it is notified of each paper."""

    def __init__(self, changed: threading.Condition, log: EventLog) -> None:
        self._changed = changed
        self._log = log
        self._papers: list[Paper] = []

    def catch(self, strip: Strip, ended_by: PaperEnd) -> None:
        """Take what came off the printer; a cut without any paper fed gives nothing."""
        if not strip.height:
            return
        with self._changed:
            height = strip.height
            paper = strip.finish(len(self._papers) + 1, datetime.now(UTC), ended_by)
            self._papers.append(paper)
            self._changed.notify_all()
        self._log.write(
            "paper",
            number=paper.number,
            text=[line.text for line in paper.lines],
            qr=list(paper.qr_payloads),
            height=height,
            raw_bytes=paper.raw_bytes,
            ended_by=ended_by,
        )

    def papers(self) -> list[Paper]:
        with self._changed:
            return list(self._papers)

    def wait_for(self, number: int, timeout: float) -> Paper:
        """Wait for the number-th paper. Raises TimeoutError after ``timeout`` seconds."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._papers) >= number, timeout):
                raise TimeoutError(f"no paper {number} after {timeout} s; {len(self._papers)} came out")
            return self._papers[number - 1]
