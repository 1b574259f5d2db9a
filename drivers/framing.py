"""Finds frames in a byte stream. A read may hold half a frame or several; the framer never looks at where it ended.

A place in the stream where no frame begins costs one byte: it is dropped as noise and the search goes on behind it,
so a false start never takes a true frame with it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto

from drivers.profiles.profile import DelimitedFrame, FrameRx, LengthFrame
from drivers.profiles.template import check_byte


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame from the line. ``address`` is the byte on the line, ``data`` what follows address (and function)."""

    family: str
    raw: bytes
    address: int
    function: int | None
    data: bytes


class _Found(Enum):
    FRAME = auto()
    PARTIAL = auto()
    NOTHING = auto()
    BAD_CHECKSUM = auto()


@dataclass(slots=True)
class FrameCounts:
    """What the line delivered that was no frame. Bytes of a frame with a bad checksum count as noise too."""

    noise_bytes: int = 0
    bad_checksums: int = 0


class Framer:
    """Feed it what was read; it gives back the frames that are complete. ``patience_s`` is how long a frame may pause
    between two bytes."""

    def __init__(self, shapes: Iterable[FrameRx]) -> None:
        self._shapes = tuple(dict.fromkeys(shapes))
        self._starts = tuple(shape.start for shape in self._shapes)
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
            found, frame = self._look(at)
            if frame is not None:
                frames.append(frame)
                at += len(frame.raw)
            elif found is _Found.PARTIAL and not ended:
                break
            else:
                self.counts.bad_checksums += found is _Found.BAD_CHECKSUM
                self.counts.noise_bytes += 1
                at += 1
        del self._buffer[:at]
        return frames

    def _look(self, at: int) -> tuple[_Found, Frame | None]:
        for shape in self._shapes:
            head = self._buffer[at : at + len(shape.start)]
            if shape.start == head:
                if isinstance(shape, LengthFrame):
                    return self._look_by_length(shape, at)
                return self._look_by_tail(shape, at)
            if shape.start.startswith(head):
                return _Found.PARTIAL, None
        return _Found.NOTHING, None

    def _look_by_length(self, shape: LengthFrame, at: int) -> tuple[_Found, Frame | None]:
        lengths_at = at + len(shape.start)
        mark_at = lengths_at + shape.length_times
        body_at = mark_at + len(shape.mark)
        head = bytes(self._buffer[lengths_at:body_at])
        if not head:
            return _Found.PARTIAL, None
        length = head[0]
        expected = bytes([length]) * shape.length_times + shape.mark
        if not shape.shortest <= length <= shape.longest or not expected.startswith(head):
            return _Found.NOTHING, None
        check_at = body_at + length
        tail_at = check_at + (shape.check != "none")
        end = tail_at + len(shape.tail)
        if len(self._buffer) < end:
            return _Found.PARTIAL, None
        if self._buffer[tail_at:end] != shape.tail:
            return _Found.NOTHING, None
        body = bytes(self._buffer[body_at:check_at])
        if self._buffer[check_at:tail_at] != check_byte(shape.check, body):
            return _Found.BAD_CHECKSUM, None
        return _Found.FRAME, Frame(shape.family, bytes(self._buffer[at:end]), body[0], body[1], body[2:])

    def _look_by_tail(self, shape: DelimitedFrame, at: int) -> tuple[_Found, Frame | None]:
        window = bytes(self._buffer[at : at + shape.longest])
        data_at = len(shape.start) + 1
        tail_at = window.find(shape.tail, data_at)
        end = len(window) if tail_at < 0 else tail_at
        # Such a frame carries no check, so any other start inside it says that this one was a false start.
        if any(0 <= window.find(start, len(shape.start)) < end for start in self._starts):
            return _Found.NOTHING, None
        if tail_at < 0:
            return (_Found.PARTIAL if len(window) < shape.longest else _Found.NOTHING), None
        raw = window[: tail_at + len(shape.tail)]
        return _Found.FRAME, Frame(shape.family, raw, window[data_at - 1], None, window[data_at:tail_at])
