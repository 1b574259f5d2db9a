"""`paihao display`: the program of a box that drives a board or a window screen."""

from pathlib import Path

import click

from contract.words import DeviceKind
from display.agent import DisplayAgent, DisplaySettings
from terminal.browser import NoBrowser, screen_of
from terminal.data_dir import DataDir, InUse
from terminal.enrol import TOKEN_FILE, EnrolRefused, enrol, enrolment
from terminal.program import held_data_dir, run
from terminal.settings import SettingsRefused


@click.command("display")
@click.option(
    "--settings", "file", required=True, type=click.Path(path_type=Path), help="屏幕设置文件 · Settings (TOML)."
)
@click.option("--enrol", "code", help="用一次性代码登记，登记后可以播报 · Enrol, then end; it may speak then.")
@click.option("--no-browser", is_flag=True, help="只提供页面，不启动浏览器 · Only the page, no browser.")
def display(file: Path, code: str | None, no_browser: bool) -> None:
    """大厅屏、窗口屏 · Run a board or window screen until SIGTERM or Ctrl-C."""
    try:
        settings = DisplaySettings(file)
        with held_data_dir(settings.terminal) as data:
            if code is not None:
                known = enrol(settings.terminal, data, DeviceKind.DISPLAY, code)
                click.echo(f"已登记为 {known.device} / enrolled as {known.device}")
                return
            screen = screen_of(None if no_browser else settings.browser, data)
            run(DisplayAgent(settings, data, _token(settings, data)), data, screen)
    except (SettingsRefused, InUse, EnrolRefused, NoBrowser, OSError) as error:
        raise click.ClickException(str(error)) from error


def _token(settings: DisplaySettings, data: DataDir) -> str | None:
    """A box that was never enrolled shows and does not speak. Raises EnrolRefused for a token of another hall."""
    return enrolment(settings.terminal, data).token if data.path(TOKEN_FILE).exists() else None
