"""`paihao kiosk`: the program of a ticket machine."""

from pathlib import Path

import click

from contract.words import DeviceKind
from drivers.voices.pack import PackWrong
from kiosk.agent import KioskAgent
from kiosk.printing import printer_of
from kiosk.settings import read_settings
from kiosk.voice import KioskVoice
from terminal.browser import BROWSER, NoBrowser, screen_of
from terminal.data_dir import InUse
from terminal.enrol import EnrolRefused, enrol, enrolment
from terminal.program import held_data_dir, run
from terminal.settings import SettingsRefused


@click.command("kiosk")
@click.option(
    "--settings", "file", required=True, type=click.Path(path_type=Path), help="取号机设置文件 · Settings (TOML)."
)
@click.option("--enrol", "code", help="用一次性代码登记，然后退出 · Enrol with a one-time code, then end.")
@BROWSER
def kiosk(file: Path, code: str | None, browser: str | None) -> None:
    """取号机终端 · Run a ticket machine until SIGTERM or Ctrl-C."""
    try:
        settings = read_settings(file)
        with held_data_dir(settings.terminal) as data:
            if code is not None:
                known = enrol(settings.terminal, data, DeviceKind.KIOSK, code)
                click.echo(f"已登记为 {known.device} / enrolled as {known.device}")
                return
            known = enrolment(settings.terminal, data)
            voice = KioskVoice(settings.voice_packs)
            agent = KioskAgent(settings, data, known, printer_of(settings.printer), voice)
            run(agent, data, screen_of(browser, data))
    except (SettingsRefused, PackWrong, InUse, EnrolRefused, NoBrowser, OSError) as error:
        raise click.ClickException(str(error)) from error
