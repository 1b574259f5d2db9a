"""What the server logs: one line for each command, by its request, and nothing of anybody."""

import io
import json
import os
import socket
from typing import Any

import gevent
import pytest
from flask import Flask
from gevent import monkey

from server.identity.edge import Edge
from server.monitoring import log
from server.monitoring.log import Lines, mask
from server.monitoring.request_id import name_requests
from server.settings import Settings
from tests.server.api.citizens import CLERK, LinkedHall
from tests.server.api.running_server import HALL, PASSWORD, new_key, until

native_lock = monkey.get_original("_thread", "allocate_lock")  # as a disk, it knows nothing of our loop
ID, PHONE, NAME = "110101199003078812", "13912345678", "欧阳若兰"


def lines_of(hall: LinkedHall) -> list[dict[str, Any]]:
    """Every line of the log; only the two sentences to whoever started the server are no JSON."""
    whole, _, _half = hall.server.said().rpartition("\n")  # it may be writing
    said = [line for line in whole.splitlines() if line]
    assert len([line for line in said if not line.startswith("{")]) == 2
    return [json.loads(line) for line in said if line.startswith("{")]


def line_of(hall: LinkedHall, request: str) -> dict[str, Any]:
    """The line of one request, which may take a moment."""
    until(lambda: any(line.get("request") == request for line in lines_of(hall)), f"a line of {request}")
    (line,) = (line for line in lines_of(hall) if line.get("request") == request)
    return line


def test_each_command_is_one_line_that_its_request_leads_to(watched: LinkedHall) -> None:
    key, path = new_key(), f"/{HALL}/kiosk/take_number"
    for outcome in ("accepted", "repeated"):
        answer = watched.server.post(path, {"line": "A"}, watched.kiosk, key=key)
        line = line_of(watched, answer.headers["X-Request-ID"])
        assert (line["event"], line["outcome"], line["level"]) == ("take_number", outcome, "info")
        assert (line["hall"], line["via"], line["device"]) == (HALL, "kiosk", "K1")
        assert line["revision"] == answer.json()["revision"]
        assert line["ms"] >= 0
    refused = watched.server.post(path, {"line": "NONE"}, watched.kiosk)
    line = line_of(watched, refused.headers["X-Request-ID"])
    assert (line["outcome"], line["code"]) == ("refused", "line_unknown")
    other = watched.server.post(path, {"line": "B"}, watched.kiosk, key=key)
    assert line_of(watched, other.headers["X-Request-ID"])["outcome"] == "key_reused"


def test_a_request_keeps_the_name_that_the_proxy_gave_it_and_no_other(watched: LinkedHall) -> None:
    app, seen = Flask("behind"), new_key()
    name_requests(app, Edge(Settings(behind_tls=True)))

    def name_of(**headers: str) -> str:
        return app.test_client().get("/", headers=headers).headers["X-Request-ID"]

    proxied = {"X-Forwarded-For": "203.0.113.7"}
    assert name_of(**{"X-Request-ID": seen, **proxied}) == seen
    assert name_of(**{"X-Request-ID": seen}) != seen
    assert ID not in name_of(**{"X-Request-ID": f"{ID}-{PHONE}", **proxied})
    assert watched.server.get("/health", {"X-Request-ID": seen, **proxied}).headers["X-Request-ID"] != seen


def whole_visit(hall: LinkedHall) -> list[str]:
    """Somebody takes a number, is served and rates, and types numbers wherever a field is; all that is secret in it."""
    citizen = hall.take()
    visit: int | None = None
    while visit is None:  # others may wait before them
        called = hall.at_window("call_next", window="101", visit=None)
        hall.visit = called["visit"]
        hall.start()
        hall.finish()
        hall.not_rated(called["visit"])
        visit = called["visit"] if called["number"] == citizen.number else None
    hall.server.person("guide7", "guide")
    desk = hall.server.at_desk("guide7")
    body = {"line": "A", "priority": "LN", "reason": f"{NAME} {PHONE}"}
    assert hall.server.post(f"/{HALL}/desk/take_number", body, desk).status_code == 200
    pause = {"window": "101", "reason": f"{NAME} {ID}"}
    assert hall.server.post(f"/{HALL}/window/pause_window", pause, hall.clerk).status_code == 200
    assert hall.server.post(f"/{HALL}/window/reopen_window", {"window": "101"}, hall.clerk).status_code == 200
    assert citizen.ask("rate_later", visit=visit, level=1).status_code == 200
    assert citizen.ask("add_reasons", visit=visit, codes=[], text=f"{NAME} {PHONE} {ID}").status_code == 200
    citizen.form()
    for wrong in (ID, PHONE):
        hall.server.post(f"/{HALL}/desk/sign_in", {"login": wrong, "password": wrong})
        hall.server.post(f"/{HALL}/kiosk/take_number", {"line": wrong, "name": NAME}, hall.kiosk, key=wrong)
        hall.server.get(f"/{HALL}/{wrong}?id={wrong}&name={NAME}", {"User-Agent": wrong, "X-Request-ID": wrong})
        hall.server.get("/health", {"Host": f"{wrong}.example", "Authorization": f"Bearer {wrong}"})
    host, port = hall.server.url.removeprefix("http://").split(":")
    for broken in (f"GET /{ID}?name={PHONE}\r\n\r\n", f"{ID} / HTTP/1.1\r\n\r\n", f"GET / HTTP/{PHONE}\r\n\r\n"):
        with socket.create_connection((host, int(port)), timeout=30) as line:
            line.sendall(broken.encode())
            line.shutdown(socket.SHUT_WR)
            while line.recv(4096):
                pass
    sessions = [desk["X-Session"], hall.clerk["X-Session"]]
    tokens = [hall.kiosk["Authorization"], hall.agent["Authorization"]]
    return [
        ID, PHONE, NAME, "欧阳", PASSWORD, CLERK, "guide7", citizen.proof, citizen.code, hall.server.secret,
        *sessions, *(session.partition(".")[2] for session in sessions),
        *(token.removeprefix("Bearer ") for token in tokens),
    ]  # fmt: skip


def test_the_log_of_a_whole_visit_holds_nothing_of_anybody(watched: LinkedHall) -> None:
    secrets = whole_visit(watched)
    last = watched.server.post(f"/{HALL}/kiosk/take_number", {"line": "A"}, watched.kiosk)
    line_of(watched, last.headers["X-Request-ID"])
    said = watched.server.said()
    assert {"rate_later", "add_reasons", "pause_window", "desk_sign_in"} <= {
        line["event"] for line in lines_of(watched)
    }
    assert any(line.get("said", "").startswith("Invalid") for line in lines_of(watched))
    assert [secret for secret in secrets if secret in said] == []
    figures = watched.server.get("/metrics").text
    assert [secret for secret in secrets if secret in figures] == []


@pytest.mark.parametrize(
    "text",
    [f"no {ID}", f"tel. {PHONE}!", "139-1234-5678", "+86 139 1234 5678", "11010119900307881X", "x" * 43,
     f"input_value='{NAME}', input_type=str"],
)  # fmt: skip
def test_what_a_library_says_of_somebody_is_masked(text: str) -> None:
    said = mask(None, "", {"event": text, "number": 13_912_345_678})
    assert "***" in said["event"]
    assert not any(part in said["event"] for part in (ID[:-1], PHONE, "1234", "x" * 43, NAME, "990307881"))


@pytest.mark.parametrize(
    "text", ["turn_of_day:2026-10-12:1099511627778", "1764120939200", "a" * 44, "L086", "2026-11-26"]
)
def test_numbers_of_ours_are_not_masked(text: str) -> None:
    assert mask(None, "", {"event": text})["event"] == text


def test_a_reader_of_the_log_who_stops_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "_LAST_LINES_S", 30.0)  # the thread and the reader may be slow
    out, into = os.pipe()
    with os.fdopen(into, "w", encoding="utf-8") as stream:
        lines = Lines(stream)
        heard = 0
        for number in range(20_000):  # far more than the pipe and the line hold
            lines.write(f"{number:0100d}\n")
        gevent.sleep(0)  # the loop goes on
        with os.fdopen(out, encoding="utf-8") as reader:
            reading = gevent.get_hub().threadpool.spawn(lambda: sum(1 for _ in reader))
            lines.stop()
            stream.close()
            heard = reading.get(timeout=30) or 0
    assert 5_000 < heard < 20_000


class _Stuck(io.StringIO):
    """A journal that takes nothing until it is freed."""

    def __init__(self) -> None:
        super().__init__()
        self.stands = native_lock()
        self.stands.acquire()
        self.asked = False

    def write(self, text: str) -> int:
        self.asked = True
        with self.stands:
            return super().write(text)


def test_a_server_whose_journal_stands_still_stops_all_the_same() -> None:
    journal = _Stuck()
    lines = Lines(journal)
    lines.write("one\n")
    until(lambda: journal.asked, "the thread writes")
    lines.write("two\n")
    lines.stop()
    assert journal.getvalue() == ""
    journal.stands.release()
    until(lambda: journal.getvalue().startswith("one\n"), "what was begun is written")
