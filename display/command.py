"""`paihao voice`: hear what a voice pack makes of a call, and whether it is complete."""

from pathlib import Path

import click

from display.announcer import Announcer, NoVoice, read_packs
from display.sentence import Form, Manner, Said
from drivers.voices.pack import PackWrong


@click.group()
def voice() -> None:
    """语音播报。 Voice announcements."""


@voice.command()
@click.argument("number")
@click.argument("window")
@click.option("--lang", default="zh", show_default=True, help="语言，即语音包。 Language, that is the pack.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="WAV 文件。 The WAV file.")
@click.option("--packs", type=click.Path(exists=True, file_okay=False, path_type=Path), default=None,
              help="自有语音包的目录。 Folder of one's own packs.")  # fmt: skip
@click.option("--form", type=click.Choice([form.value for form in Form]), default=Form.FULL.value, show_default=True,
              help="说多少。 How much is said.")  # fmt: skip
@click.option("--sentence", type=click.Choice(["business", "window", "number_first"]), default="business",
              show_default=True, help="句式。 The sentence.")  # fmt: skip
@click.option("--one", type=click.Choice(["yi", "yao"]), default="yi", show_default=True,
              help="数字 1 的读法。 How the digit 1 is said.")  # fmt: skip
@click.option("--recall", is_flag=True, help="重呼。 As a recall.")
def say(
    number: str, window: str, lang: str, out: Path, packs: Path | None, form: str, sentence: str, one: str, recall: bool
) -> None:
    """把一次叫号写成 WAV 文件。 Write a call as a WAV file: paihao voice say A012 3 --out call.wav."""
    try:
        announcer = Announcer(read_packs(packs))
        sound = announcer.wav(lang, Said(number, window, recall), Form(form), Manner(one, sentence=sentence))
        out.write_bytes(sound)
    except PackWrong as wrong:
        raise click.ClickException(str(wrong)) from wrong
    except NoVoice as error:
        raise click.ClickException(f"没有 {lang} 的语音包 / there is no voice pack {lang}") from error
    except OSError as error:
        raise click.ClickException(f"写不了 / cannot write {out}: {error.strerror}") from error
    click.echo(f"{out}")
