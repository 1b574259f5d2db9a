"""A hall whose slips carry a link: its server, a kiosk, a window with a keypad, and citizens with their tickets."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from tests.server.api.running_server import HALL, RunningServer, new_key

PUBLIC = "https://q.example"
CLERK = "1003"


@dataclass
class Citizen:
    """Somebody with a slip: ticket, the proof in its link, the short code."""

    hall: "LinkedHall"
    ticket: int
    number: str
    proof: str
    code: str

    def ask(self, deed: str = "status", proof: str | None = None, **body: Any) -> requests.Response:
        """What the script of the page sends."""
        headers = {"X-Ticket-Proof": self.proof if proof is None else proof}
        return self.hall.server.post(f"/{HALL}/citizen/{deed}", {"ticket": self.ticket, **body}, headers)

    def status(self) -> dict[str, Any]:
        """How the ticket stands."""
        answer = self.ask()
        assert answer.status_code == 200, answer.text
        status: dict[str, Any] = answer.json()
        return status

    @property
    def path(self) -> str:
        """The page's address, without the proof."""
        return f"/{HALL}/ticket/{self.ticket}"

    def form(self, do: str = "show", code: str | None = None, **fields: Any) -> requests.Response:
        """What the page sends without a script."""
        sent = {"do": do, "code": self.code if code is None else code, "key": new_key(), **fields}
        return self.hall.server.http.post(f"{self.hall.server.url}{self.path}", data=sent, timeout=30)


@dataclass
class LinkedHall:
    """The demonstration hall with a public address."""

    server: RunningServer
    kiosk: dict[str, str]
    agent: dict[str, str]
    clerk: dict[str, str]
    visit: int | None = None
    waiting: Citizen | None = None

    def take(self, line: str = "A", language: str = "zh") -> Citizen:
        """Take a number at the kiosk."""
        answer = self.server.post(f"/{HALL}/kiosk/take_number", {"line": line, "language": language}, self.kiosk)
        assert answer.status_code == 200, answer.text
        said = answer.json()
        address, _, proof = said["link"].partition("#")
        query = "?lang=en" if language == "en" else ""
        assert address == f"{PUBLIC}/{HALL}/ticket/{said['ticket']}{query}"
        return Citizen(self, said["ticket"], said["number"], proof, said["short_code"])

    def at_window(self, deed: str, headers: dict[str, str] | None = None, **body: Any) -> dict[str, Any]:
        """A deed of the clerk at 101, or of its devices."""
        who = self.clerk if headers is None else headers
        answer = self.server.post(f"/{HALL}/window/{deed}", body, who)
        assert answer.status_code == 200, answer.text
        said: dict[str, Any] = answer.json()
        return said

    def ask_next(self) -> requests.Response:
        """Call the next one, if there is one."""
        return self.server.post(f"/{HALL}/window/call_next", {"window": "101", "visit": None}, self.clerk)

    def call(self) -> int:
        """Call the next one; the visit."""
        self.visit = int(self.at_window("call_next", window="101", visit=None)["visit"])
        return self.visit

    def start(self) -> None:
        """The citizen is there."""
        self.at_window("start_service", window="101", visit=self.visit)

    def finish(self) -> None:
        """Done."""
        self.at_window("finish", window="101", visit=self.visit)

    def serve(self) -> int:
        """Call, start and finish the next one; the visit."""
        visit = self.call()
        self.start()
        self.finish()
        return visit

    def not_rated(self, visit: int) -> None:
        """Nobody pressed a key of the keypad."""
        self.at_window("not_rated", self.agent, visit=visit, reason="no_press")

    def silent(self) -> tuple[Citizen, int]:
        """A citizen who was served and pressed nothing."""
        citizen = self.take()
        visit = self.serve()
        self.not_rated(visit)
        return citizen, visit


def linked_hall(folder: Path, more: str = "") -> LinkedHall:
    """Start it; `more`: further lines of its settings."""
    settings = folder / "server.toml"
    settings.write_text(f'public_url = "{PUBLIC}"\n{more}\n[passwords]\ntries_per_source = 500\n', encoding="utf-8")
    server = RunningServer(folder / "data", ("--settings", str(settings)))
    server.start()
    server.load("demo")
    agent = server.enrol("window", "line-A", "101")
    server.person(CLERK)
    return LinkedHall(server, server.enrol("kiosk", "K1"), agent, server.at_window(agent, "101", CLERK))
