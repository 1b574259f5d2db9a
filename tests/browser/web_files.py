"""Serves the files of the pages with the security headers that server and agents send, by WSGI."""

import json
import mimetypes
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

Environ = dict[str, Any]
StartResponse = Callable[..., Any]

ROOT = Path(__file__).resolve().parents[2]
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; media-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'"
)
mimetypes.add_type("font/woff2", ".woff2")


def send_file(path: Path, start_response: StartResponse, policy: str = POLICY) -> Iterable[bytes]:
    """The file, or 404; only files inside the repository."""
    if not path.resolve().is_relative_to(ROOT) or not path.is_file():
        return send_json({"missing": str(path)}, start_response, "404 Not Found")
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    charset = "; charset=utf-8" if kind.startswith("text/") or kind.endswith(("json", "javascript")) else ""
    headers = {
        "Content-Type": kind + charset,
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-cache",
    }
    start_response("200 OK", list(headers.items()))
    return [path.read_bytes()]


def send_json(body: Any, start_response: StartResponse, status: str = "200 OK") -> Iterable[bytes]:
    start_response(status, [("Content-Type", "application/json")])
    return [json.dumps(body).encode()]


def read_json(environ: Environ) -> Any:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    return json.loads(environ["wsgi.input"].read(length) or b"{}")
