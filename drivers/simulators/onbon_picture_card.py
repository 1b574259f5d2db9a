"""An Onbon BX-6Q card: what it is sent are pixels, and what it shows is a picture.

A second implementation from docs/hardware.md; it shares nothing with the drivers. Unverified on hardware.
"""

from dataclasses import dataclass

from drivers.simulators.onbon_card import enclosed

Pixel = tuple[int, int, int]
DARK: Pixel = (0, 0, 0)


@dataclass(frozen=True)
class Picture:
    """One page of an area; ``rows`` from the top, each from the left."""

    x: int
    y: int
    rows: tuple[tuple[Pixel, ...], ...]

    @property
    def size(self) -> tuple[int, int]:
        return (len(self.rows[0]) if self.rows else 0, len(self.rows))


class Reader:
    """Takes numbers off a row of bytes, low byte first."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = 0

    def number(self, size: int) -> int:
        taken = self.take(size)
        return sum(byte << 8 * place for place, byte in enumerate(taken))

    def take(self, size: int) -> bytes:
        taken = self._data[self.at : self.at + size]
        if len(taken) < size:
            raise ValueError("the frame ends too early")
        self.at += size
        return taken


class OnbonPictureCard:
    """``areas``: the picture of each dynamic area. Faults as those of the font cards."""

    def __init__(self) -> None:
        self.address = 1
        self.areas: dict[int, Picture] = {}
        self.came = 0
        self.refused = 0
        self.busy = 0
        self.error = 0
        self.silent = False

    def pixel(self, x: int, y: int) -> Pixel:
        """What the screen shows there."""
        for area in self.areas.values():
            width, height = area.size
            if area.x <= x < area.x + width and area.y <= y < area.y + height:
                return area.rows[y - area.y][x - area.x]
        return DARK

    @property
    def pixels(self) -> bytes:
        """Those of the first area, row by row."""
        area = self.areas.get(0)
        return b"" if area is None else b"".join(bytes(pixel) for row in area.rows for pixel in row)

    def hear(self, plain: bytes | None) -> bytes:
        """The answer to header and data."""
        if self.silent:
            return b""
        if plain is None:
            self.refused += 1
            return self._says(5)
        if self.busy:
            self.busy -= 1
            return self._says(3)
        if self.error:
            return self._says(self.error)
        try:
            self._take(Reader(plain))
        except ValueError:
            self.refused += 1
            return self._says(2)
        return self._says(0)

    def _says(self, error: int) -> bytes:
        data = bytes([0, 0xA0, 1 if error else 0, 0, 0, error, 0, 0, 0])
        return enclosed(bytes([0x00, 0x80, 0xFF, 0xFF, 0xF0, 0, 0x66, 2, 0, 0, 0, 0, len(data), 0, 0, 0]) + data)

    def _take(self, frame: Reader) -> None:
        frame.take(4)
        if frame.number(1) != 0xF0:
            raise ValueError("not this protocol")
        frame.take(7)
        length = frame.number(4)
        begun = frame.at
        if frame.take(3) != b"\x01\xa7\x00":
            raise ValueError("no such command")
        frame.take(2)
        if frame.number(2) != 1:
            raise ValueError("one area at a time")
        about = frame.number(4)
        number, picture_at, picture = self._about(Reader(frame.take(about)))
        pixels = Reader(frame.take(begun + length - frame.at))
        pixels.take(picture_at)
        width, height = picture.size
        rows = tuple(
            tuple((pixels.number(1), pixels.number(1), pixels.number(1)) for _ in range(width)) for _ in range(height)
        )
        self.areas[number] = Picture(picture.x, picture.y, rows)
        self.came += 1

    def _about(self, about: Reader) -> tuple[int, int, Picture]:
        """The area's number, where its first page begins among the pixels, and its place, still dark."""
        number = about.number(1)
        about.take(4)
        about.take(2 * about.number(2))
        about.take(5)
        if about.number(1) != 0x10:
            raise ValueError("not an area of pictures")
        x, y, width, height = (about.number(2) for _ in range(4))
        about.take(10)
        if about.number(2) != 1 or about.number(4) != 26:
            raise ValueError("one page with 26 bytes about it")
        about.take(7)
        if about.number(2) != width:
            raise ValueError("a page of another width")
        about.take(9)
        offset, length = about.number(4), about.number(4)
        if length != width * height * 3:
            raise ValueError("a page of another size")
        return number, offset, Picture(x, y, ((DARK,) * width,) * height)
