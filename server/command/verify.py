"""`paihao verify`: the journal against its own chain, and against anchors that were kept elsewhere."""

from collections.abc import Iterator
from pathlib import Path

import click

from server.command.asking import DATA, Stops, database_of
from server.reports.tampering import Anchor, AnchorsWrong, anchors_from, anchors_now, halls_in, off_anchor, tampered

_FILE = click.Path(path_type=Path)
_MOST = 50


@click.command(epilog="\b\npaihao verify --data /srv/paihao --anchor anchors.jsonl --export-anchor anchors.jsonl")
@DATA
@click.option("--hall", help="只查这个大厅 · only this hall.")
@click.option("--anchor", type=_FILE, help="锚点文件 · also check against the anchors of this file.")
@click.option("--export-anchor", type=_FILE, help="导出锚点 · add today's anchor to this file, if all is well.")
def verify(data: Path, hall: str | None, anchor: Path | None, export_anchor: Path | None) -> None:
    """核验日志未被改动 · Check that no entry of the journal was altered, taken out, put in or moved; exit code 1 if so.

    Keep the file of anchors on another machine, or print its last line: it shows also what was rewritten whole.
    """
    database = database_of(data)
    with database.plain_reading() as connection:
        halls = [name for name in halls_in(connection) if hall in (None, name)]
        if hall is not None and not halls:
            raise Stops(f"没有大厅 {hall} / there is no hall {hall}")
        found = [what for name in halls for what in _first(tampered(connection, name))]
        if anchor is not None:
            found += off_anchor(connection, [one for one in _read(anchor) if hall in (None, one.hall)])
        now = anchors_now(connection, halls)
    for what in found:
        click.echo(what.encode("utf-8", "backslashreplace").decode())
    if found:
        raise SystemExit(1)
    for head in now:
        click.echo(f"{head.hall}: {head.revision} 条记录环环相扣 / all {head.revision} entries hold, head {head.hash}")
    if export_anchor is not None:
        with export_anchor.open("a", encoding="utf-8") as out:
            out.writelines(one.model_dump_json() + "\n" for one in now)


def _first(found: Iterator[str]) -> list[str]:
    """At most fifty of a hall, and that there are more."""
    lines: list[str] = []
    for what in found:
        if len(lines) == _MOST:
            return [*lines, "…"]
        lines.append(what)
    return lines


def _read(file: Path) -> list[Anchor]:
    """The anchors of a file. Raises Stops."""
    try:
        return anchors_from(file.read_text(encoding="utf-8"))
    except AnchorsWrong as wrong:
        raise Stops(f"{file} 第 {wrong} 行不是锚点 / line {wrong} is no anchor") from wrong
    except (OSError, UnicodeDecodeError) as error:
        raise Stops(f"不能读取 {file} / cannot read {file}: {error}") from error
