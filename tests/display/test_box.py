"""A box of its own: the hall's portraits and programme, also without the server; a voice once it is enrolled."""

import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from display.box_files import BoxFiles
from terminal.connection import Connection
from tests.browser.chromium import new_page
from tests.display.box import Box
from tests.display.speaking_hall import HERE, SIZE, SpeakingHall, heard, said, shown_files, speaks
from tests.server.api.running_server import HALL, RunningServer, until

ITEMS = [
    {"kind": "notice", "zh": "周六上午开放", "en": "Open on Saturday morning"},
    {"kind": "picture", "file": "2-picture.png"},
    {"kind": "video", "file": "3-film.mp4"},
]
FILM = bytes(range(256)) * 200


@pytest.fixture
def boxes(tmp_path: Path) -> Iterator[list[Box]]:
    running: list[Box] = []
    yield running
    for box in running:
        box.stop(signal.SIGKILL)


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[RunningServer]:
    """A server that a test may stop."""
    folder = tmp_path / "server"
    folder.mkdir()
    server = RunningServer(folder / "data", ("--settings", str(shown_files(folder))))
    server.start()
    server.load("demo")
    yield server
    if server.process is not None:
        server.stop()


def has_everything(box: Box) -> bool:
    return bool(box.get("programme").json()["items"] == ITEMS)


def test_portraits_and_programme_outlive_the_server_and_a_start_of_the_box_without_it(
    own_server: RunningServer, tmp_path: Path, boxes: list[Box]
) -> None:
    box = Box(tmp_path / "box", own_server.url)
    boxes.append(box)
    box.start()
    until(lambda: has_everything(box), "the programme is on the box")
    face = box.get("portrait/1003")
    assert (face.status_code, face.headers["Content-Type"]) == (200, "image/jpeg")
    assert face.content == own_server.get(f"/{HALL}/portrait/1003").content
    assert box.get("portrait/1001").status_code == 404
    own_server.stop()
    assert box.stop() == 0
    box.start()
    assert has_everything(box)
    assert box.get("portrait/1003").content == face.content
    assert box.get("programme/2-picture.png").content.startswith(b"\xff\xd8")
    part = box.get("programme/3-film.mp4", {"Range": "bytes=256-511"})
    assert (part.status_code, part.content, part.headers["Content-Type"]) == (206, FILM[256:512], "video/mp4")
    assert box.get("portrait/1001").status_code == 404


@pytest.mark.parametrize(
    "path", ["portrait/..%2F..%2Ftoken", "programme/..%2Ftoken", "portrait/", "programme/nothing.mp4"]
)
def test_nothing_but_the_halls_files_is_read_from_the_box(
    hall: SpeakingHall, tmp_path: Path, boxes: list[Box], path: str
) -> None:
    box = Box(tmp_path / "box", hall.server.url)
    boxes.append(box)
    box.start()
    assert box.get(path).status_code == 404


def files_of(hall: SpeakingHall, folder: Path, room: int) -> tuple[BoxFiles, Connection]:
    connection = Connection(hall.server.url, HALL, "display", None)
    return BoxFiles(folder, connection, room), connection


def test_the_disk_is_never_fuller_than_its_bound_and_what_was_shown_longest_ago_goes_first(
    hall: SpeakingHall, tmp_path: Path
) -> None:
    shown = hall.folder / "shown"
    for name in ("7.mp4", "8.mp4", "9.mp4"):
        (shown / name).write_bytes(name.encode() * 10_000)  # 50 KB each
    files, connection = files_of(hall, tmp_path / "files", room=120_000)
    try:
        for name in ("7.mp4", "8.mp4"):
            assert files.refresh(f"programme/{name}") is not None
        assert files.shown("programme/7.mp4") is not None
        assert files.refresh("programme/9.mp4") is not None
        assert [name for name in "789" if files.kept(f"programme/{name}.mp4")] == ["7", "9"]
        assert sum(file.stat().st_size for file in (tmp_path / "files").glob("*.bin")) <= 120_000
        (shown / "8.mp4").write_bytes(b"8" * 130_000)  # larger than all the room: not taken
        assert files.refresh("programme/8.mp4") is None
        assert not list((tmp_path / "files").glob("*.new"))
    finally:
        connection.close()
        for name in ("7.mp4", "8.mp4", "9.mp4"):
            (shown / name).unlink()


def test_what_changed_is_fetched_anew_what_is_gone_is_given_up_and_what_is_broken_is_no_file(
    hall: SpeakingHall, tmp_path: Path
) -> None:
    film = hall.folder / "shown" / "7.mp4"
    film.write_bytes(b"one")
    files, connection = files_of(hall, tmp_path / "files", room=10_000_000)
    try:
        first = files.refresh("programme/7.mp4")
        assert first is not None and first.file.read_bytes() == b"one"
        assert files.refresh("programme/7.mp4") == first
        film.write_bytes(b"another")
        again = files.refresh("programme/7.mp4")
        assert again is not None and again.file.read_bytes() == b"another"
        next((tmp_path / "files").glob("*.json")).write_text("{", encoding="utf-8")
        assert files.kept("programme/7.mp4") is None
        assert files.refresh("programme/7.mp4") is not None
        film.unlink()
        assert files.refresh("programme/7.mp4") is None
        assert not list((tmp_path / "files").iterdir())
    finally:
        connection.close()
        film.unlink(missing_ok=True)


def test_the_voice_is_only_for_the_boxs_own_page_and_only_once_it_is_enrolled(
    hall: SpeakingHall, tmp_path: Path, boxes: list[Box]
) -> None:
    box = Box(tmp_path / "box", hall.server.url, zones=["A"], voice="A")
    boxes.append(box)
    box.start()
    ask = "voice/A/speaker"
    assert (box.post(ask, {}, box.secret).status_code, box.post(ask, {}, box.secret).json()["code"]) == (
        401, "not_enrolled",
    )  # fmt: skip
    box.stop()
    code = hall.server.admin("enrol_device", {"kind": "display", "name": "box-1", "windows": [], "zone": "A"})["code"]
    enrolled = box.run("--enrol", code)
    assert (enrolled.returncode, "box-1" in enrolled.stdout) == (0, True), enrolled.stderr
    box.start()
    assert box.post(ask, {}).json()["code"] == "page_secret"
    assert box.post(ask, {}, {**box.secret, "Origin": "http://evil.test"}).json()["code"] == "foreign_origin"
    told: list[Any] = []

    def leased() -> bool:
        told.append(box.post(ask, {}, box.secret).json())
        return told[-1].get("lease") is not None  # a server that is slow for three seconds is "away" to the box

    until(leased, "the lease")
    left = box.post("voice/A/leave", {"lease": told[-1]["lease"]}, box.secret)
    assert left.json() == {"kind": "left"}
    assert box.post("voice/B/speaker", {}, box.secret).status_code == 404
    assert box.post("voice/A/other", {}, box.secret).status_code in (404, 405)


@pytest.mark.browser
def test_an_enrolled_box_speaks_and_its_board_shows_notices_and_pictures(
    hall: SpeakingHall, speaking_browser: Browser, tmp_path: Path, boxes: list[Box]
) -> None:
    box = Box(tmp_path / "box", hall.server.url, zones=["A"], voice="A")
    boxes.append(box)
    code = hall.server.admin("enrol_device", {"kind": "display", "name": "box-2", "windows": [], "zone": "A"})["code"]
    assert box.run("--enrol", code).returncode == 0
    page = new_page(speaking_browser.new_context(viewport=SIZE, bypass_csp=True), hall.troubles)
    page.add_init_script(path=HERE / "recorder.js")
    page.goto(box.start())
    speaks(page)
    number = hall.call()
    until(lambda: len(heard(page, *said(number))) >= 1, f"{number} is heard from the box")
    until(lambda: hall.announced() is True, "the clerk's card says so")
    expect(page.locator(".b-note")).to_contain_text(re.compile("周六上午开放|演示大厅"))
