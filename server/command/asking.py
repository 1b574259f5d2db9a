"""What the subcommands share: options, asking the server, saying a code."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from server.app import CannotStart
from server.command.local_client import LocalClient, RefusedByServer, local_client
from server.storage.schema import versions
from server.storage.which import HallDatabase, database_at, refusals_as

DATA = click.option(
    "--data",
    type=click.Path(path_type=Path),
    default=Path("data"),
    show_default=True,
    help="数据目录 · the server's data folder; a server that runs over it is asked, else the folder is opened.",
)
HALL = click.option("--hall", help="大厅代码 · code of the hall; needed only where there are several.")


class Stops(click.ClickException):
    """A sentence instead of a traceback; the exit code is 2, as for wrong usage."""

    exit_code = 2


def database_of(data: Path) -> HallDatabase:
    """The folder's database, which must be there and of this program's schema. Raises Stops."""
    with refusals_as(Stops):
        database = database_at(data)
        version = database.version()
    if version is None:
        raise Stops(f"{database.name} 不存在 / does not exist")
    if version != versions()[-1]:
        ours = versions()[-1]
        raise Stops(
            f"数据版本是 {version}，本程序是 {ours}：请先用本程序启动一次服务器（PostgreSQL：备份后运行 paihao schema "
            f"--to {ours}） / the data has schema {version}, this program {ours}: start this program's server once (on "
            f"PostgreSQL: back up and run paihao schema --to {ours}), or use the program that wrote the data"
        )
    return database


@contextmanager
def client_of(data: Path) -> Iterator[LocalClient]:
    try:
        with local_client(data) as client:
            yield client
    except (CannotStart, RefusedByServer) as error:
        raise Stops(str(error)) from error


def do(data: Path, hall: str | None, deed: str, body: dict[str, Any]) -> dict[str, Any]:
    with client_of(data) as client:
        return client.do(hall or client.only_hall(), deed, body)


def say_code(login: str, reply: dict[str, Any]) -> None:
    click.echo(f"{login} 的一次性代码 / one-time code of {login}: {reply['code']}  ({until(reply)})")
    click.echo("在登录页用它设置密码 / set a password with it on the sign-in page")


def until(reply: dict[str, Any]) -> str:
    """Until when a code is good, by this machine's clock."""
    local = datetime.fromisoformat(reply["until"]).astimezone()
    return f"有效至 / valid until {local:%Y-%m-%d %H:%M}"
