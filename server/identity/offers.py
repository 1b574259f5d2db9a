"""Displays that offer themselves: each shows a code until a manager enters it. In memory, bounded, for ten minutes.

The code stands on a wall for everybody to read, so it gives nothing: what is traded for the token is the claim, which
only the display that made the offer holds.
"""

import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from server.crypto import CODE_ALPHABET, CODE_LENGTH, new_token

LIFE_S = 600.0
MOST = 1_000


@dataclass(slots=True)
class Offer:
    """One display that waits. `claim` is its secret."""

    hall: str
    code: str
    claim: str
    until: float
    taken: bool = False  # a manager entered the code


class Offers:
    """All offers of this server, oldest first."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._by_code: OrderedDict[tuple[str, str], Offer] = OrderedDict()
        self._by_claim: dict[tuple[str, str], Offer] = {}

    def make(self, hall: str) -> Offer:
        """A new offer with a code that no other has."""
        self._forget_old()
        code = _new_code()
        while (hall, code) in self._by_code:
            code = _new_code()
        offer = Offer(hall, code, new_token(), self._monotonic() + LIFE_S)
        self._by_code[hall, code] = self._by_claim[hall, offer.claim] = offer
        return offer

    def by_code(self, hall: str, code: str) -> Offer | None:
        """The offer whose code a manager typed, in whatever case and with whatever gaps."""
        self._forget_old()
        return self._by_code.get((hall, code.upper().replace("-", "").replace(" ", "")))

    def by_claim(self, hall: str, claim: str) -> Offer | None:
        """The offer of the display that holds this claim."""
        self._forget_old()
        return self._by_claim.get((hall, claim))

    def _forget_old(self) -> None:
        now = self._monotonic()
        while self._by_code:
            oldest = next(iter(self._by_code.values()))
            if oldest.until > now and len(self._by_code) < MOST:
                return
            del self._by_code[oldest.hall, oldest.code], self._by_claim[oldest.hall, oldest.claim]


def _new_code() -> str:
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
