"""`paihao migrate-database`: the halls of a data folder from its SQLite file to PostgreSQL."""

import sqlite3
import sys
from pathlib import Path

import click

from server.command.asking import DATA, Stops
from server.reports.doctor import chain_holds
from server.storage.data_folder import DataFolder, FolderInUse
from server.storage.database import NAME, Database
from server.storage.moving import move_halls
from server.storage.schema import DatabaseRefused, versions
from server.storage.which import address_of, postgres_at, remember

BEFORE = "before-postgresql.db"


@click.command("migrate-database", epilog="\b\npaihao migrate-database postgresql://paihao@db/halls --data /srv/paihao")
@click.argument("address")
@DATA
def migrate_database(address: str, data: Path) -> None:
    """迁移数据库 · Move the halls of a data folder into an empty PostgreSQL database. The server must be stopped.

    All of it in one transaction; rows, heads and the journal's chain are checked before it ends. The SQLite file stays,
    under another name.
    """
    folder = DataFolder(data)
    if not (data / NAME).exists() and address_of(data) is None:
        raise Stops(f"{data / NAME} 不存在 / does not exist")
    try:
        folder.lock()
    except FolderInUse:
        raise Stops(f"请先停止正在使用 {data} 的服务器 / stop the server that is using {data} first") from None
    try:
        counts = _move(data, address)
    except DatabaseRefused as refused:
        raise Stops(str(refused)) from refused
    finally:
        folder.unlock()
    for table, rows in counts.items():
        click.echo(f"  {table}: {rows}")
    click.echo(f"行数、大厅、日志链全部相符 / rows, halls and the journal's chain all fit; {NAME} → {BEFORE}")


def _move(data: Path, address: str) -> dict[str, int]:
    """Raises Stops and DatabaseRefused."""
    if address_of(data) is not None:
        raise Stops("这些大厅已经在 PostgreSQL 里 / the halls are in PostgreSQL already")
    source = Database(data)
    if source.version() != versions()[-1]:
        raise Stops(
            f"数据版本是 {source.version()}，需要 {versions()[-1]}：请先用本程序启动一次服务器 / the data has schema "
            f"{source.version()}, {versions()[-1]} is needed: start this program's server once"
        )
    try:
        counts = move_halls(source, postgres_at(address), chain_holds, _say)
    except (sqlite3.DatabaseError, UnicodeError) as fault:
        raise Stops(f"读不出 {source.path} / cannot read {source.path}: {fault}") from fault
    remember(data, address)
    (data / NAME).rename(data / BEFORE)
    return counts


def _say(table: str, done: int, of: int) -> None:
    click.echo(f"{table} {done} / {of}", file=sys.stderr)
