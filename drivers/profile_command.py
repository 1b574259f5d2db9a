"""`paihao device check`: a profile's own test."""

from pathlib import Path

import click

from drivers.profile_check import check_profile
from drivers.profiles.loader import read_profile


@click.command("check", epilog="\b\npaihao device check our-keypad.toml")
@click.argument("files", type=click.Path(path_type=Path), nargs=-1, required=True)
def check(files: tuple[Path, ...]) -> None:
    """检查设备配置文件 · Run the test vectors of device profiles; say what is wrong, with file, line and field."""
    mistakes = [mistake for file in files for mistake in check_profile(file)]
    for mistake in mistakes:
        click.echo(str(mistake))
    if mistakes:
        raise click.ClickException(f"{len(mistakes)} 处不对 / {len(mistakes)} wrong")
    for file in files:
        profile = read_profile(file)
        click.echo(
            f"{file.name}: {len(profile.vectors)} 个测试向量都通过 / vectors pass"
            f" ({profile.title.zh} / {profile.title.en}; {profile.confidence}; {profile.note.zh} / {profile.note.en})"
        )
