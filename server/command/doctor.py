"""`paihao doctor`: the invariants of every hall in a data folder, also while its server runs."""

import json
import sqlite3
from collections.abc import Iterable
from pathlib import Path

import click
from sqlalchemy.exc import DatabaseError

from server.command.asking import DATA, Stops, database_of
from server.reports.doctor import INVARIANTS, Finding, examine_all
from server.reports.leases import unused_today

_UNREADABLE = (
    "数据库有读不出来的地方：{0}。先用 paihao verify 看日志，再用 paihao restore 恢复备份 / "
    "the database cannot be read whole: {0}. Look at the journal with paihao verify, then restore a backup"
)


@click.command()
@DATA
@click.option("--hall", help="只查这个大厅 · only this hall.")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON · print JSON.")
def doctor(data: Path, hall: str | None, as_json: bool) -> None:
    """检查数据是否守住全部不变量 · Check that the data keeps every invariant; exit code 1 if not.

    Reads only, from one consistent state; the server may go on meanwhile.
    """
    try:
        found = examine_all(database_of(data), hall)
    except (DatabaseError, sqlite3.DatabaseError) as error:  # the driver's own where rows are being fetched
        raise Stops(_UNREADABLE.format(str(error).partition("\n")[0])) from error
    if hall is not None and hall not in found:
        raise Stops(f"没有大厅 {hall} / there is no hall {hall}")
    unused = gaps(data, found)
    if as_json:
        told = {name: [{"invariant": f.invariant, "what": f.what} for f in all_] for name, all_ in found.items()}
        said = {"halls": told, "invariants": list(INVARIANTS), "unused": unused}
        click.echo(json.dumps(said, ensure_ascii=False, indent=2))
    else:
        _say(found, unused)
    if any(found.values()):
        raise SystemExit(1)


def gaps(data: Path, halls: Iterable[str]) -> dict[str, list[str]]:
    """The newest day's numbers that were leased to kiosks and given to nobody: gaps that are explained."""
    engine = database_of(data).reading_engine()
    try:
        with engine.connect() as connection:
            return {hall: [f"{kiosk} {run}" for _, kiosk, run in unused_today(connection, hall)] for hall in halls}
    finally:
        engine.dispose()


def _say(found: dict[str, list[Finding]], unused: dict[str, list[str]]) -> None:
    for name, findings in found.items():
        if findings:
            click.echo(f"{name}: {len(findings)} 处违反 / findings")
        else:
            click.echo(f"{name}: {len(INVARIANTS)} 项全部成立 / all {len(INVARIANTS)} invariants hold")
        for finding in findings:
            click.echo(f"  {finding.invariant}: {finding.what}")
        if unused[name]:
            click.echo(f"  取号机预留、未用的号 / kept by kiosks, not given: {', '.join(unused[name])}")
