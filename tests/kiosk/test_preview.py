"""`paihao slip preview`: what one sees is what came out of a simulated printer."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from kiosk.preview import slips


@pytest.mark.parametrize(("paper", "dots"), [("80", 576), ("58", 384)])
@pytest.mark.parametrize("mode", ["raster", "text"])
def test_a_slip_comes_out_as_wide_as_the_paper(tmp_path: Path, paper: str, dots: int, mode: str) -> None:
    out = tmp_path / "slip.png"
    arguments = ["--paper", paper, "--mode", mode, "--number", "L086", "--out", str(out)]
    said = CliRunner().invoke(slips, ["preview", *arguments])
    assert said.exit_code == 0, said.output
    with Image.open(out) as picture:
        assert picture.width == dots
        assert picture.height > picture.width  # number, place, people ahead, wait and rule stand below one another
    assert ("L086" in said.output) is (mode == "text")  # a drawn slip has no text


def test_an_english_reprint_says_so(tmp_path: Path) -> None:
    arguments = ["preview", "--mode", "text", "--lang", "en", "--reprint", "--out", str(tmp_path / "slip.png")]
    said = CliRunner().invoke(slips, arguments)
    assert "people" in said.output and "Reprint" in said.output, said.output


@pytest.mark.parametrize(("lang", "told"), [("zh", "和服务器的连接断了"), ("en", "The line to the server is cut")])
def test_a_slip_given_without_the_server_says_so(tmp_path: Path, lang: str, told: str) -> None:
    arguments = ["preview", "--mode", "text", "--lang", lang, "--cut", "--number", "K1-001"]
    said = CliRunner().invoke(slips, [*arguments, "--out", str(tmp_path / "slip.png")])
    assert "K1-001" in said.output and told in said.output, said.output
