"""Make the fonts of the paper slip from the full fonts. Needs fontTools; run by hand, the result is committed.

    python drivers/printers/fonts/make_subset.py \\
        --regular NotoSansCJK-Regular.ttc --bold NotoSansCJK-Bold.ttc --figures BarlowSemiCondensed-Bold.ttf

Sources (all SIL Open Font License 1.1, see OFL.txt): Noto Sans CJK SC 2.004 (Debian: fonts-noto-cjk) and Barlow Semi
Condensed Bold. Neither reserves a font name, but a cut-down font must not pass for the full one, so the family is
renamed. Time stamps are kept from the source: the same sources and the same fontTools give the same bytes.
Writes PaihaoSans-Regular.otf, PaihaoSans-Bold.otf, PaihaoFigures-Bold.ttf and CHECKSUMS beside this script.
"""

import argparse
import hashlib
import string
from collections.abc import Iterable
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTCollection, TTFont

HERE = Path(__file__).resolve().parent

FIGURES = string.digits + string.ascii_uppercase + "-–/ "

# Beyond GB 2312: signs met on slips, and characters met in people's and places' names. The full font is the answer
# for a hall that needs more (setting `font` of the printer); what neither has is drawn as 〓 and reported.
SIGNS = "￥€£¥©®°±×÷·–—―‘’“”…‰′″№℃㎡㎥㎏㎜㎝㎞≈≠≤≥→←↑↓■□▲△●○◆◇★☆✓✗•〓　、。〈〉《》「」『』【】〔〕〖〗～－"
NAMES = "䶮𬀩㐂𠮷堃喆昇玥珺瑄璟祎頔旸晞昉婳赟翀犇骉垚淼焱鑫燚皛彧奭懿晟曌昳珩琤琬瑀瑢璠璩禤亓佟仝乜逄郄郗鄢鄄濮"
NAMES += "埇堽峧夼垌滘涌埗畲屺"
NAMES += "嵊镕钰铭锜锳铖铠"
NAMES += "颢顗翊翾芃芊苡茗荞莳菀萱葳蕖蓥薷蘅裎裒谞谡赜跶轸迺遹邈闿阗隽雒靓韫韬馥骁骅骐骢鸢麒麴龑瀞煊煜炅炜烜焜熠燊"


def gb2312() -> set[str]:
    """The 7,445 characters of GB 2312 (rows 1 to 87)."""
    found = set()
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                found.add(bytes((row, cell)).decode("gb2312"))
            except UnicodeDecodeError:
                continue
    return found


def open_face(path: Path, family: str) -> TTFont:
    """The face called `family` in a collection, or the one face of a plain font file."""
    if path.suffix != ".ttc":
        return TTFont(path, recalcTimestamp=False)
    for face in TTCollection(path).fonts:
        if face["name"].getDebugName(1) == family:
            face.recalcTimestamp = False
            return face
    raise SystemExit(f"{path} has no face {family}")


def cut_down(face: TTFont, characters: Iterable[str], *, hinting: bool) -> None:
    """Keep the glyphs of `characters` and their widths; drop every layout feature (the slip is set horizontally)."""
    options = Options()
    options.layout_features = []
    options.hinting = hinting
    options.notdef_outline = True  # a missing character is told by this box
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 7, 13, 14]
    options.name_languages = [0x409]
    options.drop_tables += ["BASE", "GPOS", "GSUB", "VORG", "vhea", "vmtx"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes={ord(character) for character in characters})
    subsetter.subset(face)


def rename(face: TTFont, family: str, style: str) -> None:
    names = {
        1: family,
        2: style,
        3: f"{family} {style}, subset made by make_subset.py",
        4: f"{family} {style}",
        6: f"{family.replace(' ', '')}-{style}",
    }
    for name_id, text in names.items():
        face["name"].removeNames(nameID=name_id)
        face["name"].setName(text, name_id, 3, 1, 0x409)
    if "CFF " in face:
        cff = face["CFF "].cff
        cff.fontNames[0] = names[6]
        cff.topDictIndex[0].FullName = names[4]
        cff.topDictIndex[0].FamilyName = family


def write_checksums() -> None:
    lines = []
    for path in sorted([*HERE.glob("*.otf"), *HERE.glob("*.ttf"), HERE / "OFL.txt"]):
        lines.append(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n")
    (HERE / "CHECKSUMS").write_text("".join(lines), encoding="ascii")


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the fonts of the paper slip.")
    parser.add_argument("--regular", type=Path, required=True, help="Noto Sans CJK Regular (.ttc or SC .otf)")
    parser.add_argument("--bold", type=Path, required=True, help="Noto Sans CJK Bold (.ttc or SC .otf)")
    parser.add_argument("--figures", type=Path, required=True, help="Barlow Semi Condensed Bold (.ttf or .woff)")
    arguments = parser.parse_args()
    characters = gb2312() | set(map(chr, [*range(0x20, 0x7F), *range(0xA0, 0x100)])) | set(SIGNS + NAMES)
    for style, path in (("Regular", arguments.regular), ("Bold", arguments.bold)):
        face = open_face(path, "Noto Sans CJK SC")
        cut_down(face, characters, hinting=True)
        rename(face, "Paihao Sans", style)
        face.save(HERE / f"PaihaoSans-{style}.otf")
    face = open_face(arguments.figures, "Barlow Semi Condensed")
    face.flavor = None
    cut_down(face, FIGURES, hinting=False)
    rename(face, "Paihao Figures", "Bold")
    face.save(HERE / "PaihaoFigures-Bold.ttf")
    write_checksums()


if __name__ == "__main__":
    main()
