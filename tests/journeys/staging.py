"""Whole halls for the journeys: what stands on the counters, who is enrolled, who has a password."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from drivers.simulators.escpos_printer import EscposPrinter
from drivers.simulators.rs485_line import Rs485Line
from tests.journeys.board import Board
from tests.journeys.counter import CLERKS, Counter
from tests.journeys.hall import Agent, Hall, at_once
from tests.terminal.agents import PageClient
from tests.terminal.hall_outside import until

READY_WITHIN_S = 60.0


@dataclass
class Staged:
    """A hall at work. `line` and `printers` are what stands outside of our programs."""

    hall: Hall
    line: Rs485Line
    printers: dict[str, EscposPrinter]
    kiosks: dict[str, PageClient]
    counters: dict[str, Counter]
    board: Board
    closing: ExitStack

    def reopen_page(self, counter: Counter, agent: Agent) -> None:
        """The page of a counter, after its agent was started again."""
        counter.page = self.closing.enter_context(agent.page(counter.no))


@contextmanager
def open_hall(folder: Path, **rules: object) -> Iterator[Hall]:
    """A server with the hall in force, nobody enrolled."""
    hall = Hall(folder)
    try:
        hall.serve()
        hall.load(**rules)
        yield hall
    finally:
        hall.close()


def printer_settings(printer: EscposPrinter, mode: str) -> dict[str, object]:
    return {"printer": {"kind": "network", "host": printer.host, "port": printer.port, "mode": mode}}


def line_settings(line: Rs485Line) -> dict[str, object]:
    return {"lines": {"A": {"port": line.path, "gap_ms": 10}}}


@contextmanager
def hall_at_work(
    folder: Path, *, kiosks: dict[str, str], page_agents: bool, **rules: object
) -> Iterator[Staged]:
    """`kiosks`: the printer's mode by the kiosk's name. Windows 101 and 102 have devices on one line; their pages are
    served by an agent each (`page_agents`), or by the agent that owns the line."""
    with ExitStack() as stack:
        line = Rs485Line(link=folder / "line-a")
        for address in (1, 2):
            line.add_keypad(address)
            line.add_pad(address)
            line.add_strip(address)
        stack.enter_context(line)
        printers = {name: stack.enter_context(EscposPrinter()) for name in kiosks}
        hall = stack.enter_context(open_hall(folder, **rules))
        scope = {no: ["--window", no] for no in ("101", "102")}
        both = {"windows": ["101", "102"], "pages": not page_agents, **line_settings(line)}
        agents = [partial(hall.add_agent, "window", "line-A", scope["101"] + scope["102"], both)]
        for name, mode in kiosks.items():
            own = printer_settings(printers[name], mode)
            agents.append(partial(hall.add_agent, "kiosk", name, ["--zone", "A"], own))
        for no in scope if page_agents else ():
            agents.append(partial(hall.add_agent, "window", f"W{no}", scope[no], {"windows": [no]}))
        at_once(*agents, *(partial(hall.choose_password, CLERKS[no]) for no in scope))
        for agent in hall.agents.values():
            agent.start()
        pages = {name: stack.enter_context(hall.agents[name].page()) for name in kiosks}
        counters = {}
        for address, no in enumerate(scope, 1):
            served_by = hall.agents[f"W{no}" if page_agents else "line-A"]
            page = stack.enter_context(served_by.page(no))
            counters[no] = Counter(hall, no, page, line, address)
        board = stack.enter_context(Board(hall.url))
        staged = Staged(hall, line, printers, pages, counters, board, stack)
        wait_ready(staged)
        yield staged


def wait_ready(staged: Staged) -> None:
    """Everybody hears the server, printers and strips have answered."""
    pages = [*staged.kiosks.values(), *(counter.page for counter in staged.counters.values())]
    until(lambda: all(page.agent["connected"] for page in pages), "all pages hear the server", READY_WITHIN_S)
    kiosks, counters = staged.kiosks.values(), staged.counters.values()
    until(lambda: all(one.agent["printer"]["state"] == "ready" for one in kiosks), "printers are ready", READY_WITHIN_S)
    until(lambda: all(counter.strip.text for counter in counters), "strips show something", READY_WITHIN_S)
