"""Who may talk to an agent's page server: its own page, on this machine, with the page's secret."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from werkzeug.wrappers import Request

from contract.words import Code

SECRET_HEADER = "X-Page-Secret"


@dataclass(frozen=True, slots=True)
class Guard:
    """`hosts` and `origins` come on top of the loopback names."""

    port: int
    hosts: Sequence[str] = ()
    origins: Sequence[str] = ()

    def host_refused(self, request: Request) -> bool:
        """A foreign name that was made to point at this machine (DNS rebinding)."""
        return request.headers.get("Host", "").lower() not in self._hosts()

    def origin_refused(self, request: Request) -> bool:
        """Another site's page. A page's own GET carries no Origin; every POST of a browser does."""
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            return True
        origin = request.headers.get("Origin")
        return origin is not None and origin.lower() not in self._origins()

    def refusal(self, request: Request, secret: str) -> Code | None:
        """Why this request for state or a deed is not served; None when it is."""
        if self.origin_refused(request):
            return Code.FOREIGN_ORIGIN
        shown = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(shown.encode(), secret.encode()):
            return Code.PAGE_SECRET
        return None

    def _hosts(self) -> set[str]:
        own = {f"{name}:{self.port}" for name in ("127.0.0.1", "localhost", "[::1]")}
        return own | {host.lower() for host in self.hosts}

    def _origins(self) -> set[str]:
        return {f"http://{host}" for host in self._hosts()} | {origin.lower().rstrip("/") for origin in self.origins}
