"""The desk: a guide who is floor manager too, through the server's own interface."""

from typing import Any

from contract.replies import Issued, Refused
from contract.words import Code, Priority
from demo.narrator import CannotStage
from terminal.connection import Connection, NotConfirmed, new_key


class Desk:
    """Signs in, and again when the session has run out. A deed answers what it was refused with, or None."""

    def __init__(self, server: str, hall: str) -> None:
        self._connection = Connection(server, hall, "desk", token=None)
        self._login = self._password = self._session = ""

    def sign_in(self, login: str, password: str) -> None:
        """Raises CannotStage."""
        self._login, self._password = login, password
        try:
            answer = self._connection.send("sign_in", {"login": login, "password": password}, key=new_key())
        except NotConfirmed as error:
            raise CannotStage("服务器没有应答", "the server does not answer") from error
        if answer.refused is not None:
            sentence = answer.refused.sentence
            raise CannotStage(f"导办台 {login} 不能登录：{sentence.zh}", f"{login} cannot sign in: {sentence.en}")
        self._session = str(answer.body["session"])

    def take_number(
        self, line: str, language: str, priority: Priority | None, reason: str | None, print_at: str | None
    ) -> Issued | Refused:
        """A number taken for a citizen, its slip printed at a kiosk."""
        said = {"line": line, "language": language, "priority": priority, "reason": reason, "print_at": print_at}
        answer = self._give("take_number", {key: value for key, value in said.items() if value is not None})
        return answer if isinstance(answer, Refused) else Issued.model_validate(answer)

    def return_missed(self, ticket: int) -> Refused | None:
        return self._refusal("return_missed", {"ticket": ticket})

    def cancel(self, ticket: int, reason: str) -> Refused | None:
        return self._refusal("cancel", {"ticket": ticket, "reason": reason})

    def abandon(self, ticket: int, reason: str) -> Refused | None:
        return self._refusal("abandon", {"ticket": ticket, "reason": reason})

    def close(self) -> None:
        self._connection.close()

    def _refusal(self, deed: str, body: dict[str, Any]) -> Refused | None:
        answer = self._give(deed, body)
        return answer if isinstance(answer, Refused) else None

    def _give(self, deed: str, body: dict[str, Any]) -> dict[str, Any] | Refused:
        """Raises NotConfirmed; CannotStage when nobody may sign in any more."""
        for _ in range(2):
            answer = self._connection.send(deed, body, key=new_key(), headers={"X-Session": self._session})
            if answer.refused is None or answer.refused.code is not Code.NOT_SIGNED_IN:
                break
            self.sign_in(self._login, self._password)
        return answer.refused or answer.body
