"""Strips that never answer: the single-colour family (80, C0, D) and the AA BB family, as one bystander of the line.

A second implementation: it walks byte by byte and shares nothing with the drivers. Unverified on hardware.
"""

HEAD_AABB = bytes([0x01, 0x00, 0x99, 0x00, 0x63])
MOST = 200


class PlainStrips:
    """Feed it what the host sends; ``shown`` says what stands on each strip, by family and address."""

    def __init__(self) -> None:
        self.shown: dict[tuple[str, int], str] = {}
        self.refused = 0
        self._held: list[int] = []

    def feed(self, data: bytes) -> None:
        """The next bytes of the line."""
        for byte in data:
            self._take(byte)

    def _take(self, byte: int) -> None:
        self._held.append(byte)
        if not self._may_go_on():
            rest = self._held[1:]
            self._held.clear()
            for again in rest:
                self._take(again)

    def _may_go_on(self) -> bool:
        """Whether what is held may still become a frame; a whole one is shown and let go."""
        held = self._held
        if len(held) > MOST:
            return False
        if held[0] == 0xAA:
            return self._aabb(held)
        return 0x81 <= held[0] <= 0xBF and self._single_colour(held)

    def _single_colour(self, held: list[int]) -> bool:
        if (len(held) > 1 and held[1] != 0xC0) or (len(held) > 2 and held[2] != ord("D")):
            return False
        if len(held) > 3 and held[-1] == 0x1A:
            self._show("c0d", held[0] & 0x3F, held[3:-1])
        return True

    def _aabb(self, held: list[int]) -> bool:
        for place, wanted in ((2, 0xBB), (3, 0x51), (4, 0x54), *((6 + n, byte) for n, byte in enumerate(HEAD_AABB))):
            if len(held) > place and held[place] != wanted:
                return False
        if len(held) > 11 and held[-1] == 0xFF:
            total = 0
            for byte in held[6:]:
                total += byte
            if total % 256 != held[5]:
                self.refused += 1
                return False
            self._show("aabb", held[1], held[11:-1])
        return True

    def _show(self, family: str, address: int, text: list[int]) -> None:
        self.shown[family, address] = bytes(text).decode("gbk", errors="replace")
        self._held.clear()
