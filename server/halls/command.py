"""`paihao hall check` and `paihao hall show`, and the reading that `paihao hall load` begins with."""

from collections.abc import Callable, Sequence
from pathlib import Path

import click

from server.domain.hall import Hall, Text
from server.halls.document import Document, document_from
from server.halls.faults import Mistake, Note
from server.halls.reading import inspect_hall
from server.halls.show import show

BOTH = click.Choice(["zh", "en", "both"])
LANGUAGE = click.option("--lang", type=BOTH, default="both", help="Language of the answers.")
HALL_PATH = click.Path(path_type=Path)


def hall_commands(stored: Callable[[Path], Sequence[Hall]]) -> click.Group:
    """The group `hall`. `stored` reads the halls in force from a data folder; `load` is added by the program."""

    @click.group("hall")
    def group() -> None:
        """大厅文件 · Hall files."""

    @group.command("check")
    @click.argument("file", type=HALL_PATH)
    @LANGUAGE
    def check_command(file: Path, lang: str) -> None:
        """检查大厅文件 · Say everything that is wrong with a hall file."""
        check_file(file, lang)

    @group.command("show")
    @click.argument("file", type=HALL_PATH, required=False)
    @click.option("--data", type=HALL_PATH, help="Show the halls in force in this data folder.")
    @click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", help="Language of the tables.")
    def show_command(file: Path | None, data: Path | None, lang: str) -> None:
        """显示大厅 · Show a hall's zones, windows, services and hours."""
        if (file is None) == (data is None):
            raise click.UsageError("请给出 FILE 或 --data 之一 / give either FILE or --data")
        halls = [read_or_exit(file, "both")] if file else [*stored(data)] if data else []
        if not halls:
            raise click.ClickException("还没有装入大厅 / no hall is loaded yet")
        for hall in halls:
            click.echo(show(hall, lang), nl=False)

    return group


def check_file(file: Path, lang: str = "both") -> None:
    """Print all mistakes and notes with a count. Exits with 1 if there is a mistake."""
    hall = read_or_exit(file, lang)
    click.echo(_said(Text(
        f"没有错误：{hall.name.zh}（{hall.code}），{len(hall.windows)} 个窗口，{len(hall.services)} 项业务",
        f"no mistakes: {hall.name.en} ({hall.code}), {len(hall.windows)} windows, {len(hall.services)} services",
    ), lang))  # fmt: skip


def document_to_load(file: Path, lang: str = "both") -> Document:
    """The document of a hall file for a load command. Prints all mistakes and exits with 1 if there are any."""
    return document_from(read_or_exit(file, lang))


def read_or_exit(file: Path, lang: str) -> Hall:
    """The hall in a file; its mistakes and notes go to the error output, and mistakes end the program with 1."""
    found = inspect_hall(file)
    for mistake in found.mistakes:
        click.echo(_line(mistake, mistake.reason, lang), err=True)
    for note in found.notes:
        sentence = Text(f"（提示）{note.sentence.zh}", f"(note) {note.sentence.en}")
        click.echo(_line(note, sentence, lang), err=True)
    if found.hall is None:
        count = len(found.mistakes)
        english = "1 mistake" if count == 1 else f"{count} mistakes"
        click.echo(_said(Text(f"共 {count} 处错误", english), lang), err=True)
        raise SystemExit(1)
    return found.hall


def _line(where: Mistake | Note, sentence: Text, lang: str) -> str:
    return f"{where.file}:{where.line}: {_said(sentence, lang)}"


def _said(sentence: Text, lang: str) -> str:
    return {"zh": sentence.zh, "en": sentence.en}.get(lang, f"{sentence.zh} / {sentence.en}")
