"""What the pages are made of: others' code unchanged, nothing from outside the hall, nothing inline."""

import hashlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OWN = [
    path
    for folder in ("browser/shared", "kiosk/web", "window_client/web", "display/web", "server/pages/web", "demo/web")
    for path in sorted((ROOT / folder).glob("*.*"))
]
PAGES = [path for path in OWN if path.suffix == ".html"]


@pytest.mark.parametrize("folder", ["browser/vendor", "browser/shared/figures"])
def test_files_of_others_have_their_checksums(folder: str) -> None:
    lines = (ROOT / folder / "CHECKSUMS").read_text(encoding="ascii").splitlines()
    listed = {name: digest for digest, name in (line.split("  ") for line in lines)}
    made = {"README.md", "CHECKSUMS", "make_figures.py"}
    found = {
        str(path.relative_to(ROOT / folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (ROOT / folder).rglob("*.*")
        if path.is_file() and path.name not in made and "__pycache__" not in path.parts
    }
    assert found == listed


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_page_has_inline_script_or_style(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", text) == []
    assert re.findall(r'(?:src|href)="(?:https?:)?//', text) == []


@pytest.mark.parametrize(
    "path", [p for p in OWN if p.suffix in (".js", ".css")], ids=lambda path: str(path.relative_to(ROOT))
)
def test_no_page_loads_anything_from_outside_or_builds_markup_from_text(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"https?://(?!www\.w3\.org)\w", text) == []
    assert (
        re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|dangerouslySet", text)
        == []
    )


@pytest.mark.parametrize("path", [p for p in OWN if p.suffix == ".js"], ids=lambda path: str(path.relative_to(ROOT)))
def test_no_sentence_stands_in_code(path: Path) -> None:
    code = re.sub(r"/\*.*?\*/|//[^\n]*", "", path.read_text(encoding="utf-8"), flags=re.S)
    chinese = re.findall(r"[\u4e00-\u9fff]{2,}", code)
    assert set(chinese) <= {"中文", "排号"}  # the name of a language and of the product


def test_q_of_the_number_face_keeps_its_tail_on_the_baseline() -> None:
    fonts = pytest.importorskip("fontTools.ttLib")
    pens = pytest.importorskip("fontTools.pens.boundsPen")
    pytest.importorskip("brotli")
    face = fonts.TTFont(ROOT / "browser/shared/figures/PaihaoFigures-Bold.woff2")
    names, glyphs = face.getBestCmap(), face.getGlyphSet()
    bounds = pens.BoundsPen(glyphs)
    glyphs[names[ord("Q")]].draw(bounds)
    assert bounds.bounds[1] >= -15  # no lower than the round letters
    assert len({glyphs[names[ord(digit)]].width for digit in "0123456789"}) == 1
