"""The announcer: a call to a sentence, a sentence to clips, clips to one WAV. The same words are joined once."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from display.sentence import Form, Manner, Said, every_token, tokens
from drivers.voices.pack import SHIPPED, PackWrong, VoicePack, packs_in
from drivers.voices.wav import wav_of

_KEPT = 64  # sentences kept ready; about 200 KB each at the most
_LONG = Said("A888", "888")  # what planning reckons with


class NoVoice(LookupError):
    """There is no pack for this language."""


def read_packs(own: Path | None) -> dict[str, VoicePack]:
    """The shipped packs, and the hall's own in their place. Raises PackWrong, also where an own one lacks a word."""
    packs = packs_in(SHIPPED) | (packs_in(own) if own is not None else {})
    for language, pack in packs.items():
        missing = pack.missing(every_token(pack.sentences))
        if missing:
            raise PackWrong(f"语音包缺少 / this voice pack lacks: {language}: {' '.join(missing)}")
    return packs


class Announcer:
    """Speaks with the packs it was given; a pack per language."""

    def __init__(self, packs: Mapping[str, VoicePack]) -> None:
        self._packs = dict(packs)
        self._wav = lru_cache(maxsize=_KEPT)(self._join)

    def able(self, languages: tuple[str, ...]) -> tuple[str, ...]:
        """Those of the languages for which there is a pack, in their order."""
        return tuple(language for language in languages if language in self._packs)

    def rate(self, language: str) -> int:
        """Samples per second of the language's pack. Raises NoVoice."""
        return self._pack(language).rate

    def wav(self, language: str, said: Said, form: Form, manner: Manner) -> bytes:
        """The sentence as a WAV file. Raises NoVoice, or NotInPack where the pack lacks a word."""
        return self._wav(language, tokens(self._pack(language).sentences, said, form, manner))

    def seconds(self, languages: tuple[str, ...], form: Form, manner: Manner) -> float:
        """How long a long call takes in these languages, one after another: for planning, never too short."""
        spoken = 0.0
        for place, language in enumerate(languages):
            pack, later = self._pack(language), place > 0 and form is Form.FULL
            spoken += pack.join(tokens(pack.sentences, _LONG, Form.AGAIN if later else form, manner)).seconds
        return spoken

    def _pack(self, language: str) -> VoicePack:
        if language not in self._packs:
            raise NoVoice(language)
        return self._packs[language]

    def _join(self, language: str, words: tuple[str, ...]) -> bytes:
        return wav_of(self._packs[language].join(words))
