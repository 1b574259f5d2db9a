"""Boards that speak in a real hall, judged by the sound that was played against the clips, not by the page's word."""

import copy
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from server.halls.command import document_to_load
from tests.browser.chromium import new_page, violations
from tests.display.packs import RATE, spoken
from tests.display.speaking_hall import SIZE, SpeakingHall, board, heard, pair, said, speaks, tape, within
from tests.server.api.running_server import HALL, ROOT, until

pytestmark = pytest.mark.browser
WITHIN_S = 60.0
BACK_WITHIN_S = 5.0  # each: what is shown, what is said


def sounds(page: Page, number: str, times: int = 1) -> None:
    until(lambda: len(heard(page, *said(number))) >= times, f"{number} is heard {times} times", WITHIN_S)


def first_said(page: Page, number: str) -> list[int]:
    """Where its first announcement begins: in the fewest words when the queue has fallen forty seconds behind."""
    return heard(page, *said(number)) or heard(page, *number, *said(number)[-7:-1])


def test_a_call_is_played_sample_by_sample_with_the_chime_and_once_again(
    hall: SpeakingHall, speaking_browser: Browser
) -> None:
    page = board(hall, speaking_browser)
    speaks(page)
    number = hall.call()
    sounds(page, number, times=2)
    assert page.evaluate("tape.rate") == RATE
    assert len(heard(page, "chime", *said(number))) == 1
    first, again = heard(page, *said(number))
    assert first < again
    until(lambda: hall.announced() is True, "the clerk's card says that it was spoken")
    expect(page.locator(".seal").first).to_have_text(number)


def test_six_calls_in_a_row_are_all_heard_in_their_order(hall: SpeakingHall, speaking_browser: Browser) -> None:
    page = board(hall, speaking_browser)
    speaks(page)
    numbers = [hall.call() for _ in range(6)]
    for number in numbers:
        until(partial(first_said, page, number), f"{number} is heard", WITHIN_S)
    begins = [first_said(page, number)[0] for number in numbers]
    assert begins == sorted(begins)


def test_a_recall_is_heard_in_its_own_words_and_a_call_taken_back_falls_silent(
    hall: SpeakingHall, speaking_browser: Browser
) -> None:
    page = board(hall, speaking_browser)
    speaks(page)
    number = hall.call("101")
    until(lambda: hall.announced("101") is True, "it is being spoken", WITHIN_S)
    visit = hall.card("work/101")["visit"]["visit"]
    hall.give("window", "undo_call", {"window": "101", "visit": visit}, hall.clerks["101"])
    until(lambda: not page.evaluate("document.body.innerText").count(number), "the board forgets the call")
    kept = len(tape(page))
    assert hall.call_waiting("102") == number  # it kept its place
    until(lambda: len(heard(page, *said(number, ("1", "百", "0", "2")))) == 2, "said at the other window", WITHIN_S)
    assert heard(page, *said(number)) == []
    assert kept < len(tape(page))


def test_when_the_speaking_page_is_closed_another_takes_over_at_once_and_repeats_nothing(
    hall: SpeakingHall, speaking_browser: Browser
) -> None:
    first = board(hall, speaking_browser)
    speaks(first)
    second = board(hall, speaking_browser, display="board-2")
    speaks(second, "quiet")
    spoken_by_first = hall.call()
    sounds(first, spoken_by_first, times=2)
    assert tape(second) == b""
    first.close()
    speaks(second)
    number = hall.call()
    sounds(second, number)
    assert heard(second, *said(spoken_by_first)) == []


def test_when_the_speaking_page_is_cut_off_another_takes_over_within_its_ten_seconds(
    hall: SpeakingHall, speaking_browser: Browser
) -> None:
    first = board(hall, speaking_browser)
    speaks(first)
    second = board(hall, speaking_browser, display="board-2")
    speaks(second, "quiet")
    first.context.set_offline(True)
    number = hall.call()
    speaks(second)
    speaks(first, "quiet")
    sounds(second, number)
    first.context.set_offline(False)
    speaks(first, "quiet")
    assert heard(first, *said(number)) == []


def test_a_screen_cut_off_for_thirty_seconds_speaks_again_soon_and_nothing_stale(
    hall: SpeakingHall, speaking_browser: Browser
) -> None:
    page = board(hall, speaking_browser)
    speaks(page)
    before = hall.call()
    sounds(page, before, times=2)
    page.context.set_offline(True)
    expect(page.locator(".b-stale")).to_be_visible(timeout=20_000)
    meanwhile = hall.call()
    until(lambda: hall.announced() is False, "nobody spoke it")
    page.wait_for_function("performance.now() - (window.cut ??= performance.now()) > 16_000", timeout=30_000)
    page.context.set_offline(False)
    assert within(page, BACK_WITHIN_S, lambda: page.locator(".seal").first.inner_text() == meanwhile), "not shown"
    speaks(page)
    assert within(page, BACK_WITHIN_S, lambda: hall.announced() is True), "what was called meanwhile is not spoken"
    sounds(page, meanwhile)
    assert len(heard(page, *said(before))) == 2


def test_a_page_that_may_not_sound_says_so_lets_another_speak_and_speaks_after_a_key(
    hall: SpeakingHall, browser: Browser, speaking_browser: Browser
) -> None:
    silent = browser.new_context(viewport=SIZE)
    page = new_page(silent, hall.troubles)
    pair(page, "board-1", hall.displays["board-1"])
    page.goto(f"{hall.server.url}/{HALL}/board?zone=A&voice=A")
    until_blocked(hall)
    speaks(page, "blocked")
    expect(page.get_by_role("alert")).to_contain_text("请在本屏按任意键")
    other = board(hall, speaking_browser, display="board-2")
    speaks(other)
    other.close()
    page.keyboard.press("Enter")
    speaks(page)
    expect(page.get_by_role("alert")).to_have_count(0)
    hall.call()
    until(lambda: hall.announced() is True, "it speaks", WITHIN_S)
    assert violations(page) == []
    silent.close()


def test_what_the_server_tells_a_speaker_is_what_every_screen_may_know(hall: SpeakingHall) -> None:
    number = hall.call()
    calls = hall.card("calls/A")["calls"]
    sound = hall.server.get(f"/{HALL}/voice/A/{calls[0]['call']}.wav?language=zh&form=full")
    assert (sound.status_code, sound.headers["Content-Type"]) == (200, "audio/wav")
    assert spoken("zh", "chime", *said(number)) in sound.content
    newest = f"{calls[0]['call']}.wav"
    for path in ("A/1.wav?language=zh", f"A/{newest}?language=xx", f"X/{newest}?language=zh"):
        assert hall.server.get(f"/{HALL}/voice/{path}").status_code == 404
    assert hall.server.get(f"/{HALL}/voice/A/x.wav?language=zh").status_code == 404
    for path in (f"/{HALL}/voice/X/speaker", "/XX/voice/A/speaker"):
        assert hall.server.post(path, {}, hall.displays["board-1"]).status_code == 404


def test_only_the_speaker_can_say_that_a_call_was_spoken(hall: SpeakingHall) -> None:
    hall.call()
    call = hall.card("calls/A")["calls"][0]["call"]
    one, other = hall.displays["board-1"], hall.displays["board-2"]
    lease = lease_of(hall, one)
    try:
        for body, shown in (
            ({"lease": "0" * 32, "call": call}, one),
            ({"lease": lease, "call": call}, other),  # another display's lease
            ({"lease": lease, "call": 999_999}, one),
        ):
            forged = hall.server.post(f"/{HALL}/voice/A/spoken", body, shown)
            assert (forged.status_code, forged.json()["code"]) == (409, "stale")
        assert hall.announced() is not True
        for _ in range(2):
            assert hall.server.post(f"/{HALL}/voice/A/spoken", {"lease": lease, "call": call}, one).status_code == 200
        until(lambda: hall.announced() is True, "it stands on the clerk's card")
        assert call in hall.server.post(f"/{HALL}/voice/A/speaker", {"lease": lease}, one).json()["spoken"]
    finally:
        hall.server.post(f"/{HALL}/voice/A/leave", {"lease": lease}, one)


def lease_of(hall: SpeakingHall, shown: dict[str, str]) -> str:
    """The zone's lease, once the page of the test before has let it go."""
    taken: list[str] = []

    def take() -> bool:
        taken.append(hall.server.post(f"/{HALL}/voice/A/speaker", {}, shown).json()["lease"])
        return taken[-1] is not None

    until(take, "the lease is free")
    hall.server.post(f"/{HALL}/voice/A/speaker", {"lease": taken[-1]}, shown)  # as a page does: its answer came
    return taken[-1]


def test_nobody_speaks_without_the_token_of_a_display_of_the_zone(hall: SpeakingHall) -> None:
    upstairs = hall.server.enrol("display", "wall-all")  # sees what managers see, and may speak anywhere
    shown = {"none": {}, "window": hall.clerks["101"], "kiosk": hall.kiosk, "made up": {"Authorization": "Bearer x"}}
    codes = {}
    for who, headers in shown.items():
        for deed, body in (("speaker", {}), ("leave", {"lease": "0" * 32}), ("spoken", {"lease": "0" * 32, "call": 1})):
            answer = hall.server.post(f"/{HALL}/voice/A/{deed}", body, headers)
            codes[who, deed] = (answer.status_code, answer.json()["code"])
    for deed in ("speaker", "leave", "spoken"):
        assert codes["none", deed] == codes["made up", deed] == (401, "not_enrolled")
        assert codes["window", deed] == codes["kiosk", deed] == (403, "wrong_place")
    held = {"lease": lease_of(hall, upstairs)}
    assert hall.server.post(f"/{HALL}/voice/A/leave", held, upstairs).status_code == 200


def test_an_unpaired_board_shows_and_does_not_speak_and_a_press_on_its_mark_pairs_it(
    hall: SpeakingHall, speaking_browser: Browser
) -> None:
    page = board(hall, speaking_browser, display=None)
    speaks(page, "unpaired")
    mark = page.locator(".b-note .b-voice")
    expect(mark).to_have_text("本屏未配对，不播报")
    number = hall.call()
    expect(page.locator(".seal").first).to_have_text(number)
    mark.click()
    code = page.locator(".pair .seal")
    expect(code).to_have_text(re.compile(r"^[2-9A-Z]{6}$"))
    hall.server.admin("pair_display", {"code": code.inner_text(), "name": "board-3", "zone": "A"})
    speaks(page)
    assert page.url.endswith(f"/{HALL}/board?zone=A&voice=A&lang=zh")
    expect(mark).to_have_count(0)
    again = hall.call()
    sounds(page, again)
    hall.server.admin("revoke_device", {"name": "board-3"})
    speaks(page, "unpaired")


def test_a_board_paired_for_another_zone_says_so(hall: SpeakingHall, browser: Browser) -> None:
    page = new_page(browser.new_context(viewport=SIZE), hall.troubles)
    page.route("**/voice/A/speaker", lambda route: route.fulfill(status=403, json={"code": "wrong_place"}))
    pair(page, "board-1", hall.displays["board-1"])
    page.goto(f"{hall.server.url}/{HALL}/board?zone=A&voice=A")
    speaks(page, "elsewhere")
    expect(page.locator(".b-voice")).to_contain_text("别的分区")
    page.context.close()


def no_voice(hall: SpeakingHall, window: str = "101") -> Any:
    return hall.card(f"work/{window}")["no_voice"]


def until_blocked(hall: SpeakingHall) -> None:
    """By the server's word: a look into the page counts as a gesture; one before its sound opens lets it out."""
    until(lambda: no_voice(hall) == {"zone": "A", "why": "blocked"}, "its browser lets no sound out")


def test_clerks_know_that_nobody_speaks_in_their_zone_before_they_call(
    hall: SpeakingHall, browser: Browser, speaking_browser: Browser
) -> None:
    page = board(hall, speaking_browser)
    speaks(page)
    until(lambda: no_voice(hall) is None, "somebody speaks")
    page.context.set_offline(True)
    until(lambda: no_voice(hall) == {"zone": "A", "why": "absent"}, "the page is away")
    page.close()
    silent = browser.new_context(viewport=SIZE)
    blocked = new_page(silent, hall.troubles)
    pair(blocked, "board-2", hall.displays["board-2"])
    blocked.goto(f"{hall.server.url}/{HALL}/board?zone=A&voice=A")
    until_blocked(hall)
    speaks(blocked, "blocked")
    blocked.keyboard.press("Enter")
    until(lambda: no_voice(hall) is None, "it speaks")
    silent.close()


@contextmanager
def as_if(hall: SpeakingHall, edit: Callable[[dict[str, Any]], None]) -> Iterator[None]:
    """The hall with another definition for a while."""
    plain = document_to_load(ROOT / "demo" / "halls" / "demo")
    other = copy.deepcopy(plain)
    edit(other)
    hall.server.admin("load_hall", {"document": other})
    try:
        yield
    finally:
        hall.server.admin("load_hall", {"document": plain})


def test_a_zone_speaks_its_own_languages_in_their_order(hall: SpeakingHall, speaking_browser: Browser) -> None:
    with as_if(hall, lambda document: document["zones"][0].update(languages=["en", "zh"])):
        page = board(hall, speaking_browser)
        speaks(page)
        number = hall.call()
        english = ("number", *number, "please go to window", "1", "0", "1")
        until(lambda: heard(page, *english, language="en") != [], "English is heard", WITHIN_S)
        sounds(page, number)
        assert heard(page, *english, language="en")[0] < heard(page, *said(number))[0]
        assert hall.card("hall")["zones"][0]["languages"] == ["en", "zh"]


def test_in_silence_the_board_shows_says_so_in_its_foot_and_speaks_again_afterwards(
    hall: SpeakingHall, speaking_browser: Browser
) -> None:
    page = board(hall, speaking_browser)
    speaks(page)
    with as_if(hall, lambda document: document["rules"].update(voice_silent=True)):
        speaks(page, "silent")
        expect(page.locator(".b-voice")).to_have_text("本时段不播报")
        quiet = hall.call()
        expect(page.locator(".seal").first).to_have_text(quiet)
        assert hall.announced() is None and no_voice(hall) is None
        hall.free("101")
    speaks(page)
    number = hall.call()
    sounds(page, number)
