"""Second-generation ID cards by the SAM (SDT) protocol: text fields only, the photo is never read further.

The citizen's number leaves this module only as a keyed hash and its last four digits; frames and numbers are never
logged and stand in no error, no repr. Unverified on hardware (confidence A: many independent programs agree).
"""

import hmac
from dataclasses import dataclass
from enum import Enum
from functools import reduce
from operator import xor
from typing import Final

_START: Final = b"\xaa\xaa\xaa\x96\x69"
_LONGEST: Final = 4096
_TEXT: Final = 256
_WEIGHTS: Final = tuple(pow(2, 17 - place, 11) for place in range(17))
_SEXES: Final = {"1": "male", "2": "female"}
# Bytes of each field, in their order; all text is UTF-16, low byte first.
_FIELDS: Final = (
    ("name", 30), ("sex", 2), ("nation", 4), ("birth", 16), ("address", 70), ("number", 36), ("issuer", 30),
    ("valid_from", 16), ("valid_to", 16), ("spare", 36),
)  # fmt: skip


class Ask(Enum):
    """What the host asks: command and parameter."""

    STATUS = b"\x11\xff"
    SAM_ID = b"\x12\xff"
    FIND = b"\x20\x01"
    SELECT = b"\x20\x02"
    READ = b"\x30\x01"
    NEW_ADDRESS = b"\x30\x03"


class Said(Enum):
    """What the reader says, by its three status bytes."""

    OK = b"\x00\x00\x90"
    FOUND = b"\x00\x00\x9f"
    NO_CARD = b"\x00\x00\x80"
    SELECT_FAILED = b"\x00\x00\x81"
    READ_FAILED = b"\x00\x00\x41"
    OTHER = b""


def request(ask: Ask) -> bytes:
    """The frame of a question."""
    inside = (len(ask.value) + 1).to_bytes(2, "big") + ask.value
    return _START + inside + bytes([reduce(xor, inside)])


@dataclass(frozen=True, slots=True, repr=False)
class Reply:
    """One answer of the reader; its data may be a person's, so it shows only what it is."""

    said: Said
    data: bytes

    def __repr__(self) -> str:
        return f"Reply({self.said.name}, {len(self.data)} bytes)"


class Replies:
    """Feed it what was read; it gives whole answers whose check is right."""

    def __init__(self) -> None:
        self._held = bytearray()
        self.noise_bytes = 0

    def feed(self, chunk: bytes) -> list[Reply]:
        """The next bytes, split anywhere."""
        self._held += chunk
        found = []
        at = 0
        while at < len(self._held):
            end, reply = self._look(at)
            if end is None:
                break
            if reply is None:
                self.noise_bytes += 1
                at += 1
            else:
                found.append(reply)
                at = end
        # A person's data does not stay in memory longer than it must.
        self._held[:at] = b""
        return found

    def forget(self) -> None:
        """The line was silent: half an answer will never be whole."""
        self._held.clear()

    def _look(self, at: int) -> tuple[int | None, Reply | None]:
        """Where the answer ends, None while it may still come; and the answer, None if there is none here."""
        head = bytes(self._held[at : at + len(_START)])
        if not _START.startswith(head):
            return at, None
        inside_at = at + len(_START)
        if len(self._held) < inside_at + 2:
            return None, None
        size = int.from_bytes(self._held[inside_at : inside_at + 2], "big")
        if not 4 <= size <= _LONGEST:
            return at, None
        end = inside_at + 2 + size
        if len(self._held) < end:
            return None, None
        inside = bytes(self._held[inside_at:end])
        if reduce(xor, inside[:-1]) != inside[-1]:
            return at, None
        said = next((one for one in Said if one.value == inside[2:5]), Said.OTHER)
        return end, Reply(said, inside[5:-1])


class CardRefused(ValueError):
    """The card cannot be used; the sentence says why and holds nothing of the card."""


@dataclass(frozen=True, slots=True, repr=False)
class Identity:
    """What may be kept of a card; printed, it does not say whose. ``number_hash``: HMAC-SHA-256 of the number under the
    caller's key, hex."""

    name: str
    sex: str
    birth: str  # YYYYMMDD
    number_hash: str
    last_four: str


def identity_of(reply: Reply, key: bytes) -> Identity:
    """The text fields of a card that was read. Raises CardRefused: not a citizen's card, or its number is wrong."""
    if not key:
        raise ValueError("hashing needs a key")
    if reply.said is not Said.OK or len(reply.data) < 4 + _TEXT:
        raise CardRefused("the card was not read")
    if int.from_bytes(reply.data[:2], "big") != _TEXT:
        raise CardRefused("the card's text has another length")
    fields = _fields_of(reply.data[4 : 4 + _TEXT])
    if fields["spare"][:1].strip() or fields["sex"] not in _SEXES:
        raise CardRefused("a card of another kind; it is not supported yet")
    number = fields["number"]
    if not is_number(number) or fields["birth"] != number[6:14]:
        raise CardRefused("the card's number does not hold together")
    digest = hmac.new(key, number.encode("ascii"), "sha256").hexdigest()
    return Identity(fields["name"], _SEXES[fields["sex"]], fields["birth"], digest, number[-4:])


def _fields_of(text: bytes) -> dict[str, str]:
    fields, at = {}, 0
    for name, size in _FIELDS:
        try:
            fields[name] = text[at : at + size].decode("utf-16-le").strip(" \0")
        except UnicodeDecodeError:
            raise CardRefused("the card's text cannot be read") from None
        at += size
    return fields


def is_number(number: str) -> bool:
    """Seventeen digits and the check sign of ISO 7064 MOD 11-2."""
    if len(number) != 18 or not (number.isascii() and number[:17].isdigit()):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
    return number[17] == "10X98765432"[total % 11]
