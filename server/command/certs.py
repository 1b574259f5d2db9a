"""`paihao certs`."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from server.certificates import (
    CA,
    CA_KEY,
    LONGEST_DAYS,
    SERVER,
    SERVER_KEY,
    CertificateRefused,
    make,
    names_of,
    renew,
    show,
)
from server.command.asking import Stops

_INSTALL = """\
在每台客户机上安装 {ca}（先核对指纹，只装 {name}，别的文件不要离开服务器）:
Install {ca} on every client (compare the fingerprint first; {name} only, no other file leaves the server):
  paihao 的取号机、窗口、显示盒 / agents:  在设置里写 ca = "{name}" / in their settings
  Debian, UOS, Kylin:   cp {name} /usr/local/share/ca-certificates/paihao.crt && update-ca-certificates
  Chromium (Linux):     certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n paihao -i {name}
  Windows:              certutil -addstore -f Root {name}
把 {key} 移到别处保管，换新证书时才需要它 / keep {key} elsewhere: it is needed only to renew.
"""
FOLDER = click.option(
    "--to", "folder", type=click.Path(path_type=Path), default=Path("certs"), show_default=True,
    help="证书目录 · folder of the certificates.",
)  # fmt: skip
NAMES = click.option(
    "--name", "names", multiple=True, help="服务器的名字或地址，可多次 · a name or address of the server; repeatable."
)
DAYS = click.option(
    "--days", type=click.IntRange(1, LONGEST_DAYS), default=800, show_default=True,
    help="服务器证书有效天数 · days the server's certificate is good for.",
)  # fmt: skip


@click.group()
def certs() -> None:
    """证书 · A certificate authority of the hall's own, for a network without internet."""


@certs.command("make", epilog="\b\npaihao certs make --to /etc/paihao/certs --name paihao.lan --name 192.168.1.10")
@FOLDER
@NAMES
@click.option("--also", multiple=True, help="根证书以后还可担保的名字、地址、网段 · what else it may vouch for later.")
@click.option(
    "--hall", default="hall", show_default=True, help="大厅，写进根证书的名字 · goes into the authority's name."
)
@DAYS
def make_command(folder: Path, names: tuple[str, ...], also: tuple[str, ...], hall: str, days: int) -> None:
    """新建 · Make an authority and the server's certificate; existing files are never overwritten."""
    try:
        make(folder, hall, names_of(names), names_of(also), days, datetime.now(UTC))
        _say(folder)
    except (CertificateRefused, OSError) as error:
        raise Stops(str(error)) from error
    click.echo(_INSTALL.format(ca=folder / CA, key=folder / CA_KEY, name=CA))


@certs.command("renew")
@FOLDER
@NAMES
@click.option(
    "--ca-key", type=click.Path(path_type=Path), help="根证书的密钥，如已移走 · the authority's key, if elsewhere."
)
@DAYS
def renew_command(folder: Path, names: tuple[str, ...], ca_key: Path | None, days: int) -> None:
    """换新 · Make a new key and certificate for the server; nothing changes for the clients."""
    try:
        chosen = names_of(names) if names else None
        renew(folder, ca_key or folder / CA_KEY, chosen, days, datetime.now(UTC))
        _say(folder)
    except (CertificateRefused, OSError) as error:
        raise Stops(str(error)) from error
    click.echo(f"请让代理重新读取 {SERVER} 和 {SERVER_KEY} / let the proxy read them again: nginx -s reload")


@certs.command("show")
@FOLDER
@click.option("--warn-days", type=click.IntRange(0), default=30, show_default=True,
              help="剩余不足这些天则退出码为 1 · exit code 1 with fewer days left.")  # fmt: skip
def show_command(folder: Path, warn_days: int) -> None:
    """查看 · Fingerprints, names and dates."""
    try:
        ends = _say(folder)
    except CertificateRefused as error:
        raise Stops(str(error)) from error
    if ends - datetime.now(UTC) < timedelta(days=warn_days):
        click.echo(f"快到期了 / ends soon: {ends:%Y-%m-%d}", err=True)
        raise click.exceptions.Exit(1)


def _say(folder: Path) -> datetime:
    """Print both certificates; when the first of them ends."""
    shown = show(folder)
    for one in shown:
        click.echo(f"{one.file}  {one.subject}  {', '.join(one.names)}")
        click.echo(f"  有效至 / until {one.until:%Y-%m-%d}  SHA-256 {one.fingerprint}")
    return min(one.until for one in shown)
