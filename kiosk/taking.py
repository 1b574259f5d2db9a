"""What a kiosk's page is for: take a number."""

import threading
from collections.abc import Callable
from typing import Any

import structlog
from pydantic import ValidationError

from contract.commands import TakeNumber
from contract.replies import Issued
from contract.words import Code
from kiosk.qr import in_care, qr_of
from kiosk.slips import Slips
from kiosk.standby import Standby
from terminal.connection import Connection, NotConfirmed
from terminal.intents import Intents
from terminal.presses import Reply, refusal

LOG = structlog.get_logger(__name__)

MAY_SAY = frozenset({"line", "language", "care"})


class Taking:
    """One number at a time: whoever presses while another press is on its way is asked to wait. `person`: whose ID card
    lies there, if the line asks for one."""

    def __init__(
        self,
        connection: Connection,
        intents: Intents,
        slips: Slips,
        *,
        is_connected: Callable[[], bool],
        on_not_confirmed: Callable[[str], None],
        standby: Standby,
        person: Callable[[str], str | None],
    ) -> None:
        self._connection = connection
        self._intents = intents
        self._slips = slips
        self._is_connected = is_connected
        self._on_not_confirmed = on_not_confirmed
        self._standby = standby
        self._person = person
        self._one = threading.Lock()

    def do(self, deed: str, body: dict[str, Any], key: str) -> Reply:
        """One press."""
        if deed != TakeNumber.deed:
            return refusal(Code.NOT_FOUND)
        try:
            asked = TakeNumber.model_validate({name: value for name, value in body.items() if name != "care"})
        except ValidationError as error:
            return refusal(Code.BAD_REQUEST, where=".".join(str(part) for part in error.errors()[0]["loc"]))
        if body.keys() - MAY_SAY:
            return refusal(Code.BAD_REQUEST, where=", ".join(sorted(body.keys() - MAY_SAY)))
        if not isinstance(care := body.get("care", False), bool):
            return refusal(Code.BAD_REQUEST, where="care")
        if not self._one.acquire(blocking=False):
            return refusal(Code.BUSY)
        try:
            return self._take(asked, body, key, care=care) if self._is_connected() else self._standby.give(body, key)
        finally:
            self._one.release()

    def _take(self, asked: TakeNumber, pressed: dict[str, Any], key: str, *, care: bool) -> Reply:
        body = {"line": asked.line, "language": asked.language}
        if (person := self._person(asked.line)) is not None:
            body["person"] = person
        try:
            self._intents.ask(key, asked.deed, body)
        except OSError as error:
            LOG.error("intent_not_kept", problem=str(error))
            return refusal(Code.DISK_FULL)
        try:
            answer = self._connection.send(asked.deed, body, key=key, as_long_as=self._has_to_wait)
        except NotConfirmed:
            return self._not_confirmed(pressed, key)
        if answer.refused is not None:
            self._intents.end(key)
            return Reply(409, answer.body)
        issued = Issued.model_validate(answer.body)
        link = in_care(issued.link) if care and issued.link is not None else issued.link
        self._slips.print(key, issued.model_copy(update={"link": link}), taken_here=True)
        return Reply(200, answer.body if link is None else {**answer.body, "link": link, "qr": qr_of(link)})

    def _has_to_wait(self) -> bool:
        """Whether an answer of the server is the only way to a number."""
        return self._is_connected() or self._standby.part() is None

    def _not_confirmed(self, pressed: dict[str, Any], key: str) -> Reply:
        """The line was cut in mid-press. Its number, if the server gave one, is withdrawn when the server is back: the
        citizen holds one of the leased block then, or has gone."""
        instead = None if self._is_connected() else self._standby.give(pressed, key)
        self._on_not_confirmed(key)
        return instead if instead is not None and instead.status == 200 else refusal(Code.NOT_CONFIRMED, final=True)
