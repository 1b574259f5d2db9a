"""Make the number face of the pages from Barlow Semi Condensed Bold. Run by hand; the result is committed.

    python browser/shared/figures/make_figures.py BarlowSemiCondensed-Bold.woff2 OFL.txt

Needs fontTools and brotli. Barlow reserves no font name, but a cut-down face must not pass for the full one, so the
family is called "Paihao Figures". Three things differ from the source:
1. only digits, capital letters and the signs of numbers, times and ranges are kept;
2. the digits are the tabular ones, so that no style rule is needed to keep a changing number still;
3. Q keeps its tail on the baseline (the source hangs it below), so that rows of numbers may stand close.
Writes PaihaoFigures-Bold.woff2, OFL.txt and CHECKSUMS beside this script; the same source gives the same bytes.
"""

import hashlib
import string
import sys
from pathlib import Path

from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

HERE = Path(__file__).resolve().parent
SIGNS = string.digits + string.ascii_uppercase + " -–—:./,+×·()%"
# The tail of Q, clockwise in font units (1000 to the em): from inside the bowl across its lower right to the baseline.
TAIL = ((318, 243), (514, 69), (446, -8), (250, 166))


def make_digits_tabular(face: TTFont) -> None:
    """Let the characters 0–9 point at the glyphs that the feature `tnum` would choose."""
    cmap = face["cmap"]
    for digit, name in enumerate(("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")):
        for table in cmap.tables:
            if 0x30 + digit in table.cmap:
                table.cmap[0x30 + digit] = f"{name}.tf"


def lift_tail(face: TTFont) -> None:
    """Draw Q as the letter O of the same face and a tail that ends on the baseline."""
    glyphs = face.getGlyphSet()
    bowl = DecomposingRecordingPen(glyphs)
    glyphs["O"].draw(bowl)
    pen = TTGlyphPen(None)
    bowl.replay(pen)
    pen.moveTo(TAIL[0])
    for point in TAIL[1:]:
        pen.lineTo(point)
    pen.closePath()
    face["glyf"]["Q"] = pen.glyph()
    face["glyf"]["Q"].flags[0] |= 0x40  # the contours overlap
    face["hmtx"]["Q"] = face["hmtx"]["O"]


def cut_down(face: TTFont) -> None:
    options = Options()
    options.layout_features = []
    options.hinting = False
    options.notdef_outline = True
    options.drop_tables += ["GPOS", "GSUB", "GDEF"]
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.name_languages = [0x409]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[ord(sign) for sign in SIGNS])
    subsetter.subset(face)


def rename(face: TTFont) -> None:
    names = {
        1: "Paihao Figures",
        2: "Bold",
        3: "Paihao Figures Bold, made by make_figures.py",
        4: "Paihao Figures Bold",
        6: "PaihaoFigures-Bold",
    }
    for name_id, text in names.items():
        face["name"].removeNames(nameID=name_id)
        face["name"].setName(text, name_id, 3, 1, 0x409)


def main() -> None:
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    face = TTFont(sys.argv[1], recalcTimestamp=False)
    make_digits_tabular(face)
    lift_tail(face)
    cut_down(face)
    rename(face)
    face.flavor = "woff2"
    made = HERE / "PaihaoFigures-Bold.woff2"
    face.save(made)
    licence = HERE / "OFL.txt"
    licence.write_bytes(Path(sys.argv[2]).read_bytes())
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in (licence, made)]
    (HERE / "CHECKSUMS").write_text("".join(lines), encoding="ascii")


if __name__ == "__main__":
    main()
