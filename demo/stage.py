"""The stage: starts the programs of a hall one after another, waits for facts, watches them, ends them in order."""

import json
import socket
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from contract.words import DeviceKind
from demo.agent_page import AgentPage
from demo.cast import Cast, KioskPart, LinePart
from demo.devices import SimulatedDevices
from demo.folder import DemoFolder, Settings, free_port
from demo.hardware import RealHardware
from demo.narrator import CannotStage, Narrator
from demo.opening import AgentPart, Opening
from demo.page import StagePage
from demo.programs import Program
from demo.scenery import Scenery
from demo.switches import Switches
from server.domain.hall import Zone
from server.storage.data_folder import DataFolder
from terminal.program import PAGE_FILE

STARTS_WITHIN_S: Final = 90.0
LOOKS_EVERY_S: Final = 0.05
SERVER: Final = "server"


class Stage:
    """Everything but the people. `evidence`: a folder for the devices' own accounts, or None."""

    def __init__(
        self,
        cast: Cast,
        folder: DemoFolder,
        real: RealHardware,
        narrator: Narrator,
        listener: socket.socket,
        evidence: Path | None,
    ) -> None:
        self._cast = cast
        self._folder = folder
        self._real = real
        self._narrator = narrator
        self.password = folder.memory().password
        self.devices = SimulatedDevices(cast, real, folder.path, evidence)
        switches = Switches(self.devices, self._switch_server)
        self._scenery = Scenery(cast, self.devices, switches, narrator, self._staff())
        self.page = StagePage(listener, self._scenery, switches)
        self._programs: dict[str, Program] = {}
        self._killed: set[Program] = set()  # by a switch on the page
        self._stopping = threading.Event()
        self.ended = threading.Event()  # somebody wants the demo to end, or a program died
        self.died: Program | None = None
        self.server_url = ""
        self.pages: dict[str, AgentPage] = {}

    # --- life --------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """All programs are ready when this returns. Raises CannotStage."""
        self.devices.start()
        self._scenery.start()
        self.page.start()
        self._start_server()
        opening = Opening(self._folder, self._cast, self._narrator)
        opening.load_hall()
        agents = self._agents()
        opening.enrol(agents)
        opening.give_passwords(self.server_url)
        for agent in agents:
            (self._folder.agent(agent.name) / PAGE_FILE).unlink(missing_ok=True)
            self._run(agent.name, self._arguments(agent))
        self._narrator.say(f"启动 {len(agents)} 个终端程序 ……", f"starting {len(agents)} agents ...")
        for agent in agents:
            self._wait_for_agent(agent)
        self._wait_for_strips()
        self._scenery.show_frames(self._frames())

    def stop(self) -> None:
        """Agents first, so that they can still tell the server; then the server; then devices and page."""
        self._stopping.set()
        agents = [program for name, program in self._programs.items() if name != SERVER]
        for program in agents:
            program.ask_to_end()
        for program in agents:
            program.end()
        if SERVER in self._programs:
            self._programs[SERVER].end()
        self._scenery.stop()
        self.page.stop()
        self.devices.stop()

    def check(self) -> None:
        """Raises CannotStage when a program has died."""
        if self.died is None:
            return
        name, code, tail = self.died.name, self.died.ended, self.died.last_lines()
        raise CannotStage(f"{name} 意外结束（{code}）", f"{name} ended unexpectedly ({code})\n{tail}")

    def must_go_on(self) -> None:
        """Raises CannotStage when a program has died, or somebody has ended the demo."""
        self.check()
        if self.ended.is_set():
            raise CannotStage("演示被结束", "the demo was ended")

    def memory(self) -> dict[str, int | None]:
        """Resident bytes of each program."""
        return {name: program.memory_bytes() for name, program in self._programs.items()}

    @property
    def ports(self) -> dict[str, str]:
        """Where everything listens, by name."""
        return {SERVER: self.server_url, **{name: page.url.partition("#")[0] for name, page in self.pages.items()}}

    # --- programs ----------------------------------------------------------------------------------------------------

    def _run(self, name: str, arguments: list[str]) -> Program:
        program = self._programs[name] = Program(name, arguments, self._folder.log(name))

        def watch() -> None:
            program.wait()
            if not self._stopping.is_set() and self.died is None and program not in self._killed:
                self.died = program
                self.ended.set()

        threading.Thread(target=watch, name=f"watch {name}", daemon=True).start()
        return program

    def _start_server(self) -> None:
        port = free_port()
        settings = self._folder.write_settings(
            SERVER,
            {
                "data_dir": str(self._folder.server),
                "host": "127.0.0.1",
                "port": port,
                "public_url": f"http://127.0.0.1:{port}",  # the phone's page, for a browser on this machine
                "frame_ancestors": self.page.origins,
            },
        )
        self._narrator.say("启动服务器 ……", "starting the server ...")
        data = DataFolder(self._folder.server)
        data.remove_address()
        program = self._run(SERVER, ["serve", "--settings", str(settings)])

        def listens() -> bool:
            address = data.read_address()
            self.server_url = "" if address is None or address.pid != program.pid else address.url
            return bool(self.server_url)

        self._until(listens, "服务器没有启动", "the server did not start")

    def _switch_server(self, on: bool) -> None:
        """kill -9, or a new start at the same port. Nobody waits here: the pages show when it is back."""
        program = self._programs[SERVER]
        if on:
            self._killed.add(program)
            program.kill()
        elif program in self._killed:
            self._run(SERVER, ["serve", "--settings", str(self._folder.settings(SERVER))])

    def _agents(self) -> list[AgentPart]:
        """All agents with their settings written."""
        agents = []
        for kiosk in self._cast.kiosks:
            settings = self._write(kiosk.name, {"zone": kiosk.zone, "printer": self._printer(kiosk)})
            agents.append(AgentPart(kiosk.name, DeviceKind.KIOSK, settings, zone=kiosk.zone))
        for line in self._cast.lines:
            own: Settings = {"windows": list(line.windows), "pages": False, "lines": self._ports(line)}
            agents.append(AgentPart(line.agent, DeviceKind.WINDOW, self._write(line.agent, own), line.windows))
        for window in self._cast.windows:
            settings = self._write(window.agent, {"windows": [window.no]})
            agents.append(AgentPart(window.agent, DeviceKind.WINDOW, settings, (window.no,)))
        for zone in self._cast.zones:
            own = {"zones": [zone.code], "voice": zone.voice_zone}
            name = _board_of(zone)
            agents.append(AgentPart(name, DeviceKind.DISPLAY, self._write(name, own), zone=zone.code))
        return agents

    def _write(self, name: str, own: Settings) -> Path:
        common: Mapping[str, Any] = {
            "server": self.server_url,
            "hall": self._cast.hall.code,
            "data_dir": str(self._folder.agent(name)),
            "frame_ancestors": self.page.origins,
        }
        return self._folder.write_settings(name, {**common, **own})

    def _printer(self, kiosk: KioskPart) -> Settings:
        mode = "raster" if kiosk.raster else "text"
        if kiosk.name in self._real.printers:
            return self._real.printers[kiosk.name]
        printer = self.devices.printers[kiosk.name]
        return {"kind": "network", "host": printer.host, "port": printer.port, "mode": mode}

    def _ports(self, line: LinePart) -> Settings:
        return {
            name: {"port": self._real.lines[name] if name in self._real.lines else self.devices.lines[name].path}
            for name in line.lines
        }

    def _arguments(self, agent: AgentPart) -> list[str]:
        if agent.kind is DeviceKind.KIOSK:
            return ["kiosk", "--settings", str(agent.settings)]
        if agent.kind is DeviceKind.DISPLAY:
            return ["display", "--settings", str(agent.settings), "--no-browser"]
        alone = agent.name in {line.agent for line in self._cast.lines}
        return ["window", "--settings", str(agent.settings), *(["--no-pages"] if alone else [])]

    # --- readiness ---------------------------------------------------------------------------------------------------

    def _wait_for_agent(self, agent: AgentPart) -> None:
        """Its page is there; a line's agent has none, and shows itself on the line."""
        if agent.name in {line.agent for line in self._cast.lines}:
            return
        file = self._folder.agent(agent.name) / PAGE_FILE
        self._until(file.exists, f"{agent.name} 没有启动", f"{agent.name} did not start")
        told = json.loads(file.read_text(encoding="utf-8"))
        self.pages[agent.name] = AgentPage(str(told["url"]))
        self._narrator.say(f"{agent.name} 就绪", f"{agent.name} is ready")

    def _wait_for_strips(self) -> None:
        strips = self.devices.strips()
        self._until(
            lambda: all(strip.text for strip in strips), "窗口条屏没有显示", "the strips at the windows show nothing"
        )
        if strips:
            self._narrator.say(f"{len(strips)} 个窗口条屏亮了", f"{len(strips)} strips are lit")

    def _until(self, reached: Callable[[], bool], zh: str, en: str) -> None:
        deadline = time.monotonic() + STARTS_WITHIN_S
        while not reached():
            self.must_go_on()
            if time.monotonic() > deadline:
                raise CannotStage(f"{zh}（{STARTS_WITHIN_S:.0f} 秒）", f"{en} ({STARTS_WITHIN_S:.0f} s)")
            time.sleep(LOOKS_EVERY_S)

    # --- what the page shows -----------------------------------------------------------------------------------------

    def _frames(self) -> list[dict[str, str]]:
        hall = self._cast.hall
        kiosks = [_frame("kiosk", one.name, self.pages[one.name].url) for one in self._cast.kiosks]
        windows = [_frame("window", f"{one.no}·{one.clerk}", self.pages[one.agent].url) for one in self._cast.windows]
        boards = [
            _frame("board", f"大屏 Board {zone.code}", self.pages[_board_of(zone)].url) for zone in self._cast.zones
        ]
        desk = _frame("desk", f"导办台 Desk · {self._cast.desk}", f"{self.server_url}/{hall.code}/desk")
        return [*kiosks, *boards, desk, *windows]

    def _staff(self) -> dict[str, Any]:
        """Who may sign in where, and the demo's password."""
        people = [(self._cast.desk, "desk"), *((window.clerk, window.no) for window in self._cast.windows)]
        return {
            "password": self.password,
            "people": [{"login": login, "name": self._cast.name_of(login), "place": place} for login, place in people],
        }


def _board_of(zone: Zone) -> str:
    return f"board-{zone.code}"


def _frame(kind: str, title: str, url: str) -> dict[str, str]:
    return {"title": title, "url": url, "kind": kind}
