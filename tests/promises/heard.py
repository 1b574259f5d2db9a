"""A hall in this process whose every command and answer is remembered as the judge wants it."""

import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from contract import commands as c
from server.storage.orders import Actor, Order
from tests.promises.history import ACCEPTED, RULE_REFUSED, Answered, Asked, now_ms
from tests.server.hall_kit import HallOnDisk


@dataclass
class Heard:
    """What was asked of a hall so far."""

    hall: HallOnDisk
    asked: list[Asked] = field(default_factory=list)

    def ask(self, command: c.Command, actor: Actor) -> dict[str, Any]:
        """The body of the answer."""
        key = secrets.token_hex(16)
        told = command.model_dump(mode="json")
        one = Asked(key, key, actor.name, command.deed, told, now_ms())
        self.asked.append(one)
        answer = self.hall.give(Order(self.hall.code, key, actor, command))
        body: dict[str, Any] = json.loads(answer.body)
        one.answers.append(Answered(RULE_REFUSED if answer.refused else ACCEPTED, body, now_ms(), answer.repeat))
        return body
