"""The fault menu of an RS-485 line and of each device on it."""

from dataclasses import dataclass


@dataclass(slots=True)
class BusFaults:
    """Set at any time, on the line or on one device.

    silent: hears, says nothing. dead: neither (an unplugged device). wrong_checksum, drop_byte, flip_bit: how many of
    the next frames are spoiled that way. noise: bytes before every frame. duplicate_key: each press is sent twice at
    once. split_delay: seconds between the two halves of every frame, 0 for one write. merge: how many frames are held
    back and written together; the last two are obeyed on the line only.
    """

    silent: bool = False
    dead: bool = False
    wrong_checksum: int = 0
    drop_byte: int = 0
    flip_bit: int = 0
    noise: bytes = b""
    duplicate_key: bool = False
    split_delay: float = 0.0
    merge: int = 1

    def spoil(self, frame: bytes) -> bytes:
        """Return the frame as it reaches the wire, and count down what was asked for."""
        spoiled = bytearray(frame)
        if self.wrong_checksum > 0:
            self.wrong_checksum -= 1
            spoiled[-2] ^= 0x55
        if self.flip_bit > 0:
            self.flip_bit -= 1
            spoiled[len(spoiled) // 2] ^= 0x01
        if self.drop_byte > 0:
            self.drop_byte -= 1
            del spoiled[len(spoiled) // 2]
        return self.noise + bytes(spoiled)
