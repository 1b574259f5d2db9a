"""docs/deploy: units, nginx, containers and settings are what the programs and systems they are for accept."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import click
import pytest
import requests

import paihao
from server.settings import read_settings
from tests.deploy.nginx import DEPLOY, free_port, needs_nginx, nginx, nginx_conf
from tests.deploy.over_tls import agent_works
from tests.server.api.running_server import RunningServer, new_key

UNITS = sorted(file.name for file in DEPLOY.iterdir() if file.suffix in (".service", ".timer"))
PROGRAM = re.compile(r"/opt/paihao/bin/paihao\"?,? (.*)")


def problems(folder: Path, unit: str, text: str) -> str:
    """What systemd says of a unit, in which the program and its user are some that every machine has."""
    text = text.replace("/opt/paihao/bin/paihao", "/bin/true")
    text = re.sub(r"^(User|Group|SupplementaryGroups)=.*\n", "", text, flags=re.MULTILINE)
    (folder / unit).write_text(text, encoding="utf-8")
    command = ["systemd-analyze", "verify", "--man=no", *(["--user"] if "screen@" in unit else []), str(folder / unit)]
    environ = {**os.environ, "XDG_RUNTIME_DIR": str(folder)}
    done = subprocess.run(command, capture_output=True, text=True, env=environ, timeout=60)
    ours = [line for line in done.stderr.splitlines() if "paihao" in line]
    return "\n".join(ours) if ours or done.returncode == 0 else done.stderr


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
@pytest.mark.parametrize("unit", UNITS)
def test_systemd_accepts_every_unit(tmp_path: Path, unit: str) -> None:
    text = (DEPLOY / unit).read_text(encoding="utf-8")
    (tmp_path / "paihao-backup.service").write_text("[Service]\nExecStart=/bin/true\n", encoding="utf-8")
    assert problems(tmp_path, unit, text) == ""
    assert problems(tmp_path, unit, text.replace("Description=", "Descrption=")) != ""


def commands_named(file: Path) -> list[list[str]]:
    """The words of every call of the program in a file."""
    return [re.sub(r"[\[\]\",]", " ", found).split() for found in PROGRAM.findall(file.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("name", [name for name in UNITS if name.endswith(".service")])
def test_every_command_line_of_a_unit_is_one_of_the_program(name: str) -> None:
    calls = commands_named(DEPLOY / name)
    assert calls
    for words in calls:
        for program in ("display", "kiosk", "window") if words[0] == "%i" else (words[0],):
            command = paihao.main.get_command(click.Context(paihao.main), program)
            assert command is not None, program
            known = {option for one in command.params for option in one.opts}
            assert {word for word in words if word.startswith("--")} <= known


def test_the_server_settings_are_read_without_a_mistake() -> None:
    settings = read_settings(DEPLOY / "server.toml")
    assert settings.behind_tls and settings.host == "127.0.0.1"


def test_what_the_server_settings_leave_to_choose_is_read_too(tmp_path: Path) -> None:
    text = (DEPLOY / "server.toml").read_text(encoding="utf-8")
    chosen = re.sub(r"^# (\w+ = )", r"\1", text, flags=re.MULTILINE)
    (tmp_path / "server.toml").write_text(chosen, encoding="utf-8")
    settings = read_settings(tmp_path / "server.toml")
    assert settings.workers > 1 and settings.database and settings.redis and settings.metrics_token


@needs_nginx
def test_nginx_takes_the_file_and_a_kiosk_works_through_it(tmp_path: Path, folder: Path, behind: RunningServer) -> None:
    tmp_path.chmod(0o755)
    port, plain = free_port(), free_port()
    conf = nginx_conf(tmp_path, folder, [behind.url], port, plain)
    tried = subprocess.run(["nginx", "-t", "-p", str(tmp_path), "-c", str(conf)], capture_output=True, text=True)
    assert tried.returncode == 0, tried.stderr
    with nginx(tmp_path, conf, port):
        agent_works(behind, port, folder / "ca.crt")
        with requests.Session() as http:
            http.trust_env, http.verify = False, str(folder / "ca.crt")
            url, forged = f"https://localhost:{port}", new_key()
            assert http.get(f"{url}/metrics", timeout=10).status_code == 403
            assert http.get(f"{url}/ready", timeout=10).json() == {"ready": True, "reasons": []}
            named = http.get(f"{url}/health", headers={"X-Request-ID": forged}, timeout=10).headers["X-Request-ID"]
            assert len(named) == 32 and named != forged
            sent_on = http.get(f"http://localhost:{plain}/LJ/board", allow_redirects=False, timeout=10)
            assert sent_on.headers["Location"] == "https://localhost/LJ/board"
            sign_in = {"login": "nobody", "password": "wrong-password"}
            origin = {"Origin": url, "Idempotency-Key": new_key()}
            answer = http.post(f"{url}/LJ/desk/sign_in", json=sign_in, headers=origin, timeout=10)
            assert answer.json()["code"] == "wrong_password"  # not foreign_origin: Host and Origin arrive as they were


def test_a_hall_is_found_in_every_path_that_is_one_halls() -> None:
    written = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    found = re.search(r'"~(\^.*)" \$hall;', written)
    assert found and "$arg_hall;" in written
    pattern = re.compile(found[1].replace("(?<", "(?P<"))
    halls = {path: (match["hall"] if (match := pattern.match(path)) else "") for path in (
        "/LJ/kiosk/take_number", "/LJ-2/snapshot/public", "/LJ/ticket/12", "/health", "/", "/metrics", "/socket.io/",
    )}  # fmt: skip
    assert list(halls.values()) == ["LJ", "LJ-2", "LJ", "", "", "", ""]


@pytest.mark.skipif(
    shutil.which("docker") is None
    or subprocess.run(["docker", "compose", "version"], capture_output=True).returncode != 0,
    reason="docker compose is not installed",
)
def test_docker_takes_the_compose_file() -> None:
    command = ["docker", "compose", "-f", str(DEPLOY / "compose.yaml"), "config", "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
