"""`paihao backup` and `paihao restore`."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from server.command.asking import DATA, Stops
from server.reports.doctor import examine_all
from server.storage.backup import Manifest, write_backup
from server.storage.backup_faults import BackupStopped
from server.storage.database import Database
from server.storage.restore import restore as restore_from
from server.storage.which import address_of

_SAY_EVERY = 10  # percent
_STAGES = {
    "copy": "复制数据库 / copying the database",
    "pack": "打包 / packing",
    "unpack": "解包 / unpacking",
    "check": "检查 / checking",
}


_AFTER = """\
备份之后发生的事不在里面。取号机和窗口会把还没有得到确认的事（脱机取的号、小票结果、评价）重新送来；已经确认过的不会再来。
备份之后向服务器取的号会再发一次：请收回那些小票。
之后停用的人员、撤销的设备又有效了：请看 paihao user list、paihao device list。
What happened after the backup is not in it. Kiosks and windows send again what was not confirmed to them (numbers given
offline, slips, ratings); what was confirmed does not come again.
Numbers taken from the server since will be given a second time: collect those slips.
People disabled and devices revoked since are let in again: see paihao user list, paihao device list."""


_WITH_PG_DUMP = """\
这些大厅的数据在 PostgreSQL 里，请用它自己的工具备份，并把 {key} 一起收好：
The halls are in PostgreSQL; back it up with its own tool, and keep {key} with it:
  pg_dump --format=custom --file=paihao.dump ADDRESS"""


class _Saying:
    """Says on standard error how far it is."""

    def __init__(self) -> None:
        self._said = ("", -1)

    def __call__(self, stage: str, done: int, of: int) -> None:
        percent = 100 * done // of // _SAY_EVERY * _SAY_EVERY if of else 100
        if (stage, percent) != self._said:
            self._said = (stage, percent)
            click.echo(f"{_STAGES[stage]} {percent} %", file=sys.stderr)


@click.command(epilog="\b\npaihao backup --data /srv/paihao /mnt/backup/")
@click.argument("to", type=click.Path(path_type=Path))
@click.option("--quiet", is_flag=True, help="不显示进度 · say nothing but the result.")
@DATA
def backup(to: Path, quiet: bool, data: Path) -> None:
    """备份 · Back up the data folder into one file, also while its server works.

    TO is a new file, or a folder in which the file is named by its time (UTC). It holds the server's key: keep it as
    safe as the data folder.
    """
    if address_of(data) is not None:
        raise Stops(_WITH_PG_DUMP.format(key=data / "server.key"))
    try:
        file, manifest = write_backup(data, to, *(() if quiet else (_Saying(),)))
    except BackupStopped as stopped:
        raise Stops(str(stopped)) from stopped
    click.echo(f"{file}  {file.stat().st_size} 字节 / bytes")
    _say(manifest)


@click.command(epilog="\b\npaihao restore paihao-20261012-190000.backup.zip --data /srv/paihao-new")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--quiet", is_flag=True, help="不显示进度 · say nothing but the result.")
@DATA
def restore(file: Path, quiet: bool, data: Path) -> None:
    """恢复 · Make a data folder from a backup; it must be new or empty.

    The checksum, the counts and every invariant are checked before the folder gets its name.
    """
    try:
        manifest = restore_from(file, data, _findings, *(() if quiet else (_Saying(),)))
    except BackupStopped as stopped:
        raise Stops(str(stopped)) from stopped
    click.echo(f"{file} → {data}: 校验和、行数、不变量全部相符 / checksum, counts and invariants all fit")
    _say(manifest)
    click.echo(_AFTER)


def _findings(folder: Path) -> list[str]:
    found = examine_all(Database(folder))
    return [f"{hall} {one.invariant}: {one.what}" for hall, all_ in found.items() for one in all_]


def _say(manifest: Manifest) -> None:
    made = manifest.made.astimezone()
    click.echo(f"状态 / state of {made:%Y-%m-%d %H:%M:%S}, 数据版本 / schema {manifest.schema_version}")
    for hall, head in manifest.halls.items():
        newest = datetime.fromtimestamp(head.time_ms / 1000, UTC).astimezone()
        click.echo(f"  {hall}: revision {head.revision}, {head.day}, 最后一条 / newest {newest:%Y-%m-%d %H:%M:%S}")
    for name in ("tickets", "visits", "ratings", "journal"):
        click.echo(f"  {name}: {manifest.rows.get(name, 0)}")
