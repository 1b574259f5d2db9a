"""Whose ticket it is: the proof in the link of the slip, or its short code; and how often one may ask or guess."""

from collections.abc import Callable

from contract.words import Code
from server.crypto import Vault, same
from server.domain.errors import Refusal
from server.identity.throttle import Throttle

GUESSES_PER_TICKET = 10
# A hall's own network shows one address for all its phones: 200 of them asking every ten seconds.
ASKS_PER_SOURCE = 1200
ASKS_WITHIN_S = 60.0


class TicketProof:
    """Checks what a phone shows. A link has 128 bit and is never slowed down; a short code may be guessed at."""

    def __init__(
        self, vault: Vault, guesses: Throttle, guesses_per_source: int, monotonic: Callable[[], float]
    ) -> None:
        self._vault = vault
        self._guesses = guesses
        self._guesses_per_source = guesses_per_source
        self._asks = Throttle(ASKS_WITHIN_S, monotonic)

    def need(self, hall: str, ticket: int, shown: str, source: str) -> None:
        """Raises Refusal(TICKET_PROOF) for anything but this ticket's link or code, TOO_MANY_TRIES for too many."""
        self._asks.begin({source: ASKS_PER_SOURCE})
        if same(shown, self._vault.ticket_link(hall, ticket)):
            return
        if not shown:
            raise Refusal(Code.TICKET_PROOF)
        limits = {f"ticket {hall} {ticket}": GUESSES_PER_TICKET, source: self._guesses_per_source}
        self._guesses.begin(limits)
        if not same(tidy(shown), self._vault.short_code(hall, ticket)):
            raise Refusal(Code.TICKET_PROOF)
        self._guesses.succeeded(limits)


def tidy(code: str) -> str:
    """A short code as it stands on the slip, however it was typed."""
    return code.upper().replace("-", "").replace(" ", "")
