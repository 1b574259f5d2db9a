"""Put a hall definition in force, also while the hall is open: no waiting ticket is ever lost."""

import json
from dataclasses import replace

from contract.commands import LoadHall
from contract.replies import HallLoaded, Words
from contract.words import Code, Role
from server.domain.day import Day
from server.domain.errors import Refusal
from server.domain.hall import Hall
from server.halls.changes import changes, endangered
from server.halls.document import hall_from
from server.halls.faults import DocumentRefused, bad_hall_file
from server.storage.hall_now import HallNow
from server.storage.orders import Actor
from server.storage.register import User


def load_hall(now: HallNow, command: LoadHall, actor: Actor, now_ms: int) -> HallLoaded:
    """Refused if it would drop a line somebody waits in, or a window that is at work."""
    day, old = now.day, now.day.hall
    try:
        new = hall_from(command.document)
    except DocumentRefused as bad:
        raise bad_hall_file(bad.reasons) from bad
    if new.code != old.code:
        raise Refusal(Code.WRONG_HALL)
    _need_harmless(day, new)
    first = not now.register.users and day.revision == 1
    told = [] if first else changes(old, new)
    day.adopt(new)
    _take_over_staff(now, old, new, now_ms)
    now.new_documents.append((day.revision, json.dumps(command.document, ensure_ascii=False, separators=(",", ":"))))
    now.facts = {"windows": len(new.windows), "services": len(new.services), "changes": len(told)}
    return HallLoaded(revision=day.revision, changes=[Words(zh=t.zh, en=t.en) for t in told])


def _need_harmless(day: Day, new: Hall) -> None:
    for no, window in day.windows.items():
        at_work = window.visit is not None or window.clerk
        if no not in new.windows and at_work:
            raise Refusal(Code.WINDOW_BUSY, window=no)
    staying: dict[str, int] = {}
    for ticket in day.tickets.values():
        if not ticket.final:
            staying[ticket.line] = staying.get(ticket.line, 0) + 1
    lost = endangered(day.hall, new, staying)
    if lost:
        raise bad_hall_file(lost)


def _take_over_staff(now: HallNow, old: Hall, new: Hall, now_ms: int) -> None:
    """Staff of the file are users; who left the file is shut out, who comes back to it is let in again."""
    for person in new.staff.values():
        known = now.register.users.get(person.staff_no)
        if known is None:
            roles = tuple(Role(r) for r in person.roles) or (Role.CLERK,)
            now.put_user(User(person.staff_no, person.name, roles))
        elif known.name != person.name or (known.disabled and known.login not in old.staff):
            now.put_user(replace(known, name=person.name, disabled=known.disabled and known.login in old.staff))
    for staff_no in old.staff.keys() - new.staff.keys():
        user = now.register.users.get(staff_no)
        if user is not None and not user.disabled:
            now.shut_out(user, now_ms)
