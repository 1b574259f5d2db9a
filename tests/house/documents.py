"""What the documents say, as data: headings, commands, tables, mentioned files."""

import re
from pathlib import Path

import click

from tests.house.tracked import ROOT

_FENCE = re.compile(r"^```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
_IN_TICKS = re.compile(r"`([^`\n]+)`")
_PATH = re.compile(r"[a-z_][\w./\-]*/[\w.\-]*|[\w\-]+\.(?:py|toml|md|csv|cfg)")


def read(name: str) -> str:
    """A document of the repository."""
    return (ROOT / name).read_text(encoding="utf-8")


def fenced(text: str) -> list[str]:
    """The blocks between fences."""
    return [block.rstrip("\n") for block in _FENCE.findall(text)]


def outline(text: str) -> list[int]:
    """The levels of the headings, in order."""
    return [len(marks) for marks in re.findall(r"^(#+) ", _FENCE.sub("", text), re.MULTILINE)]


def pictures_and_links(text: str) -> list[str]:
    """Targets of links and pictures, without their fragments."""
    return _LINK.findall(text)


def dead_links(document: Path, text: str) -> list[str]:
    """Relative links that lead nowhere."""
    inside = [target for target in pictures_and_links(text) if "://" not in target and not target.startswith("mailto:")]
    return [target for target in inside if not (document.parent / target).exists()]


def missing_files(text: str, root: Path, tops: frozenset[str]) -> list[str]:
    """Paths in backticks below one of our folders that do not exist."""
    named = [name for name in _IN_TICKS.findall(text) if _PATH.fullmatch(name) and name.split("/")[0] in tops]
    return [name for name in named if not (root / name).exists()]


def table_rows(text: str) -> dict[str, list[str]]:
    """Rows of all tables by the name in backticks that begins them; several names in one cell make several rows."""
    rows: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line.startswith("| `"):
            cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
            for name in _IN_TICKS.findall(cells[0]):
                rows[name] = cells[1:]
    return rows


def commands_below(group: click.Group, name: str) -> dict[str, click.Command]:
    """Every command that can be run, by its whole name."""
    found: dict[str, click.Command] = {}
    context = click.Context(group)
    for part in group.list_commands(context):
        command, whole = group.get_command(context, part), f"{name} {part}"
        assert command is not None, whole
        if not isinstance(command, click.Group) or command.invoke_without_command:
            found[whole] = command
        if isinstance(command, click.Group):
            found |= commands_below(command, whole)
    return found


def undocumented(commands: dict[str, click.Command], text: str) -> list[str]:
    """Commands without a heading of their own, and arguments and options that stand nowhere below it."""
    sections = dict(re.findall(r"^##+ `(.+?)`\n(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL))
    missing: list[str] = []
    for name, command in commands.items():
        if name not in sections:
            missing.append(name)
            continue
        for parameter in command.params:
            option = isinstance(parameter, click.Option)
            shown = max(parameter.opts, key=len) if option else parameter.human_readable_name
            if not re.search(rf"`(?:[^`\n]* )?{re.escape(shown)}(?: [^`\n]*)?`", sections[name]):
                missing.append(f"{name} {shown}")
    return missing
