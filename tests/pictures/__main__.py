"""`make pictures`: the pictures of the READMEs, from the running demo: python -m tests.pictures FOLDER.

The demo's real server, agents and simulated devices run under a clock that stands still but for being set, through half
an hour of a fixed seed to Wednesday 21 October 2026, 14:32 in Shanghai. Numbers, states and times come out the same
each time; facts.json keeps them, and a second run says what differs. Pixels may differ: in the seconds that a page
counts, and in a slip's QR code and short code, which the server's own key makes.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from difflib import unified_diff
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from PIL import Image
from playwright.sync_api import Browser, Page

from tests.browser.chromium import launched, new_page
from tests.pictures.clock import LIBRARIES, MISSING, SetClock

MOMENT: Final = datetime(2026, 10, 21, 14, 32, tzinfo=ZoneInfo("Asia/Shanghai"))
OPENING: Final = MOMENT.replace(hour=13, minute=55)
SEED: Final = 7
MOST_TOLD: Final = 20  # lines of what differs
WIDEST: Final = 1200  # pixels; a README is no wall
ROOT: Final = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Shot:
    """One picture: the address of its page, its size, what shows that the page is ready, what is done before."""

    name: str
    address: Callable[[dict[str, Any]], str]
    size: tuple[int, int]
    ready: str
    act: Callable[[Page, dict[str, Any]], Page] = lambda page, _: page


@contextmanager
def scene(folder: Path, seed: int) -> Iterator[dict[str, Any]]:
    """What scene.json says, while the hall stands still."""
    clock = SetClock(folder / "clock")
    clock.set(OPENING)  # before the half hour: the time that a server has stored never goes back
    command = [sys.executable, "-m", "tests.pictures.scene", str(folder), str(folder / "clock"), str(seed)]
    with open(folder / "scene.log", "wb") as log:
        held = subprocess.Popen(
            command, cwd=ROOT, env=clock.environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log
        )
        assert held.stdin is not None and held.stdout is not None
        try:
            if not any(line == b"ready\n" for line in held.stdout):
                raise SystemExit((folder / "scene.log").read_text(encoding="utf-8", errors="replace"))
            yield json.loads((folder / "scene.json").read_text(encoding="utf-8"))
        finally:
            held.stdin.close()
            held.wait()
            held.stdout.close()


def _on_server(path: str) -> Callable[[dict[str, Any]], str]:
    return lambda known: f"{known['server']}{path}"


def _sign_in(page: Page, known: dict[str, Any]) -> Page:
    page.fill("[name=login]", known["desk"])
    page.fill("[name=password]", known["password"])
    page.keyboard.press("Enter")
    return page


def _at_command(page: Page, known: dict[str, Any]) -> Page:
    _sign_in(page, known).wait_for_selector(".cmd-map, .cmd svg")
    return page


def _at_desk(page: Page, known: dict[str, Any]) -> Page:
    _sign_in(page, known).wait_for_selector(".dk-lines li")
    page.locator('.dk-lines [data-line="G"]').click()
    return page


def _bar(page: Page, known: dict[str, Any]) -> Page:
    with page.context.expect_page() as opened:
        page.click(".wp-bar")
    bar = opened.value
    bar.set_viewport_size({"width": 320, "height": 88})
    bar.wait_for_selector(".bar")
    return bar


def _take_number(page: Page, known: dict[str, Any]) -> Page:
    page.click('[data-line="A"]')
    page.wait_for_selector(".got-taken")
    return page


def _window(known: dict[str, Any]) -> str:
    return str(known["pages"][known["called"]["agent"]])


def _phone(known: dict[str, Any]) -> str:
    """The link of the newest slip, on the demo's own server."""
    return str(known["server"]) + "/" + str(known["link"]).split("/", 3)[3]


SHOTS: Final = (
    Shot("board", _on_server("/LJ/board?zone=A"), (1920, 1080), ".seal-now, .b-row"),
    Shot("window-called", _window, (1280, 800), ".wp-no"),
    Shot("bar", _window, (1280, 800), ".wp-no", _bar),
    Shot("window-screen", lambda k: f"{k['server']}/LJ/window/{k['called']['window']}", (1920, 360), ".ws-win"),
    Shot("desk", _on_server("/LJ/desk"), (1440, 900), ".dk-sign", _at_desk),
    Shot("command", _on_server("/LJ/command"), (1920, 1080), "[name=login]", _at_command),
    Shot("phone", _phone, (390, 844), "main"),
    Shot("kiosk", lambda known: str(known["pages"]["K1"]), (1080, 1920), ".svc"),
    Shot("kiosk-done", lambda known: str(known["pages"]["K1"]), (1080, 1920), ".svc", _take_number),
)


def take(browser: Browser, shot: Shot, lang: str, known: dict[str, Any], folder: Path) -> str:
    """Take it; the words on the page, for the facts."""
    troubles: list[str] = []
    width, height = shot.size
    context = browser.new_context(viewport={"width": width, "height": height}, locale=lang)
    try:
        page = new_page(context, troubles)
        page.clock.install(time=MOMENT)
        before, mark, after = shot.address(known).partition("#")
        page.goto(f"{before}{'&' if '?' in before else '?'}lang={lang}{mark}{after}")
        page.wait_for_selector(shot.ready)
        page = shot.act(page, known)
        page.wait_for_load_state("networkidle") if shot.name == "phone" else page.wait_for_timeout(400)
        page.evaluate("document.fonts.ready")
        file = folder / f"{shot.name}-{lang}.png"
        page.screenshot(path=file)
        shrink(file)
        if troubles:
            raise SystemExit(f"{shot.name}-{lang}: {troubles}")
        return str(page.inner_text("body"))
    finally:
        context.close()


def shrink(file: Path) -> None:
    """As small as a README needs: at most so wide, and a palette instead of full colour."""
    with Image.open(file) as picture:
        small = picture.convert("RGB")
    small.thumbnail((WIDEST, WIDEST), Image.Resampling.LANCZOS)
    small.quantize(128).save(file, optimize=True)


def main() -> None:
    if not LIBRARIES:
        raise SystemExit(MISSING)
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="paihao-pictures-") as work, scene(Path(work), SEED) as known:
        with launched() as browser:
            for shot in SHOTS:
                for lang in ("zh", "en"):
                    take(browser, shot, lang, known, folder)
        with Image.open(Path(work) / "slip.png") as slip:
            slip.save(folder / "slip.png", optimize=True)
        facts = {name: known[name] for name in ("called", "states", "records", "told")}
    _compare(folder / "facts.json", facts)


def _compare(file: Path, facts: dict[str, Any]) -> None:
    """Say what differs from the last run's facts, and keep the new ones."""
    text = json.dumps(facts, ensure_ascii=False, indent=1) + "\n"
    if file.exists():
        before = file.read_text(encoding="utf-8").splitlines()
        lines = list(unified_diff(before, text.splitlines(), "last time", "now", lineterm="", n=0))
        print("\n".join(lines[:MOST_TOLD]) or "numbers, states and times are those of the last pictures")
    file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
