"""The guard at the edge: for whom a request says it is (Host), from whose page it comes (Origin), who sent it.

It reads the WSGI environment only, so that HTTP requests and live connections pass the same guard.
"""

import socket
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from contract.words import Code
from server.settings import Settings

Environ = dict[str, Any]
CONNECTION = "paihao.connection"  # the key under which the HTTP server puts the accepted socket
_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


class Edge:
    """Decides by the settings which Host and Origin are ours."""

    def __init__(self, settings: Settings) -> None:
        self._behind_tls = settings.behind_tls
        public = urlsplit(settings.public_url or "")
        self._own_names = not settings.hosts
        named = settings.hosts or _names_of_this_machine()
        self._hosts = frozenset(named) | _LOOPBACK_NAMES | ({public.hostname} if public.hostname else set())
        self._origins = frozenset(settings.origins)
        self._public_origin = f"{public.scheme}://{public.netloc}" if public.hostname else None

    def refusal(self, environ: Environ) -> Code | None:
        """Why this request is not taken at all, or None."""
        if not self._host_is_ours(environ.get("HTTP_HOST", ""), environ):
            return Code.FORGED_HOST
        origin = environ.get("HTTP_ORIGIN")
        return None if origin is None or self.origin_is_ours(origin, environ) else Code.FOREIGN_ORIGIN

    def origin_is_ours(self, origin: str, environ: Environ) -> bool:
        """Whether a page of this origin may call: listed, or one of our own host names at the port asked for.

        The Host header was checked before; forwarded headers are not looked at.
        """
        if origin in self._origins or origin == self._public_origin:
            return True
        scheme = "https" if self._behind_tls else "http"
        return origin == f"{scheme}://{environ.get('HTTP_HOST', '').lower()}"

    def source(self, environ: Environ) -> str:
        """The client's address; behind a TLS proxy on this machine what the proxy says."""
        if self.behind_proxy(environ):
            return str(environ["HTTP_X_FORWARDED_FOR"]).rpartition(",")[2].strip()
        return str(environ.get("REMOTE_ADDR", ""))

    def behind_proxy(self, environ: Environ) -> bool:
        """Whether the request came through the TLS proxy on this machine, so that its headers may be believed."""
        forwarded = environ.get("HTTP_X_FORWARDED_FOR", "")
        return self._behind_tls and bool(forwarded) and _is_loopback(environ.get("REMOTE_ADDR", ""))

    def is_local(self, environ: Environ) -> bool:
        """Whether the request comes from this machine, and not through a proxy."""
        return "HTTP_X_FORWARDED_FOR" not in environ and _is_loopback(environ.get("REMOTE_ADDR", ""))

    def _host_is_ours(self, host: str, environ: Environ) -> bool:
        try:
            parts = urlsplit(f"//{host}")
            name, _ = parts.hostname, parts.port
        except ValueError:
            return False
        if name is None or parts.netloc != host or parts.username is not None:
            return False
        return name in self._hosts or (self._own_names and name == _local_address(environ))


def _names_of_this_machine() -> list[str]:
    name = socket.gethostname().lower()
    return [name, f"{name.partition('.')[0]}.local"]


def _local_address(environ: Environ) -> str | None:
    """The address of this machine at which the connection arrived: no other site's name leads to it as a Host."""
    connection = environ.get(CONNECTION)
    if connection is None:
        return None
    address: str = connection.getsockname()[0]
    return address.partition("%")[0].removeprefix("::ffff:")


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address.removeprefix("::ffff:")).is_loopback
    except ValueError:
        return False
