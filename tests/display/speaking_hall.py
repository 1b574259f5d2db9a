"""A real hall whose boards speak: a server, clerks who call, and pages whose sound is recorded."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.chromium import new_page
from tests.display.packs import RATE, spoken
from tests.server.api.running_server import HALL, RunningServer, until

HERE = Path(__file__).parent
SIZE: ViewportSize = {"width": 1920, "height": 1080}
TICK_MS = 100
COUNT = "(ms) => { ticks = 0; clearInterval(window.ticking); ticking = setInterval(() => (ticks += 1), ms); }"
LIMIT_MS = 60_000  # for a lease that somebody else still holds for ten seconds, on a busy machine
# With its first lease a page opens its sound anew, at the pack's rate: until that runs it may give the lease back.
SOUND_RUNS = f"!window.tape || (window.sound?.state === 'running' && window.sound.sampleRate === {RATE})"


def shown_files(folder: Path) -> Path:
    """The server's settings, with a portrait and a programme: a notice, a picture, something that is no video."""
    faces, shown = folder / "faces", folder / "shown"
    faces.mkdir()
    shown.mkdir()
    for file, colour in ((faces / "1003.jpg", "#5a788c"), (shown / "2-picture.png", "#8c5a5a")):
        Image.new("RGB", (400, 400), colour).save(file)
    (shown / "1-notice.txt").write_text("周六上午开放\n---\nOpen on Saturday morning\n", encoding="utf-8")
    (shown / "3-film.mp4").write_bytes(bytes(range(256)) * 200)
    settings = folder / "server.toml"
    settings.write_text(f'portraits = "{faces}"\nprogramme = "{shown}"\n', encoding="utf-8")
    return settings


@dataclass
class SpeakingHall:
    """Windows 101 and 102 of the demonstration hall are open; kiosk K1 gives numbers."""

    server: RunningServer
    kiosk: dict[str, str]
    clerks: dict[str, dict[str, str]]
    displays: dict[str, dict[str, str]]  # paired for zone A, by name
    folder: Path  # with faces/ and shown/, which the server shows
    troubles: list[str] = field(default_factory=list)

    def give(self, place: str, deed: str, body: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
        answer = self.server.post(f"/{HALL}/{place}/{deed}", body, headers)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def call(self, window: str = "101") -> str:
        """Somebody takes a number and is called, after whoever was there; returns when every screen may know it."""
        self.free(window)
        issued = self.server.post(f"/{HALL}/kiosk/take_number", {"line": "A"}, self.kiosk)
        assert issued.status_code == 200, issued.text
        return self.call_waiting(window)

    def call_waiting(self, window: str) -> str:
        """Call who waits; the number."""
        number = str(self.give("window", "call_next", {"window": window}, self.clerks[window])["number"])
        until(lambda: (self.card(f"work/{window}")["ticket"] or {}).get("number") == number, f"{number} on the card")
        return number

    def free(self, window: str) -> None:
        """Finish whatever the window has in hand."""
        visit = self.card(f"work/{window}")["visit"]
        if visit is not None:
            about = {"window": window, "visit": visit["visit"]}
            if visit["state"] == "called":
                self.give("window", "start_service", about, self.clerks[window])
            self.give("window", "finish", about, self.clerks[window])
            until(lambda: self.card(f"work/{window}")["visit"] is None, f"{window} is free")

    def card(self, key: str) -> dict[str, Any]:
        """A card as staff see it now."""
        told = self.server.get(f"/{HALL}/snapshot/staff", self.clerks["101"]).json()
        found: dict[str, Any] = told["cards"][key]
        return found

    def announced(self, window: str = "101") -> Any:
        """What the clerk's card says of the call in hand."""
        return self.card(f"work/{window}")["visit"]["announced"]


def pair(page: Page, display: str, shown: dict[str, str], hall: str = HALL) -> None:
    """Put the display's token where the pairing page leaves it."""
    kept = json.dumps({"token": shown["Authorization"].removeprefix("Bearer "), "device": display, "zone": "A"})
    page.add_init_script(f"if (location.host) localStorage.setItem('paihao/display/{hall}', {json.dumps(kept)})")


def board(
    hall: SpeakingHall, browser: Browser, *, display: str | None = "board-1", voice: str = "A", lang: str = "zh"
) -> Page:
    """A board that asks to speak, with its tape running; `display` None: it is not paired."""
    page = new_page(browser.new_context(viewport=SIZE, bypass_csp=True), hall.troubles)
    page.add_init_script(path=HERE / "recorder.js")
    if display is not None:
        pair(page, display, hall.displays[display])
    page.goto(f"{hall.server.url}/{HALL}/board?zone=A&voice={voice}&lang={lang}")
    return page


def speaks(page: Page, state: str = "speaks") -> None:
    """The page holds the zone's lease and can be heard (or is "quiet", "blocked", "unpaired" ...)."""
    shown = page.locator(f"main[data-voice={state}]")
    expect(shown).to_be_visible(timeout=LIMIT_MS)
    if state == "speaks":
        page.wait_for_function(SOUND_RUNS, timeout=LIMIT_MS)
        expect(shown).to_be_visible(timeout=LIMIT_MS)


def within(page: Page, seconds: float, fact: Callable[[], bool]) -> bool:
    """Whether it happens within seconds as the page counts them, the last look included: in those in which the machine
    lets the browser stand nobody can heal."""
    page.evaluate(COUNT, TICK_MS)
    late = False
    while not late:
        late = page.evaluate("ticks") * TICK_MS >= seconds * 1000
        if fact():
            return True
    return False


def tape(page: Page) -> bytes:
    """Everything the page has played, 16 bit at the pack's rate."""
    return base64.b64decode(page.evaluate("window.played()"))


def heard(page: Page, *tokens: str, language: str = "zh") -> list[int]:
    """At which samples of the tape this sentence begins: the pack's own clips, sample by sample."""
    played, sentence, found, start = tape(page), spoken(language, *tokens), [], 0
    while (place := played.find(sentence, start)) >= 0:
        if place % 2 == 0:
            found.append(place // 2)
        start = place + 1
    return found


def said(number: str, window: Sequence[str] = ("1", "百", "0", "1")) -> tuple[str, ...]:
    """The usual sentence, without the chime."""
    return ("请", *number, "号", "到", *window, "号窗口", "办理业务")
