"""What kind of printer is simulated."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class PrinterModel:
    """What kind of printer it is.

    width_dots: 576 for 80 mm paper, 384 for 58 mm. throughput: bytes executed per second, 0 unlimited.
    idle_end: seconds without work after which the paper counts as taken, 0 never (for printers without a cutter).
    buffer_bytes: what is kept while offline; beyond it the host must wait. font: file the built-in characters are
    drawn with.
    """

    width_dots: int = 576
    throughput: int = 0
    has_text_font: bool = True
    kanji_after_reset: bool = False
    four_byte_glyphs: bool = False
    has_qr: bool = True
    has_cutter: bool = True
    idle_end: float = 0.0
    buffer_bytes: int = 65536
    font: Path | None = None
