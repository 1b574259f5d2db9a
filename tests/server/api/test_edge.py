"""What the guard at the edge turns away: foreign pages, forged hosts, bodies that are no commands."""

import http.client
import json
import re
from urllib.parse import urlsplit

import pytest

from contract.words import Code
from tests.server.api.everybody import Everybody
from tests.server.api.running_server import HALL, RunningServer, new_key

TAKE = f"/{HALL}/kiosk/take_number"


def _send(
    server: RunningServer, path: str, body: bytes, headers: dict[str, str], *, method: str = "POST"
) -> tuple[int, dict[str, object], http.client.HTTPMessage]:
    """Bytes as they are, with exactly these headers."""
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=30)
    try:
        connection.putrequest(method, path, skip_host="Host" in headers, skip_accept_encoding=True)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read()), answer.headers
    finally:
        connection.close()


def _command(everybody: Everybody) -> dict[str, str]:
    return {**everybody.headers["kiosk"], "Content-Type": "application/json", "Idempotency-Key": new_key()}


def test_a_page_of_the_server_itself_may_ask(server: RunningServer, everybody: Everybody) -> None:
    headers = {**_command(everybody), "Origin": server.url}
    assert _send(server, TAKE, b'{"line":"NONE"}', headers)[0] == 409


def test_a_program_without_an_origin_may_ask(server: RunningServer, everybody: Everybody) -> None:
    assert _send(server, TAKE, b'{"line":"NONE"}', _command(everybody))[0] == 409


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1", "http://127.0.0.1:1"])
@pytest.mark.parametrize("forwarded", [False, True])
def test_a_foreign_page_may_not(server: RunningServer, everybody: Everybody, origin: str, forwarded: bool) -> None:
    headers = {**_command(everybody), "Origin": origin}
    if forwarded:
        headers |= {"X-Forwarded-Host": urlsplit(origin).netloc, "X-Forwarded-Proto": "http"}
    status, body, _ = _send(server, TAKE, b'{"line":"A"}', headers)
    assert (status, body["code"]) == (403, Code.FOREIGN_ORIGIN)


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8600", "127.0.0.1@evil.example", "", "localhost:x", "a b"]
)
def test_a_forged_host_is_turned_away(server: RunningServer, everybody: Everybody, host: str) -> None:
    headers = {**_command(everybody), "Host": host}
    status, body, sent = _send(server, TAKE, b'{"line":"A"}', headers)
    assert (status, body["code"]) == (403, Code.FORGED_HOST)
    assert "evil" not in str(sent)


@pytest.mark.parametrize("host", ["localhost", "localhost:8600", "127.0.0.1", "LOCALHOST:1"])
def test_loopback_is_ours(server: RunningServer, everybody: Everybody, host: str) -> None:
    assert _send(server, TAKE, b'{"line":"NONE"}', {**_command(everybody), "Host": host})[0] == 409


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "nothing"),
        (b"{", "cut off"),
        (b"[]", "no object"),
        (b'"{}"', "JSON in JSON"),
        (b'{"line":"A\\u0000"}', "NUL, escaped"),
        (b'{"line":"A\x00"}', "NUL"),
        (b'{"line":"\xff"}', "no UTF-8"),
        (b'{"line":"\\ud800"}', "half a sign"),
        (b'{"line":NaN}', "NaN"),
        (b'{"line":1}', "a number"),
        (b'{"line":"A","colour":"red"}', "unknown field"),
        (b'{"line":"A","language":"de"}', "unknown word"),
        (b"[" * 60_000, "very deep"),
        (b'{"line":' + b"1" * 5000 + b"}", "a very long number"),
    ],
)
def test_a_body_that_is_no_command_is_a_bad_request(
    server: RunningServer, everybody: Everybody, body: bytes, why: str
) -> None:
    status, refused, _ = _send(server, TAKE, body, _command(everybody))
    assert (status, refused["code"]) == (422, Code.BAD_REQUEST), why
    assert refused["details"]["where"]  # type: ignore[index]


def test_only_json_is_read(server: RunningServer, everybody: Everybody) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        status, refused, _ = _send(server, TAKE, b'{"line":"A"}', {**_command(everybody), "Content-Type": kind})
        assert (status, refused["code"]) == (422, Code.BAD_REQUEST)


def test_a_body_over_the_limit_is_not_read(server: RunningServer, everybody: Everybody) -> None:
    body = b'{"line":"' + b"A" * 70_000 + b'"}'
    status, refused, _ = _send(server, TAKE, body, _command(everybody))
    assert (status, refused["code"]) == (413, Code.BODY_TOO_LARGE)


def test_a_body_in_pieces_is_bounded_too(server: RunningServer, everybody: Everybody) -> None:
    piece = b"A" * 35_000
    chunks = b"".join(f"{len(part):x}\r\n".encode() + part + b"\r\n" for part in (b'{"line":"', piece, piece, b'"}'))
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=30)
    connection.putrequest("POST", TAKE)
    for name, value in {**_command(everybody), "Transfer-Encoding": "chunked"}.items():
        connection.putheader(name, value)
    connection.endheaders(chunks + b"0\r\n\r\n")
    answer = connection.getresponse()
    body = json.loads(answer.read())
    connection.close()
    assert (answer.status, body["code"]) == (413, Code.BODY_TOO_LARGE)


@pytest.mark.parametrize("key", [None, "", "123", "g" * 32, "0" * 33])
def test_a_command_without_a_key_is_not_taken(server: RunningServer, everybody: Everybody, key: str | None) -> None:
    headers = {name: value for name, value in _command(everybody).items() if name != "Idempotency-Key"}
    if key is not None:
        headers["Idempotency-Key"] = key
    status, refused, _ = _send(server, TAKE, b'{"line":"A"}', headers)
    assert (status, refused["code"]) == (422, Code.KEY_MISSING)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing/here/at/all", 404, Code.NOT_FOUND),
        ("GET", TAKE, 405, Code.METHOD_NOT_ALLOWED),
        ("DELETE", TAKE, 405, Code.METHOD_NOT_ALLOWED),
        ("GET", "/NONE/snapshot/public", 404, Code.HALL_UNKNOWN),
        ("GET", f"/{HALL}/snapshot/everything", 422, Code.BAD_REQUEST),
        ("GET", "/a%00b/snapshot/public", 404, Code.NOT_FOUND),
        ("GET", "/%ff%fe/snapshot/public", 422, Code.BAD_REQUEST),
        ("GET", "/assets/%00", 404, Code.NOT_FOUND),
        ("GET", "/assets/../server/app.py", 404, Code.NOT_FOUND),
        ("GET", "/assets/..%2f..%2fetc/passwd", 404, Code.NOT_FOUND),
        ("GET", "/assets/__init__.py", 404, Code.NOT_FOUND),
        ("GET", "/socket.io/?EIO=4&transport=polling", 404, Code.NOT_FOUND),
    ],
)
def test_every_no_is_a_refusal(server: RunningServer, method: str, path: str, status: int, code: Code) -> None:
    found, refused, _ = _send(server, path, b"", {}, method=method)
    assert (found, refused["code"]) == (status, code)
    assert refused["sentence"]["zh"] and refused["sentence"]["en"]  # type: ignore[index]


def test_every_answer_carries_the_guards(server: RunningServer, everybody: Everybody) -> None:
    for path in ("/", "/health", f"/{HALL}/snapshot/public", "/nothing"):
        headers = server.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
    assert server.get("/health").headers["Cache-Control"] == "no-store"


def test_the_interface_is_described(server: RunningServer) -> None:
    described = server.get("/openapi/openapi.json").json()
    assert "/{hall}/kiosk/take_number" in described["paths"]
    assert server.get("/health").json()["defects"] == 0


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html"),
        (f"/{HALL}/board?zone=A&lang=zh", "text/html"),
        (f"/{HALL}/desk", "text/html"),
        ("/openapi/", "text/html"),
        ("/openapi/ui/js/swagger-ui-bundle.js", "text/javascript"),
        ("/pages/index.js", "text/javascript"),
        ("/display/board.js", "text/javascript"),
        ("/assets/shared/tokens.css", "text/css"),
        ("/assets/shared/words.json", "application/json"),
        ("/assets/shared/figures/PaihaoFigures-Bold.woff2", "font/woff2"),
        ("/assets/shared/seal.svg", "image/svg+xml"),
    ],
)
def test_pages_and_their_files_are_served(server: RunningServer, path: str, kind: str) -> None:
    answer = server.get(path)
    assert (answer.status_code, answer.headers["Content-Type"].partition(";")[0]) == (200, kind)
    assert answer.headers["Cache-Control"] == "no-cache"
    assert server.get(path, {"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_no_page_holds_a_script_that_its_policy_forbids(server: RunningServer) -> None:
    for path in ("/", f"/{HALL}/board", f"/{HALL}/desk", "/openapi/"):
        page = server.get(path).text
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=|javascript:", page), path


def test_the_first_page_lists_the_halls(server: RunningServer) -> None:
    halls = server.get("/halls").json()["halls"]
    assert [hall["code"] for hall in halls] == [HALL, "LJ-SD"]
    assert halls[0]["zones"][0]["zone"] and halls[0]["name"]["zh"]
