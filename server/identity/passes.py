"""Passes for live connections: good for one connection within 60 s. What was used is remembered until it runs out."""

import json
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass

from contract.words import Audience
from server.crypto import Vault
from server.identity.gate import Holder

LIFE_S = 60.0
FORGET_FROM = 1_000
MAX_USED = 50_000


@dataclass(frozen=True, slots=True)
class Pass:
    """What a pass says: which hall and audience its bearer may watch, and who that is.

    `agent`: the device whose token was shown, also where none is needed; it gives no right.
    """

    hall: str
    audience: Audience
    holder: Holder
    agent: str | None = None


class Passes:
    """Gives passes out and takes each back once. Nothing is kept of a pass that nobody uses."""

    def __init__(self, vault: Vault, monotonic: Callable[[], float]) -> None:
        self._vault = vault
        self._monotonic = monotonic
        self._used: dict[str, float] = {}  # pass number -> when it runs out; in the order of use
        self._forget_at = FORGET_FROM  # as many as that: time to forget those that ran out

    @property
    def remembered(self) -> int:
        """How many used passes are known."""
        return len(self._used)

    def give(self, one: Pass) -> str:
        """A new pass, as text."""
        facts = {"no": secrets.token_hex(16), "until": self._monotonic() + LIFE_S, **asdict(one)}
        return self._vault.seal(json.dumps(facts))

    def take(self, text: str) -> Pass | None:
        """What the pass says, once; None if we did not give it, it ran out or was used."""
        body = self._vault.unseal(text)
        if body is None:
            return None
        facts = json.loads(body)
        now = self._monotonic()
        if len(self._used) >= self._forget_at:
            self._used = {no: until for no, until in self._used.items() if until >= now}
            self._forget_at = max(FORGET_FROM, 2 * len(self._used))  # seldom enough when thousands come at once
        if facts["until"] < now or facts["no"] in self._used or len(self._used) >= MAX_USED:
            return None
        self._used[facts["no"]] = facts["until"]
        return Pass(facts["hall"], Audience(facts["audience"]), Holder(**facts["holder"]), facts["agent"])
