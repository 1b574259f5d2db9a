"""What a profile says about a device family: link, addresses, frames, commands, events, test vectors.

The models are strict: a key they do not know is a mistake in the file and is refused by the loader.
"""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from drivers.profiles.template import CheckKind, Template


def _from_hex(value: object) -> object:
    return bytes.fromhex(value) if isinstance(value, str) else value


def _byte_from_hex(value: object) -> object:
    return int(value, 16) if isinstance(value, str) else value


HexBytes = Annotated[bytes, BeforeValidator(_from_hex)]
HexByte = Annotated[int, BeforeValidator(_byte_from_hex), Field(ge=0, le=255)]

CommandName = Literal["start_rating", "show_digits", "success", "failure", "alert", "show_text", "probe"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(_Strict):
    """One text for people in both languages."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


class Link(_Strict):
    """The line the device sits on. ``gap_ms``: silence between two frames of ours."""

    kind: Literal["serial"]
    baud: int = Field(gt=0)
    bits: Literal[8]
    parity: Literal["none"]
    stop: Literal[1]
    flow: Literal["none"]
    gap_ms: int = Field(ge=4)
    exclusive: Literal[True]


class Addressing(_Strict):
    """The address a person sets runs from ``lowest`` to ``highest``; on the line stands address + ``offset``."""

    addressing: Literal["byte", "byte_offset"]
    offset: int = Field(default=0, ge=0, le=255)
    lowest: int = Field(ge=0)
    highest: int = Field(le=255)


class LengthFrame(_Strict):
    """start | length × length_times | mark | body | check | tail; the length counts the body, whose first byte is
    the address and whose second is the function."""

    mode: Literal["length"]
    family: str
    start: HexBytes = Field(min_length=1)
    length_times: int = Field(ge=1, le=2)
    mark: HexBytes
    shortest: int = Field(ge=2)
    longest: int = Field(le=254)
    check: CheckKind
    tail: HexBytes
    inter_byte_timeout_ms: int
    resync: Literal["drop one byte and search again"]


class DelimitedFrame(_Strict):
    """start | address | anything | tail, at most ``longest`` bytes in all; no check is known."""

    mode: Literal["delimited"]
    family: str
    start: HexBytes = Field(min_length=1)
    tail: HexBytes = Field(min_length=1)
    longest: int = Field(le=254)
    inter_byte_timeout_ms: int
    resync: Literal["drop one byte and search again"]


FrameRx = Annotated[LengthFrame | DelimitedFrame, Field(discriminator="mode")]


class Acknowledgement(_Strict):
    """How the host answers a press, and how often the device repeats a press that is not answered.

    ``taken_within_ms``: the device takes a start frame as the answer for this long after its press.
    """

    how: Literal["echo", "start_rating"]
    taken_within_ms: int = Field(gt=0)
    repeat_ms: int = Field(gt=0)
    repeats: int = Field(ge=0)


class Reply(_Strict):
    """How long a strip may take to confirm a text, and how often the text is sent again without a confirmation."""

    timeout_ms: int = Field(gt=0)
    retries: int = Field(ge=0)


class Press(_Strict):
    """A rating press: the function byte, and key value -> level 1 (worst) to 5 (best)."""

    function: HexByte
    key_map: dict[HexByte, Annotated[int, Field(ge=1, le=5)]] = Field(min_length=2)


class PadEvent(_Strict):
    """One row of the key table. ``digits``: "none", "some" (one or more), "many" (two or more), or one digit."""

    key: HexByte
    digits: str = Field(pattern=r"^(none|some|many|[0-9])$")
    action: str

    def fits(self, key: int, digits: str) -> bool:
        """Whether this row is meant by the key with these digits typed before it."""
        if key != self.key:
            return False
        if self.digits in ("none", "some", "many"):
            return {"none": not digits, "some": bool(digits), "many": len(digits) >= 2}[self.digits]
        return digits == self.digits


class Encoding(_Strict):
    """Text of a strip. A Chinese character takes 2 cells, an ASCII character 1."""

    charset: Literal["gbk"]
    max_cells: int = Field(ge=2, le=126)
    unencodable: str = Field(min_length=1, max_length=1)
    colours: dict[Literal["red", "green", "yellow"], int]


class Event(_Strict):
    """What a vector's bytes must be read as."""

    address: int
    level: int | None = None
    action: str | None = None
    digits: str = ""
    success: bool = False


class Vector(_Strict):
    """Either a command and its bytes (``sends``), or bytes from the device and what they mean (``event``; none for
    bytes that must not become an event), with the host's answer where there is one."""

    hex: HexBytes
    sends: CommandName | None = None
    address: int | None = None
    digits: str = ""
    text: str = ""
    event: Event | None = None
    acknowledged: HexBytes | None = None

    @model_validator(mode="after")
    def _one_direction(self) -> Self:
        if self.sends is not None and (self.address is None or self.event or self.acknowledged):
            raise ValueError("a vector that sends needs an address and has no event")
        return self


class Profile(_Strict):
    """One device family. ``confidence``: A two sources agree, B one code base read in full, C opaque, D hearsay."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    kind: Literal["keypad", "pad", "strip"]
    title: Words
    note: Words
    confidence: Literal["A", "B", "C", "D"]
    source: str = Field(min_length=1)
    rx_policy: Literal["event", "reply"]
    check: CheckKind
    link: Link
    bus: Addressing
    frame_rx: FrameRx
    commands: dict[CommandName, str]
    vectors: tuple[Vector, ...] = Field(min_length=1)
    ack: Acknowledgement | None = None
    reply: Reply | None = None
    press: Press | None = None
    events: tuple[PadEvent, ...] = ()
    max_digits: int = Field(default=0, ge=0, le=30)
    encoding: Encoding | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for source in self.commands.values():
            Template.parse(source, self.check)
        wanted: dict[str, tuple[str, ...]] = {
            "keypad": ("ack", "press"),
            "pad": ("ack", "events", "max_digits"),
            "strip": ("reply", "encoding"),
        }
        for field in wanted[self.kind]:
            if not getattr(self, field):
                raise ValueError(f"a {self.kind} needs [{field}]")
        return self

    def template(self, command: CommandName) -> Template:
        """The frame of a command. Raises KeyError when the family has no such command."""
        return Template.parse(self.commands[command], self.check)
