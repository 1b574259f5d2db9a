"""`paihao doctor devices`: ports, what is heard on them, a test slip, a test text. Needs drivers only."""

from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Final

import click
import gevent

from drivers.bus import AddressRefused, Bus, BusHealth, DeviceState, LineState, ProfileRefused
from drivers.doctor_families import FAMILIES, listen_to
from drivers.doctor_listen import conclude, listen, replay, try_speeds
from drivers.doctor_ports import input_devices, ports
from drivers.doctor_session import SessionRefused, read_session
from drivers.printers.file import FilePrinter
from drivers.printers.layout import Align, Rule, Seal, Size, Slip, Space, Text
from drivers.printers.network import NetworkPrinter
from drivers.printers.serial_line import SerialPrinter
from drivers.printers.ticket_printer import Outcome, TicketPrinter
from drivers.profiles.loader import Profiles, profile_names, read_profile
from drivers.profiles.profile import Profile
from drivers.serial_port import LinkLost

DEFAULT_BAUD: Final = 9600
STRIP_WITHIN_S: Final = 8.0
WHERE: Final = "network:HOST:PORT, serial:PORT:BAUD, file:PATH"
TEST_SLIP: Final[Slip] = (
    Space(16),
    Text("排号 · 打印测试", Size.TITLE, Align.CENTRE, bold=True),
    Text("paihao test slip", Size.TEXT, Align.CENTRE),
    Space(12),
    Seal("A000"),
    Space(12),
    Rule(thick=True),
    Text("生僻字 / rare: 䶮 𠮷 㐂", Size.NOTE),
    Space(16),
)

PRINTERS: Final[dict[str, Callable[[str], TicketPrinter]]] = {
    "network": lambda where: NetworkPrinter(where.rpartition(":")[0], int(where.rpartition(":")[2])),
    "serial": lambda where: SerialPrinter(where.rpartition(":")[0], int(where.rpartition(":")[2])),
    "file": lambda where: FilePrinter(where),
}


@click.command(
    "devices", epilog="\b\npaihao doctor devices\npaihao doctor devices --port /dev/ttyUSB0 --record s.jsonl"
)
@click.option("--port", help="串口，或 socket://主机:端口 · a serial port, or socket://host:port.")
@click.option("--baud", type=click.IntRange(1200, 921600), help="速率，缺省 9600 · speed, 9600 unless said.")
@click.option("--try", "try_all", is_flag=True, help="逐个速率试 · try one speed after the other.")
@click.option(
    "--seconds", type=click.FloatRange(0.1), help="听多久，缺省到 Ctrl-C · how long; until Ctrl-C unless said."
)
@click.option(
    "--profile", "profiles", multiple=True, help="只用这些配置（名字或文件） · only these profiles (name or file)."
)
@click.option("--record", type=click.Path(path_type=Path, dir_okay=False), help="存下所听到的 · keep what is heard.")
@click.option("--replay", "kept", type=click.Path(path_type=Path, dir_okay=False), help="重放存下的 · what was kept.")
@click.option(
    "--print", "printer", help="打印测试条：network:主机:端口、serial:串口:速率、file:文件 · print a test slip."
)
@click.option("--strip", help="向条屏显示测试文字，配置:地址 · show a text on a strip, PROFILE:ADDRESS, with --port.")
@click.option(
    "--device", type=click.Choice(FAMILIES), help="--port 上是什么设备：各自说的话 · what is at --port: what it says."
)
@click.option("--text", default="请A003号", show_default=True, help="条屏上的文字 · the strip's text.")
def devices(
    port: str | None,
    baud: int | None,
    try_all: bool,
    seconds: float | None,
    profiles: tuple[str, ...],
    record: Path | None,
    kept: Path | None,
    printer: str | None,
    strip: str | None,
    device: str | None,
    text: str,
) -> None:
    """看设备 · Look at devices: list ports, show what is heard and what it means, print, show a text."""
    try:
        if printer is not None:
            _print(printer)
        elif kept is not None:
            conclude(replay(read_session(kept), _chosen(profiles), click.echo), click.echo)
        elif port is None:
            _list()
        elif strip is not None:
            _show(port, strip, text)
        elif device is not None:
            listen_to(device, port, click.echo, until=None if seconds is None else monotonic() + seconds)
        elif try_all:
            _try(port, _chosen(profiles), seconds)
        else:
            until = None if seconds is None else monotonic() + seconds
            listened = listen(port, baud or DEFAULT_BAUD, _chosen(profiles), click.echo, until=until, record=record)
            conclude(listened, click.echo)
    except (LinkLost, ProfileRefused, AddressRefused, SessionRefused, OSError, ValueError) as error:
        raise click.ClickException(f"不行 / cannot: {error}") from error
    except KeyboardInterrupt:
        click.echo("")


def _list() -> None:
    found = [*ports(), *input_devices()]
    for one in found:
        click.echo(str(one))
    if not found:
        click.echo("没有串口 / no serial ports")


def _chosen(names: tuple[str, ...]) -> list[Profile]:
    """Raises ProfileRefused."""
    known = Profiles()
    return [
        read_profile(Path(name)) if name.endswith(".toml") else known.load(name) for name in names or profile_names()
    ]


def _try(port: str, profiles: list[Profile], seconds: float | None) -> None:
    baud = try_speeds(port, profiles, click.echo, seconds=seconds or 10.0)
    if baud is None:
        raise click.ClickException("没有配置合适 / no profile fits at any speed")
    click.echo(f"合适的速率 / the speed that fits: {baud}")


def _print(wanted: str) -> None:
    kind, _, where = wanted.partition(":")
    if kind not in PRINTERS or not where:
        raise ValueError(f"--print {WHERE}")
    if kind != "file" and not where.rpartition(":")[2].isdecimal():
        raise ValueError(f"--print {WHERE}")
    made = PRINTERS[kind](where)
    try:
        status = made.status()
        refusal = status.refusal
        click.echo(f"状态 / status: paper {status.paper}, {'ok' if refusal is None else refusal}")
        result = made.print(TEST_SLIP)
    finally:
        made.close()
    why = "" if result.reason is None else f" ({result.reason})"
    missing = f"；没有字形 / no glyph: {' '.join(result.substituted)}" if result.substituted else ""
    click.echo(f"结果 / outcome: {result.outcome}{why}{missing}")
    if result.outcome not in (Outcome.PRINTED, Outcome.SENT):
        raise click.ClickException("没有确认打印 / not confirmed as printed")


def _decided(health: BusHealth) -> bool:
    """Whether waiting longer would tell more."""
    known = (DeviceState.READY, DeviceState.UNHEARD, DeviceState.REFUSED, DeviceState.UNFIT)
    return health.devices[0].state in known or health.state is LineState.FAULT


def _show(port: str, strip: str, text: str) -> None:
    profile, _, address = strip.partition(":")
    bus = Bus(port)
    bus.add_strip(window="1", address=int(address or 1), profile=profile)
    bus.start()
    try:
        shown = bus.show("1", text)
        until = monotonic() + STRIP_WITHIN_S
        while monotonic() < until and not _decided(bus.health()):
            gevent.sleep(0.05)
        health = bus.health()
        # One that never answers is ready when the text has gone out, which takes no longer than the line's gap.
        gevent.sleep(0.5 if health.devices[0].state is DeviceState.UNHEARD else 0)
    finally:
        bus.stop()
    if health.state is not LineState.READY:
        raise LinkLost(health.last_error or str(health.state))
    if shown.replaced or shown.clipped:
        click.echo(f"显示不了 / cannot be shown: {shown.replaced or '…'}")
    state, reason = health.devices[0].state, health.devices[0].reason
    if state is DeviceState.REFUSED:
        raise click.ClickException(f"条屏拒收 / the strip refuses it: {reason}")
    if state is DeviceState.UNFIT:
        raise click.ClickException(
            "有应答但不成帧：型号、速率、端口？ / something answers that is no such strip: profile, speed, port?"
        )
    said = {
        DeviceState.READY: "条屏已确认 / the strip confirmed",
        DeviceState.UNHEARD: "已发出；这种条屏不应答 / sent; this kind of strip does not answer",
    }.get(state)
    if said is None:
        raise click.ClickException(
            "条屏没有确认：地址、速率、接线？ / the strip did not confirm: address, speed, wiring?"
        )
    click.echo(f"{shown.shown}: {said}")
