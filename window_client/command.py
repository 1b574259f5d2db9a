"""`paihao window`: the program at the clerks' windows."""

from pathlib import Path

import click

from contract.words import DeviceKind
from terminal.browser import BROWSER, NoBrowser, screen_of
from terminal.data_dir import InUse
from terminal.enrol import EnrolRefused, enrol, enrolment
from terminal.program import held_data_dir, run
from terminal.settings import SettingsRefused
from window_client.agent import WindowAgent
from window_client.settings import read_settings


@click.command("window")
@click.option(
    "--settings", "file", required=True, type=click.Path(path_type=Path), help="窗口终端设置文件 · Settings (TOML)."
)
@click.option("--enrol", "code", help="用一次性代码登记，然后退出 · Enrol with a one-time code, then end.")
@click.option("--no-pages", is_flag=True, help="只管设备，不提供叫号页面 · Devices only, no pages.")
@BROWSER
def window(file: Path, code: str | None, no_pages: bool, browser: str | None) -> None:
    """窗口终端 · Run a window terminal until SIGTERM or Ctrl-C."""
    try:
        settings = read_settings(file)
        with held_data_dir(settings.terminal) as data:
            if code is not None:
                known = enrol(settings.terminal, data, DeviceKind.WINDOW, code)
                click.echo(f"已登记为 {known.device} / enrolled as {known.device}")
                return
            known = enrolment(settings.terminal, data)
            run(
                WindowAgent(settings, data, known, pages=settings.pages and not no_pages),
                data,
                screen_of(browser, data),
            )
    except (SettingsRefused, InUse, EnrolRefused, NoBrowser, OSError) as error:
        raise click.ClickException(str(error)) from error
