"""The shipped fonts are the ones the checksums name, may be shipped, and have what the hall needs."""

import hashlib
from pathlib import Path

from drivers.printers import fonts
from drivers.printers.faces import Faces

FOLDER = Path(fonts.__file__).parent


def test_every_font_and_the_licence_match_their_checksums() -> None:
    listed = {line.split()[1]: line.split()[0] for line in (FOLDER / "CHECKSUMS").read_text().splitlines()}
    assert set(listed) == {path.name for path in FOLDER.glob("*.?tf")} | {"OFL.txt"}
    for name, checksum in listed.items():
        assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == checksum, name


def test_the_licence_and_the_copyright_travel_with_the_fonts() -> None:
    licence = (FOLDER / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert "Adobe" in licence and "The Barlow Project Authors" in licence


def test_the_fonts_stay_below_five_megabytes() -> None:
    assert sum(path.stat().st_size for path in FOLDER.glob("*.?tf")) < 5_000_000


def test_all_of_gb_2312_is_drawn() -> None:
    faces = Faces()
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                character = bytes((row, cell)).decode("gb2312")
            except UnicodeDecodeError:
                continue
            assert character == "　" or not faces.glyph(character, 24, "regular").lost, character
