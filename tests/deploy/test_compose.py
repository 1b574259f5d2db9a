"""docs/deploy/compose.yaml fits what lies beside it: every file, port, path, user and image, without docker."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from server.settings import read_settings
from tests.deploy.nginx import DEPLOY
from tests.server.api.running_server import ROOT

PINNED = re.compile(r"[a-z0-9./-]+:\d+\.\d+\.\d+[\w.-]*$")
GIVEN = ("server.toml", "certs/server.crt", "certs/server.key")  # what the head of the file asks for
Compose = dict[str, Any]


def read() -> Compose:
    found: Compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return found


def faults(compose: Compose) -> Iterator[str]:
    """What does not fit."""
    dockerfile = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    server, proxy = compose["services"]["server"], compose["services"]["proxy"]
    images = [server["image"], proxy["image"], *re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE)]
    yield from (f"not pinned: {image}" for image in images if not PINNED.match(image))
    if not (DEPLOY / server["build"]["dockerfile"]).is_file():
        yield "no Dockerfile"
    mounts = [mount for one in (server, proxy) for mount in one["volumes"]]
    for name, target in (mount.split(":")[:2] for mount in mounts):
        if name.startswith("./"):
            if not (DEPLOY / name).is_file() and name[2:] not in GIVEN:
                yield f"no such file: {name}"
        elif name not in compose["volumes"] or f"VOLUME {target}\n" not in dockerfile:
            yield f"no such volume: {name}"
    yield from _faults_of_the_server(server, mounts, dockerfile)
    yield from _faults_of_the_proxy(server, proxy, mounts)


def _faults_of_the_server(server: Compose, mounts: list[str], dockerfile: str) -> Iterator[str]:
    settings = read_settings(DEPLOY / "server.toml")
    uid = re.search(r"--uid (\d+)", dockerfile)
    if uid is None or server["user"] != f"{uid[1]}:{uid[1]}" or f"USER {uid[1]}\n" not in dockerfile:
        yield "another user than the image's"
    if not any(mount.endswith(f":{settings.data_dir}") for mount in mounts):
        yield "the data would be lost with the container"
    file = re.search(r'"--settings", "([^"]+)"', dockerfile)
    if file is None or f"./server.toml:{file[1]}:ro" not in mounts:
        yield "the settings are elsewhere"
    asked = re.search(r"http://127\.0\.0\.1:(\d+)(/\w+)", " ".join(server["healthcheck"]["test"]))
    routes = (ROOT / "server" / "api" / "service.py").read_text(encoding="utf-8")
    if asked is None or int(asked[1]) != settings.port or f'@routes.get("{asked[2]}")' not in routes:
        yield "the health check asks for something else"
    if server["healthcheck"]["test"][1] != "/opt/paihao/bin/python" or "install.sh /opt/paihao " not in dockerfile:
        yield "the health check's program is not there"
    if int(server["stop_grace_period"].removesuffix("s")) < 20:
        yield "killed before it has stopped"


def _faults_of_the_proxy(server: Compose, proxy: Compose, mounts: list[str]) -> Iterator[str]:
    settings = read_settings(DEPLOY / "server.toml")
    conf = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    shares = server.get("network_mode") == "service:proxy"
    if not shares or not settings.behind_tls or f"server {settings.host}:{settings.port} " not in conf:
        yield "nginx looks for the server elsewhere"
    listens = set(re.findall(r"^\s+listen (\d+)", conf, re.MULTILINE))
    if {port.split(":")[1] for port in proxy["ports"]} != listens:
        yield "other ports than nginx's"
    for certificate in re.findall(r"ssl_certificate(?:_key)?\s+(\S+);", conf):
        if not any(mount.split(":")[1] == certificate for mount in mounts):
            yield f"nothing at {certificate}"


def test_everything_in_the_compose_file_fits_what_lies_beside_it() -> None:
    assert list(faults(read())) == []


def _asks(compose: Compose, url: str) -> None:
    compose["services"]["server"]["healthcheck"]["test"][2:] = [url]


SPOILT: dict[str, Callable[[Compose], object]] = {
    "image": lambda c: c["services"]["proxy"].update(image="nginx:stable"),
    "file": lambda c: c["services"]["proxy"]["volumes"].append("./ngnix.conf:/etc/nginx/other.conf:ro"),
    "volume": lambda c: c["volumes"].clear(),
    "user": lambda c: c["services"]["server"].update(user="0:0"),
    "data": lambda c: c["services"]["server"]["volumes"].remove("data:/var/lib/paihao"),
    "port": lambda c: _asks(c, "http://127.0.0.1:8601/health"),
    "path": lambda c: _asks(c, "http://127.0.0.1:8600/alive"),
    "ports": lambda c: c["services"]["proxy"].update(ports=["8443:8443"]),
    "network": lambda c: c["services"]["server"].pop("network_mode"),
    "certificate": lambda c: c["services"]["proxy"]["volumes"].pop(),
    "grace": lambda c: c["services"]["server"].update(stop_grace_period="5s"),
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_a_compose_file_that_does_not_fit_is_found(spoil: Callable[[Compose], object]) -> None:
    compose = read()
    spoil(compose)
    assert list(faults(compose)) != []
