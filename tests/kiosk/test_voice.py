"""The kiosk's voice: shipped clips, the hall's own where they have the whole sentence, names where a pack has them."""

import shutil
import wave
from io import BytesIO
from pathlib import Path

import pytest

from drivers.voices.pack import PackWrong
from drivers.voices.wav import Sound, wav_of
from kiosk.voice import KioskVoice
from tests.display.packs import PACKS, RATE, spoken

OWN_RATE = 16_000


def samples(wav: bytes | None) -> tuple[int, bytes]:
    assert wav is not None
    with wave.open(BytesIO(wav)) as file:
        return file.getframerate(), file.readframes(file.getnframes())


def test_a_prompt_is_the_clips_of_the_pack_in_their_order() -> None:
    said = KioskVoice(None).wav({"language": "zh", "say": "number", "number": "D047"})
    assert samples(said) == (RATE, spoken("zh", "您的号是", "D", "0", "4", "7"))


@pytest.mark.parametrize(
    "asked",
    [{}, {"language": "xx", "say": "ask"}, {"language": "zh", "say": "nothing"}, {"language": "zh", "say": "number"}],
)
def test_what_cannot_be_said_is_no_sound(asked: dict[str, str]) -> None:
    assert KioskVoice(None).wav(asked) is None


def own_pack(folder: Path, clips: dict[str, bytes]) -> None:
    """A hall's pack with just these clips, at a rate of its own."""
    (folder / "zh").mkdir(parents=True)
    lines = ['language = "zh"', 'sentences = "zh"', 'licence = "own"', f"rate = {OWN_RATE}", "gap_ms = 0", "[clips]"]
    for place, (token, sound) in enumerate(clips.items()):
        (folder / "zh" / f"{place}.wav").write_bytes(wav_of(Sound(OWN_RATE, sound)))
        lines.append(f'"{token}" = "{place}.wav"')
    (folder / "zh" / "voice.toml").write_text("\n".join(lines), encoding="utf-8")


def test_the_halls_own_voice_says_what_it_has_and_the_shipped_one_the_rest(tmp_path: Path) -> None:
    own_pack(tmp_path, {"您选的业务是": b"\1\0" * 50, "service/D": b"\2\0" * 50, "请取走小票": b"\3\0" * 50})
    voice = KioskVoice(tmp_path)
    chosen = {"language": "zh", "say": "chosen"}
    assert samples(voice.wav({**chosen, "service": "D"})) == (OWN_RATE, b"\1\0" * 50 + b"\2\0" * 50)
    assert samples(voice.wav({"language": "zh", "say": "take_slip"})) == (OWN_RATE, b"\3\0" * 50)
    # C has no clip of its own, and its letter is not in the hall's pack: one voice says the whole sentence.
    assert samples(voice.wav({**chosen, "service": "C"})) == (RATE, spoken("zh", "您选的业务是", "C"))
    assert samples(voice.wav({"language": "en", "say": "take_slip"})) == (RATE, spoken("en", "Please take your slip"))


def test_a_pack_that_is_wrong_is_said_at_the_start(tmp_path: Path) -> None:
    shutil.copytree(PACKS / "zh", tmp_path / "zh")
    (tmp_path / "zh" / "qing.wav").write_bytes(b"no sound")
    with pytest.raises(PackWrong, match="qing"):
        KioskVoice(tmp_path)
