"""Finds frames in a byte stream. A read may hold half a frame or several; the framer never looks at where it ended.

A place in the stream where no frame begins costs one byte: it is dropped as noise and the search goes on behind it,
so a false start never takes a true frame with it. Only a line of text is dropped whole: its end would look like a line.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from drivers.frame_search import BadCheck, Frame, Partial, look
from drivers.profiles.frames import FrameRx

__all__ = ["Frame", "FrameCounts", "Framer"]


@dataclass(slots=True)
class FrameCounts:
    """What the line delivered that was no frame. Bytes of a frame with a bad checksum count as noise too."""

    noise_bytes: int = 0
    bad_checksums: int = 0


class Framer:
    """Feed it what was read; it gives back the frames that are complete. ``patience_s`` is how long a frame may pause
    between two bytes."""

    def __init__(self, shapes: Iterable[FrameRx | None]) -> None:
        self._shapes = [shape for shape in shapes if shape is not None]
        self._shapes = [one for at, one in enumerate(self._shapes) if one not in self._shapes[:at]]
        self._buffer = bytearray()
        self.counts = FrameCounts()
        self.patience_s = max((shape.inter_byte_timeout_ms for shape in self._shapes), default=0) / 1000

    def feed(self, chunk: bytes) -> list[Frame]:
        """Takes the next bytes of the stream, split anywhere."""
        self._buffer += chunk
        return self._take(ended=False)

    def silence(self) -> list[Frame]:
        """The line was silent longer than a frame may pause: what is partial will never be finished. Whole frames
        that a false start was hiding are given back."""
        return self._take(ended=True)

    def _take(self, *, ended: bool) -> list[Frame]:
        frames: list[Frame] = []
        at = 0
        while at < len(self._buffer):
            found = look(self._shapes, self._buffer, at)
            if isinstance(found, Frame):
                frames.append(found)
                at += len(found.raw)
            elif isinstance(found, Partial) and not ended:
                break
            else:
                drop = min(found.drop, len(self._buffer) - at)
                self.counts.bad_checksums += isinstance(found, BadCheck)
                self.counts.noise_bytes += drop
                at += drop
        del self._buffer[:at]
        return frames
