"""`paihao certs`: a hall's own authority, tried with real TLS, by OpenSSL and by an agent's own line to the server."""

import hashlib
import re
import socket
import ssl
import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from server.certificates import CertificateRefused, make, names_of, renew, show
from tests.deploy.over_tls import agent_works, context_of, tls_proxy
from tests.deploy.over_tls import run_certs as run
from tests.server.api.running_server import RunningServer

NOW = datetime.now(UTC)
NOTHING = names_of(())


def handshake(server: ssl.SSLContext, ca: Path, name: str) -> None:
    """A client that trusts this authority asks for `name`. Raises ssl.SSLError as it would."""
    here, there = socket.socketpair()
    client = ssl.create_default_context(cafile=str(ca))

    def serve() -> None:
        try:
            with server.wrap_socket(there, server_side=True) as secure:
                secure.sendall(b"ok")
        except OSError:
            there.close()

    serving = threading.Thread(target=serve)
    serving.start()
    try:
        with here, client.wrap_socket(here, server_hostname=name) as secure:
            assert secure.recv(2) == b"ok"
    finally:
        serving.join(10)


def test_clients_that_trust_the_authority_reach_the_server_under_its_names_only(folder: Path) -> None:
    context = context_of(folder)
    handshake(context, folder / "ca.crt", "localhost")
    handshake(context, folder / "ca.crt", "127.0.0.1")
    with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
        handshake(context, folder / "ca.crt", "bank.example")


def test_another_halls_authority_does_not_vouch_for_it(folder: Path, tmp_path: Path) -> None:
    make(tmp_path, "XX", names_of(["localhost"]), NOTHING, 10, NOW)
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(context_of(folder), tmp_path / "ca.crt", "localhost")


def test_a_stolen_authority_cannot_pass_for_anybody_else(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ca.crt", "ca.key", "server.crt", "server.key"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    with pytest.raises(CertificateRefused, match=r"bank\.example"):
        renew(tmp_path, tmp_path / "ca.key", names_of(["bank.example"]), 10, NOW)
    monkeypatch.setattr("server.certificates._check_bounds", lambda *_: None)  # the thief's program has no such check
    renew(tmp_path, tmp_path / "ca.key", names_of(["bank.example"]), 10, NOW)
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted"):
        handshake(context_of(tmp_path), tmp_path / "ca.crt", "bank.example")


def test_a_renewed_certificate_is_good_for_clients_that_know_the_authority(folder: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "safe.key"
    for name in ("ca.crt", "server.crt", "server.key"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    elsewhere.write_bytes((folder / "ca.key").read_bytes())
    before = show(tmp_path)
    said = run("renew", "--to", tmp_path, "--ca-key", elsewhere, "--days", "400")
    assert said.exit_code == 0, said.output
    ca, server = show(tmp_path)
    assert (ca, server.names) == (before[0], before[1].names)
    assert server.fingerprint != before[1].fingerprint
    handshake(context_of(tmp_path), tmp_path / "ca.crt", "localhost")
    said = run("renew", "--to", tmp_path, "--ca-key", elsewhere, "--name", "desk.lan")  # was allowed with --also
    assert said.exit_code == 0, said.output
    handshake(context_of(tmp_path), tmp_path / "ca.crt", "desk.lan")


def test_keys_are_for_their_owner_and_nothing_is_overwritten(folder: Path) -> None:
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}
    assert modes == {"ca.key": 0o600, "server.key": 0o600, "ca.crt": 0o644, "server.crt": 0o644}
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    said = run("make", "--to", folder, "--name", "localhost")
    assert (said.exit_code, "不会覆盖" in said.output, "never overwritten" in said.output) == (2, True, True)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before


def test_fingerprints_are_those_that_clients_show(folder: Path) -> None:
    said = run("show", "--to", folder)
    assert said.exit_code == 0, said.output
    pem = (folder / "server.crt").read_text()
    seen = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest().upper()
    assert seen in re.sub(":", "", said.output)
    assert "localhost, 127.0.0.1" in said.output


def test_a_certificate_that_ends_soon_is_an_exit_code(tmp_path: Path) -> None:
    make(tmp_path, "LJ", names_of(["localhost"]), NOTHING, 20, NOW)
    assert run("show", "--to", tmp_path).exit_code == 1
    assert run("show", "--to", tmp_path, "--warn-days", "5").exit_code == 0


def test_an_authority_that_ended_is_not_used(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(CertificateRefused, match="fewer --days"):
        renew(folder, folder / "ca.key", None, 400, NOW + timedelta(days=3400))


@pytest.mark.parametrize("wrong", ["192.168.1.0/24", "a b", "-x", "测试", ""])
def test_what_is_no_name_of_a_server_is_refused(tmp_path: Path, wrong: str) -> None:
    said = run("make", "--to", tmp_path / "new", "--name", wrong)
    assert said.exit_code == 2 and "Traceback" not in said.output
    assert not (tmp_path / "new").exists()


def test_an_agent_reaches_its_server_over_tls_by_the_halls_own_authority(folder: Path, behind: RunningServer) -> None:
    with tls_proxy(behind, folder) as port:
        agent_works(behind, port, folder / "ca.crt")
