"""One command inside a batch: is it a repeat, may its sender give it, what does its action say; the next revision."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from contract.commands import LoadHall
from contract.refusals import refuse
from contract.replies import Refused, Reply
from contract.words import Code, Via
from server.domain.day import Day
from server.domain.errors import Refusal
from server.domain.hall import Text
from server.domain.numbering import MAX_HALLS
from server.halls.faults import bad_hall_file
from server.storage.hall_now import HallNow
from server.storage.hall_store import Head, next_hall_no
from server.storage.journal import GENESIS, Entry, facts_text
from server.storage.orders import Answer, KeyReused, Order
from server.storage.register import Register
from server.storage.store import Store

Action = Callable[[HallNow, Order, int], Reply]
FirstDay = Callable[[dict[str, Any], int], Day]
Halls = dict[str, tuple[Head, HallNow]]


class NotAdmitted(Exception):
    """The sender may not command this hall (any more); nothing is stored."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.code)
        self.refused = refused


def digest_of(order: Order) -> str:
    """What "the same command" means for a repeated key: deed and body."""
    body = f"{order.command.deed}\n{order.command.model_dump_json()}"
    return hashlib.blake2b(body.encode(), digest_size=16).hexdigest()


@dataclass(slots=True)
class Decider:
    """Decides one batch's commands inside the writer's transaction, and gathers what must be written of them."""

    store: Store
    actions: Mapping[str, Action]
    first_day: FirstDay
    halls: Halls
    now_ms: Callable[[], int]
    _known: dict[tuple[str, str], tuple[str, Answer]] = field(default_factory=dict)  # replies by hall and key
    _replies: list[tuple[Any, ...]] = field(default_factory=list)
    _entries: list[tuple[Any, ...]] = field(default_factory=list)

    def look_up(self, halls: Iterable[str]) -> None:
        """Know the stored replies of all keys that the batch brings."""
        for hall in halls:
            for key, digest, body, refused in self.store.replies(hall):
                self._known[hall, key] = digest, Answer(body, refused=bool(refused), repeat=False)

    def write(self) -> None:
        """The journal entries and the replies of the batch."""
        self.store.insert("journal", self._entries)
        self.store.insert("replies", self._replies)

    def answer(self, order: Order, digest: str) -> Answer | KeyReused:
        """The command's answer: the stored one if its key is known, else a new one."""
        place = (order.hall, order.key)
        earlier = self._known.get(place)
        if earlier is not None:
            known, answer = earlier
            repeat = Answer(answer.body, refused=answer.refused, repeat=True)
            return repeat if known == digest else KeyReused(order.key)
        try:
            reply = refuse(Code.KEY_UNKNOWN) if order.only_known else self._decide(order)
        except NotAdmitted as no:
            return Answer(no.refused.model_dump_json().encode(), refused=True, repeat=False, stored=False)
        refused = isinstance(reply, Refused)
        # The server's own commands stand under natural keys: what is not due now may be due later.
        stored = not (refused and order.actor.via is Via.SERVER)
        answer = Answer(reply.model_dump_json().encode(), refused=refused, repeat=False, stored=stored)
        if not stored:
            return answer
        self._known[place] = (digest, answer)
        self._replies.append((order.hall, order.key, digest, answer.body, int(answer.refused), self.now_ms()))
        return answer

    def _decide(self, order: Order) -> Reply:
        """Run the action; a refusal by a rule must have changed nothing."""
        try:
            head, now = self.halls.get(order.hall) or self._new_hall(order)
        except Refusal as no:
            raise NotAdmitted(refuse(no.code, **no.details)) from no
        _admit(now, order)
        day = now.day
        day.revision = head.revision + 1
        now_ms = max(self.now_ms(), head.time_ms)  # a clock set back never makes a hall's time run back
        steps = len(day.changed.steps)
        now.facts, now.why = {}, ""
        try:
            reply = self.actions[order.command.deed](now, order, now_ms)
        except Refusal as no:
            if len(day.changed.steps) != steps:
                raise RuntimeError(f"{order.command.deed} changed something before it refused") from no
            return refuse(no.code, **no.details)
        self.halls[order.hall] = (head, now)
        self._accept(order, head, now, now_ms, steps)
        return reply

    def _new_hall(self, order: Order) -> tuple[Head, HallNow]:
        """A hall that is loaded for the first time; nothing else can be asked of it."""
        if not isinstance(order.command, LoadHall):
            raise Refusal(Code.HALL_UNKNOWN, hall=order.hall)
        now_ms = self.now_ms()
        day = self.first_day(order.command.document, now_ms)
        if day.hall.code != order.hall:
            raise Refusal(Code.WRONG_HALL)
        no = max(next_hall_no(self.store), 1 + max((head.no for head, _ in self.halls.values()), default=0))
        if no >= MAX_HALLS:
            raise bad_hall_file([Text("大厅太多", "too many halls")])
        day.hall_no = no
        now = HallNow(day, Register())
        now.new_days.append((day.day, 1))
        return Head(no, 0, day.day, 1, None, GENESIS, now_ms), now

    def _accept(self, order: Order, head: Head, now: HallNow, now_ms: int, steps: int) -> None:
        """The next revision, with its journal entry."""
        day = now.day
        head.revision += 1
        if day.day != head.day:
            head.first_revision = head.revision
            now.new_days.append((day.day, head.revision))
        head.time_ms, head.day, head.closed_ms = now_ms, day.day, day.closed_ms
        facts = dict(now.facts)
        if len(day.changed.steps) > steps:
            facts["steps"] = day.changed.steps[steps:]
        actor, deed = order.actor, order.command.deed
        entry = Entry(
            order.hall, head.revision, now_ms, deed, actor.name, actor.via.value, now.why, facts_text(facts)
        )
        head.hash = entry.hash_after(head.hash)
        self._entries.append(
            (order.hall, head.revision, now_ms, deed, entry.actor, entry.via, entry.why, entry.facts, head.hash)
        )


def _admit(now: HallNow, order: Order) -> None:
    """What the edge checked may have changed while the order stood in the line."""
    actor = order.actor
    if actor.device is not None:
        device = now.register.devices.get(actor.device)
        if device is None or device.revoked:
            raise NotAdmitted(refuse(Code.NOT_ENROLLED))
    if actor.session is not None:
        session = now.register.sessions.get(actor.session)
        user = now.register.users.get(session.login) if session is not None else None
        if user is None:
            raise NotAdmitted(refuse(Code.NOT_SIGNED_IN))
        if not actor.roles <= set(user.roles):
            raise NotAdmitted(refuse(Code.WRONG_ROLE))
