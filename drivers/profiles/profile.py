"""What a profile says about a device family: link, addresses, frames, commands, events, test vectors.

The models are strict: a key they do not know is a mistake in the file and is refused by the loader.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from drivers.profiles.behaviour import Answered, Asked, RatingPolicy
from drivers.profiles.checks import ByteOrder, CheckKind
from drivers.profiles.frames import DelimitedFrame, FrameRx, HexByte, HexBytes, Strict
from drivers.profiles.template import Template

CommandName = Literal[
    "start_rating", "show_digits", "success", "failure", "alert", "show_text", "probe", "heartbeat", "poll"
]


SUREST_BYTES = 3  # a keypad's frame has so many bytes that noise would have to hit


class Words(Strict):
    """One text for people in both languages."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


class SerialLink(Strict):
    """The serial line the device sits on. ``gap_ms``: silence between two frames of ours."""

    kind: Literal["serial"]
    baud: int = Field(gt=0)
    bits: Literal[8]
    parity: Literal["none"]
    stop: Literal[1]
    flow: Literal["none"]
    gap_ms: int = Field(ge=4)
    exclusive: Literal[True]


class TcpLink(Strict):
    """The device is reached by TCP and by nothing else; ``port``: the one it usually listens at."""

    kind: Literal["tcp"]
    port: int = Field(gt=0, le=65535)
    gap_ms: int = Field(ge=4)

    @property
    def baud(self) -> int:
        """Bytes take no time that counts."""
        return 100_000_000


class UdpLink(Strict):
    """The device speaks datagrams of whole frames. ``port``: where it usually listens; ``listen``: our port, 0 any."""

    kind: Literal["udp"]
    port: int = Field(gt=0, le=65535)
    listen: int = Field(default=0, ge=0, le=65535)
    gap_ms: int = Field(ge=4)

    @property
    def baud(self) -> int:
        """Bytes take no time that counts."""
        return 100_000_000


Link = Annotated[SerialLink | TcpLink | UdpLink, Field(discriminator="kind")]


class Addressing(Strict):
    """The address a person sets runs from ``lowest`` to ``highest``; on the line stands address + ``offset``. "none":
    the device is alone on its line and no address stands on it."""

    addressing: Literal["none", "byte", "byte_offset"]
    offset: int = Field(default=0, ge=0, le=255)
    lowest: int = Field(ge=0)
    highest: int = Field(le=255)

    def on_line(self, address: int) -> int:
        """The address byte; 0 where there is none."""
        return 0 if self.addressing == "none" else address + self.offset

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.lowest > self.highest or self.on_line(self.highest) > 255:
            raise ValueError("lowest to highest, with the offset, must be addresses of one byte")
        return self


class Acknowledgement(Strict):
    """How the host answers a press, and how often the device repeats a press that is not answered.

    ``taken_within_ms``: the device takes a start frame as the answer for this long after its press.
    """

    how: Literal["none", "echo", "start_rating"]
    taken_within_ms: int = Field(gt=0)
    repeat_ms: int = Field(gt=0)
    repeats: int = Field(ge=0)


class Reply(Strict):
    """How long a strip may take to confirm a text, and how often the text is sent again without a confirmation (none:
    until it comes). ``ask_every_ms``: how often a strip that can be asked is asked whether it is there."""

    timeout_ms: int = Field(gt=0)
    retries: int | None = Field(default=None, ge=0)
    ask_every_ms: int | None = Field(default=None, ge=500)


class Press(Strict):
    """A rating press: the function byte where there is one, what stands before the value, and value -> level 1 (worst)
    to 5 (best). ``levels``: those the keypad offers. A value has one byte or several; ``text``: written as text."""

    function: HexByte | None = None
    prefix: HexBytes = b""
    text: bool = False
    levels: tuple[Annotated[int, Field(ge=1, le=5)], ...] = Field(min_length=2)
    key_map: dict[str, Annotated[int, Field(ge=1, le=5)]] = Field(min_length=2)

    @property
    def values(self) -> dict[bytes, int]:
        """The key map by what the device sends."""
        return {self._value(key): level for key, level in self.key_map.items()}

    def _value(self, key: str) -> bytes:
        return key.encode("ascii") if self.text else bytes.fromhex(key)

    @model_validator(mode="after")
    def _no_hole(self) -> Self:
        values = [self._value(key) for key in self.key_map]
        if b"" in values or len(set(values)) != len(values):
            raise ValueError("key_map: a value is empty or stands twice")
        missing = sorted(set(self.levels) - set(self.key_map.values()))
        if missing:
            raise ValueError(f"key_map: a hole: no key for level {', '.join(map(str, missing))}")
        if sorted(self.key_map.values()) != sorted(self.levels):
            raise ValueError("key_map: a level has two keys, or one that is not among levels")
        return self


class PadEvent(Strict):
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


class Encoding(Strict):
    """Text of a strip. A Chinese character takes 2 cells, an ASCII character 1. ``charset``: what it has; "font": what
    the shipped typeface has, because the program draws it; "utf-8": everything, as far as the device can know."""

    charset: Literal["gbk", "gb2312", "font", "utf-8"]
    max_cells: int = Field(ge=2, le=126)
    unencodable: str = Field(min_length=1, max_length=1)
    # A byte after each character; none: the strip has one colour.
    colours: dict[Literal["red", "green", "yellow"], int] = Field(default_factory=dict)


class Area(Strict):
    """The rectangle of the screen that carries the text, in pixels. ``unit``: x and width are sent in units of so many
    pixels. ``font_px``: height of a character; none: as high as fits. ``motion``: how a text comes."""

    number: int = Field(default=0, ge=0, le=255)
    x: int = Field(default=0, ge=0, le=4096)
    y: int = Field(default=0, ge=0, le=4096)
    width: int = Field(ge=8, le=4096)
    height: int = Field(ge=8, le=1024)
    unit: Literal[1, 8] = 1
    motion: Literal["still", "instant", "left", "right", "up", "down"] = "still"
    font_px: int | None = Field(default=None, ge=8, le=512)
    font_name: str = Field(default="SimSun", min_length=1, max_length=64)

    @model_validator(mode="after")
    def _whole_units(self) -> Self:
        if self.x % self.unit or self.width % self.unit:
            raise ValueError(f"x and width must be whole units of {self.unit} pixels")
        return self


class Event(Strict):
    """What a vector's bytes must be read as."""

    address: int
    level: int | None = None
    action: str | None = None
    digits: str = ""
    success: bool = False


class Vector(Strict):
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


Dialogue = Literal["onbon-bxk", "onbon-bx6q", "huidu"]


class Profile(Strict):
    """One device family. ``confidence``: A two sources agree, B one code base read in full, C opaque, D hearsay.
    ``repeat_ms``: a strip that never answers is told its text again so often, for it may have lost its power.
    ``dialogue``: code of this name makes the frames, which have several lengths or an order of their own."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    kind: Literal["keypad", "pad", "strip"]
    title: Words
    note: Words
    confidence: Literal["A", "B", "C", "D"]
    source: str = Field(min_length=1)
    rx_policy: Literal["event", "reply", "poll"]
    check: CheckKind
    check_order: ByteOrder | None = None
    link: Link
    bus: Addressing
    frame_rx: FrameRx | None = None  # none: it never says anything
    commands: dict[CommandName, str] = Field(default_factory=dict)
    vectors: tuple[Vector, ...] = Field(min_length=1)
    ack: Acknowledgement | None = None
    reply: Reply | None = None
    press: Press | None = None
    heartbeat: Asked | None = None
    poll: Asked | None = None
    rating: RatingPolicy | None = None
    events: tuple[PadEvent, ...] = ()
    max_digits: int = Field(default=0, ge=0, le=30)
    encoding: Encoding | None = None
    repeat_ms: int | None = Field(default=None, ge=500)
    dialogue: Dialogue | None = None
    area: Area | None = None

    @model_validator(mode="after")
    def _dialogue(self) -> Self:
        if (self.dialogue is None) != (self.area is None):
            raise ValueError("[area] belongs to a dialogue, and a dialogue needs it")
        if self.dialogue is None:
            if self.kind == "strip" and "show_text" not in self.commands:
                raise ValueError("commands: a strip needs show_text")
            if self.encoding is not None and self.encoding.charset not in ("gbk", "gb2312"):
                raise ValueError("encoding: charset must be gbk or gb2312")
            return self
        if self.kind != "strip" or self.commands:
            raise ValueError("a dialogue is a strip's, and its commands are made by code")
        if self.dialogue != "onbon-bxk" and self.link.kind != "tcp":
            raise ValueError(f"link: {self.dialogue} is spoken by TCP")
        return self

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for source in self.commands.values():
            self._template(source)
        wanted: dict[str, tuple[str, ...]] = {
            "keypad": ("ack", "press"),
            "pad": ("ack", "events", "max_digits"),
            "strip": ("encoding",),
        }
        for field in wanted[self.kind]:
            if not getattr(self, field):
                raise ValueError(f"a {self.kind} needs [{field}]")
        if self.kind != "strip" and self.frame_rx is None:
            raise ValueError(f"a {self.kind} needs [frame_rx]")
        if self.repeat_ms is not None and (self.kind != "strip" or self.reply is not None):
            raise ValueError("repeat_ms: only for a strip that does not answer")
        if (self.reply is None) != (self.frame_rx is None) and self.kind == "strip":
            raise ValueError("a strip that answers needs [reply] and [frame_rx], one that does not has neither")
        if self.kind == "keypad" and self.frame_rx is not None and self.frame_rx.fixed_bytes < SUREST_BYTES:
            raise ValueError(
                f"frame_rx: noise would make ratings: start, tail, mark and check together need {SUREST_BYTES} bytes"
            )
        self._behaves()
        if self.ack is not None and self.ack.how == "start_rating" and "start_rating" not in self.commands:
            raise ValueError("ack: there is no command start_rating")
        return self

    def _behaves(self) -> None:
        """Raises ValueError where what is said of its behaviour does not fit together."""
        if (self.rx_policy == "poll") != (self.poll is not None):
            raise ValueError('poll: rx_policy = "poll" and a table [poll] belong together')
        if self.poll is not None and self.heartbeat is not None:
            raise ValueError("heartbeat: a device that is polled shows by its answers that it is there")
        for name, asked in (("poll", self.poll), ("heartbeat", self.heartbeat)):
            if asked is not None and asked.command not in self.commands:
                raise ValueError(f"{name}: there is no command {asked.command}")
            if asked is not None and self.frame_rx is None:
                raise ValueError(f"{name}: a device that never says anything has no answer")
        if self.rating is not None and self.kind != "keypad":
            raise ValueError("rating: only a keypad has it")
        if self.rating is not None and self.rating.late == "report" and self.rating.late_ms:
            raise ValueError('rating: late_ms needs late = "drop"')
        if self.press is not None and (asked := self.poll or self.heartbeat) is not None:
            self._answer_is_no_press(asked.answer, self.press)

    @staticmethod
    def _answer_is_no_press(answer: Answered, press: Press) -> None:
        """An answer that is read as a press would be a rating that nobody made."""
        same_function = None in (answer.function, press.function) or answer.function == press.function
        if same_function and answer.data.startswith(press.prefix) and answer.data[len(press.prefix) :] in press.values:
            raise ValueError("answer: it is a press of the key map")

    @property
    def family(self) -> str:
        """Devices of one family share addresses on a line."""
        return self.id if self.frame_rx is None else self.frame_rx.family

    def template(self, command: CommandName) -> Template:
        """The frame of a command. Raises KeyError when the family has no such command."""
        return self._template(self.commands[command])

    def _template(self, source: str) -> Template:
        escape = self.frame_rx.escape if isinstance(self.frame_rx, DelimitedFrame) else {}
        return Template.parse(source, self.check, self.check_order, escape)
