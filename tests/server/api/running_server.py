"""A real server in a process of its own, with a hall, devices and people, and real requests to it."""

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from server.halls.command import document_to_load

ROOT = Path(__file__).parents[3]
HALL = "LJ"
PASSWORD = "kai-chuang-8:30"
WITHIN_S = 60.0


def until(fact: Callable[[], object], what: str, seconds: float = WITHIN_S) -> None:
    """Wait for a fact; fail when it does not come."""
    deadline = time.monotonic() + seconds
    while not fact():
        if time.monotonic() > deadline:
            raise AssertionError(f"did not happen within {seconds} s: {what}")
        time.sleep(0.01)


def new_key() -> str:
    """A key for one intention."""
    return secrets.token_hex(16)


@dataclass
class RunningServer:
    """`paihao serve` over a data folder."""

    data: Path
    options: tuple[str, ...] = ()
    url: str = ""
    secret: str = ""
    http: requests.Session = field(default_factory=requests.Session)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.http.trust_env = False
        self.process = self.serve("--port", "0", *self.options)
        until(lambda: (self.data / "server.json").exists() or self.process_ended(), "server.json")
        assert not self.process_ended(), self.said()
        address = json.loads((self.data / "server.json").read_text())
        self.url, self.secret = address["url"], address["local_secret"]

    def serve(self, *options: str) -> subprocess.Popen[bytes]:
        """`paihao serve` over this folder as a new process."""
        command = [sys.executable, str(ROOT / "paihao.py"), "serve", "--data", str(self.data), *options]
        environ = {**os.environ, "PYTHONUTF8": "1"}
        with self.log.open("a", encoding="utf-8") as log:
            return subprocess.Popen(command, cwd=ROOT, env=environ, stdout=log, stderr=subprocess.STDOUT)

    @property
    def log(self) -> Path:
        """What its processes print."""
        return self.data.with_suffix(".log")

    def process_ended(self) -> bool:
        """Whether it has stopped by itself."""
        return self.process is not None and self.process.poll() is not None

    def said(self) -> str:
        """What it printed so far."""
        return self.log.read_text(encoding="utf-8")

    def stop(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """End it; returns its exit code and what it printed."""
        assert self.process is not None
        process, self.process = self.process, None
        if process.poll() is None:
            process.send_signal(number)
        code = process.wait(timeout=WITHIN_S)
        self.http.close()
        return code, self.said()

    def post(
        self, path: str, body: Any = None, headers: Mapping[str, str] | None = None, *, key: str | None = None
    ) -> requests.Response:
        """POST JSON with a key of its own."""
        sent = {"Idempotency-Key": key or new_key(), **(headers or {})}
        return self.http.post(f"{self.url}{path}", json={} if body is None else body, headers=sent, timeout=30)

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> requests.Response:
        """GET."""
        return self.http.get(f"{self.url}{path}", headers=dict(headers or {}), timeout=30)

    def admin(self, deed: str, body: Any, hall: str = HALL) -> dict[str, Any]:
        """A command of administration that is accepted."""
        answer = self.post(f"/{hall}/admin/{deed}", body, {"X-Local-Secret": self.secret})
        assert answer.status_code == 200, answer.text
        reply: dict[str, Any] = answer.json()
        return reply

    def enrol(self, kind: str, name: str, *windows: str, hall: str = HALL, zone: str | None = None) -> dict[str, str]:
        """Enrol a device; returns the header that shows its token."""
        body = {"kind": kind, "name": name, "windows": list(windows), "zone": zone}
        code = self.admin("enrol_device", body, hall)["code"]
        answer = self.post(f"/{hall}/device/enrol", {"code": code})
        assert answer.status_code == 200, answer.text
        return {"Authorization": f"Bearer {answer.json()['token']}"}

    def person(self, login: str, *roles: str) -> None:
        """Add a person with a password; somebody of the hall's staff only gets the password."""
        if roles:
            self.admin("add_user", {"login": login, "name": f"人员{login}", "roles": list(roles)})
        code = self.admin("invite_user", {"login": login})["code"]
        body = {"login": login, "code": code, "password": PASSWORD}
        answer = self.post(f"/{HALL}/account/first_password", body)
        assert answer.status_code == 200, answer.text

    def at_desk(self, login: str) -> dict[str, str]:
        """Sign somebody in at the desk; returns the header that shows the session."""
        answer = self.post(f"/{HALL}/desk/sign_in", {"login": login, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        return {"X-Session": answer.json()["session"]}

    def at_window(self, agent: Mapping[str, str], window: str, login: str) -> dict[str, str]:
        """Sign a clerk in at a window; returns both headers."""
        body = {"window": window, "staff_no": login, "password": PASSWORD}
        answer = self.post(f"/{HALL}/window/sign_in", body, agent)
        assert answer.status_code == 200, answer.text
        return {**agent, "X-Session": answer.json()["session"]}

    def load(self, name: str) -> None:
        """Load one of the sample halls."""
        document = document_to_load(ROOT / "demo" / "halls" / name)
        self.admin("load_hall", {"document": document}, document["hall"]["code"])
