"""Takes our own bytes out again where an RS-485 adapter hears itself talk."""

from collections import deque
from typing import Final

# An echo is back as soon as it is sent; what has not come by then was lost.
_GIVE_UP_S: Final = 1.0


class LocalEcho:
    """Compares at every place of the stream with the frames sent and not yet heard. A device's frame that merely
    resembles one of ours is left alone, and a damaged echo passes on as noise."""

    def __init__(self) -> None:
        self._sent: deque[tuple[bytes, float]] = deque()
        self._held = b""

    def sent(self, frame: bytes, at: float) -> None:
        """Monotonic seconds."""
        self._sent.append((frame, at))

    def strip(self, chunk: bytes, now: float) -> bytes:
        """The bytes that came from devices. The beginning of an echo is held back until it is decided."""
        while self._sent and now - self._sent[0][1] > _GIVE_UP_S:
            self._sent.popleft()
        stream, self._held = self._held + chunk, b""
        heard = bytearray()
        at = 0
        while at < len(stream):
            rest = stream[at:]
            if (place := self._place_of(rest)) is not None:
                at += len(self._sent[place][0])
                for _ in range(place + 1):
                    self._sent.popleft()
            elif any(frame.startswith(rest) for frame, _ in self._sent):
                self._held = rest
                break
            else:
                heard.append(stream[at])
                at += 1
        return bytes(heard)

    def silence(self) -> bytes:
        """The line was silent: what was held back is no echo."""
        held, self._held = self._held, b""
        return held

    def _place_of(self, rest: bytes) -> int | None:
        return next((place for place, (frame, _) in enumerate(self._sent) if rest.startswith(frame)), None)
