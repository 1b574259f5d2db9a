"""A real nginx with the file that ships."""

import os
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.server.api.running_server import ROOT, until

DEPLOY = ROOT / "docs" / "deploy"
needs_nginx = pytest.mark.skipif(
    shutil.which("nginx") is None and os.environ.get("CI") != "true", reason="nginx is not installed"
)


def nginx_conf(folder: Path, certs: Path, servers: Sequence[str], port: int, plain: int) -> Path:
    """The shipped file as one of nginx's own would include it, with ports and places of this test."""
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    text = re.sub(r"\n\s+listen \[::\].*", "", text)
    line = re.search(r"\n +server 127\.0\.0\.1:8600[^\n]*", text)
    assert line
    lines = [line[0].replace("127.0.0.1:8600", server.removeprefix("http://")) for server in servers]
    for written, here in (
        (line[0], "".join(lines)),
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"), ("listen 80", f"listen 127.0.0.1:{plain}"),
        ("/etc/paihao/certs", str(certs)),
        ("/var/log/nginx/paihao.log", str(folder / "error.log")), ("paihao.lan", "localhost"),
    ):  # fmt: skip
        assert written in text, written
        text = text.replace(written, here)
    temp = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    conf = folder / "nginx.conf"
    head = f"daemon off; pid {folder}/pid; error_log {folder}/main.log; events {{}} http {{ access_log off; {temp}\n"
    conf.write_text(head + text + "}\n", encoding="utf-8")
    return conf


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def nginx(folder: Path, conf: Path, port: int) -> Iterator[None]:
    process = subprocess.Popen(["nginx", "-p", str(folder), "-c", str(conf)], stderr=subprocess.DEVNULL)
    try:
        until(lambda: _listens(port), "nginx listens", 60)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
