"""The command line: the same deeds whether a server runs or not."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from paihao import main
from tests.server.api.running_server import HALL, PASSWORD, ROOT, RunningServer


def paihao(*arguments: str) -> subprocess.CompletedProcess[str]:
    """`paihao ...`, as somebody at the terminal runs it."""
    command = [sys.executable, str(ROOT / "paihao.py"), *arguments]
    environ = {**os.environ, "PYTHONUTF8": "1"}
    return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False)


def done(*arguments: str) -> str:
    """A command that works; what it printed."""
    found = paihao(*arguments)
    assert found.returncode == 0, found.stdout + found.stderr
    return found.stdout


def code_in(said: str) -> str:
    """The one-time code in what was printed."""
    found = re.search(r"[:：] ([2-9A-HJ-NP-Z]{6})\b", said)
    assert found, said
    return found[1]


def test_a_hall_is_set_up_without_a_server_and_then_served(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert "LJ" in done("hall", "load", "demo/halls/demo", "--data", str(data))
    first_code = code_in(done(
        "user", "add", "admin", "--name", "管理员", "--role", "system_administrator", "--data", str(data)
    ))  # fmt: skip
    kiosk_code = code_in(done("device", "enrol", "kiosk", "K1", "--data", str(data)))
    server = RunningServer(data)
    server.start()
    try:
        body = {"login": "admin", "code": first_code, "password": PASSWORD}
        assert server.post(f"/{HALL}/account/first_password", body).status_code == 200
        token = server.post(f"/{HALL}/device/enrol", {"code": kiosk_code}).json()["token"]
        kiosk = {"Authorization": f"Bearer {token}"}
        assert server.post(f"/{HALL}/kiosk/take_number", {"line": "A"}, kiosk).status_code == 200
        assert "enrolled" in done("device", "list", "--data", str(data))
        assert "K1" in done("device", "revoke", "K1", "--data", str(data))
        assert server.post(f"/{HALL}/kiosk/take_number", {"line": "A"}, kiosk).status_code == 401
        done("user", "role", "admin", "security_administrator", "--data", str(data))
        assert "security_administrator" in done("user", "list", "--data", str(data))
        assert code_in(done("user", "reset", "admin", "--data", str(data))) != first_code
        assert "disabled" in done("user", "disable", "admin", "--data", str(data))
    finally:
        assert server.stop()[0] == 0


def test_there_is_nobody_before_somebody_is_added(tmp_path: Path) -> None:
    done("hall", "load", "demo/halls/branch", "--data", str(tmp_path))
    listed = done("user", "list", "--data", str(tmp_path))
    assert listed
    assert all("no password yet" in line and "administrator" not in line for line in listed.splitlines())


def test_mistakes_are_sentences(tmp_path: Path) -> None:
    nothing_loaded = paihao("device", "enrol", "kiosk", "K1", "--data", str(tmp_path))
    assert nothing_loaded.returncode == 2
    assert "--hall" in nothing_loaded.stderr and "Traceback" not in nothing_loaded.stderr
    done("hall", "load", "demo/halls/demo", "--data", str(tmp_path))
    no_such_window = paihao("device", "enrol", "window", "W1", "--window", "999", "--data", str(tmp_path))
    assert no_such_window.returncode == 2
    assert "999" in no_such_window.stderr and "no window" in no_such_window.stderr
    two_offices = paihao(
        "user", "add", "x", "--name", "某", "--role", "system_administrator", "--role", "audit_administrator",
        "--data", str(tmp_path),
    )  # fmt: skip
    assert two_offices.returncode == 2 and "administrators" in two_offices.stderr


def test_a_server_that_died_without_a_word_is_not_asked(tmp_path: Path) -> None:
    server = RunningServer(tmp_path / "data")
    server.start()
    server.load("demo")
    assert server.stop(signal.SIGKILL)[0] == -signal.SIGKILL
    assert (server.data / "server.json").exists()
    assert code_in(done("device", "enrol", "kiosk", "K1", "--data", str(server.data)))
    assert "K1" in done("device", "list", "--data", str(server.data))


@pytest.mark.parametrize(
    "command",
    [
        "", "serve", "hall", "hall load", "device", "device enrol", "device list", "device revoke", "user", "user add",
        "user invite", "user reset", "user disable", "user role", "user list",
    ],
)  # fmt: skip
def test_every_command_explains_itself_in_both_languages(command: str) -> None:
    said = CliRunner().invoke(main, [*command.split(), "--help"]).output
    assert re.search(r"[一-鿿]", said) and re.search(r"[a-z]{4}", said), said
