"""`paihao slip preview`: a slip as it would leave the printer, without a printer."""

from datetime import datetime, timedelta
from pathlib import Path

import click

from drivers.printers.layout import Roll
from drivers.printers.network import NetworkPrinter
from drivers.printers.options import Mode, PrinterOptions
from drivers.simulators.escpos_printer import EscposPrinter
from drivers.simulators.printer_model import PrinterModel
from kiosk.slip import SlipContent, Wording, slip

_PRINTS_WITHIN_S = 20.0
_CUT_FOR = timedelta(minutes=5)
_MISSED = Wording("过号后往后排 3 位，半天内有效，最多两次。", "Missed? You stand 3 places later, twice at most.")
_ROLLS = {"80": Roll.MM80, "58": Roll.MM58}


@click.group("slip")
def slips() -> None:
    """小票 · Paper slips."""


@slips.command("preview", epilog="\b\n例 · example: paihao slip preview --number L086 --paper 58 --mode text")
@click.option("--number", default="A012", show_default=True, help="号码 · the number.")
@click.option("--service", default="综合受理", show_default=True, help="业务 · the service.")
@click.option("--link", help="二维码地址 · address in the QR code; without it no code is printed.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="语言 · language.")
@click.option("--paper", type=click.Choice(list(_ROLLS)), default="80", show_default=True, help="纸宽毫米 · paper, mm.")
@click.option(
    "--mode", type=click.Choice([mode.value for mode in Mode]), default=Mode.RASTER.value, show_default=True,
    help="点阵图或打印机字库 · drawn by us, or in the printer's own typeface.",
)  # fmt: skip
@click.option("--reprint", is_flag=True, help="补打 · marked as a reprint.")
@click.option("--cut", is_flag=True, help="断线时取的号 · given while the server is away.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("slip.png"), show_default=True, help="PNG.")
def preview(
    number: str, service: str, link: str | None, lang: str, paper: str, mode: str, out: Path,
    *, reprint: bool, cut: bool,
) -> None:
    """打在模拟打印机上，存成图片 · Print a slip on the simulated printer and keep its picture."""
    now = datetime.now()
    content = SlipContent(
        hall=Wording("政务服务中心", "Government Service Centre"),
        number=number,
        service=Wording(service, service),
        place=Wording("1F 101–103 号窗口", "1F, windows 101–103"),
        people_ahead=4,
        wait_minutes=None if cut else (10, 20),
        taken=now,
        missed_rule=_MISSED,
        follow_url=link,
        is_reprint=reprint,
        kiosk="K1",
        language="en" if lang == "en" else "zh",
        cut_since=now - _CUT_FOR if cut else None,
    )
    roll = _ROLLS[paper]
    with EscposPrinter(PrinterModel(width_dots=roll.dots)) as printer:
        device = NetworkPrinter(printer.host, printer.port, PrinterOptions(roll, mode=Mode(mode)))
        result = device.print(slip(content))
        device.close()
        if result.reason is not None:
            raise click.ClickException(f"没有打出来 / it did not come out: {result.reason}")
        came_out = printer.wait_for_paper(1, _PRINTS_WITHIN_S)
    came_out.save(out)
    click.echo(came_out.text or f"{came_out.image.width} × {came_out.image.height}")
    click.echo(f"{out}")
