"""Make the voice packs zh and en that ship, from espeak-ng. Run by hand; the result is committed.

    python drivers/voices/make_packs.py --library libespeak-ng.so --data folder-with-espeak-ng-data

With `--services services.csv --into voices` it makes a hall's own packs instead: the same clips, and the names of the
hall's services beside them.

espeak-ng 1.52 or later (older ones spell Chinese out): the library and its data from Debian (libespeak-ng1) or from
the Python wheel espeakng-loader. It is a tool for making the clips; nothing that runs needs it. The same version gives
the same bytes. Writes zh/, en/ and CHECKSUMS in `packs`. Why clips made so may be shipped: docs/voice.md.
"""

import argparse
import array
import csv
import ctypes
import hashlib
import itertools
import json
import math
import string
import sys
from pathlib import Path

from drivers.voices.counting import TWO_OF, YAO
from drivers.voices.prompts import MONTHS, PAUSE, prompt_clips
from drivers.voices.wav import Sound, silence, wav_of

PACKS = Path(__file__).resolve().parent / "packs"
LICENCE = "Apache-2.0; output of espeak-ng, see docs/voice.md"
QUIET = 350  # samples below this at both ends are cut away
KEEP_MS = 12  # but so much of the edge stays, so that no consonant is bitten off
LOUDEST = 26_000
PAUSE_MS = 160
SPEED = 190  # words a minute
GAPS_MS = {"zh": 20, "en": 30}

ZH_DIGITS = dict(zip(string.digits, "零一二三四五六七八九", strict=True))
ZH_FILES = {
    "yao": YAO, "shi": "十", "bai": "百", "qing": "请", "qing_dao": "请到", "hao": "号", "dao": "到",
    "hao_chuangkou": "号窗口", "banli_yewu": "办理业务", "banli": "办理",
}  # fmt: skip
EN_FILES = {
    "number": "number", "please_go_to_window": "please go to window", "window": "window", "once_more": "once more",
}  # fmt: skip
ZH_MORE = {"liang": TWO_OF, "dian": "点", "fen": "分"}
EN_MORE = {"hundred": "hundred", "o_clock": "o'clock"} | {f"month_{n}": name for n, name in enumerate(MONTHS, 1)}
EN_TENS = [*range(10, 20), *range(20, 100, 10)]


class Espeak:
    """The library by its C interface (speak_lib.h)."""

    _SYNCHRONOUS, _RATE, _VOLUME, _GAP, _UTF8 = 2, 1, 2, 7, 1

    def __init__(self, library: Path, data: Path) -> None:
        self._library = ctypes.CDLL(str(library))
        self.rate = self._library.espeak_Initialize(self._SYNCHRONOUS, 0, str(data).encode(), 0)
        if self.rate <= 0:
            raise SystemExit(f"espeak-ng does not start with the data in {data}")
        self._heard = array.array("h")
        kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)
        self._callback = kind(self._take)  # kept: the library calls it later
        self._library.espeak_SetSynthCallback(self._callback)

    def _take(self, samples: "ctypes._Pointer[ctypes.c_short]", count: int, _events: int) -> int:
        if count > 0:
            self._heard.extend(samples[:count])
        return 0

    def say(self, voice: str, text: str, speed: int) -> "array.array[int]":
        """The samples of a text; `speed` in words a minute."""
        if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise SystemExit(f"espeak-ng has no voice {voice}")
        self._library.espeak_SetParameter(self._RATE, speed, 0)
        self._library.espeak_SetParameter(self._GAP, 0, 0)
        self._heard = array.array("h")
        data = text.encode()
        self._library.espeak_Synth(data, len(data) + 1, 0, 1, 0, self._UTF8, None, None)
        self._library.espeak_Synchronize()
        return self._heard


def trimmed(samples: "array.array[int]", rate: int) -> "array.array[int]":
    """Without the silence at both ends, at the common loudness, the edges softened."""
    loud = [place for place, value in enumerate(samples) if abs(value) > QUIET]
    if not loud:
        raise SystemExit("a clip came out silent")
    edge = rate * KEEP_MS // 1000
    cut = samples[max(0, loud[0] - edge) : loud[-1] + 1 + edge]
    scale = LOUDEST / max(abs(value) for value in cut)
    soft = min(edge, len(cut) // 2)
    shape = [min(1.0, (place + 1) / soft, (len(cut) - place) / soft) for place in range(len(cut))]
    return array.array("h", (round(value * scale * part) for value, part in zip(cut, shape, strict=True)))


def chime(rate: int) -> "array.array[int]":
    """Two soft tones, a third apart, 0.55 s."""
    found = array.array("h")
    for place in range(rate * 55 // 100):
        at = place / rate
        value = 0.0
        for begins, pitch in ((0.0, 784.0), (0.18, 622.25)):
            if at >= begins:
                since = at - begins
                value += math.sin(2 * math.pi * pitch * since) * math.exp(-7 * since) * min(1.0, since * 200)
        fade = min(1.0, (0.55 - at) * 20)
        found.append(round(11_000 * value * fade))
    return found


Words = dict[str, tuple[str, str, str]]


def call_words(language: str) -> Words:
    """Token → file, voice, text of all that a board says of a call."""
    letters = {sign: (f"letter_{sign.lower()}", "en-us", sign) for sign in string.ascii_uppercase}
    if language == "zh":
        digits = {sign: (f"digit_{sign}", "cmn", text) for sign, text in ZH_DIGITS.items()}
        words = {text: (file, "cmn", "腰" if text == YAO else text) for file, text in ZH_FILES.items()}
        return digits | letters | words
    numbers = {str(n): (f"number_{n}", "en-us", str(n)) for n in itertools.chain(range(10), EN_TENS)}
    return numbers | letters | {text: (file, "en-us", text) for file, text in EN_FILES.items()}


def prompt_words(language: str, services: Path | None) -> Words:
    """The same of all that a machine says to one person; with the names of a hall file's services.csv."""
    voice, more, column = ("cmn", ZH_MORE, "name") if language == "zh" else ("en-us", EN_MORE, "name_en")
    words = {text: (file, voice, text) for text, file in prompt_clips(language).items()}
    words |= {text: (file, voice, text) for file, text in more.items()}
    if services is None:
        return words
    with services.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row[column]]
    return words | {f"service/{row['prefix']}": (f"service_{row['prefix']}", voice, row[column]) for row in rows}


Clips = dict[str, tuple[str, "array.array[int]"]]


def said(espeak: Espeak, words: Words) -> Clips:
    """Token → file, samples."""
    return {
        token: (file, trimmed(espeak.say(voice, text, SPEED), espeak.rate))
        for token, (file, voice, text) in words.items()
    }


def write_pack(folder: Path, rate: int, gap_ms: int, clips: Clips) -> None:
    """One folder, named by its language: the clips and their manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    for file, samples in clips.values():
        little = array.array("h", samples)
        if sys.byteorder == "big":
            little.byteswap()
        (folder / f"{file}.wav").write_bytes(wav_of(Sound(rate, little.tobytes())))
    head = {"language": folder.name, "sentences": folder.name, "licence": LICENCE}
    lines = [f"{name} = {json.dumps(value)}" for name, value in head.items()]
    lines += [f"rate = {rate}", f"gap_ms = {gap_ms}", "", "[clips]"]
    lines += [f'"{token}" = "{file}.wav"' for token, (file, _) in clips.items()]
    (folder / "voice.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_checksums() -> None:
    """SHA-256 of every file of the packs."""
    files = sorted(file for file in PACKS.rglob("*") if file.is_file() and file.name != "CHECKSUMS")
    lines = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.relative_to(PACKS).as_posix()}" for file in files]
    (PACKS / "CHECKSUMS").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    """Both packs, and the checksums of those that ship."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--library", type=Path, required=True)
    asked.add_argument("--data", type=Path, required=True)
    asked.add_argument("--services", type=Path, help="a hall's services.csv: their names too")
    asked.add_argument("--into", type=Path, help="where a hall's own packs go")
    given = asked.parse_args()
    if (given.services is None) != (given.into is None):
        asked.error("--services and --into go together")
    espeak = Espeak(given.library, given.data)
    own = {"chime": ("chime", chime(espeak.rate)), PAUSE: ("pause", array.array("h", silence(espeak.rate, PAUSE_MS)))}
    # What espeak-ng says depends a little on what it said before: the words of calls are said first, in both languages.
    calls = {language: said(espeak, call_words(language)) for language in GAPS_MS}
    for language, gap_ms in GAPS_MS.items():
        more = prompt_words(language, given.services)
        new = {token: word for token, word in more.items() if token not in calls[language]}
        clips = own | calls[language] | said(espeak, new)
        write_pack((given.into or PACKS) / language, espeak.rate, gap_ms, clips)
    if given.into is None:
        write_checksums()


if __name__ == "__main__":
    main()
