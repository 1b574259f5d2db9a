"""Clips joined to one WAV: the very samples of the pack, from complete packs, or a clear refusal."""

import shutil
import wave
from io import BytesIO
from pathlib import Path

import pytest

from display.announcer import Announcer, NoVoice, read_packs
from display.sentence import Form, Manner, Said, every_token
from drivers.voices.pack import SHIPPED, NotInPack, PackWrong, load_pack, packs_in
from drivers.voices.wav import Sound, wav_of
from tests.display.packs import PACKS, RATE, clip, spoken

MANNER = Manner()


def samples(data: bytes) -> bytes:
    with wave.open(BytesIO(data)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE)
        return bytes(file.readframes(file.getnframes()))


@pytest.fixture(scope="module")
def announcer() -> Announcer:
    return Announcer(read_packs(None))


def test_a_call_is_its_clips_one_after_another_sample_by_sample(announcer: Announcer) -> None:
    said = announcer.wav("zh", Said("A012", "3"), Form.FULL, MANNER)
    assert samples(said) == spoken("zh", "chime", "请", "A", "0", "1", "2", "号", "到", "3", "号窗口", "办理业务")
    said = announcer.wav("en", Said("B120", "21"), Form.AGAIN, MANNER)
    assert samples(said) == spoken("en", "number", "B", "1", "2", "0", "please go to window", "20", "1")


def test_no_two_words_of_a_pack_sound_the_same() -> None:
    for language in ("zh", "en"):
        clips = [clip(language, token) for token in every_token(language)]
        assert len(set(clips)) == len(clips)
        assert all(any(one) and len(one) > RATE * 2 // 10 for one in clips)


def test_the_shipped_packs_have_every_word_and_are_small() -> None:
    packs = packs_in(SHIPPED)
    assert sorted(packs) == ["en", "zh"]
    assert all(pack.missing(every_token(pack.sentences)) == [] for pack in packs.values())
    assert sum(file.stat().st_size for file in PACKS.rglob("*.wav")) < 9_000_000


def test_planning_reckons_with_a_long_call(announcer: Announcer) -> None:
    said = announcer.wav("zh", Said("A012", "3"), Form.FULL, MANNER)
    planned = announcer.seconds(("zh",), Form.FULL, MANNER)
    assert len(samples(said)) / 2 / RATE <= planned < 8
    assert announcer.seconds(("zh", "en"), Form.FULL, MANNER) > planned
    assert announcer.seconds((), Form.FULL, MANNER) == 0
    assert announcer.seconds(("zh",), Form.BRIEF, MANNER) < planned


def test_a_language_without_a_pack_is_left_out(announcer: Announcer) -> None:
    assert announcer.able(("yue", "zh")) == ("zh",)
    with pytest.raises(NoVoice):
        announcer.wav("yue", Said("A1", "1"), Form.FULL, MANNER)


def test_a_word_the_pack_lacks_is_named() -> None:
    with pytest.raises(NotInPack, match="好"):
        load_pack(SHIPPED / "zh").join(["请", "好"])


def own_pack(folder: Path, language: str = "zh") -> Path:
    shutil.copytree(SHIPPED / "zh", folder / language)
    return folder / language


def test_a_halls_own_recordings_take_the_place_of_the_shipped_ones(tmp_path: Path) -> None:
    pack = own_pack(tmp_path)
    own = b"\1\0" * 5_000
    (pack / "chime.wav").write_bytes(wav_of(Sound(RATE, own)))
    said = Announcer(read_packs(tmp_path)).wav("zh", Said("A1", "1"), Form.FULL, MANNER)
    assert samples(said).startswith(own)


def test_a_dialect_is_one_more_pack(tmp_path: Path) -> None:
    own_pack(tmp_path, "yue")
    announcer = Announcer(read_packs(tmp_path))
    assert announcer.able(("yue", "zh", "en")) == ("yue", "zh", "en")


def edited(pack: Path, old: str, new: str) -> None:
    file = pack / "voice.toml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"0" = "digit_0.wav"\n', "", "0"),
        ("rate = 22050", "rate = 44100", "22050 Hz"),
        ('"digit_0.wav"', '"../en/number_0.wav"', "not a file name"),
        ('"digit_0.wav"', '"gone.wav"', "gone.wav"),
        ('"digit_0.wav"', '"voice.toml"', "voice.toml"),
        ("gap_ms = 20", "gap_ms = -1", "gap_ms"),
        ("gap_ms = 20", 'gap_ms = "20"', "gap_ms: int"),
        ("gap_ms = 20", "gap = 20", "gap: ?"),
        ('sentences = "zh"', 'sentences = "yue"', "sentences"),
        ("[clips]", "[clips", "cannot read"),
    ],
)
def test_what_is_wrong_with_a_pack_is_told(tmp_path: Path, old: str, new: str, told: str) -> None:
    edited(own_pack(tmp_path), old, new)
    with pytest.raises(PackWrong) as wrong:
        read_packs(tmp_path)
    assert told in str(wrong.value)


def test_stereo_is_no_clip(tmp_path: Path) -> None:
    pack = own_pack(tmp_path)
    with wave.open(str(pack / "chime.wav"), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(bytes(400))
    with pytest.raises(PackWrong, match="one channel"):
        read_packs(tmp_path)
