"""The lines a slip is made of. One layout serves every printer: raster.py draws it, text.py sends it as text."""

from dataclasses import dataclass
from enum import Enum, IntEnum


class Roll(IntEnum):
    """Paper width in mm."""

    MM80 = 80
    MM58 = 58

    @property
    def dots(self) -> int:
        """Printable width in dots at 203 dpi (8 dots per mm)."""
        return 576 if self is Roll.MM80 else 384

    @property
    def columns(self) -> int:
        """Columns of 12 dots in text mode; a Chinese character takes two."""
        return self.dots // 12


class Size(Enum):
    """Steps of type, smallest first. What a step measures depends on the roll and is the drawer's business."""

    NOTE = "note"
    TEXT = "text"
    VALUE = "value"
    TITLE = "title"
    GREAT = "great"


class Align(Enum):
    LEFT = "left"
    CENTRE = "centre"


@dataclass(frozen=True)
class Text:
    """A paragraph; whoever draws it breaks it into lines."""

    text: str
    size: Size = Size.TEXT
    align: Align = Align.LEFT
    bold: bool = False


@dataclass(frozen=True)
class Split:
    """Two short texts on one line, one at each margin."""

    left: str
    right: str


@dataclass(frozen=True)
class Span:
    """A piece of a field's value; figures are set larger than the words around them."""

    text: str
    figure: bool = False


@dataclass(frozen=True)
class Field:
    """A row of the table: what, and how much. A thin rule closes it."""

    label: str
    value: tuple[Span, ...]


@dataclass(frozen=True)
class Rule:
    thick: bool = False


@dataclass(frozen=True)
class Space:
    """White of `dots` height (8 per mm on 80 mm paper)."""

    dots: int


@dataclass(frozen=True)
class Seal:
    """The number in its hollow double frame: it exists and waits."""

    number: str


@dataclass(frozen=True)
class Badges:
    """Words in frames, side by side in the middle."""

    texts: tuple[str, ...]


@dataclass(frozen=True)
class Qr:
    """A QR code of `data` with its explanation: beside it on wide paper, below it on narrow paper."""

    data: str
    notes: tuple[Text, ...] = ()


Line = Text | Split | Field | Rule | Space | Seal | Badges | Qr
Slip = tuple[Line, ...]
