"""`paihao serve`."""

import sys
from pathlib import Path

import click

from server.app import CannotStart, run
from server.command.asking import Stops
from server.settings import SettingsWrong, read_settings, settings_help
from server.unfailing_stream import unfailing_stderr


@click.command(
    epilog="\b\n设置 · settings (TOML):\n"
    + settings_help()
    + "\n\n\b\n例 · example: paihao serve --data data --port 8600"
)
@click.option("--settings", "file", type=click.Path(path_type=Path), help="设置文件 · settings file (TOML).")
@click.option("--data", "data_dir", type=click.Path(path_type=Path), help="数据目录 · data folder.")
@click.option("--database", help="PostgreSQL 地址 · address of a PostgreSQL database: postgresql://user@host/name.")
@click.option("--workers", type=int, help="进程数 · processes, each on the next port; needs --database.")
@click.option("--redis", help="Redis 地址 · address of a Redis for messages between processes: redis://host.")
@click.option("--host", help="监听地址 · address to listen on.")
@click.option("--port", type=int, help="端口 · port; 0 takes a free one.")
@click.option("--log-format", type=click.Choice(["text", "json"]), help="日志格式 · form of the log's lines.")
def serve(file: Path | None, **options: object) -> None:
    """启动服务器 · Serve the halls of a data folder until SIGTERM or Ctrl-C."""
    try:
        settings = read_settings(file, **options)
        with unfailing_stderr(sys.stderr):
            run(settings, lambda line: click.echo(line))
    except (CannotStart, SettingsWrong) as error:
        raise Stops(str(error)) from error
