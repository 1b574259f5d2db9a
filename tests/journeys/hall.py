"""A hall as its people find it: a real server over its own folder, real agents, and the commands that set them up."""

import json
import os
import re
import secrets
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gevent
import requests

from demo.folder import free_port
from demo.programs import PAIHAO, Program
from tests.terminal.agents import PageClient
from tests.terminal.hall_outside import until

ROOT = PAIHAO.parent
TABLES = ROOT / "demo" / "halls" / "linjiang"
HALL = "LJ"
PASSWORD = "a long enough sentence"
WINDOWS = ("101", "102", "107")
COMMAND_WITHIN_S = 90.0
STARTS_WITHIN_S = 60.0

# Windows 101 and 102 have keypad, pad and strip at counters 1 and 2 of one line; 107 has none.
DEVICES = """code,kind,zone,window,profile,line,address,agent
K1,kiosk,A,,,,,K1
K2,kiosk,A,,,,,K2
KP101,keypad,,101,ff68-keypad-5,A,1,line-A
CP101,pad,,101,ff68-pad,A,1,line-A
LS101,strip,,101,a090-strip,A,1,line-A
KP102,keypad,,102,ff68-keypad-5,A,2,line-A
CP102,pad,,102,ff68-pad,A,2,line-A
LS102,strip,,102,a090-strip,A,2,line-A
"""


def press_id() -> str:
    """128 bit, once per intention."""
    return secrets.token_hex(16)


def toml(values: Mapping[str, object], table: str = "") -> str:
    """A table of TOML: its values, then the tables inside."""
    plain = [f"{key} = {json.dumps(value)}" for key, value in values.items() if not isinstance(value, Mapping)]
    inner = [
        toml(value, f"{table}.{key}" if table else key) for key, value in values.items() if isinstance(value, Mapping)
    ]
    return "\n".join([*([f"[{table}]"] if table else []), *plain, *inner])


@dataclass
class Agent:
    """An agent's program: its settings, its own folder, and the process while it runs."""

    name: str
    kind: str
    settings: Path
    folder: Path
    log: Path
    program: Program | None = None

    def start(self) -> None:
        """Runs when this returns; its page may follow."""
        (self.folder / "page.json").unlink(missing_ok=True)
        self.program = Program(self.name, [self.kind, "--settings", str(self.settings)], self.log)

    def page(self, window: str | None = None) -> PageClient:
        """Its page, of a window where it has several; to be entered with `with`."""
        file = self.folder / "page.json"
        until(lambda: file.exists() or self.running.ended is not None, f"page of {self.name}", STARTS_WITHIN_S)
        assert self.running.ended is None, self.running.last_lines()
        said = json.loads(file.read_text(encoding="utf-8"))
        return PageClient(said["url"] if window is None else said["pages"][window])

    def lines(self, event: str) -> list[dict[str, Any]]:
        """What it wrote to its log under this name."""
        log = self.folder / "agent.log"
        whole = log.read_bytes().rpartition(b"\n")[0] if log.exists() else b""  # the last line may be half written
        said = [json.loads(line) for line in whole.splitlines()]
        return [line for line in said if line.get("event") == event]

    @property
    def running(self) -> Program:
        assert self.program is not None
        return self.program


@dataclass
class Hall:
    """`load`, `serve`, then agents. Everything lies below `folder`."""

    folder: Path
    port: int = field(default_factory=free_port)
    server: Program | None = None
    agents: dict[str, Agent] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def server_log(self) -> Path:
        """Beside the data, as many put it: on the same disk."""
        return self.data / "server.log"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    # --- the administrator's commands --------------------------------------------------------------------------------

    def run(self, *words: str, data: bool = True) -> subprocess.CompletedProcess[str]:
        """`paihao` with these words, to its end."""
        said = [*words, "--data", str(self.data)] if data else list(words)
        command = [sys.executable, str(PAIHAO), *said]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=COMMAND_WITHIN_S)

    def paihao(self, *words: str, data: bool = True) -> str:
        """The same for a command that succeeds: what it printed."""
        ended = self.run(*words, data=data)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout

    def code(self, *words: str) -> str:
        """The one-time code that a command prints."""
        said = self.paihao(*words)
        found = re.search(r"code[^:]*: (\w{6})", said)
        assert found, said
        return found[1]

    def write_hall_file(self, windows: Sequence[str] = WINDOWS, /, **rules: object) -> Path:
        """The hall file with these windows open, and these rules beside the usual ones."""
        folder = self.folder / "hall"
        if not folder.exists():
            shutil.copytree(TABLES, folder)
            (folder / "devices.csv").write_text(DEVICES, encoding="utf-8")
        tables = {file.name.removesuffix(".csv").removesuffix("-2026"): file.name for file in folder.glob("*.csv")}
        head = {"code": HALL, "name": "临江区政务服务中心", "name_en": "Linjiang", "only_windows": list(windows)}
        more = {"timezone": "Asia/Shanghai", "supervision_phone": "12345"}
        file = folder / "hall.toml"
        file.write_text(
            toml({**head, **more, "rules": {"always_open": True, **rules}, "tables": tables}), encoding="utf-8"
        )
        return file

    def load(self, windows: Sequence[str] = WINDOWS, /, **rules: object) -> str:
        """Put it in force; what the command said."""
        return self.paihao("hall", "load", str(self.write_hall_file(windows, **rules)))

    # --- the server --------------------------------------------------------------------------------------------------

    def serve(self) -> None:
        """The server answers when this returns."""
        self.data.mkdir(exist_ok=True)
        settings = self.folder / "server.toml"
        settings.write_text(
            toml({"data_dir": str(self.data), "port": self.port, "public_url": self.url}), encoding="utf-8"
        )
        self.server = Program("server", ["serve", "--settings", str(settings)], self.server_log)
        until(self._answers, f"the server answers: {self.server.last_lines()}", STARTS_WITHIN_S)

    def _answers(self) -> bool:
        assert self.server is not None
        assert self.server.ended is None, self.server.last_lines()
        try:
            return requests.get(f"{self.url}/health", timeout=5).ok
        except requests.RequestException:
            return False

    def kill_server(self) -> None:
        """kill -9."""
        assert self.server is not None
        self.server.kill()

    # --- the agents --------------------------------------------------------------------------------------------------

    def add_agent(self, kind: str, name: str, scope: Iterable[str], settings: Mapping[str, object]) -> Agent:
        """Enrol an agent with both commands, the administrator's and its own; it does not run yet."""
        file = self.folder / f"{name}.toml"
        own = {"server": self.url, "hall": HALL, "data_dir": name}
        plain = {key: value for key, value in settings.items() if not isinstance(value, Mapping)}
        tables = {key: value for key, value in settings.items() if isinstance(value, Mapping)}
        file.write_text(toml({**own, **plain, **tables}), encoding="utf-8")
        code = self.code("device", "enrol", kind, name, *scope)
        self.paihao(kind, "--settings", str(file), "--enrol", code, data=False)
        agent = Agent(name, kind, file, self.folder / name, self.folder / f"{name}.log")
        self.agents[name] = agent
        return agent

    def choose_password(self, login: str) -> None:
        """An invitation, and the first password that the person chooses with it."""
        said = {"login": login, "code": self.code("user", "invite", login), "password": PASSWORD}
        answer = self.post("account/first_password", said)
        assert answer.status_code == 200, answer.text

    # --- looking, and asking without an agent ------------------------------------------------------------------------

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What stands in the database now, read beside the server."""
        connection = sqlite3.connect(f"file:{self.data / 'paihao.db'}?mode=ro", uri=True, timeout=10)
        try:
            return connection.execute(query, values).fetchall()
        finally:
            connection.close()

    def post(
        self, path: str, body: Mapping[str, Any], *, key: str | None = None, hall: str = HALL, **headers: str
    ) -> requests.Response:
        """One command over HTTP; headers are named with underscores (`x_session`)."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"Idempotency-Key": key or press_id(), **named}
        return requests.post(f"{self.url}/{hall}/{path}", json=dict(body), headers=sent, timeout=30)

    def doctor(self) -> None:
        """Every invariant holds, by the hall's own examination."""
        self.paihao("doctor")

    def close(self) -> None:
        """End all programs, the agents first."""
        running = [agent.program for agent in self.agents.values() if agent.program is not None]
        for program in running:
            program.ask_to_end()
        for program in [*running, *([self.server] if self.server else [])]:
            program.end()


def at_once(*works: Any) -> list[Any]:
    """Run these beside each other; their results. The first failure is raised."""
    begun = [gevent.spawn(work) for work in works]
    gevent.joinall(begun, raise_error=True)
    return [one.value for one in begun]


def freeze(program: Program) -> None:
    """It stands still and says nothing; its connections stay."""
    os.kill(program.pid, signal.SIGSTOP)


def thaw(program: Program) -> None:
    """It goes on where it stood."""
    os.kill(program.pid, signal.SIGCONT)
