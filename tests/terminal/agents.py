"""Agents as processes and their pages as a browser would use them."""

import json
import secrets
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from socket import SHUT_RDWR
from typing import Any
from urllib.parse import urlsplit

import requests

from tests.terminal.hall_outside import HALL, until

ROOT = Path(__file__).parents[2]


def press_id() -> str:
    return secrets.token_hex(16)


def write_token(
    data_dir: Path, device: str, kind: str, *, windows: list[str] | None = None, zone: str | None = None
) -> None:
    """As enrolment leaves it."""
    data_dir.mkdir(parents=True, exist_ok=True)
    token = {
        "hall": HALL,
        "device": device,
        "device_kind": kind,
        "windows": windows or [],
        "zone": zone,
        "token": f"token-{device}",
    }
    (data_dir / "token").write_text(json.dumps(token), encoding="utf-8")


class PageClient:
    """A page: reads the state stream, presses keys."""

    def __init__(self, url: str) -> None:
        self.base, _, self.secret = url.partition("#s=")
        self.cards: dict[str, Any] = {}
        self.agent: dict[str, Any] = {}
        self.lines = 0
        self.scanned: list[dict[str, Any]] = []

    def __enter__(self) -> "PageClient":
        parts = urlsplit(f"{self.base}state")
        self._connection = HTTPConnection(parts.netloc, timeout=60)
        self._connection.request("GET", parts.path, headers={"X-Page-Secret": self.secret})
        self._socket = self._connection.sock
        self._stream = self._connection.getresponse()
        assert self._stream.status == 200
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        until(lambda: self.lines, "first line of the state")
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._socket.shutdown(SHUT_RDWR)
        self._reader.join()
        self._stream.close()
        self._connection.close()

    def _read(self) -> None:
        with suppress(OSError, HTTPException):
            while line := self._stream.readline():
                said = json.loads(line)
                for key, card in said.get("cards", {}).items():
                    if card is None:
                        self.cards.pop(key, None)
                    else:
                        self.cards[key] = card
                self.agent = said.get("agent", self.agent)
                self.scanned += [said["scanned"]] if "scanned" in said else []
                self.lines += 1

    def do(self, deed: str, body: Mapping[str, Any], press: str | None = None, **headers: str) -> requests.Response:
        sent = {"X-Page-Secret": self.secret, "X-Press": press or press_id(), **headers}
        return requests.post(f"{self.base}do/{deed}", json=dict(body), headers=sent, timeout=60)


class AgentProcess:
    """`python -m kiosk` or `python -m window_client` as it runs in a hall."""

    def __init__(self, module: str, settings: Path, data_dir: Path, *options: str) -> None:
        self._page = data_dir / "page.json"
        self._page.unlink(missing_ok=True)
        self.log = data_dir / "agent.log"
        self._stderr = open(data_dir / "stderr.txt", "ab")  # noqa: SIM115 (closed with the process)
        self.process = subprocess.Popen(
            [sys.executable, "-m", module, "--settings", str(settings), *options], cwd=ROOT, stderr=self._stderr
        )

    def wait_for_page(self) -> dict[str, Any]:
        """page.json, when it is there."""
        until(lambda: self._page.exists() or self.process.poll() is not None, "page.json", 60)
        assert self.process.poll() is None, "the agent ended"
        found: dict[str, Any] = json.loads(self._page.read_text(encoding="utf-8"))
        return found

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.wait()
        self._stderr.close()

    def end(self) -> int:
        """SIGTERM; its exit code."""
        self.process.terminate()
        code = self.process.wait(timeout=60)
        self._stderr.close()
        return code
