"""Eight calls a minute for ten minutes through the speaking page itself, judged by what it played: the page's own clock
is turned on, the sounds are the announcer's, and each is compared with the pack's clips, sample by sample."""

import base64
import random
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from display.announcer import Announcer, read_packs
from display.sentence import Form, Manner, Said
from tests.browser.web_files import ROOT
from tests.display.packs import RATE, spoken
from tests.display.speaking_hall import said

HERE = Path(__file__).parent
STEP_MS = 250
WINDOWS = ("101", "102", "110", "3")
TOKENS = {"101": ("1", "百", "0", "1"), "102": ("1", "百", "0", "2"), "110": ("1", "百", "1", "十"), "3": ("3",)}
STANDING = """(() => {
  const [ask, open] = [window.fetch, new Set()];
  window.fetch = (...asked) => {
    const answer = ask(...asked).then(async (got) => new Response(await got.arrayBuffer(), got));
    open.add(answer);
    answer.catch(() => undefined).finally(() => open.delete(answer));
    return answer;
  };
  window.answered = async () => { while (open.size) await Promise.allSettled(open); };
})()"""  # the page's clock can stand until the page has its answers, however busy the machine is
START = """async () => {
  const { Voice } = await import("/display/voice.js");
  const live = { freshness: "fresh", offset: 0, cards: {}, subscribe: () => undefined };
  window.live = live;
  new Voice({ door: { base: "/voice", headers: () => ({}), pairAt: null }, zone: "A", live }).start();
}"""


class Hall:
    """What the page asks: the lease and the sounds."""

    def __init__(self, languages: tuple[str, ...], calls: dict[int, Said]) -> None:
        self._announcer, self._languages, self._calls = Announcer(read_packs(None)), languages, calls

    def answer(self, route: Route) -> None:
        path = route.request.url.partition("://voice.test")[2]
        asked = re.fullmatch(r"/voice/A/(\d+)\.wav\?language=(\w+)&form=(\w+)", path)
        if asked:
            sound = self._announcer.wav(asked[2], self._calls[int(asked[1])], Form(asked[3]), Manner())
            route.fulfill(body=sound, content_type="audio/wav")
        elif path == "/voice/A/speaker":
            route.fulfill(json=self._lease())
        elif path == "/voice/A/spoken":
            route.fulfill(json={})
        elif path == "/":
            route.fulfill(body="<!doctype html>", content_type="text/html")
        else:
            file = ROOT / path[1:].replace("assets/", "browser/").replace("display/", "display/web/")
            media = "application/json" if file.suffix == ".json" else "text/javascript"
            route.fulfill(body=file.read_text(encoding="utf-8"), content_type=media)

    def _lease(self) -> dict[str, Any]:
        full = self._announcer.seconds(self._languages, Form.FULL, Manner())
        brief = self._announcer.seconds(self._languages[:1], Form.BRIEF, Manner())
        return {
            "lease": "a" * 32, "lease_ms": 10_000, "silent": False, "languages": list(self._languages), "repeat": 2,
            "rate": RATE, "full_ms": round(full * 1000), "brief_ms": round(brief * 1000), "zones": ["A"], "spoken": [],
        }  # fmt: skip


@pytest.fixture
def page(speaking_browser: Browser) -> Iterator[Page]:
    opened = speaking_browser.new_page()
    opened.add_init_script(path=HERE / "virtual_sound.js")
    opened.add_init_script(STANDING)
    opened.clock.install(time=0)
    opened.clock.pause_at(1_000)
    yield opened
    opened.close()


def play(
    page: Page, hall: Hall, calls: list[tuple[int, int, Said]], until_ms: int, *, stands_at: int | None = None
) -> list[tuple[float, bytes]]:
    """Calls (ms, id, what) stand on the board as they come; what was played, and when (s), by the sound card's clock.

    `stands_at` (ms): then the card brings nothing out for four seconds.
    """
    page.route("**/*", hall.answer)
    page.goto("http://voice.test/")
    page.evaluate(START)
    board: list[dict[str, Any]] = []
    due = list(calls)
    began = page.evaluate("Date.now()")
    for now in range(0, until_ms, STEP_MS):
        while due and due[0][0] <= now:
            at, call, what = due.pop(0)
            one = {"call": call, "number": what.number, "window": what.window, "time_ms": began + at, "recall": 0}
            kept = (old for place, old in enumerate(board, 1) if place < 8 or began + now - old["time_ms"] <= 60_000)
            board = [one, *kept]  # as the server has it: the last minute, and at least eight
            page.evaluate(
                """(calls) => { live.cards = { "calls/A": { zone: "A",
                    calls: calls.map((one) => ({ ...one, time: new Date(one.time_ms).toISOString() })) } }; }""",
                board,
            )
        if now == stands_at:
            page.evaluate("stand(4)")
        page.clock.run_for(STEP_MS)
        page.evaluate("answered()")
    offset = began / 1000
    zero = page.evaluate("(Date.now() - performance.now()) / 1000")
    return [(one["at"] + zero - offset, base64.b64decode(one["samples"])) for one in page.evaluate("played()")]


@pytest.mark.parametrize("languages", [("zh",), ("zh", "en")], ids=str)
def test_eight_calls_a_minute_for_ten_minutes_are_all_heard_in_order_and_in_time(
    page: Page, languages: tuple[str, ...]
) -> None:
    dice = random.Random(8)
    times = [2_000 + place * 7_500 + dice.randint(-1_500, 1_500) for place in range(80)]
    calls = [(at, 1 + place, Said(f"A{place:03}", dice.choice(WINDOWS))) for place, at in enumerate(sorted(times))]
    hall = Hall(languages, {call: what for _, call, what in calls})
    played = play(page, hall, calls, 660_000)
    firsts = []
    for at, _, what in calls:
        sentence = spoken("zh", "chime", *said(what.number, TOKENS[what.window]))
        brief = spoken("zh", *what.number, "到", *TOKENS[what.window], "号窗口")
        heard = [(when, sound) for when, sound in played if sound in (sentence, brief)]
        assert len(heard) == 1, f"{what.number} is heard {len(heard)} times for the first time"
        when, sound = heard[0]
        assert at / 1000 <= when and when + len(sound) / 2 / RATE <= at / 1000 + 60
        firsts.append(when)
    assert firsts == sorted(firsts)
    assert one_voice_at_a_time(played)


def one_voice_at_a_time(played: list[tuple[float, bytes]]) -> bool:
    ends = [(when, when + len(sound) / 2 / RATE) for when, sound in sorted(played)]
    return all(before[1] <= after[0] for before, after in pairwise(ends))


def test_a_sound_card_that_falls_behind_is_waited_for_and_two_voices_never_sound_at_once(page: Page) -> None:
    calls = [(2_000, 1, Said("A001", "101")), (6_000, 2, Said("A002", "102"))]
    played = play(page, Hall(("zh",), {call: what for _, call, what in calls}), calls, 40_000, stands_at=4_000)
    for _, _, what in calls:
        sentence = spoken("zh", *said(what.number, TOKENS[what.window]))
        assert sum(sentence in sound for _, sound in played) == 2, "each is said twice, whole"
    assert one_voice_at_a_time(played)
