"""A voice pack: a folder with `voice.toml` (token → WAV clip, rate, gap, licence, language) and the clips.

Joining clips is copying bytes: fast, and the same tokens always give the same sound.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from drivers.voices.wav import NotThisKind, Sound, read_wav, silence

SHIPPED = Path(__file__).resolve().parent / "packs"
MANIFEST = "voice.toml"
_LONGEST_GAP_MS = 1000
SENTENCES = ("zh", "en")
_KINDS: Mapping[str, type] = {
    "language": str, "sentences": str, "licence": str, "rate": int, "gap_ms": int, "clips": dict,
}  # fmt: skip


class PackWrong(Exception):
    """A pack cannot be used; the message names everything that is wrong with it, in both languages."""


class NotInPack(LookupError):
    """Tokens that the pack has no clip for."""

    def __init__(self, language: str, tokens: Sequence[str]) -> None:
        super().__init__(f"{language}: {' '.join(tokens)}")
        self.tokens = tuple(tokens)


@dataclass(frozen=True, slots=True)
class VoicePack:
    """One language's clips by token, all at one rate. `sentences`: whose order of words they fit, "zh" or "en"."""

    language: str
    sentences: str
    licence: str
    rate: int
    gap_ms: int
    clips: Mapping[str, bytes]

    def join(self, tokens: Iterable[str]) -> Sound:
        """The clips one after another with the pack's gap between them. Raises NotInPack."""
        wanted = list(tokens)
        missing = self.missing(wanted)
        if missing:
            raise NotInPack(self.language, missing)
        return Sound(self.rate, silence(self.rate, self.gap_ms).join(self.clips[token] for token in wanted))

    def missing(self, tokens: Iterable[str]) -> list[str]:
        """Tokens without a clip, each once."""
        return [token for token in dict.fromkeys(tokens) if token not in self.clips]


def load_pack(folder: Path) -> VoicePack:
    """Read a pack. Raises PackWrong with everything that is wrong."""
    values = _manifest(folder)
    wrong = [f"{name}: {kind.__name__}" for name, kind in _KINDS.items() if type(values.get(name)) is not kind]
    wrong += [f"{name}: ?" for name in values if name not in _KINDS]
    if not wrong and not (8_000 <= values["rate"] <= 48_000 and 0 <= values["gap_ms"] <= _LONGEST_GAP_MS):
        wrong.append(f"rate: 8000 – 48000, gap_ms: 0 – {_LONGEST_GAP_MS}")
    if not wrong and values["sentences"] not in SENTENCES:
        wrong.append(f"sentences: {' | '.join(SENTENCES)}")
    clips: dict[str, bytes] = {}
    for token, file in {} if wrong else values["clips"].items():
        try:
            clips[token] = _clip(folder, file, values["rate"])
        except (OSError, ValueError) as error:
            wrong.append(f"{token} = {file}: {error}")
    if wrong or not clips:
        raise PackWrong(f"语音包不可用 / this voice pack cannot be used: {folder}\n  " + "\n  ".join(wrong))
    return VoicePack(**{**values, "clips": clips})


def _manifest(folder: Path) -> dict[str, Any]:
    file = folder / MANIFEST
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PackWrong(f"读不了语音包 / cannot read the voice pack {file}: {error}") from error


def _clip(folder: Path, file: object, rate: int) -> bytes:
    """The samples of one clip, which lies in the pack's own folder."""
    if not isinstance(file, str) or Path(file).name != file:
        raise NotThisKind("not a file name")
    sound = read_wav((folder / file).read_bytes())
    if sound.rate != rate:
        raise NotThisKind(f"{sound.rate} Hz")
    return sound.samples


def packs_in(folder: Path) -> dict[str, VoicePack]:
    """Every pack of a folder, by the name of its subfolder, which is the language. Raises PackWrong."""
    return {found.parent.name: load_pack(found.parent) for found in sorted(folder.glob(f"*/{MANIFEST}"))}
