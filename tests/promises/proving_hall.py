"""The hall that the proofs work on, and a real server over it that can be killed and started again.

Four services, 100 windows that serve all of them, a keypad at every window, 64 kiosks; always open. Everybody holds a
token that is known before, so that a proof begins at once.
"""

import hashlib
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

import gevent

from contract.commands import Command, EnrolDevice, LoadHall, RedeemCode, SignIn
from contract.words import DeviceKind, Via
from server.actions.table import ACTIONS
from server.app import first_day
from server.domain.hall import Device, Hall, Rules, lines_of
from server.halls.document import document_from, hall_from
from server.live.cards import build
from server.storage.database import Database
from server.storage.orders import Actor, Order
from server.storage.postgres import PostgresDatabase
from server.storage.store import Opens
from server.storage.writer import Writer
from tests.benchmarks.bench_hall import LINE, WINDOWS, never_told, the_hall
from tests.promises.checkers import Where, read_rows

ROOT = Path(__file__).resolve().parents[2]
LINES = ("A", "B", "C", "D")
KIOSKS = tuple(f"K{i}" for i in range(1, 65))
AGENT = "W"  # looks after every window
DESKS = "D"  # in R18 it looks after the windows without a keypad on a real line
STARTS_WITHIN_S = 60
ENDS_WITHIN_S = 120
WORK_STEPS = 100  # of SQLite's machine, in R18: one unit of work
SIDE_DOOR = "side_door"  # file in the data folder, where the server has one: its port
ADMIN = Actor(Via.COMMAND_LINE)
_SESSIONS = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'paihao'"


def token_of(device: str) -> str:
    """What the device shows."""
    return f"proof-token-of-{device}"


def proving_hall(windows: Sequence[str] = WINDOWS, kiosks: Sequence[str] = KIOSKS, **rules: object) -> Hall:
    """The definition. `rules` beside "always open"."""
    hall = the_hall()
    one = hall.services[LINE]
    services = {prefix: replace(one, prefix=prefix, order=i) for i, prefix in enumerate(LINES)}
    kept = {no: replace(hall.windows[no], services=LINES) for no in windows}
    takers = [Device(name, "kiosk", "A", "", "", "", None, name) for name in kiosks]
    keypads = [Device(f"KP{no}", "keypad", "", no, "ff68-keypad-5", "A", i, AGENT) for i, no in enumerate(kept, 1)]
    chosen = replace(Rules(always_open=True), **rules)  # type: ignore[arg-type]
    return replace(
        hall,
        rules=chosen,
        services=services,
        windows=kept,
        lines=lines_of(services, kept),
        devices=(*takers, *keypads),
    )


def empty_database(folder: Path, address: str = "") -> Opens:
    """The folder's own file, or the PostgreSQL at an address, with the schema."""
    if address:
        postgres = PostgresDatabase(address)
        postgres.look()
        return postgres
    folder.mkdir(parents=True, exist_ok=True)
    database = Database(folder)
    database.upgrade()
    return database


@contextmanager
def writing(database: Opens) -> Iterator[Writer]:
    """A writer of our own, with the product's parts."""
    writer = Writer(database, ACTIONS, hall_from, first_day, build, never_told)
    writer.start()
    try:
        yield writer
    finally:
        writer.stop()


def prepare(database: Opens, *definitions: Hall) -> None:
    """Load the halls, sit a clerk at each window, enrol everybody."""
    with writing(database) as writer:
        for definition in definitions:
            for command in _opening(definition):
                answer = writer.submit(Order(definition.code, secrets.token_hex(16), ADMIN, command))
                assert not answer.refused, answer.body


def _opening(definition: Hall) -> Iterator[Command]:
    yield LoadHall(document=document_from(definition))
    clerks = {no: window.a_clerk for no, window in definition.windows.items()}
    yield from (SignIn(window=no, staff_no=clerk) for no, clerk in clerks.items())
    yield from _enrolled(AGENT, DeviceKind.WINDOW, list(clerks))
    for device in definition.devices:
        if device.kind == "kiosk":
            yield from _enrolled(device.code, DeviceKind.KIOSK, [])


def _enrolled(name: str, kind: DeviceKind, windows: list[str]) -> list[Command]:
    code = hashlib.sha256(name.encode()).hexdigest()
    token = hashlib.sha256(token_of(name).encode()).hexdigest()
    return [
        EnrolDevice(kind=kind, name=name, windows=windows, code_hash=code),
        RedeemCode(code_hash=code, token_hash=token),
    ]


@dataclass
class ProvingServer:
    """`paihao serve` over a prepared folder, on the same port at each start. `program`: what is started instead.

    `postgres`: the address of the halls where they are not in the folder's own file.
    """

    folder: Path
    program: Sequence[str] = ("paihao.py", "serve")
    postgres: str = ""
    options: Sequence[str] = ()
    port: int = 0
    process: subprocess.Popen[bytes] | None = None
    starts: int = field(default=0)

    @property
    def database(self) -> Path:
        return self.folder / "paihao.db"

    def at_rest(self) -> Where:
        """Where the rows are, once what a killed server left under way in PostgreSQL has ended."""
        until = time.monotonic() + ENDS_WITHIN_S
        while self.postgres and read_rows(self.postgres, _SESSIONS):
            assert time.monotonic() < until, "sessions of a killed server do not end"
            gevent.sleep(0.01)
        return self.postgres or self.database

    @property
    def address(self) -> tuple[str, int]:
        return "127.0.0.1", self.port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def start(self) -> None:
        """It answers when this returns."""
        told = self.folder / "server.json"
        told.unlink(missing_ok=True)
        command = [sys.executable, *self.program, "--data", str(self.folder), "--port", str(self.port)]
        command += ["--database", self.postgres] if self.postgres else []
        command += self.options
        environ = {**os.environ, "PYTHONUTF8": "1", "PYTHONPATH": str(ROOT)}
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=log, stderr=log)
        until = time.monotonic() + STARTS_WITHIN_S
        while not told.exists():
            assert self.process.poll() is None and time.monotonic() < until, self.said()
            gevent.sleep(0.01)
        self.port = urlsplit(json.loads(told.read_text(encoding="utf-8"))["url"]).port or 0
        self.starts += 1

    @property
    def ended(self) -> bool:
        """Whether it ended by itself."""
        return self.process is not None and self.process.poll() is not None

    def kill(self) -> None:
        """kill -9."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        self.process = None

    def stop(self) -> None:
        """In order, if it runs."""
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(ENDS_WITHIN_S)
            self.process = None

    def said(self) -> str:
        """Its log."""
        return (self.folder / "server.log").read_text(encoding="utf-8", errors="replace")


@contextmanager
def served(
    folder: Path, definition: Hall | None = None, program: Sequence[str] = (), postgres: str = ""
) -> Iterator[ProvingServer]:
    """A running server over a hall prepared in the folder, or in an empty PostgreSQL; stopped in any case."""
    folder.mkdir(parents=True, exist_ok=True)
    prepare(empty_database(folder, postgres), definition or proving_hall())
    server = ProvingServer(folder, program or ProvingServer.program, postgres)
    server.start()
    try:
        yield server
    finally:
        server.stop()
