"""A citizen's way through a real hall: kiosk, paper, window, strip, keypad; every part is a process or a device."""

import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from drivers.simulators.escpos_printer import EscposPrinter
from drivers.simulators.rs485_line import Rs485Line
from tests.terminal.agents import ROOT, AgentProcess, PageClient, press_id
from tests.terminal.hall_outside import until

PASSWORD = "a long enough sentence"
CLERK = "1003"
HALL_FILE = ROOT / "demo" / "halls" / "demo" / "hall.toml"


def paihao(*words: str, data: Path) -> str:
    """Runs a command to its end; what it printed."""
    command = [sys.executable, str(ROOT / "paihao.py"), *words, "--data", str(data)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout


@dataclass
class Hall:
    """A running hall. `number` in a row of its table `ratings` is the level, null for "not rated"."""

    data: Path
    folder: Path
    server: subprocess.Popen[bytes]
    url: str
    line: Rs485Line
    printer: EscposPrinter

    def code(self, *words: str) -> str:
        found = re.search(r"code[^:]*: (\w{6})", paihao(*words, data=self.data))
        assert found, "no code was printed"
        return found[1]

    def enrol(self, module: str, kind: str, name: str, *scope: str, settings: str) -> Path:
        """Writes the settings and redeems a code with the agent's own command."""
        file = self.folder / f"{name}.toml"
        file.write_text(f'server = "{self.url}"\nhall = "LJ"\ndata_dir = "{name}"\n{settings}')
        code = self.code("device", "enrol", kind, name, *scope)
        command = [sys.executable, "-m", module, "--settings", str(file), "--enrol", code]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=60)
        return file

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        connection = sqlite3.connect(f"file:{self.data / 'paihao.db'}?mode=ro", uri=True)
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()

    def stop(self) -> None:
        self.server.terminate()
        self.server.wait(timeout=60)

    def start(self) -> None:
        """On the same port as before."""
        self.server = serve(self.data, int(self.url.rpartition(":")[2]))


def serve(data: Path, port: int) -> subprocess.Popen[bytes]:
    (data / "server.json").unlink(missing_ok=True)
    command = [sys.executable, str(ROOT / "paihao.py"), "serve", "--data", str(data), "--port", str(port)]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until(lambda: (data / "server.json").exists() or server.poll() is not None, "server.json", 60)
    assert server.poll() is None
    return server


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    tmp_path = tmp_path_factory.mktemp("hall")
    data = tmp_path / "data"
    data.mkdir()
    with Rs485Line(link=tmp_path / "line-a") as line, EscposPrinter() as printer:
        for address in range(1, 7):
            line.add_keypad(address)
            line.add_pad(address)
            line.add_strip(address)
        server = serve(data, 0)
        made = Hall(data, tmp_path, server, json.loads((data / "server.json").read_text())["url"], line, printer)
        try:
            paihao("hall", "load", str(HALL_FILE), data=data)
            first_password(made)
            yield made
        finally:
            made.stop()


def first_password(hall: Hall) -> None:
    """The clerk chooses a password with a one-time code."""
    said = {"login": CLERK, "code": hall.code("user", "invite", CLERK), "password": PASSWORD}
    headers = {"Idempotency-Key": press_id()}
    answer = requests.post(f"{hall.url}/LJ/account/first_password", json=said, headers=headers, timeout=20)
    assert answer.status_code == 200, answer.text


@dataclass
class Agents:
    """The kiosk, the agent of the line, and the agent of window 101, with their pages."""

    kiosk: PageClient
    window: PageClient
    line_log: Path


@pytest.fixture(scope="module")
def agents(hall: Hall) -> Iterator[Agents]:
    printer = f'[printer]\nkind = "network"\nhost = "{hall.printer.host}"\nport = {hall.printer.port}\nmode = "text"\n'
    windows = ["101", "102", "103", "104", "107", "113"]
    scope = [word for no in windows for word in ("--window", no)]
    line = f'windows = {json.dumps(windows)}\n[lines.A]\nport = "{hall.line.path}"\ngap_ms = 20\n'
    files = {
        "K1": ("kiosk", hall.enrol("kiosk", "kiosk", "K1", "--zone", "A", settings=printer), []),
        "line-A": (
            "window_client",
            hall.enrol("window_client", "window", "line-A", *scope, settings=line),
            ["--no-pages"],
        ),
        "W101": (
            "window_client",
            hall.enrol("window_client", "window", "W101", "--window", "101", settings='windows = ["101"]\n'),
            [],
        ),
    }
    running = {
        name: AgentProcess(module, file, hall.folder / name, *options)
        for name, (module, file, options) in files.items()
    }
    pages = [running[name].wait_for_page()["url"] for name in ("K1", "W101")]
    with PageClient(pages[0]) as kiosk, PageClient(pages[1]) as window:
        until(lambda: kiosk.agent["connected"] and window.agent["connected"], "connected")
        until(lambda: kiosk.agent["printer"]["state"] == "ready", "printer")
        hall.line.strip(1).wait_text("暂未开放", 60)
        assert window.do("sign_in", {"staff_no": CLERK, "password": PASSWORD}).status_code == 200
        until(lambda: window.cards["work/101"]["clerk"], "signed in")
        yield Agents(kiosk, window, running["line-A"].log)
    assert [agent.end() for agent in running.values()] == [0, 0, 0]


def work(agents: Agents) -> dict[str, Any]:
    found: dict[str, Any] = agents.window.cards["work/101"]
    return found


def take(agents: Agents) -> dict[str, Any]:
    """A number in a line of window 101."""
    until(lambda: agents.kiosk.agent["connected"], "kiosk connected")
    cards = agents.kiosk.cards
    line = next(
        card["line"]
        for key, card in cards.items()
        if key.startswith("line/") and "101" in card["windows"] and card["open"]
    )
    answer = agents.kiosk.do("take_number", {"line": line, "language": "zh"})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def clerk_does(agents: Agents, deed: str, **body: Any) -> None:
    visit = work(agents)["visit"]
    answer = agents.window.do(deed, {"visit": visit and visit["visit"], **body})
    assert answer.status_code == 200, answer.text


def levels(hall: Hall, visit: int) -> list[Any]:
    """The counter records of a visit."""
    return [level for (level,) in hall.rows(f"select level from ratings where visit = {visit}")]


def test_from_the_kiosk_to_the_rating(hall: Hall, agents: Agents) -> None:
    hall.line.strip(1).wait_text("欢迎光临", 60)
    printed = len(hall.printer.papers)
    issued = take(agents)
    number = issued["number"]
    assert number in hall.printer.wait_for_paper(printed + 1, 60).text.replace(" ", "")
    slip = f"select outcome from slips where id = {issued['slip']}"
    until(lambda: hall.rows(slip) == [("printed",)], "slip recorded")

    clerk_does(agents, "call_next")
    hall.line.strip(1).wait_text(f"请{number}到101窗口", 60)
    until(lambda: work(agents)["visit"], "called")
    visit = work(agents)["visit"]["visit"]
    hall.line.pad(1).press("start")
    hall.line.strip(1).wait_text(f"{number} 正在办理", 60)
    until(lambda: work(agents)["visit"]["state"] == "serving", "started by the pad")

    clerk_does(agents, "finish", outcome="finished", items=1)
    assert hall.line.keypad(1).wait_awake(60)
    assert hall.line.keypad(1).press(4).wait_acknowledged(60)
    until(lambda: levels(hall, visit) == [4], "rated")
    until(lambda: work(agents)["pending"] == [], "nothing owed")


def test_a_press_while_the_server_is_away_is_rated_once_when_it_is_back(hall: Hall, agents: Agents) -> None:
    take(agents)
    clerk_does(agents, "call_next")
    until(lambda: work(agents)["visit"], "called")
    visit = work(agents)["visit"]["visit"]
    clerk_does(agents, "start_service")
    until(lambda: work(agents)["visit"]["state"] == "serving")
    clerk_does(agents, "finish", outcome="finished", items=1)
    assert hall.line.keypad(1).wait_awake(60)
    hall.stop()
    until(lambda: not agents.window.agent["connected"], "cut off")
    assert agents.window.do("call_next", {"visit": None}).json()["code"] == "no_server"
    assert hall.line.keypad(1).press(1).wait_acknowledged(60)
    hall.start()
    until(lambda: agents.window.agent["connected"], "back")
    until(lambda: levels(hall, visit) == [1], "rated")
    until(lambda: work(agents)["pending"] == [], "nothing owed")


def test_the_next_citizen_ends_the_asking_of_the_one_before(hall: Hall, agents: Agents) -> None:
    take(agents)
    take(agents)
    clerk_does(agents, "call_next")
    until(lambda: work(agents)["visit"], "called")
    visit = work(agents)["visit"]["visit"]
    clerk_does(agents, "start_service")
    until(lambda: work(agents)["visit"]["state"] == "serving")
    clerk_does(agents, "finish", outcome="finished", items=1)
    assert hall.line.keypad(1).wait_awake(60)
    until(lambda: work(agents)["visit"] is None, "finished")
    clerk_does(agents, "call_next")
    until(lambda: work(agents)["visit"], "called")
    clerk_does(agents, "start_service")
    recorded = f"select level, reason from ratings where visit = {visit}"
    until(lambda: hall.rows(recorded) == [(None, "next_citizen")], "recorded")
    hall.line.keypad(1).press(5, even_asleep=True)
    until(lambda: "press_strayed" in agents.line_log.read_text(), "a line in the log")
    assert hall.rows(recorded) == [(None, "next_citizen")]
