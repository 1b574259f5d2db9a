"""A page's files, found inside their package, and the headers that keep the page to itself."""

import re
from collections.abc import Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable

from werkzeug.wrappers import Request, Response

TYPES = {
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "mjs": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "json": "application/json",
    "svg": "image/svg+xml",
    "png": "image/png",
    "ico": "image/x-icon",
    "woff2": "font/woff2",
    "woff": "font/woff",
    "ttf": "font/ttf",
    "otf": "font/otf",
    "wav": "audio/wav",
}
# One part of a path: no dots in front, no drive letters, no backslashes.
_PART = re.compile(r"[0-9A-Za-z_\-][0-9A-Za-z_.\-]*")


def folder(package: str, *parts: str) -> Traversable:
    """The folder `parts` inside an installed package."""
    found = files(package)
    for part in parts:
        found = found.joinpath(part)
    return found


def read(below: Traversable, path: str) -> tuple[bytes, str] | None:
    """The file's bytes and its media type; None for what is not there, not a page's file, or outside `below`."""
    parts = path.split("/")
    if not all(_PART.fullmatch(part) for part in parts):
        return None
    media = TYPES.get(parts[-1].rpartition(".")[2])
    if media is None:
        return None
    found = below
    for part in parts:
        found = found.joinpath(part)
    return (found.read_bytes(), media) if found.is_file() else None


def respond(request: Request, content: bytes, media: str) -> Response:
    """The file, or 304."""
    response = Response(content, headers={"Cache-Control": "no-cache", "Content-Type": media})
    response.add_etag()
    response.make_conditional(request)
    return response


def shielded(response: Response, frame_ancestors: Sequence[str]) -> Response:
    """Nothing but this agent's own files and lines; framed by nobody but those named in the settings."""
    ancestors = " ".join(frame_ancestors) or "'none'"
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        f"media-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors {ancestors}"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    return response
