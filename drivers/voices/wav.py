"""Sound as WAV, of the one kind that packs hold: one channel, 16 bits, little-endian."""

import io
import wave
from dataclasses import dataclass

SAMPLE_BYTES = 2


class NotThisKind(ValueError):
    """A WAV file that is not one channel of 16 bits, or no WAV file at all."""


@dataclass(frozen=True, slots=True)
class Sound:
    """Samples at a rate (per second)."""

    rate: int
    samples: bytes

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.samples) / SAMPLE_BYTES / self.rate


def read_wav(data: bytes) -> Sound:
    """The sound of a WAV file. Raises NotThisKind."""
    try:
        with wave.open(io.BytesIO(data)) as file:
            if (file.getnchannels(), file.getsampwidth()) != (1, SAMPLE_BYTES):
                raise NotThisKind("not one channel of 16 bits")
            return Sound(file.getframerate(), file.readframes(file.getnframes()))
    except (wave.Error, EOFError) as error:
        raise NotThisKind(str(error) or "ends too early") from error


def wav_of(sound: Sound) -> bytes:
    """The sound as a WAV file."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(SAMPLE_BYTES)
        file.setframerate(sound.rate)
        file.writeframes(sound.samples)
    return out.getvalue()


def silence(rate: int, ms: int) -> bytes:
    """Samples of silence."""
    return bytes(rate * ms // 1000 * SAMPLE_BYTES)
