"""Backups are real: whole, private, looked at before they are believed; one that is cut or altered is refused."""

import hashlib
import os
import random
import resource
import sqlite3
import subprocess
import sys
import zipfile
import zlib
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from server.command.backup import backup
from server.command.backup import restore as restore_command
from server.reports.doctor import examine_all
from server.storage.backup import opened, write_backup
from server.storage.backup_faults import BackupStopped, Fault
from server.storage.database import NAME, Database
from server.storage.restore import restore
from server.storage.schema import move, version_of, versions
from tests.server.hall_kit import HALLS, HallOnDisk, rows_of
from tests.server.storage.frozen_day import thaw

ROOT = HALLS.parents[1]
KEY = bytes(range(32))


def findings(folder: Path) -> list[str]:
    return [f"{one.invariant}: {one.what}" for all_ in examine_all(Database(folder)).values() for one in all_]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with some days in it, and a key."""
    folder = tmp_path / "data"
    folder.mkdir()
    move(thaw("0004", folder))
    (folder / "server.key").write_bytes(KEY)
    return folder


def refused(file: Path, data: Path) -> Fault:
    """Why it is not restored; nothing is left behind."""
    beside = sorted(path.name for path in data.parent.iterdir())
    with pytest.raises(BackupStopped) as stopped:
        restore(file, data, findings)
    assert sorted(path.name for path in data.parent.iterdir()) == beside
    assert f"[{stopped.value.fault}]" in str(stopped.value)
    return stopped.value.fault


def paihao(*words: str, biggest_file: int | None = None) -> "subprocess.CompletedProcess[str]":
    """The command line; no file it writes may grow beyond a limit."""

    def limit() -> None:
        if biggest_file is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (biggest_file, biggest_file))

    command = [sys.executable, "paihao.py", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, preexec_fn=limit)


def test_what_was_backed_up_comes_back_elsewhere_equal_and_private(data: Path, tmp_path: Path) -> None:
    file, manifest = write_backup(data, tmp_path)
    assert file.name.startswith("paihao-") and file.stat().st_mode & 0o777 == 0o600
    new = tmp_path / "new" / "place"
    assert restore(file, new, findings) == manifest
    assert (new / "server.key").read_bytes() == KEY
    assert {path.name: path.stat().st_mode & 0o777 for path in new.iterdir()} == {NAME: 0o600, "server.key": 0o600}
    assert new.stat().st_mode & 0o777 == 0o700
    assert rows_of(new / NAME) == rows_of(data / NAME)
    assert manifest.rows["tickets"] == 162 and manifest.halls["LJ"].revision == 496
    hall = HallOnDisk(new, manifest.halls["LJ"].time_ms)
    hall.open()
    assert hall.take("A", print_at=None).number.startswith("A")
    hall.check()
    hall.close()


def test_a_backup_taken_while_the_hall_works_is_one_moment_of_it(hall: HallOnDisk, tmp_path: Path) -> None:
    for _ in range(20):
        hall.take("A")
    seen: list[int] = []

    def meanwhile(_stage: str, _done: int, _of: int) -> None:
        seen.append(int(hall.take("A").number[1:]))

    file, manifest = write_backup(hall.folder, tmp_path, meanwhile)
    assert seen and hall.head > manifest.halls["LJ"].revision
    restore(file, tmp_path / "new", findings)
    with closing(sqlite3.connect(tmp_path / "new" / NAME)) as connection:
        numbers = [row[0] for row in connection.execute("SELECT number FROM tickets ORDER BY id")]
    assert numbers == list(range(1, 21))


@pytest.mark.parametrize("left", [0, 1, 3, 30, 1000, 0.5, -65, -64, -1])
def test_a_backup_that_was_cut_short_is_refused(data: Path, tmp_path: Path, left: float) -> None:
    file, _ = write_backup(data, tmp_path / "whole.backup.zip")
    whole = file.read_bytes()
    cut = tmp_path / "cut.backup.zip"
    cut.write_bytes(whole[: int(len(whole) * left) if left == 0.5 else int(left)])
    assert refused(cut, tmp_path / "new") in (Fault.DAMAGED, Fault.NOT_A_BACKUP)


def test_every_flipped_bit_is_found_and_a_zip_archive_alone_would_not_find_them_all(data: Path, tmp_path: Path) -> None:
    file, _ = write_backup(data, tmp_path / "whole.backup.zip")
    whole, rng = file.read_bytes(), random.Random(20)
    altered = tmp_path / "altered.backup.zip"
    passed_by_zip = 0
    places = [*range(64), *rng.sample(range(len(whole)), 60), *range(len(whole) - 150, len(whole))]
    for place in places:
        flipped = bytearray(whole)
        flipped[place] ^= 1 << rng.randrange(8)
        altered.write_bytes(flipped)
        with pytest.raises(BackupStopped), opened(altered):
            pass
        try:
            with zipfile.ZipFile(altered) as archive:
                passed_by_zip += archive.testzip() is None
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError, ValueError):
            continue
    assert passed_by_zip
    assert refused(altered, tmp_path / "new") is Fault.DAMAGED


def forged(file: Path, to: Path, **instead: bytes) -> Path:
    """A backup with other contents and a checksum that fits."""
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(to, "w") as new:
        for name in old.namelist():
            new.writestr(name, instead.get(name.partition(".")[0], old.read(name)))
        new.comment = b"0" * 64
    content = to.read_bytes()[:-64]
    to.write_bytes(content + hashlib.sha256(content).hexdigest().encode())
    return to


def test_a_list_that_does_not_fit_what_is_inside_is_refused(data: Path, tmp_path: Path) -> None:
    file, manifest = write_backup(data, tmp_path / "whole.backup.zip")
    assert forged(file, tmp_path / "same.zip").stat().st_size and restore(
        tmp_path / "same.zip", tmp_path / "a", findings
    )
    rows = manifest.model_copy(update={"rows": {**manifest.rows, "tickets": 163}})
    head = manifest.halls["LJ"].model_copy(update={"revision": 495})
    halls = manifest.model_copy(update={"halls": {"LJ": head}})
    newer = manifest.model_copy(update={"schema_version": "9999"})
    expected = ((rows, Fault.NOT_AS_SAVED), (halls, Fault.NOT_AS_SAVED), (newer, Fault.NEWER))
    for number, (other, fault) in enumerate(expected):
        lying = forged(file, tmp_path / f"{number}.zip", manifest=other.model_dump_json().encode())
        assert refused(lying, tmp_path / "new") is fault
    assert refused(forged(file, tmp_path / "x.zip", manifest=b"{}"), tmp_path / "new") is Fault.NOT_A_BACKUP
    assert refused(forged(file, tmp_path / "y.zip", paihao=b"SQLite"), tmp_path / "new") is Fault.NOT_AS_SAVED


def test_a_backup_of_an_older_program_comes_up_to_the_present_schema(tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.mkdir()
    thaw("0004", old)
    file, manifest = write_backup(old, tmp_path / "b.backup.zip")
    assert manifest.schema_version == "0004"
    restore(file, tmp_path / "new", findings)
    assert version_of(tmp_path / "new" / NAME) == versions()[-1]
    assert findings(tmp_path / "new") == []


def test_a_backup_of_altered_data_is_not_restored(data: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(data / NAME)) as connection, connection:
        connection.execute("UPDATE ratings SET level = 5 WHERE level = 1")
    file, _ = write_backup(data, tmp_path / "b.backup.zip")
    assert refused(file, tmp_path / "new") is Fault.INVARIANTS


def test_nothing_is_ever_overwritten(data: Path, tmp_path: Path) -> None:
    file, _ = write_backup(data, tmp_path / "b.backup.zip")
    assert refused(file, data) is Fault.NOT_EMPTY
    assert refused(data / NAME, tmp_path / "new") is Fault.NOT_A_BACKUP
    assert refused(tmp_path / "none", tmp_path / "new") is Fault.NOT_A_BACKUP
    for source, to, fault in ((data, file, Fault.EXISTS), (tmp_path, tmp_path / "x", Fault.NO_DATABASE)):
        with pytest.raises(BackupStopped) as stopped:
            write_backup(source, to)
        assert stopped.value.fault is fault
    empty = tmp_path / "empty"
    empty.mkdir()
    restore(file, empty, findings)


def test_a_damaged_database_is_said_and_not_packed(data: Path, tmp_path: Path) -> None:
    file = data / NAME
    content = bytearray(file.read_bytes())
    for page in range(8, len(content) // 4096 - 1):
        content[page * 4096 : page * 4096 + 8] = os.urandom(8)
    file.write_bytes(content)
    with pytest.raises(BackupStopped) as stopped:
        write_backup(data, tmp_path / "b.backup.zip")
    assert stopped.value.fault is Fault.SOURCE_DAMAGED
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data"]


def test_the_commands_say_what_they_did_and_a_full_disk_leaves_nothing(data: Path, tmp_path: Path) -> None:
    full = paihao("backup", "--data", str(data), str(tmp_path / "b.backup.zip"), biggest_file=300_000)
    assert full.returncode == 2 and "[no_space]" in full.stderr and "Traceback" not in full.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data"]
    done = CliRunner().invoke(backup, ["--data", str(data), str(tmp_path / "b.backup.zip")])
    assert done.exit_code == 0, done.stderr
    assert "LJ: revision 496" in done.stdout and "tickets: 162" in done.stdout and "100 %" in done.stderr
    new = tmp_path / "new"
    full = paihao("restore", str(tmp_path / "b.backup.zip"), "--data", str(new), biggest_file=300_000)
    assert full.returncode == 2 and "[no_space]" in full.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.backup.zip", "data"]
    done = CliRunner().invoke(restore_command, ["--quiet", str(tmp_path / "b.backup.zip"), "--data", str(new)])
    assert done.exit_code == 0, done.stderr
    assert "会再发一次" in done.stdout and "a second time" in done.stdout and done.stderr == ""
