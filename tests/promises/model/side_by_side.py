"""The real hall and the model, given the same deeds; after each one everything that can be seen must be equal."""

import json
import sqlite3
from typing import Any

import gevent

from contract.commands import COMMANDS
from contract.words import Audience, Via
from server.storage.orders import Actor, Answer, Order
from tests.promises.model import order
from tests.promises.model.hall import Hall
from tests.promises.model.small_hall import CODE, WINDOWS
from tests.promises.model.words import LINES, MINUTE, SECOND, No, Visit
from tests.server.hall_kit import DESK, HallOnDisk, at, memory_of, ms, new_key

KIOSK = Actor(Via.KIOSK, device="K1", kiosk="K1")
PAGE = Actor(Via.PAGE, device="agent", windows=frozenset(WINDOWS))
PHONE = Actor(Via.PHONE)
AT_WINDOW = [
    "call_next", "recall", "start_service", "finish", "miss", "hold", "pass_on", "undo_call", "pause_window",
    "reopen_window", "sign_out",
]  # fmt: skip


def _ms(iso: str | None) -> int | None:
    return None if iso is None else ms(iso[:-1].replace("T", " ")) + 8 * 60 * MINUTE


class SideBySide:
    """`troubles` says what the line and the server went through with a deed; the effect must be one, the answer too."""

    def __init__(self, hall: HallOnDisk, model: Hall) -> None:
        self.hall, self.model = hall, model
        self.file = sqlite3.connect(f"file:{hall.file}?mode=ro", uri=True)

    # --- deeds -----------------------------------------------------------------------------------------------------

    def do(self, deed: str, trouble: str = "", **said: Any) -> str:
        """Give a deed to both; the code of a refusal, or the kind of the answer. `ticket` is a number."""
        try:
            wanted = self.model.do(deed, **said)
        except No as no:
            wanted = {"kind": "refused", "code": no.code}
        answer = self._answer(self._order(deed, said), trouble)
        found: dict[str, Any] = json.loads(answer.body)
        for name, value in wanted.items():
            if not name.startswith("_"):
                assert found[name] == value, f"{deed} {said}: {found}, not {value!r}"
        if "_ticket" in wanted:
            wanted["_ticket"]["id"] = found["ticket"]
        if "_visit" in wanted:
            wanted["_visit"]["id"] = found["visit"]
        return str(wanted.get("code", wanted["kind"]))

    def _order(self, deed: str, said: dict[str, Any]) -> Order:
        fields = dict(said)
        actor = PAGE if "window" in fields or deed in ("rate", "not_rated") else DESK
        if fields.pop("kiosk", False):
            actor = KIOSK
        if "ticket" in fields:
            fields["ticket"] = self._id_of(fields["ticket"])
        if deed in ("release", "abandon"):
            fields["reason"] = "ok"
        if deed == "rate":
            fields["pressed_at"] = at(fields.pop("pressed"))
        if deed == "rate_later":
            actor, fields["ticket"] = PHONE, self._ticket_of(fields["visit"])
        return Order(CODE, new_key(), actor, COMMANDS[deed](**fields))

    def _id_of(self, number: str) -> int:
        return next((t["id"] for t in self.model.tickets if t["number"] == number), 2**50)

    def _ticket_of(self, visit: int) -> int:
        found = (v for v in self.model.of_old + self.model.visits if v["id"] == visit)
        return next((v["ticket"]["id"] for v in found), 2**50)

    def _answer(self, order_: Order, trouble: str) -> Answer:
        if trouble == "killed before":
            self.hall.reopen()
        if trouble == "at once":
            asking = [gevent.spawn(self.hall.give, order_) for _ in range(2)]
            gevent.joinall(asking, raise_error=True)
            first, answer = sorted((one.get() for one in asking), key=lambda one: one.repeat)
            assert (first.repeat, answer.repeat, first.body == answer.body) == (False, True, True)
            return first
        first = self.hall.give(order_)
        assert not first.repeat
        if trouble == "killed after":
            self.hall.reopen()
        if trouble:  # the reply was lost, or the caller asks to be sure
            again = self.hall.give(order_)
            assert again.repeat and again.body == first.body
        return first

    def time_passes(self, by: int) -> None:
        """For both; the server looks at the clock twice, as it does each second."""
        self.hall.now_ms += by
        self.hall.look_at_the_clock()
        self.hall.look_at_the_clock()
        self.model.time_passes(by)

    def kill(self) -> None:
        """Only what stands in the file is left."""
        self.hall.reopen()

    # --- comparing -------------------------------------------------------------------------------------------------

    def compare(self) -> None:
        """Tickets, lines, who is next and why, what each window may do, counter records, figures of the day."""
        self._compare_tickets()
        self._compare_windows()
        self._compare_records()
        self._compare_today()

    def _compare_tickets(self) -> None:
        model = self.model
        query = "SELECT id, label, line, state, returns FROM tickets WHERE hall = ? AND day = ? ORDER BY id"
        found = self.file.execute(query, (CODE, self.hall.now.day.isoformat())).fetchall()
        wanted = [(t["id"], t["number"], t["line"], t["state"], t["returns"]) for t in model.tickets]
        assert found == sorted(wanted), (found, wanted)
        lines = {line: [t["id"] for t in order.in_line(model.tickets, line)] for line in LINES}
        assert {line: list(ids) for line, ids in self.hall.now.lines.items()} == lines
        assert self.hall.now.closed == model.closed
        assert (self.hall.now.day.toordinal() - 719163) == model.day

    def _compare_windows(self) -> None:
        day = self.hall.day_in_memory.day
        cards = self.hall.cards(Audience.MANAGER)
        for no in WINDOWS:
            model = order.next_for(no, self.model)
            real = day.next_for(no)
            found = real and (real.ticket.label, real.reason)
            assert found == (model and (model[0]["number"], model[1])), (no, found, model)
            here, card = self.model.windows[no], cards[f"window/{no}"]
            visit: Visit | None = here["visit"]
            state = visit["ticket"]["state"] if visit else "paused" if here["paused"] is not None else "free"
            assert card["state"] == (state if here["clerk"] else "closed")
            assert card["number"] == (visit and visit["ticket"]["number"])
            self._compare_keys(no, cards[f"work/{no}"], visit["id"] if visit else None)

    def _compare_keys(self, no: str, card: dict[str, Any], seen: int | None) -> None:
        """The keys of the page are those that the model allows now; a key that is not says the right reason."""
        now = self.hall.now_ms
        for key in card["deeds"]:
            begins, ends = _ms(key["allowed_from"]), _ms(key["until"])
            allowed = key["allowed"] or (begins is not None and now >= begins)
            allowed = allowed and (ends is None or now <= ends)
            why = self.model.why_not(key["deed"], no, seen)
            assert allowed == (why is None), (key, why)
            assert allowed or key["allowed"] or key["why"] == why, (key, why)
        assert [key["deed"] for key in card["deeds"]] == AT_WINDOW
        clerk = self.model.windows[no]["clerk"]
        finished = [v for v in self.model.visits if v["end"] == "finished" and v["clerk"] == clerk]
        assert card["finished_today"] == len(finished)
        assert card["items_today"] == sum(v["items"] for v in finished)

    def _compare_records(self) -> None:
        wanted: dict[tuple[int, str], tuple[int | None, str | None]] = {}
        for visit in self.model.of_old + self.model.visits:
            if visit["record"] is not None:
                wanted[visit["id"], "counter"] = visit["record"]
            if visit["later"] is not None:
                wanted[visit["id"], "phone"] = (visit["later"], None)
        found = self.file.execute("SELECT visit, channel, level, reason FROM ratings").fetchall()
        assert {(visit, channel): (level, reason) for visit, channel, level, reason in found} == wanted
        assert set(self.hall.now.pending) == {v["id"] for v in self.model.owing()}

    def _compare_today(self) -> None:
        model, card = self.model, self.hall.card("today")
        states = [t["state"] for t in model.tickets]
        wanted: dict[str, Any] = {state: states.count(state) for state in set(states)}
        wanted["taken"] = len(states)
        levels = [v["later"] or v["record"][0] for v in model.visits if v["record"] is not None]
        wanted |= {"rateable": sum(v["owing"] for v in model.visits), "rated": sum(1 for n in levels if n)}
        wanted |= {"not_rated": levels.count(None), "levels": {str(n): levels.count(n) for n in range(5, 0, -1)}}
        first: dict[str, int] = {}
        for visit in model.visits:
            if visit["end"] != "undone":
                first.setdefault(visit["ticket"]["number"], visit["called"] - visit["ticket"]["taken"])
        waits = sorted(first.values())
        assert all(wait >= 0 for wait in waits)
        wanted["people_called"] = len(waits)
        if waits:
            wanted["called_wait_average_s"] = round(round(sum(waits) / len(waits)) / SECOND)
            wanted["called_wait_p90_s"] = round(waits[-(-len(waits) * 9 // 10) - 1] / SECOND)
        assert {name: card[name] for name in wanted} == wanted

    def check(self) -> None:
        """At the end: memory is the file's, the chain holds, no time runs backwards."""
        self.file.close()
        memory, disk = memory_of(self.hall.day_in_memory), memory_of(self.hall.from_disk())
        different = {name: (value, disk[name]) for name, value in memory.items() if value != disk[name]}
        assert not different, different
        self.hall.check()
        for visit in self.hall.select("visits"):
            times = [visit[name] for name in ("called_ms", "started_ms", "ended_ms") if visit[name] is not None]
            assert times == sorted(times) and visit["held_total_ms"] >= 0
            taken = self.hall.row("tickets", id=visit["ticket"])["taken_ms"]
            assert visit["called_ms"] >= taken
