"""`paihao device`: enrolment."""

from pathlib import Path
from typing import Any

import click

from contract.words import DeviceKind
from server.command.asking import DATA, HALL, client_of, do, until


@click.group()
def device() -> None:
    """终端登记 · Enrol, list and revoke kiosks, window agents and displays."""


@device.command("enrol", epilog="\b\npaihao device enrol kiosk K1\npaihao device enrol window W101 --window 101")
@click.argument("kind", type=click.Choice([kind.value for kind in DeviceKind]))
@click.argument("name")
@click.option("--window", "windows", multiple=True, help="窗口 · a window it looks after (may be repeated).")
@click.option("--zone", help="分区 · the zone where it stands.")
@HALL
@DATA
def enrol(kind: str, name: str, windows: tuple[str, ...], zone: str | None, hall: str | None, data: Path) -> None:
    """给终端一个登记代码 · Make a six-character code with which an agent is enrolled (10 minutes, once)."""
    body: dict[str, Any] = {"kind": kind, "name": name, "windows": list(windows), "zone": zone}
    with client_of(data) as client:
        reply = client.do(hall or client.only_hall(), "enrol_device", body)
    click.echo(f"代码 / code: {reply['code']}  ({until(reply)})")
    click.echo(f"在终端上运行 / run at the device: paihao {kind} --settings FILE --enrol {reply['code']}")


@device.command("pair", epilog="\b\npaihao device pair 7K2MQX --name command-1")
@click.argument("code")
@click.option("--name", required=True, help="屏幕的名字 · what the display is called from now on.")
@click.option("--zone", help="分区 · its zone; without one the display sees what managers see.")
@HALL
@DATA
def pair(code: str, name: str, zone: str | None, hall: str | None, data: Path) -> None:
    """让显示代码的屏幕接入 · Let in a display that shows this code on its page /HALL/pair."""
    do(data, hall, "pair_display", {"code": code, "name": name, "zone": zone})
    click.echo(f"{name} 已配对 / {name} is paired")


@device.command("list")
@HALL
@DATA
def list_devices(hall: str | None, data: Path) -> None:
    """列出终端 · All devices and whether they are enrolled."""
    with client_of(data) as client:
        for one in client.list(hall or client.only_hall(), "devices"):
            place = ",".join(one["windows"]) or one["zone"] or "-"
            click.echo(f"{one['name']:20} {one['kind']:8} {place:30} {one['state']}")


@device.command("revoke")
@click.argument("name")
@HALL
@DATA
def revoke(name: str, hall: str | None, data: Path) -> None:
    """撤销终端 · A device's token is worth nothing from now on; its connections are cut."""
    do(data, hall, "revoke_device", {"name": name})
    click.echo(f"{name} 已撤销 / {name} is revoked")
