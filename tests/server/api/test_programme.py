"""The folder of the boards' programme: a list with an ETag, pictures made anew, videos by byte range, nothing else."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.api.running_server import RunningServer
from tests.server.api.test_portraits import picture

MOVIE = bytes(range(256)) * 40


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    folder = tmp_path_factory.mktemp("programme")
    shown = folder / "shown"
    shown.mkdir()
    (shown / "1-notice.md").write_text("# 通知\n\n**周六** 照常\n---\n# Notice\n\nOpen on Saturday\n", encoding="utf-8")
    (shown / "2-honours.png").write_bytes(picture("PNG"))
    (shown / "3-film.mp4").write_bytes(MOVIE)
    (shown / "4-no-picture.jpg").write_bytes(b"<script>alert(1)</script>")
    (shown / "5-no-text.txt").write_bytes(b"\xff\xfe\x00broken\xff")
    (shown / "6-other.html").write_text("<b>not shown</b>", encoding="utf-8")
    (folder / "secret.txt").write_text("secret", encoding="utf-8")
    settings = folder / "server.toml"
    settings.write_text(f'programme = "{shown}"\n', encoding="utf-8")
    running = RunningServer(folder / "data", ("--settings", str(settings)))
    running.start()
    try:
        running.load("demo")
        yield running
    finally:
        code, said = running.stop()
    assert code == 0 and "Traceback" not in said, said
    assert "4-no-picture.jpg" in said and "5-no-text.txt" in said


def folder_of(hall: RunningServer) -> Path:
    return hall.data.parent / "shown"


def test_the_list_has_what_can_be_shown_in_the_order_of_names(hall: RunningServer) -> None:
    answer = hall.get("/LJ/programme")
    assert answer.json()["items"] == [
        {"kind": "notice", "zh": "通知 周六 照常", "en": "Notice Open on Saturday"},
        {"kind": "picture", "file": "2-honours.png"},
        {"kind": "video", "file": "3-film.mp4"},
    ]
    assert hall.get("/LJ/programme", {"If-None-Match": answer.headers["ETag"]}).status_code == 304
    (folder_of(hall) / "0-new.txt").write_text("新的", encoding="utf-8")
    again = hall.get("/LJ/programme", {"If-None-Match": answer.headers["ETag"]})
    assert again.json()["items"][0] == {"kind": "notice", "zh": "新的", "en": "新的"}


def test_pictures_are_made_anew_and_videos_answer_byte_ranges(hall: RunningServer) -> None:
    shown = hall.get("/LJ/programme/2-honours.png")
    assert shown.headers["Content-Type"] == "image/jpeg" and shown.content.startswith(b"\xff\xd8")
    part = hall.get("/LJ/programme/3-film.mp4", {"Range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, MOVIE[100:200])
    assert part.headers["Content-Type"] == "video/mp4"


@pytest.mark.parametrize(
    "name", ["4-no-picture.jpg", "1-notice.md", "6-other.html", "..%2Fsecret.txt", "%2Fetc%2Fpasswd", "nothing.mp4"]
)
def test_nothing_else_leaves_the_folder(hall: RunningServer, name: str) -> None:
    assert hall.get(f"/LJ/programme/{name}").status_code == 404


def test_without_a_folder_the_programme_is_empty(server: RunningServer) -> None:
    assert server.get("/LJ/programme").json() == {"items": []}
