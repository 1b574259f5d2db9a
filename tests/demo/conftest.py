"""One play for all tests that look at what a play leaves behind."""

import json
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from demo.command import DEMO_HALL
from demo.evidence import Evidence, read_evidence
from tests.demo.demo_process import DemoProcess

TICKETS = 12
PLAYS_WITHIN_S = 600.0


@dataclass(frozen=True, slots=True)
class Played:
    """`code`: how the demo ended; `report`: what it wrote."""

    code: int
    output: str
    report: dict[str, Any]
    evidence: Path
    database: Path

    def read(self) -> Evidence:
        return read_evidence(self.evidence, self.database)


@pytest.fixture(scope="session")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration hall, where the last silent citizen is waited for 10 s instead of 60, and the business day
    does not turn while the tests run."""
    halls = tmp_path_factory.mktemp("halls") / "halls"
    shutil.copytree(DEMO_HALL.parent, halls)
    file = halls / "demo" / "hall.toml"
    turns_at = "06:00" if datetime.now(ZoneInfo("Asia/Shanghai")).hour == 3 else "04:00"
    rules = f'[rules]\nrate_within_s = 10\nday_turns_at = "{turns_at}"\n'
    text = file.read_text(encoding="utf-8").replace("[rules]\n", rules)
    assert "rate_within_s" in text
    file.write_text(text, encoding="utf-8")
    return file


@pytest.fixture(scope="session")
def played(hall: Path, tmp_path_factory: pytest.TempPathFactory) -> Played:
    """A dozen citizens, played and judged."""
    data, report = tmp_path_factory.mktemp("play"), tmp_path_factory.mktemp("report") / "report.json"
    options = ["--port", "0", "--hall", str(hall), "--tickets", str(TICKETS), "--seed", "1", "--report", str(report)]
    with DemoProcess(data, *options) as demo:
        demo.process.wait(PLAYS_WITHIN_S)
        code = demo.wait_for_end()
        output = demo.output
    assert report.exists(), output
    found = json.loads(report.read_text(encoding="utf-8"))
    return Played(code, output, found, data / "evidence", data / "server" / "paihao.db")
