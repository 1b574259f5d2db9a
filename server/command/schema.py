"""`paihao schema`: which schema the data has, and the way back before an older program is installed."""

from pathlib import Path

import click

from server.command.asking import DATA, Stops
from server.storage.backup_faults import BackupStopped
from server.storage.data_folder import DataFolder, FolderInUse
from server.storage.schema import SchemaNotKnown, versions
from server.storage.upgrade import bring
from server.storage.which import address_of, database_at, postgres_at, refusals_as


@click.command(epilog="\b\npaihao schema --data /srv/paihao --to 0004")
@click.option("--to", type=click.Choice(versions()), help="数据版本 · bring the data to this schema.")
@DATA
def schema(to: str | None, data: Path) -> None:
    """数据版本 · Say which schema the data has and which this program knows; with --to, bring it there.

    A server does the way up by itself at its start. The way down is for going back to an older program: run it with
    the newer one, the server stopped, then install the older. A backup is made first.

    On PostgreSQL both ways are yours: stop all servers, back up with pg_dump, then run this.
    """
    with refusals_as(Stops):
        database = database_at(data)
        if database.version() is None:
            raise Stops(f"{database.name} 不存在 / does not exist")
        if to is not None:
            _bring(data, to)
        click.echo(f"数据版本 / schema of the data: {database.version()}")
    click.echo(f"本程序认识 / this program knows: {' '.join(versions())}")


def _bring(data: Path, to: str) -> None:
    url = address_of(data)
    if url is not None:
        try:
            postgres_at(url).move(to)
        except SchemaNotKnown as stopped:
            raise Stops(str(stopped)) from stopped
        return
    folder = DataFolder(data)
    try:
        folder.lock()
    except FolderInUse:
        raise Stops(f"请先停止正在使用 {data} 的服务器 / stop the server that is using {data} first") from None
    try:
        kept = bring(data, to)
    except (BackupStopped, SchemaNotKnown) as stopped:
        raise Stops(str(stopped)) from stopped
    finally:
        folder.unlock()
    if kept is not None:
        click.echo(f"之前的备份 / backup made before: {kept}")
