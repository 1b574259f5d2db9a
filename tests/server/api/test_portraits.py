"""Portraits of the staff: only pictures, made anew, of the hall's own people; nothing else leaves the folder."""

import io
import struct
import zlib
from collections.abc import Iterator

import pytest
from PIL import Image

from tests.server.api.running_server import RunningServer

COMMENT = "where it was taken"


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """The demonstration hall, with the folder `faces` beside its data."""
    folder = tmp_path_factory.mktemp("portraits")
    (folder / "faces").mkdir()
    settings = folder / "server.toml"
    settings.write_text(f'portraits = "{folder / "faces"}"\n', encoding="utf-8")
    running = RunningServer(folder / "data", ("--settings", str(settings)))
    running.start()
    try:
        running.load("demo")
        yield running
    finally:
        code, said = running.stop()
    assert code == 0 and "Traceback" not in said, said


def put(hall: RunningServer, name: str, content: bytes) -> None:
    (hall.data.parent / "faces" / name).write_bytes(content)


def picture(kind: str, size: tuple[int, int] = (900, 1200)) -> bytes:
    made = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = COMMENT
    Image.new("RGB", size, (120, 90, 60)).save(made, kind, exif=exif)
    return made.getvalue()


def huge_png() -> bytes:
    """A PNG of 60 000 × 60 000 pixels in a few bytes."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("name", "kind"), [("1003.jpg", "JPEG"), ("1001.png", "PNG")])
def test_a_portrait_is_shown_small_and_without_what_else_the_file_held(
    hall: RunningServer, name: str, kind: str
) -> None:
    put(hall, name, picture(kind))
    answer = hall.get(f"/LJ/portrait/{name.partition('.')[0]}")
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "image/jpeg"
    shown = Image.open(io.BytesIO(answer.content))
    assert shown.format == "JPEG" and shown.size == (432, 576)
    assert COMMENT.encode() not in answer.content
    again = hall.get(f"/LJ/portrait/{name.partition('.')[0]}", {"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        picture("JPEG")[:300],
        picture("GIF"),
        huge_png(),
        picture("JPEG") + b"\0" * 11_000_000,
    ],
    ids=["empty", "svg", "cut", "gif", "bomb", "too-many-bytes"],
)
def test_what_is_no_picture_is_not_shown_and_harms_nobody(hall: RunningServer, content: bytes) -> None:
    put(hall, "1007.jpg", content)
    answer = hall.get("/LJ/portrait/1007")
    assert answer.status_code == 404 and answer.json()["code"] == "not_found"
    assert hall.get("/health").json()["defects"] == 0


def test_a_changed_file_is_looked_at_again_and_one_taken_away_is_gone(hall: RunningServer) -> None:
    put(hall, "1003.jpg", b"no picture")
    assert hall.get("/LJ/portrait/1003").status_code == 404
    put(hall, "1003.jpg", picture("JPEG", (90, 120)))
    assert hall.get("/LJ/portrait/1003").status_code == 200
    (hall.data.parent / "faces" / "1003.jpg").unlink()
    assert hall.get("/LJ/portrait/1003").status_code == 404


@pytest.mark.parametrize(
    "name", ["../server", "..%2Fserver", "..%5Cserver", "%2Fetc%2Fpasswd", "9999", "1003.jpg", "1003%00", "."]
)
def test_only_staff_numbers_of_the_hall_lead_to_a_file(hall: RunningServer, name: str) -> None:
    (hall.data.parent / "server.png").write_bytes(picture("PNG"))
    put(hall, "9999.jpg", picture("JPEG"))
    assert hall.get(f"/LJ/portrait/{name}").status_code == 404


def test_without_a_folder_nobody_has_a_portrait(server: RunningServer) -> None:
    assert server.get("/LJ/portrait/1003").status_code == 404
    assert server.get("/XX/portrait/1003").json()["code"] == "hall_unknown"
