"""The board's programme: notices in the foot, pictures in turn with the people waiting; the rest is skipped."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser import sample_hall as hall
from tests.browser.conftest import Open
from tests.browser.stand_in_server import StandInServer
from tests.browser.test_window_screen import picture

Serve = Callable[[Any], Any]
SIZE = (1920, 1080)
PICTURE, VIDEO = {"kind": "picture", "file": "1.jpg"}, {"kind": "video", "file": "2.mp4"}
NOTICE = {"kind": "notice", "zh": "光荣榜：101 窗口", "en": "Honours: window 101"}


def board(serve: Serve, *items: dict[str, str], **files: bytes) -> StandInServer:
    """A hall without a message of its own: the foot shows the programme's notice as soon as the programme is there."""
    server: StandInServer = serve(StandInServer(hall.public_cards(messages=[]), clock=lambda: hall.NOW))
    server.programme = [NOTICE, *items]
    server.files = {"1.jpg": picture(), **files}
    return server


def programme_has_come(page: Page) -> None:
    """A clock that ran before would end the asking for it, and its turns begin with it."""
    expect(page.locator(".board")).to_be_visible()
    page.clock.run_for(100)  # asked for once the page is painted
    expect(page.locator(".b-said")).to_have_text(NOTICE["zh"])


def test_notices_take_turns_in_the_foot_with_the_halls_own(serve: Serve, open_page: Open) -> None:
    server = board(serve)
    page = open_page(server.url + "/LJ/board?zone=C", SIZE, still=True)
    programme_has_come(page)
    server.change({"hall": hall.hall_card().model_dump(mode="json")})
    expect(page.locator(".b-said")).to_contain_text("10月24日")
    page.clock.run_for(12_500)
    expect(page.locator(".b-said")).to_have_text(NOTICE["zh"])


def test_a_picture_comes_in_turn_with_the_people_waiting_and_covers_no_call(serve: Serve, open_page: Open) -> None:
    page = open_page(board(serve, PICTURE).url + "/LJ/board?zone=C", SIZE, still=True)
    expect(page.locator(".seal-now")).to_be_visible()
    programme_has_come(page)
    page.clock.run_for(20_500)
    shown = page.locator(".b-media img")
    expect(shown).to_be_visible()
    expect(page.locator(".b-row")).to_have_count(7)
    calls, media = page.locator(".b-calls").bounding_box(), shown.bounding_box()
    assert calls is not None and media is not None and media["x"] >= calls["x"] + calls["width"]
    assert media["y"] + media["height"] <= SIZE[1] - 74
    page.clock.run_for(12_500)
    expect(page.locator(".b-wait")).to_be_visible()


def test_a_video_that_never_begins_to_move_gives_way_after_five_seconds(serve: Serve, open_page: Open) -> None:
    server = board(serve, VIDEO, PICTURE)
    page = open_page(server.url + "/LJ/board?zone=C", SIZE, still=True)
    page.route("**/programme/2.mp4", lambda route: None)  # the answer never comes
    expect(page.locator(".seal-now")).to_be_visible()
    programme_has_come(page)
    page.clock.run_for(20_500)
    expect(page.locator(".b-media video")).to_have_count(1)
    page.clock.run_for(5_500)
    expect(page.locator(".b-media")).to_have_count(0)
    page.clock.resume()
    expect(page.locator(".seal-now")).to_be_visible()
    page.clock.run_for(20_500)
    expect(page.locator(".b-media img[src$='1.jpg']")).to_be_visible()


def test_what_cannot_be_shown_is_skipped(serve: Serve, open_page: Open) -> None:
    server = board(serve, VIDEO, {"kind": "picture", "file": "gone.jpg"}, PICTURE, **{"2.mp4": b"no video"})
    page = open_page(server.url + "/LJ/board?zone=C", SIZE)
    programme_has_come(page)
    for _ in range(2):
        expect(page.locator(".seal-now")).to_be_visible()  # a beat was heard: the clock runs on
        page.clock.run_for(20_500)
        expect(page.locator(".b-media")).to_have_count(0)
    expect(page.locator(".seal-now")).to_be_visible()
    page.clock.run_for(20_500)
    expect(page.locator(".b-media img[src$='1.jpg']")).to_be_visible()
