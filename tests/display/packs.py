"""The clips of the shipped packs, read by the tests themselves: not through the code they judge."""

import tomllib
import wave
from functools import cache
from pathlib import Path

PACKS = Path(__file__).resolve().parents[2] / "drivers" / "voices" / "packs"
RATE = 22_050


def manifest(language: str) -> dict[str, object]:
    """The pack's manifest as it stands."""
    return tomllib.loads((PACKS / language / "voice.toml").read_text(encoding="utf-8"))


@cache
def clip(language: str, token: str) -> bytes:
    """The samples of one clip."""
    clips = manifest(language)["clips"]
    assert isinstance(clips, dict)
    with wave.open(str(PACKS / language / clips[token])) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE)
        return bytes(file.readframes(file.getnframes()))


def spoken(language: str, *tokens: str) -> bytes:
    """The samples of a sentence: the clips with the gap of the manifest between them."""
    gap_ms = manifest(language)["gap_ms"]
    assert isinstance(gap_ms, int)
    return (b"\0\0" * (RATE * gap_ms // 1000)).join(clip(language, token) for token in tokens)
