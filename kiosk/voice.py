"""The kiosk's voice: a prompt to a WAV, from the shipped clips or the hall's own."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from drivers.voices.pack import SHIPPED, PackWrong, VoicePack, packs_in
from drivers.voices.prompts import NotSayable, every_prompt_token, prompt_tokens
from drivers.voices.wav import wav_of


class KioskVoice:
    """`own`: a folder of the hall's packs. Raises PackWrong."""

    def __init__(self, own: Path | None) -> None:
        shipped = packs_in(SHIPPED)
        for language, pack in shipped.items():
            if missing := pack.missing(every_prompt_token(pack.sentences)):
                raise PackWrong(f"语音包缺少 / this voice pack lacks: {language}: {' '.join(missing)}")
        self._packs = [packs_in(own), shipped] if own is not None else [shipped]

    def wav(self, asked: Mapping[str, str]) -> bytes | None:
        """`asked`: `language`, `say` (the prompt) and its values. None for what cannot be said.

        A sentence is said by one voice: the hall's own where it has every word of it, else the shipped one. A service
        is said by its name where the pack knows it, else by its letter.
        """
        language, prompt = asked.get("language", ""), asked.get("say", "")
        try:
            for pack, tokens in self._ways(language, prompt, asked):
                if not pack.missing(tokens):
                    return wav_of(pack.join(tokens))
        except NotSayable:
            return None
        return None

    def _ways(
        self, language: str, prompt: str, values: Mapping[str, str]
    ) -> Iterator[tuple[VoicePack, tuple[str, ...]]]:
        for packs in self._packs:
            pack = packs.get(language)
            if pack is not None:
                yield pack, prompt_tokens(pack.sentences, prompt, values, by_name=True)
                yield pack, prompt_tokens(pack.sentences, prompt, values)
