"""A box with a screen of its own: `paihao display` as a process, and its page's address."""

import json
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import requests

from tests.server.api.running_server import HALL, ROOT, until


class Box:
    """`paihao display` over a folder."""

    def __init__(self, folder: Path, server: str, **more: str | list[str]) -> None:
        folder.mkdir()
        self.data = folder / "data"
        self.page_file = self.data / "page.json"
        self.settings = folder / "display.toml"
        lines = {"server": server, "hall": HALL, "data_dir": "data", **more}
        self.settings.write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in lines.items()), "utf-8")
        self.process: subprocess.Popen[bytes] | None = None
        self.url = ""

    def run(self, *options: str) -> "subprocess.CompletedProcess[str]":
        """The program with these options, to its end."""
        command = [sys.executable, str(ROOT / "paihao.py"), "display", "--settings", str(self.settings), *options]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)

    def start(self) -> str:
        """Returns the page's address."""
        command = [sys.executable, str(ROOT / "paihao.py"), "display", "--settings", str(self.settings), "--no-browser"]
        self.process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
        until(self.page_file.exists, "the page's address")
        self.url = json.loads(self.page_file.read_text(encoding="utf-8"))["url"]
        return self.url

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        if self.process is None:
            return 0
        process, self.process = self.process, None
        process.send_signal(number)
        self.page_file.unlink(missing_ok=True)
        return process.wait(timeout=60)

    @property
    def secret(self) -> dict[str, str]:
        """The header that its own page shows."""
        return {"X-Page-Secret": urlsplit(self.url).fragment.removeprefix("s=")}

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> requests.Response:
        """GET below /display/, as its page does."""
        return requests.get(self._at(path), headers=dict(headers or {}), timeout=20)

    def post(self, path: str, body: object, headers: Mapping[str, str] | None = None) -> requests.Response:
        """POST below /display/."""
        return requests.post(self._at(path), json=body, headers=dict(headers or {}), timeout=20)

    def _at(self, path: str) -> str:
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}/display/{path}"
