"""The key that calls a guide: the kiosk's page asks, the server tells the staff."""

from collections.abc import Callable
from typing import Any

from contract.commands import CallGuide
from contract.words import Code
from terminal.connection import Connection, NotConfirmed
from terminal.presses import Reply, refusal


class GuideCalls:
    """Not kept on the disk: whoever asked an hour ago has been helped or has gone."""

    def __init__(self, connection: Connection, *, is_connected: Callable[[], bool]) -> None:
        self._connection = connection
        self._is_connected = is_connected

    def do(self, body: dict[str, Any], key: str) -> Reply:
        """One press. The same key as long as nobody knows whether it arrived."""
        if body:
            return refusal(Code.BAD_REQUEST, where=", ".join(sorted(body)))
        if not self._is_connected():
            return refusal(Code.NO_SERVER)
        try:
            answer = self._connection.send(CallGuide.deed, {}, key=key)
        except NotConfirmed:
            return refusal(Code.NOT_CONFIRMED)
        return Reply(200 if answer.refused is None else 409, answer.body)
