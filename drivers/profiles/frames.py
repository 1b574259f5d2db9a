"""How a family's frames are laid out: four shapes. All parts that lie between head and check are the frame's body.

In the body stand, counted from its first byte: the address (``address_at``), the function (``function_at``), and from
``data_from`` on the data. -1: the family has none.
"""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from drivers.profiles.checks import ByteOrder, CheckKind, check_size


def _from_hex(value: object) -> object:
    return bytes.fromhex(value) if isinstance(value, str) else value


def _byte_from_hex(value: object) -> object:
    return int(value, 16) if isinstance(value, str) else value


HexBytes = Annotated[bytes, BeforeValidator(_from_hex)]
HexByte = Annotated[int, BeforeValidator(_byte_from_hex), Field(ge=0, le=255)]


class Strict(BaseModel):
    """A key that a profile does not know is a mistake in the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class _Frame(Strict):
    family: str
    check: CheckKind = "none"
    check_order: ByteOrder | None = None
    check_from: Literal["frame", "head", "length", "body"] = "body"
    address_at: int = Field(default=0, ge=-1, le=32)
    function_at: int = Field(default=1, ge=-1, le=32)
    data_from: int = Field(default=2, ge=0, le=33)
    inter_byte_timeout_ms: int = Field(gt=0)
    resync: Literal["drop one byte and search again"] = "drop one byte and search again"

    @property
    def fixed_bytes(self) -> int:
        """How many bytes of a frame are known beforehand or follow from the others: what noise has to hit."""
        return check_size(self.check)

    @property
    def alone(self) -> bool:
        """Whether such a device shares its line with no other family."""
        return False


class Length(Strict):
    """The field that says how long the frame is. ``counts_from`` ... ``counts_to``: what it counts, both included."""

    size: Literal[1, 2] = 1
    order: ByteOrder = "high first"
    times: Literal[1, 2] = 1
    base: Literal[255, 256] = 256
    counts_from: Literal["frame", "head", "length", "body"] = "body"
    counts_to: Literal["body", "check", "tail"] = "body"


class LengthFrame(_Frame):
    """start | head | length × times | mark | body | check | tail. ``shortest``, ``longest``: of the body, in bytes.
    Without a start the device shares its line with no other family."""

    mode: Literal["length"]
    start: HexBytes = b""
    head: int = Field(default=0, ge=0, le=16)
    length: Length
    mark: HexBytes = b""
    shortest: int = Field(ge=1)
    longest: int = Field(le=9216)
    tail: HexBytes = b""

    @property
    def fixed_bytes(self) -> int:
        repeated = (self.length.times - 1) * self.length.size
        return len(self.start) + repeated + len(self.mark) + check_size(self.check) + len(self.tail)

    @property
    def alone(self) -> bool:
        return not self.start

    def body_size(self, length: int) -> int:
        """How long the body is when the field says ``length``; negative if it cannot be."""
        sizes = {
            "frame": len(self.start), "head": self.head, "length": self.length.size * self.length.times,
            "body": len(self.mark) if self.length.counts_from != "body" else 0,
        }  # fmt: skip
        order = list(sizes)
        before = sum(sizes[part] for part in order[order.index(self.length.counts_from) :])
        after = {"body": 0, "check": check_size(self.check), "tail": check_size(self.check) + len(self.tail)}
        return length - before - after[self.length.counts_to]


class DelimitedFrame(_Frame):
    """start | body | check | tail, at most ``longest`` bytes in all. The bytes of an ``escape`` table never stand
    between start and tail as they are. ``long_start``: the last byte of the start may stand there more than once."""

    mode: Literal["delimited"]
    start: HexBytes = Field(min_length=1)
    long_start: bool = False
    tail: HexBytes = Field(min_length=1)
    longest: int = Field(le=4096)
    escape: dict[HexBytes, HexBytes] = {}

    @property
    def fixed_bytes(self) -> int:
        return len(self.start) + check_size(self.check) + len(self.tail)

    @model_validator(mode="after")
    def _escapes(self) -> Self:
        if any(len(byte) != 1 or len(instead) < 2 for byte, instead in self.escape.items()):
            raise ValueError("escape: one byte on the left, two or more on the right")
        if len(set(self.escape.values())) != len(self.escape):
            raise ValueError("escape: two bytes are escaped alike")
        if any(instead.startswith(other) for instead in self.escape.values() for other in self.escape.values()
               if instead != other):  # fmt: skip
            raise ValueError("escape: one escape begins with another")
        if self.escape and any(bytes([byte]) not in self.escape for byte in self.tail):
            raise ValueError("escape: the bytes of the tail must be in the table")
        if self.long_start and self.start[-1:] not in self.escape:
            raise ValueError("long_start: the last byte of the start must be in the escape table")
        return self


class FixedFrame(_Frame):
    """start | body of ``size`` bytes | check | tail."""

    mode: Literal["fixed"]
    start: HexBytes = Field(min_length=1)
    size: int = Field(ge=1, le=255)
    tail: HexBytes = b""

    @property
    def fixed_bytes(self) -> int:
        return len(self.start) + check_size(self.check) + len(self.tail)


class LineFrame(_Frame):
    """start | body | one of the bytes of ``ends``. A line with a control character or longer than ``longest`` is none.
    Such a device shares its line with no other family."""

    mode: Literal["line"]
    start: HexBytes = b""
    ends: HexBytes = Field(min_length=1)
    longest: int = Field(ge=1, le=4096)
    address_at: int = -1
    function_at: int = -1
    data_from: int = 0

    @property
    def fixed_bytes(self) -> int:
        return len(self.start) + check_size(self.check) + 1

    @property
    def alone(self) -> bool:
        return True


FrameRx = Annotated[LengthFrame | DelimitedFrame | FixedFrame | LineFrame, Field(discriminator="mode")]
