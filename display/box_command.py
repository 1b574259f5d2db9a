"""`paihao display`: the program of a box that drives a board or a window screen."""

from pathlib import Path

import click

from display.agent import DisplayAgent, DisplaySettings
from terminal.browser import NoBrowser, screen_of
from terminal.data_dir import InUse
from terminal.program import held_data_dir, run
from terminal.settings import SettingsRefused


@click.command("display")
@click.option(
    "--settings", "file", required=True, type=click.Path(path_type=Path), help="屏幕设置文件 · Settings (TOML)."
)
@click.option("--no-browser", is_flag=True, help="只提供页面，不启动浏览器 · Only the page, no browser.")
def display(file: Path, no_browser: bool) -> None:
    """大厅屏、窗口屏 · Run a board or window screen until SIGTERM or Ctrl-C."""
    try:
        settings = DisplaySettings(file)
        with held_data_dir(settings.terminal) as data:
            screen = screen_of(None if no_browser else settings.browser, data)
            run(DisplayAgent(settings, data), data, screen)
    except (SettingsRefused, InUse, NoBrowser, OSError) as error:
        raise click.ClickException(str(error)) from error
