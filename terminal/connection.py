"""An agent's commands to the server: the key is made before sending, and every retry carries the same one."""

import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import requests
import structlog
from pydantic import ValidationError
from requests.adapters import HTTPAdapter

from contract.cards import Snapshot
from contract.replies import Refused
from contract.words import Audience, Code
from terminal.pauses import Pauses

LOG = structlog.get_logger(__name__)

PATIENCE_S: Final = 30.0  # how long a command is tried again before "not confirmed"
CONNECT_WITHIN_S: Final = 3.0
ANSWER_WITHIN_S: Final = 10.0
FIRST_PAUSE_S: Final = 0.25
LONGEST_PAUSE_S: Final = 5.0
SHORT_TRY_S: Final = 4.0  # where the caller can go on without the server
LOOK_EVERY_S: Final = 0.1
CONNECTIONS: Final = 8  # kept alive at once; the windows of one line agent share them

# Refusals that say nothing about the command itself: the server did not store them, and a later try may succeed.
PASSING: Final = frozenset({Code.BUSY, Code.DISK_FULL, Code.TOO_MANY_TRIES, Code.INTERNAL})


def new_key() -> str:
    """128 bit as 32 hex digits."""
    return secrets.token_hex(16)


class Unreachable(Exception):
    """No usable answer: whether the server did the deed is not known."""


class NotConfirmed(Exception):
    """`PATIENCE_S` went by without a usable answer: whether the server did the deed is not known."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said. `repeat`: it had answered this key before."""

    status: int
    body: dict[str, Any]
    repeat: bool = False

    @property
    def refused(self) -> Refused | None:
        """The refusal, if it is one."""
        return None if self.status == 200 else Refused.model_validate(self.body)


class Connection:
    """One agent's line to one hall's server. Safe to use from several threads or greenlets."""

    def __init__(
        self,
        server: str,
        hall: str,
        place: str,
        token: str | None,
        *,
        ca: Path | None = None,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self.ca = ca  # the hall's own certificate authority; None: those that the world knows
        self.server = server.rstrip("/")
        self.hall = hall
        self._place = place
        self._patience_s = patience_s
        self._stopping = threading.Event()
        self._http = requests.Session()
        self._http.trust_env = False  # a proxy or a .netrc of the desktop must not come between
        adapter = HTTPAdapter(pool_connections=1, pool_maxsize=CONNECTIONS)
        self._http.mount("http://", adapter)
        self._http.mount("https://", adapter)
        if ca is not None:
            self._http.verify = str(ca)
        if token is not None:
            self._http.headers["Authorization"] = f"Bearer {token}"

    def post(
        self,
        deed: str,
        body: Mapping[str, Any],
        *,
        key: str,
        headers: Mapping[str, str] | None = None,
        place: str | None = None,
        within_s: float = ANSWER_WITHIN_S,
    ) -> Answer:
        """One try. Raises Unreachable."""
        sent = {"Idempotency-Key": key, **(headers or {})}
        return self._ask("POST", f"{place or self._place}/{deed}", within_s, json=dict(body), headers=sent)

    def send(
        self,
        deed: str,
        body: Mapping[str, Any],
        *,
        key: str,
        headers: Mapping[str, str] | None = None,
        place: str | None = None,
        as_long_as: Callable[[], bool] | None = None,
    ) -> Answer:
        """Try with the same key until the server answers. Raises NotConfirmed; with `as_long_as` also as soon as that
        holds no more, and each try is a short one."""
        deadline = time.monotonic() + self._patience_s
        pauses = Pauses(FIRST_PAUSE_S, LONGEST_PAUSE_S)
        longest = ANSWER_WITHIN_S if as_long_as is None else SHORT_TRY_S
        while True:
            left = deadline - time.monotonic()
            try:
                return self.post(
                    deed, body, key=key, headers=headers, place=place, within_s=min(longest, max(left, 0.5))
                )
            except Unreachable as error:
                LOG.warning("not_answered", deed=deed, key=key, problem=str(error))
                pause = pauses.next()
                if time.monotonic() + pause >= deadline or not self._paused(pause, as_long_as):
                    raise NotConfirmed(deed) from error

    def _paused(self, pause: float, as_long_as: Callable[[], bool] | None) -> bool:
        """After a pause between two tries; False when there is to be no further one."""
        until = time.monotonic() + pause
        while (left := until - time.monotonic()) > 0:
            if as_long_as is not None and not as_long_as():
                return False
            if self._stopping.wait(left if as_long_as is None else min(left, LOOK_EVERY_S)):
                return False
        return True

    def get(self, path: str) -> Answer:
        """Fetch `path` below the hall. Raises Unreachable."""
        return self._ask("GET", path, ANSWER_WITHIN_S)

    def pass_on(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        within_s: float = ANSWER_WITHIN_S,
    ) -> requests.Response:
        """What a page asks through its agent: the server's answer as it stands, to be read and closed by the caller.

        Raises Unreachable. Reading its body may raise requests.RequestException.
        """
        url, sent = f"{self.server}/{self.hall}/{path}", dict(headers or {})
        try:
            reply = self._http.request(
                method, url, data=body, headers=sent, timeout=(CONNECT_WITHIN_S, within_s), allow_redirects=False,
                stream=True,
            )  # fmt: skip
        except requests.RequestException as error:
            raise Unreachable(type(error).__name__) from error
        if reply.status_code >= 500:
            reply.close()
            raise Unreachable(f"status {reply.status_code}")
        return reply

    def snapshot(self, audience: Audience) -> Snapshot:
        """All cards of the audience. Raises Unreachable, also when the server refuses."""
        answer = self.get(f"snapshot/{audience}")
        if answer.refused is not None:
            raise Unreachable(f"snapshot refused: {answer.refused.code}")
        try:
            return Snapshot.model_validate(answer.body)
        except ValidationError as error:
            raise Unreachable(f"snapshot not understood: {error}") from error

    def live_pass(self, audience: Audience) -> str:
        """A pass for one socket. Raises Unreachable, also when the server refuses."""
        answer = self._ask("POST", "live/pass", ANSWER_WITHIN_S, json={"audience": audience}, headers={})
        if answer.refused is not None:
            raise Unreachable(f"pass refused: {answer.refused.code}")
        return str(answer.body.get("pass", ""))

    def stop(self) -> None:
        """End all waiting between tries."""
        self._stopping.set()

    def close(self) -> None:
        """Give the connections back."""
        self.stop()
        self._http.close()

    def _ask(self, method: str, path: str, within_s: float, **sent: Any) -> Answer:
        url = f"{self.server}/{self.hall}/{path}"
        try:
            reply = self._http.request(method, url, timeout=(CONNECT_WITHIN_S, within_s), allow_redirects=False, **sent)
            body = reply.json()
        except (requests.RequestException, ValueError) as error:
            raise Unreachable(f"{type(error).__name__}") from error
        if not isinstance(body, dict) or reply.status_code >= 500:
            raise Unreachable(f"status {reply.status_code}")
        answer = Answer(reply.status_code, body, reply.headers.get("Idempotent-Replay") == "true")
        try:
            answer.refused  # noqa: B018 (an answer that is neither a result nor a refusal is no answer)
        except ValidationError as error:
            raise Unreachable(f"status {reply.status_code} without a refusal") from error
        return answer
