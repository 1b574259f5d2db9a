"""`make pictures`: the pictures of the READMEs, from the real pages over the sample hall's day at a fixed moment.

The moment and the people are always the same, so a picture changes only when its page does.
"""

import sys
from pathlib import Path

from PIL import Image

from tests.browser.chromium import launched
from tests.browser.pictures import PICTURES, take

SHOWN = ("kiosk", "kiosk-done", "window-called", "board", "window-screen", "desk", "command")
WIDEST = 1200  # pixels; a README is no wall


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    by_name = {picture.name: picture for picture in PICTURES}
    with launched() as browser:
        for name in SHOWN:
            for lang in ("zh", "en"):
                troubles = take(browser, by_name[name], lang, folder)
                if troubles:
                    raise SystemExit(f"{name}-{lang}: {troubles}")
                _shrink(folder / f"{name}-{lang}.png")


def _shrink(file: Path) -> None:
    """As small as a README needs: at most so wide, and a palette instead of full colour."""
    with Image.open(file) as picture:
        small = picture.convert("RGB")
    small.thumbnail((WIDEST, WIDEST), Image.Resampling.LANCZOS)
    small.quantize(128).save(file, optimize=True)


if __name__ == "__main__":
    main()
