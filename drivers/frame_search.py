"""Whether a frame stands at a place of a byte stream: one function for each shape that a profile may name."""

from collections.abc import Sequence
from dataclasses import dataclass

from drivers.profiles.checks import check_bytes, check_size
from drivers.profiles.frames import DelimitedFrame, FixedFrame, FrameRx, LengthFrame, LineFrame


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame from the line. ``address`` is the byte on the line (0: none), ``data`` what follows."""

    family: str
    raw: bytes
    address: int
    function: int | None
    data: bytes


@dataclass(frozen=True, slots=True)
class Nothing:
    """No frame begins here. ``drop``: how many bytes are noise."""

    drop: int = 1


@dataclass(frozen=True, slots=True)
class BadCheck(Nothing):
    """A frame stands here whose check is wrong."""


@dataclass(frozen=True, slots=True)
class Partial:
    """What stands here may become a frame. ``drop``: what is noise if nothing follows."""

    drop: int = 1


Found = Frame | Nothing | Partial
_CONTROL = frozenset(range(0x20)) | {0x7F}


def look(shapes: Sequence[FrameRx], buffer: bytearray, at: int) -> Found:
    """What stands at this place; the first shape whose start stands there decides."""
    for shape in shapes:
        if isinstance(shape, LineFrame):
            return _line(shape, buffer, at)
        head = buffer[at : at + len(shape.start)]
        if shape.start == head:
            if isinstance(shape, LengthFrame):
                return _by_length(shape, buffer, at)
            if isinstance(shape, FixedFrame):
                return _closed(shape, buffer, at, at + len(shape.start) + shape.size)
            return _by_tail(shape, [one.start for one in shapes if not isinstance(one, LineFrame)], buffer, at)
        if shape.start.startswith(head):
            return Partial()
    return Nothing()


def _frame(shape: FrameRx, raw: bytes, body: bytes) -> Frame | Nothing:
    if len(body) < max(shape.address_at + 1, shape.function_at + 1, shape.data_from):
        return Nothing()
    return Frame(
        family=shape.family,
        raw=raw,
        address=body[shape.address_at] if shape.address_at >= 0 else 0,
        function=body[shape.function_at] if shape.function_at >= 0 else None,
        data=body[shape.data_from :],
    )


def _closed(shape: LengthFrame | FixedFrame, buffer: bytearray, at: int, check_at: int) -> Found:
    """A frame whose length is known: body, check and tail follow."""
    tail_at = check_at + check_size(shape.check)
    end = tail_at + len(shape.tail)
    if len(buffer) < end:
        return Partial()
    if buffer[tail_at:end] != shape.tail:
        return Nothing()
    head = at + len(shape.start)
    length = head + (shape.head if isinstance(shape, LengthFrame) else 0)
    body = length
    if isinstance(shape, LengthFrame):
        body += shape.length.size * shape.length.times + len(shape.mark)
    covered_from = {"frame": at, "head": head, "length": length, "body": body}[shape.check_from]
    if buffer[check_at:tail_at] != check_bytes(shape.check, bytes(buffer[covered_from:check_at]), shape.check_order):
        return BadCheck()
    return _frame(shape, bytes(buffer[at:end]), bytes(buffer[body:check_at]))


def _by_length(shape: LengthFrame, buffer: bytearray, at: int) -> Found:
    field = shape.length
    length_at = at + len(shape.start) + shape.head
    body_at = length_at + field.size * field.times + len(shape.mark)
    known = bytes(buffer[length_at:body_at])
    if len(known) < field.size:
        return Partial()
    first = known[: field.size]
    if not (first * field.times + shape.mark).startswith(known):
        return Nothing()
    high, low = (first[0], first[-1]) if field.order == "high first" else (first[-1], first[0])
    size = shape.body_size(low if field.size == 1 else high * field.base + low)
    if not shape.shortest <= size <= shape.longest:
        return Nothing()
    return _closed(shape, buffer, at, body_at + size)


def _by_tail(shape: DelimitedFrame, starts: list[bytes], buffer: bytearray, at: int) -> Found:
    window = bytes(buffer[at : at + shape.longest])
    inside_at = len(shape.start)
    while shape.long_start and window[inside_at : inside_at + 1] == shape.start[-1:]:
        inside_at += 1
    shortest = max(shape.address_at + 1, shape.function_at + 1, shape.data_from) + check_size(shape.check)
    tail_at = window.find(shape.tail, inside_at + (0 if shape.escape else shortest))
    end = len(window) if tail_at < 0 else tail_at
    # A frame that carries no check: any other start inside it says that this one was a false start.
    if shape.check == "none" and any(0 <= window.find(start, inside_at) < end for start in starts):
        return Nothing()
    if tail_at < 0:
        return Partial() if len(window) < shape.longest else Nothing()
    inside = _unescaped(shape, window[inside_at:tail_at])
    if inside is None or len(inside) < shortest:
        return Nothing()
    body = inside[: len(inside) - check_size(shape.check)]
    covered = body if shape.check_from == "body" else shape.start + body
    if inside[len(body) :] != check_bytes(shape.check, covered, shape.check_order):
        return BadCheck()
    return _frame(shape, window[: tail_at + len(shape.tail)], body)


def _unescaped(shape: DelimitedFrame, inside: bytes) -> bytes | None:
    """What the frame says; None where an escape is broken or a byte stands unescaped that may not."""
    out = bytearray()
    at = 0
    leads = {instead[0] for instead in shape.escape.values()}
    while at < len(inside):
        byte = next((b for b, instead in shape.escape.items() if inside.startswith(instead, at)), None)
        if byte is not None:
            out += byte
            at += len(shape.escape[byte])
        elif inside[at] in leads or inside[at : at + 1] in shape.escape:
            return None
        else:
            out.append(inside[at])
            at += 1
    return bytes(out)


def _line_too_long(shape: LineFrame, rest: bytes) -> Nothing | Partial:
    """Noise up to its end, wherever that comes; until then so much of it is kept that it stays too long."""
    end = next((place for place, byte in enumerate(rest) if byte in shape.ends), -1)
    if end >= 0:
        return Nothing(end + 1)
    spare = len(rest) - (shape.longest + 1)
    return Nothing(spare) if spare > 0 else Partial(len(rest))


def _line(shape: LineFrame, buffer: bytearray, at: int) -> Found:
    """Up to the first of its ends. What is no line is dropped with its end: the rest of it would look like one."""
    window = bytes(buffer[at : at + shape.longest + 1])
    end = next((place for place, byte in enumerate(window) if byte in shape.ends), -1)
    if end == 0:
        return Nothing()
    if end < 0:
        return _line_too_long(shape, bytes(buffer[at:]))
    text = window[:end]
    if any(byte in _CONTROL for byte in text) or not text.startswith(shape.start):
        return Nothing(end + 1)
    size = check_size(shape.check)
    body = text[len(shape.start) : len(text) - size]
    covered = body if shape.check_from == "body" else shape.start + body
    if len(text) < len(shape.start) + size or text[len(text) - size :] != check_bytes(
        shape.check, covered, shape.check_order
    ):
        return BadCheck(end + 1)
    found = _frame(shape, window[: end + 1], body)
    return found if isinstance(found, Frame) else Nothing(end + 1)
