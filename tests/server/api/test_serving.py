"""Starting and stopping: one server for a data folder, a clean end, sentences instead of tracebacks."""

import json
import os
import signal
import socket
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from tests.server.api.running_server import HALL, WITHIN_S, RunningServer, until


def _output_of(server: RunningServer, *options: str) -> tuple[int, str]:
    before = len(server.said())
    process = server.serve(*options)
    return process.wait(timeout=WITHIN_S), server.said()[before:]


def test_a_second_server_over_the_same_folder_is_refused(own_server: RunningServer) -> None:
    code, said = _output_of(own_server, "--port", "0")
    assert code == 2
    assert "另一个服务器" in said and "another server" in said and "Traceback" not in said
    assert own_server.get("/health").status_code == 200


def test_a_port_that_is_taken_is_named(own_server: RunningServer, tmp_path: Path) -> None:
    other = RunningServer(tmp_path / "other")
    port = own_server.url.rpartition(":")[2]
    code = other.serve("--port", port).wait(timeout=WITHIN_S)
    assert code == 2
    assert f"127.0.0.1:{port}" in other.said() and "Traceback" not in other.said()
    assert not (other.data / "server.json").exists()


def test_wrong_settings_are_told_all_at_once(tmp_path: Path) -> None:
    server = RunningServer(tmp_path / "data")
    server.data.mkdir()
    file = tmp_path / "server.toml"
    file.write_text('prot = 1\nport = 70000\nlog_level = "loud"\n[passwords]\nmin_length = 1\n', encoding="utf-8")
    assert server.serve("--settings", str(file)).wait(timeout=WITHIN_S) == 2
    said = server.said()
    assert all(name in said for name in ("prot", "port", "log_level", "passwords.min_length"))
    assert "Traceback" not in said


@pytest.mark.parametrize(("name", "content"), [("server.key", b"short"), ("paihao.db", b"no database" * 100)])
def test_a_folder_that_is_damaged_is_named(tmp_path: Path, name: str, content: bytes) -> None:
    server = RunningServer(tmp_path / "data")
    server.data.mkdir()
    (server.data / name).write_bytes(content)
    assert server.serve("--port", "0").wait(timeout=WITHIN_S) == 2
    assert str(server.data) in server.said() and "Traceback" not in server.said()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_is_clean(own_server: RunningServer, number: signal.Signals) -> None:
    own_server.load("demo")
    code, said = own_server.stop(number)
    assert code == 0
    assert "plain http: demo or isolated LAN" in said and "Traceback" not in said
    assert not (own_server.data / "server.json").exists()


def test_what_was_answered_before_a_stop_is_there_after_it(own_server: RunningServer) -> None:
    own_server.load("demo")
    kiosk = own_server.enrol("kiosk", "K1")
    taken: list[str] = []

    def take(_: int) -> None:
        try:
            answer = own_server.post(f"/{HALL}/kiosk/take_number", {"line": "A"}, kiosk)
        except requests.RequestException:
            return  # not heard any more: whether it was done is not known
        if answer.status_code == 200:
            taken.append(answer.json()["number"])

    with ThreadPoolExecutor(8) as pool:
        for number in range(400):
            pool.submit(take, number)
        until(lambda: len(taken) > 50, "some numbers")
        assert own_server.process is not None
        own_server.process.send_signal(signal.SIGTERM)
    assert own_server.stop()[0] == 0
    own_server.http = requests.Session()
    own_server.start()
    own_server.person("floor1", "floor_manager")
    table = own_server.get(f"/{HALL}/desk/today.csv", own_server.at_desk("floor1")).text
    assert len(set(taken)) == len(taken)
    assert [number for number in taken if f"\n{number}," not in table] == []


def test_a_server_that_was_killed_starts_again(own_server: RunningServer) -> None:
    own_server.load("demo")
    kiosk = own_server.enrol("kiosk", "K1")
    number = own_server.post(f"/{HALL}/kiosk/take_number", {"line": "A"}, kiosk).json()["number"]
    assert own_server.stop(signal.SIGKILL)[0] == -signal.SIGKILL
    old = (own_server.data / "server.json").read_text()
    (own_server.data / "server.json").unlink()
    own_server.http = requests.Session()
    own_server.start()
    assert json.loads(old)["local_secret"] != own_server.secret
    again = own_server.post(f"/{HALL}/kiosk/take_number", {"line": "A"}, kiosk).json()["number"]
    assert int(again[1:]) == int(number[1:]) + 1


def test_secrets_on_disk_are_for_the_owner_only(own_server: RunningServer) -> None:
    for name in ("server.key", "server.json", "server.lock"):
        assert stat.S_IMODE(os.stat(own_server.data / name).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(own_server.data).st_mode) == 0o700


def test_a_connection_that_says_nothing_does_not_hold_up_the_stop(own_server: RunningServer) -> None:
    host, port = own_server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as silent:
        silent.sendall(b"POST /LJ/kiosk/take_number HTTP/1.1\r\nHost: localhost\r\n")
        assert own_server.stop()[0] == 0
