"""The blocks "Upgrade" and "Roll back" of docs/operations.md, run as they are written: a hall goes through both whole.

The program is installed by a stand-in for install.sh that takes no time; with PAIHAO_PROVE=long by install.sh itself,
from two real bundles.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from server.storage.schema import versions
from tests.deploy.nginx import free_port
from tests.deploy.rehearsal import Machine, block, next_bundle, quick_bundle
from tests.promises.rounds import LONG
from tests.server.api.running_server import HALL, until

NEWEST = versions()[-1]
NEXT = (f"{int(NEWEST) + 1:04d}", NEWEST)


@pytest.fixture
def bundles(tmp_path: Path, request: pytest.FixtureRequest) -> tuple[Path, Path]:
    """This version and the next."""
    if LONG:
        bundle: Path = request.getfixturevalue("bundle")
        return bundle, next_bundle(bundle, tmp_path / "next", NEXT)
    return quick_bundle(tmp_path / "this"), quick_bundle(tmp_path / "next", new_schema=NEXT)


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    root = tmp_path / "machine"
    root.mkdir()
    found = Machine(root, free_port())
    try:
        yield found
    finally:
        found.leave()


def schema_of(machine: Machine) -> str:
    with closing(sqlite3.connect(machine.server.data / "paihao.db")) as database:
        return str(database.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def forget_the_data(machine: Machine, newer: Path) -> None:
    """Somebody rolls back without the line that brings the data back, reads what the server says, and undoes it."""
    done = machine.run(block("roll back").replace("runuser", ": runuser"), newer)
    assert done.returncode == 0, done.stderr
    until(lambda: "install the newer program" in machine.journal(), "the older program refuses, and says what to do")
    (machine.root / "opt" / "paihao").rename(machine.root / "opt" / "paihao.before")
    (machine.root / "opt" / "paihao.newer").rename(machine.root / "opt" / "paihao")
    done = machine.run("systemctl start paihao", newer)
    assert done.returncode == 0, done.stderr


def test_a_hall_goes_through_an_upgrade_and_a_roll_back_whole(machine: Machine, bundles: tuple[Path, Path]) -> None:
    this, newer = bundles
    first = machine.run("sh paihao-bundle/install.sh /opt/paihao\nsystemctl start paihao", this)
    assert first.returncode == 0, first.stderr
    server = machine.reach()
    server.load("demo")
    kiosk = server.enrol("kiosk", "K1")

    def take() -> str:
        answer = machine.reach().post(f"/{HALL}/kiosk/take_number", {"line": "A"}, kiosk)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["number"])

    assert [take(), take()] == ["A001", "A002"]
    done = machine.run(block("upgrade"), newer)
    assert (done.returncode, '"ready":true' in done.stdout) == (0, True), done.stdout + done.stderr + machine.journal()
    assert (schema_of(machine), take()) == (NEXT[0], "A003")
    assert (server.data / f"before-{NEXT[0]}.backup.zip").exists()

    if LONG:
        forget_the_data(machine, newer)
        assert take() == "A004"
    done = machine.run(block("roll back"), newer, **{"0004": NEWEST})
    assert done.returncode == 0, done.stderr
    assert (take(), schema_of(machine)) == ("A005" if LONG else "A004", NEWEST)
    assert machine.program("doctor", "--data", str(server.data)).returncode == 0
    done = machine.run("systemctl stop paihao", this)
    assert done.returncode == 0 and "Traceback" not in machine.journal(), machine.journal()
