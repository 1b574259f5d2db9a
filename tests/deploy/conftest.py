"""Certificates of a hall, and its server as it stands behind a proxy with TLS."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.nginx import DEPLOY
from tests.deploy.over_tls import run_certs
from tests.server.api.running_server import RunningServer


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Certificates for this machine under the names localhost and 127.0.0.1; *.lan may come later."""
    folder = tmp_path_factory.mktemp("certs") / "made"
    names = ("--name", "localhost", "--name", "127.0.0.1", "--also", "lan")
    said = run_certs("make", "--to", folder, "--hall", "LJ", *names)
    assert said.exit_code == 0, said.output
    for wanted in ("certutil", "update-ca-certificates", "指纹", "fingerprint", 'ca = "ca.crt"'):
        assert wanted in said.output
    return folder


@pytest.fixture(scope="session")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    folder = tmp_path_factory.mktemp("behind")
    settings = folder / "server.toml"
    settings.write_text('behind_tls = true\nlog_format = "json"\n', encoding="utf-8")
    server = RunningServer(folder / "data", ("--settings", str(settings)))
    server.start()
    try:
        server.load("demo")
        yield server
    finally:
        code, said = server.stop()
    assert code == 0, said


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`docs/deploy/bundle.sh`; packages come from wherever pip gets them, its cache first."""
    to = tmp_path_factory.mktemp("bundle") / "paihao-bundle"
    command = ["sh", str(DEPLOY / "bundle.sh"), sys.executable, str(to)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    if "No matching distribution" in done.stderr or "Could not find a version" in done.stderr:
        missing = "no package index can be reached"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    assert done.returncode == 0, done.stderr
    return to
