"""The place in front of a kiosk: one citizen at a time presses, waits for the paper, and takes it."""

import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from demo.agent_page import AgentPage
from drivers.simulators.escpos_printer import EscposPrinter
from drivers.simulators.paper import Paper

PAPER_WITHIN_S = 20.0


@dataclass(frozen=True, slots=True)
class Taken:
    """What the kiosk's screen said, how long it took, and the paper in the hand, if there is one.

    `print_ms`: from the screen's answer to the paper cut.
    """

    status: int
    issued: dict[str, Any]
    take_ms: float
    paper: int | None
    print_ms: float | None


class KioskQueue:
    """`raster`: papers are pictures, so the next one that comes out is one's own; else it is told by its number."""

    def __init__(self, name: str, page: AgentPage, printer: EscposPrinter | None, *, raster: bool) -> None:
        self.name = name
        self._page = page
        self._printer = printer
        self._raster = raster
        self._front = threading.Lock()

    def take_number(self, line: str, language: str) -> Taken:
        """Stand in front, press, wait for the paper. Raises requests.RequestException when the kiosk is gone."""
        with self._front:
            before = self._papers()
            asked = time.monotonic()
            answer = self._page.do("take_number", {"line": line, "language": language})
            answered, shown = time.monotonic(), datetime.now(UTC)
            paper = self.wait_for_paper(str(answer.body["number"]), before) if answer.ok else None
            return Taken(
                answer.status,
                answer.body,
                (answered - asked) * 1000,
                None if paper is None else paper.number,
                None if paper is None else (paper.time - shown).total_seconds() * 1000,
            )

    def papers_so_far(self) -> int:
        """How many papers have come out."""
        return self._papers()

    def wait_for_paper(self, number: str, before: int, within_s: float = PAPER_WITHIN_S) -> Paper | None:
        """The first paper after the `before`-th that is the number's; None when none came."""
        if self._printer is None:
            return None
        deadline = time.monotonic() + within_s
        at = before
        with suppress(TimeoutError):
            while True:
                at += 1
                paper = self._printer.wait_for_paper(at, max(0.0, deadline - time.monotonic()))
                if self._raster or number in paper.text.split():
                    return paper
        return None

    def _papers(self) -> int:
        return 0 if self._printer is None else len(self._printer.papers)
