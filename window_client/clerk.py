"""The clerk's page at one window: signs in, passes on deeds with the session, which lives in memory only."""

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog

from contract.cards import WorkCard
from contract.commands import COMMANDS, Finish
from contract.replies import SignedIn
from contract.words import Code
from terminal.cards import Cards
from terminal.connection import PASSING, Answer, Connection, NotConfirmed
from terminal.intents import Intents
from terminal.presses import Reply, refusal
from window_client.late_finishes import LateFinishes

LOG = structlog.get_logger(__name__)

SIGN_IN = "sign_in"
SIGN_OUT = "sign_out"
CLERKS_DEEDS = frozenset(
    {"call_next", "recall", "start_service", "finish", "pass_on", "hold", "resume", "miss", "bring_back", "undo_call"}
    | {"return_missed", "pause_window", "reopen_window", SIGN_OUT}
)


class Clerk:
    """Who sits at the window, and what they may have done. While cut off deeds are refused at once, but the finish of
    the visit in hand."""

    def __init__(
        self,
        window: str,
        cards: Cards,
        connection: Connection,
        intents: Intents,
        late: LateFinishes,
        *,
        now: Callable[[], datetime],
        is_connected: Callable[[], bool],
        on_not_confirmed: Callable[[], None],
        on_change: Callable[[], None],
    ) -> None:
        self._window = window
        self._cards = cards
        self._connection = connection
        self._intents = intents
        self._late = late
        self._now = now
        self._is_connected = is_connected
        self._on_not_confirmed = on_not_confirmed
        self._on_change = on_change
        self._lock = threading.Lock()
        self._session: str | None = None
        self._since_revision = 0

    @property
    def signed_in(self) -> bool:
        return self._session is not None

    def do(self, deed: str, body: dict[str, Any], key: str) -> Reply:
        """A deed of the page."""
        if deed == SIGN_IN:
            return self._sign_in(body, key)
        if deed not in CLERKS_DEEDS:
            return refusal(Code.NOT_FOUND)
        session = self._session
        if session is None:
            return refusal(Code.NOT_SIGNED_IN)
        answer = self._ask(deed, body, key, {"X-Session": session})
        if isinstance(answer, Reply):
            return answer
        refused = answer.refused
        if (refused is None and deed == SIGN_OUT) or (refused is not None and refused.code is Code.NOT_SIGNED_IN):
            self._forget(session)
        return _told(answer)

    def do_by_pad(self, deed: str, body: dict[str, Any], key: str) -> Reply:
        """A key of the window's call pad: it belongs to whoever is signed in at the window, on any machine."""
        answer = self._ask(deed, body, key, {"X-Via": "call_pad"})
        return answer if isinstance(answer, Reply) else _told(answer)

    def card_changed(self) -> None:
        """The server may have ended the session: nobody sits at the window any more."""
        with self._lock:
            card = self._cards.card(f"work/{self._window}", WorkCard)
            newer = (self._cards.revision or 0) >= self._since_revision
            over = self._session is not None and newer and (card is None or card.clerk is None)
            if over:
                self._session = None
        if over:
            self._on_change()

    def _sign_in(self, body: dict[str, Any], key: str) -> Reply:
        answer = self._ask(SIGN_IN, body, key, {})
        if isinstance(answer, Reply):
            return answer
        if answer.refused is not None:
            return _told(answer)
        signed_in = SignedIn.model_validate(answer.body)
        with self._lock:
            self._session = signed_in.session
            self._since_revision = signed_in.revision
        LOG.info("signed_in", window=self._window, staff_no=signed_in.staff_no)
        self._on_change()
        # The page does its deeds through this agent: it has no need of the session's token.
        return Reply(200, {**answer.body, "session": None})

    def _ask(self, deed: str, body: dict[str, Any], key: str, headers: dict[str, str]) -> Answer | Reply:
        pressed_at = self._now()
        if not self._is_connected():
            return self._without_server(deed, body, pressed_at)
        if not self._late.wait_until_told(self._window):
            return refusal(Code.BUSY)
        named = deed == SIGN_IN or "window" in COMMANDS[deed].model_fields
        said = {**body, "window": self._window} if named else body
        try:
            # Without the body: it may hold a password, or words about a citizen.
            self._intents.ask(key, deed, {"window": self._window})
        except OSError as error:
            LOG.error("intent_not_kept", problem=str(error))
            return refusal(Code.DISK_FULL)
        finishing = deed == Finish.deed
        try:
            return self._connection.send(
                deed, said, key=key, headers=headers, as_long_as=self._is_connected if finishing else None
            )
        except NotConfirmed:
            self._on_not_confirmed()
            # Whether the server has finished it or not: told late it is finished once.
            kept = self._without_server(deed, body, pressed_at) if not self._is_connected() else None
            return kept if kept is not None and kept.status == 200 else refusal(Code.NOT_CONFIRMED)
        finally:
            self._intents.end(key)

    def _without_server(self, deed: str, body: dict[str, Any], pressed_at: datetime) -> Reply:
        """Nothing is kept for later but the finish of the visit in hand."""
        if deed != Finish.deed:
            return refusal(Code.NO_SERVER)
        reply = self._late.finish(self._window, body, pressed_at)
        self._on_change()
        return reply

    def _forget(self, session: str) -> None:
        with self._lock:
            if self._session == session:
                self._session = None
        self._on_change()


def _told(answer: Answer) -> Reply:
    """For the page a refusal is a refusal, whatever status the server gave it."""
    refused = answer.refused
    return Reply(200, answer.body) if refused is None else Reply(409, answer.body, refused.code not in PASSING)
