"""`paihao serve` and the other commands over halls in PostgreSQL; the data folder remembers where they are."""

import signal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from server.command.backup import backup
from server.command.doctor import doctor
from server.command.schema import schema
from server.command.serve import serve
from server.command.verify import verify
from server.storage.postgres import PostgresDatabase
from server.storage.schema import versions
from tests.server.api.running_server import HALL, RunningServer, new_key, until
from tests.server.databases.hall_in_postgres import Filled
from tests.server.private_postgres import PrivatePostgres

pytestmark = pytest.mark.databases


def said_by(command: object, data: Path, *options: str) -> Result:
    return CliRunner().invoke(command, ["--data", str(data), *options])  # type: ignore[arg-type]


def test_a_hall_in_postgres_is_served_looked_at_and_survives_its_database(filled: Filled, tmp_path: Path) -> None:
    postgres, name = filled.postgres, filled.empty()
    server = RunningServer(tmp_path / "data", ("--database", postgres.url(name)))
    server.start()
    server.load("demo")
    kiosk = server.enrol("kiosk", "K1")
    first, key = server.post(f"/{HALL}/kiosk/take_number", {"line": "A"}, kiosk), new_key()
    assert first.json()["number"] == "A001"
    slip = server.get(f"/{HALL}/kiosk/slip/{first.json()['slip']}", kiosk)
    assert slip.status_code == 200, slip.text

    postgres.end(signal.SIGQUIT)
    away = server.post(f"/{HALL}/kiosk/take_number", {"line": "A"}, kiosk, key=key)
    assert (away.status_code, away.json()["code"]) == (503, "database_away")
    read = server.get(f"/{HALL}/kiosk/slip/{first.json()['slip']}", kiosk)
    assert (read.status_code, read.json()["code"]) == (503, "database_away")
    assert server.get(f"/{HALL}/snapshot/public").status_code == 200  # screens keep what they know
    postgres.start()

    def back() -> bool:
        return server.post(f"/{HALL}/kiosk/take_number", {"line": "A"}, kiosk, key=key).status_code == 200

    until(back, "it goes on by itself")
    again = server.post(f"/{HALL}/kiosk/take_number", {"line": "A"}, kiosk, key=key)
    assert (again.json()["number"], again.headers["Idempotent-Replay"]) == ("A002", "true")

    assert "all 13 invariants hold" in said_by(doctor, server.data).output
    assert f"{HALL}: " in said_by(verify, server.data).output
    assert versions()[-1] in said_by(schema, server.data).output
    refused = said_by(schema, server.data, "--to", "0004")
    assert (refused.exit_code, "stop the servers" in refused.output) == (2, True)
    kept = said_by(backup, server.data, str(tmp_path))
    assert (kept.exit_code, "pg_dump" in kept.output, list(tmp_path.glob("*.zip"))) == (2, True, [])
    code, log = server.stop()
    assert code == 0 and "Traceback" not in log, log

    server.options = ()
    server.start()
    assert server.get("/health").json()["halls"][HALL]
    assert not (server.data / "paihao.db").exists()
    server.stop()
    filled.give_back(name)


def test_what_is_no_database_of_this_program_is_refused_with_words(postgres: PrivatePostgres, tmp_path: Path) -> None:
    (tmp_path / "paihao.db").touch()
    refused = said_by(serve, tmp_path, "--database", postgres.url("postgres"))
    assert (refused.exit_code, "migrate-database" in refused.output) == (2, True)
    name = postgres.make()
    database = PostgresDatabase(postgres.url(name))
    database.look()
    database.move("0005")
    older = said_by(serve, tmp_path / "new", "--database", database.url)
    for what in ("0005", "备份", "pg_dump", f"paihao schema --to {versions()[-1]}", "stop all servers"):
        assert (older.exit_code, what in older.output) == (2, True), older.output
    postgres.do("UPDATE alembic_version SET version_num = '0999'", name)
    newer = said_by(serve, tmp_path / "new", "--database", database.url)
    for what in ("0999", "更新的程序", "install the newer program"):
        assert (newer.exit_code, what in newer.output) == (2, True), newer.output
    postgres.drop(name)
    wrong = said_by(serve, tmp_path / "new", "--database", "mysql://x")
    assert (wrong.exit_code, "database" in wrong.output) == (2, True)
    nowhere = said_by(serve, tmp_path / "new", "--database", postgres.url("nowhere"))
    assert (nowhere.exit_code, "nowhere" in nowhere.output) == (2, True)
