"""R9: no ticket vanishes in the printer. Pulled at a random byte, power gone, roll ended, cover opened, agent killed.

Real server, real kiosk agents, simulated printers on a network port (dots) and on a serial line (text). Whatever comes,
each slip ends printed, sent, unknown or failed, and what is not surely paper is shown or withdrawn.
"""

import json
import sqlite3
import time
from collections import Counter as Tally
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

from drivers.simulators.escpos_mishaps import Happening
from drivers.simulators.escpos_printer import EscposPrinter
from drivers.simulators.printer_model import PrinterModel
from tests.benchmarks.bench_hall import HALL, WINDOWS
from tests.promises.proving_hall import ProvingServer, proving_hall, served, token_of
from tests.promises.rounds import LONG, proving, rounds, time_is_up
from tests.terminal.agents import AgentProcess, PageClient
from tests.terminal.hall_outside import until

CUTS = rounds(6, 250)
ENDED_WITHIN_S = 60.0
BACK_WITHIN_S = 5.0 if LONG else ENDED_WITHIN_S  # beside much else seconds say little
STARTED_WITHIN_S = 60.0
TAKE = {"line": "A", "language": "zh"}
FAULTS: dict[str, Happening] = {
    "pulled": "unplug",
    "power gone": "power off",
    "roll ended": {"paper_out": True},
    "cover opened": {"cover_open": True},
    "agent killed": {"silent": True},
}


@dataclass(frozen=True, slots=True)
class Record:
    """What the hall has written down of a slip."""

    kiosk: str
    number: str
    outcome: str | None
    after: str | None


@dataclass
class Kiosk:
    """An agent's process with its printer, and its page in a browser."""

    name: str
    folder: Path
    printer: EscposPrinter
    size: int = 0  # bytes that a slip takes, its questions included
    back: list[float] = field(default_factory=list)

    def prepare(self, server: str, wire: str) -> None:
        """Settings, and the token as enrolment leaves it."""
        data = self.folder / self.name
        data.mkdir(parents=True)
        token = {
            "hall": HALL, "device": self.name, "device_kind": "kiosk", "windows": [], "zone": "A",
            "token": token_of(self.name),
        }  # fmt: skip
        (data / "token").write_text(json.dumps(token), encoding="utf-8")
        (self.folder / f"{self.name}.toml").write_text(
            f'server = "{server}"\nhall = "{HALL}"\ndata_dir = "{self.name}"\n[printer]\n{wire}\nconfirm_s = 5\n',
            encoding="utf-8",
        )

    def start(self) -> None:
        """Its page is open and its printer ready when this returns."""
        self.process = AgentProcess("kiosk", self.folder / f"{self.name}.toml", self.folder / self.name)
        self.page = PageClient(self.process.wait_for_page()["url"])
        self.page.__enter__()
        until(lambda: self.page.agent["connected"] and self.is_ready, "ready", STARTED_WITHIN_S)

    @property
    def is_ready(self) -> bool:
        return bool(self.page.agent["printer"]["state"] == "ready")

    def end(self) -> None:
        self.page.__exit__()
        assert self.process.end() == 0

    def kill_and_start(self) -> None:
        """kill -9 in the middle of a slip, and again."""
        self.process.kill()
        self.page.__exit__()
        self.printer.forget_happening()
        self.printer.clear_faults()
        self.start()

    def take(self) -> None:
        """A citizen takes a number."""
        answer = self.page.do("take_number", TAKE)
        assert answer.status_code == 200, answer.text
        self.slip = answer.json()["slip"]

    @property
    def has_ended(self) -> bool:
        """The citizen has been told how the slip ended."""
        last = self.page.agent["last_slip"] or {}
        return last.get("slip") == self.slip and last["outcome"] is not None

    def slip_ended(self) -> None:
        until(lambda: self.has_ended, "the citizen is told", ENDED_WITHIN_S)

    def learn_size(self) -> None:
        self.take()
        self.slip_ended()
        self.size = self.printer.wait_for_paper(1, ENDED_WITHIN_S).raw_bytes

    def one_cut(self, kind: str, rng: Random) -> None:
        """A slip, and what happens to it at some byte."""
        self.printer.after_bytes(rng.randrange(1, self.size), FAULTS[kind])
        self.take()
        if kind == "agent killed":
            until(lambda: self.printer.happening is None or self.has_ended, "in the middle", ENDED_WITHIN_S)
            self.kill_and_start()
            return
        self.slip_ended()
        if self.printer.happening is not None:  # this slip was shorter than the first: at the next byte, then
            self.printer.after_bytes(0, FAULTS[kind])
            until(lambda: self.printer.happening is None, "between two slips", ENDED_WITHIN_S)
        if kind in ("pulled", "power gone"):
            self.printer.wait_unplugged()
            until(lambda: not self.is_ready, "seen to be away", ENDED_WITHIN_S)
            plugged = time.monotonic()
            self.printer.plug()
            until(lambda: self.is_ready, f"{self.name} back after its plug", BACK_WITHIN_S)
            self.back.append(time.monotonic() - plugged)
        else:
            self.printer.clear_faults()
            until(lambda: self.is_ready, "ready again", ENDED_WITHIN_S)


@contextmanager
def at_work(folder: Path) -> Iterator[tuple[ProvingServer, list[Kiosk]]]:
    """A hall with two kiosks."""
    with ExitStack() as stack:
        server = stack.enter_context(served(folder / "data", proving_hall(WINDOWS[:1])))
        network = stack.enter_context(EscposPrinter(PrinterModel()))
        serial = stack.enter_context(EscposPrinter(PrinterModel(width_dots=384), tcp=False, link=folder / "printer"))
        kiosks = [Kiosk("K1", folder, network), Kiosk("K2", folder, serial)]
        wires = (
            f'kind = "network"\nhost = "{network.host}"\nport = {network.port}',
            f'kind = "serial"\nport = "{serial.path}"\nbaud = 9600\nwidth_mm = 58',
        )
        for kiosk, wire in zip(kiosks, wires, strict=True):
            kiosk.prepare(server.url, wire)
            kiosk.start()
            stack.callback(kiosk.end)
            kiosk.learn_size()
        yield server, kiosks


def records(database: Path) -> list[Record]:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=20)) as connection:
        query = "SELECT kiosk, label, outcome, after FROM slips WHERE hall = ? ORDER BY id"
        return [Record(*row) for row in connection.execute(query, (HALL,))]


def judge(kept: Sequence[Record], kiosks: Sequence[Kiosk]) -> list[str]:
    """What must never be: a slip without an end, doubt that nobody sees, paper claimed and not there, paper twice."""
    found = [f"{one.number}: no outcome" for one in kept if one.outcome is None]
    sure = ("printed", "sent")
    found += [f"{one.number}: {one.outcome}, and nobody was told" for one in kept
              if one.outcome not in (None, *sure) and one.after is None]  # fmt: skip
    for kiosk in kiosks:
        own = [one for one in kept if one.kiosk == kiosk.name]
        papers = kiosk.printer.papers
        printed = [one.number for one in own if one.outcome in sure]
        whole = [paper for paper in papers if paper.ended_by == "cut" and paper.image.histogram()[0]]
        if len(whole) < len(printed):
            found.append(f"{kiosk.name}: {len(printed)} called printed, {len(whole)} papers")
        if not kiosk.printer.papers[0].text:
            continue  # dots: their number of papers is all that can be told
        for one in own:
            on = [paper for paper in papers if one.number in paper.text.split()]
            if len(on) > 1:
                found.append(f"{one.number}: on {len(on)} papers")
            if one.outcome in sure and not (on and on[0] in whole):
                found.append(f"{one.number}: called {one.outcome}, and no paper")
    return found


def test_no_ticket_vanishes_in_the_printer(tmp_path: Path) -> None:
    with proving("R9", "cuts", 250) as proof:
        with at_work(tmp_path) as (server, kiosks):
            kinds: Tally[str] = Tally()
            for cut in range(CUTS):
                kind = proof.rng.choice(list(FAULTS)) if cut >= len(FAULTS) else list(FAULTS)[cut]
                kinds[kind] += 1
                kiosks[cut % 2].one_cut(kind, proof.rng)
                proof.reached = cut + 1
                if time_is_up():
                    break
            until(lambda: all(one.outcome for one in records(server.database)), "all are recorded", ENDED_WITHIN_S)
            kept = records(server.database)
            assert judge(kept, kiosks) == []
            lie = [replace(one, outcome="printed") for one in kept]
            caught = judge(lie, kiosks)
            assert caught, "the judge did not see that a slip without paper was called printed"
            outcomes = Tally(one.outcome for one in kept)
            slowest = max((seconds for kiosk in kiosks for seconds in kiosk.back), default=0.0)
        proof.figure = (
            f"{len(kept)} slips: {', '.join(f'{n} {what}' for what, n in sorted(outcomes.items(), key=str))}; "
            f"{', '.join(f'{n} {what}' for what, n in kinds.items())}; back {slowest:.1f} s after the plug at most"
        )
        proof.control = f"every slip called printed: {len(caught)} lies found"
