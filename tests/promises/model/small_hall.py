"""A hall made for the model test: four windows, three lines, short texts; and the rules it is tried with."""

import json
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from contract import commands as c
from contract import replies as r
from contract.words import DeviceKind
from server.app import first_day
from server.clock import Clock
from server.domain.hall import Hall
from server.halls.document import hall_from
from server.live.cards import build
from server.storage.database import NAME, Database
from server.storage.writer import Writer
from tests.server.hall_kit import HallOnDisk, document, edited_document, ms

CODE = "MT"
MONDAY = "2026-10-12 09:00"
WINDOWS = ("1", "2", "3", "4")
CLERKS = ("c1", "c2", "c3", "c4")
NOBODY = "x9"  # a user of nobody
# Sets of rules, by name; what is not named is as everywhere.
RULES: dict[str, dict[str, Any]] = {
    "as everywhere": {},
    "finish on call": {"finish_on_call": True, "call_order": "list", "return_places": 1, "pass_on_rank": "front"},
    "to the tail": {
        "return_rule": "tail", "return_same_half_day": False, "return_limit": 1, "priority_every": 1,
        "priority_cap_minutes": 60, "pass_on_rank": "end", "recall_limit": 1,
    },
    "void": {"return_rule": "void", "always_open": True, "inquiries_rateable": False, "priority_every": 0},
}  # fmt: skip
_MEMORY = Path("/dev/shm")


def _service(like: dict[str, Any], prefix: str, kind: str, minutes: int) -> dict[str, Any]:
    return {**like, "prefix": prefix, "kind": kind, "minutes": minutes, "department": "ZH", "then": []}


def _window(like: dict[str, Any], no: str, services: str, by_transfer: list[str], only_for: str) -> dict[str, Any]:
    own = {"window": no, "department": "ZH", "services": list(services), "by_transfer": by_transfer}
    return {**like, **own, "only_for": only_for, "a_clerk": CLERKS[int(no) - 1], "b_clerk": ""}


def _edit(d: dict[str, Any]) -> None:
    """The township hall, cut down. Window 3 is for the elderly; window 4 takes every transfer and has no keypad."""
    service, window, person = d["services"][0], d["windows"][0], d["staff"][0]
    d["hall"]["code"] = CODE
    d["services"] = [_service(service, *one) for one in (("A", "即办", 5), ("B", "承诺", 10), ("Z", "咨询", 3))]
    d["windows"] = [
        _window(window, "1", "AB", [], ""),
        _window(window, "2", "BAZ", [], ""),
        _window(window, "3", "A", ["B"], "LN"),
        _window(window, "4", "Z", ["ALL"], ""),
    ]
    d["staff"] = [{**person, "staff_no": no, "name": no, "department": "ZH", "roles": ["clerk"]} for no in CLERKS]
    d["departments"] = [{**d["departments"][0], "chief_representative": CLERKS[0]}]
    d["calendar"] = []
    keypad = next(one for one in d["devices"] if one["kind"] == "keypad")
    kiosk = next(one for one in d["devices"] if one["code"] == "K1")
    d["devices"] = [kiosk, *({**keypad, "code": f"KP{no}", "window": no, "address": int(no)} for no in WINDOWS[:3])]
    d["rules"] = {**document("demo")["rules"], "always_open": False}


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None)


@cache
def _template(rules: str) -> Path:
    """A folder with the hall loaded under these rules."""
    folder = Path(tempfile.mkdtemp(dir=_folder().name))
    definition = edited_document("branch", _edit)
    definition["rules"] |= RULES[rules]
    Database(folder).upgrade()
    hall = HallOnDisk(folder, ms(MONDAY), code=CODE)
    hall.open()
    hall.get(r.HallLoaded, c.LoadHall(document=definition))
    for kind, name, windows in ((DeviceKind.KIOSK, "K1", []), (DeviceKind.WINDOW, "agent", list(WINDOWS))):
        code = secrets.token_hex(32)
        hall.get(r.CodeGiven, c.EnrolDevice(kind=kind, name=name, windows=windows, code_hash=code))
        hall.get(r.Enrolled, c.RedeemCode(code_hash=code, token_hash=secrets.token_hex(32)))
    hall.close()
    return folder


@cache
def _definition(text: str) -> Hall:
    """What a document says; worked out once, not at each restart."""
    return hall_from(json.loads(text))


class SmallHall(HallOnDisk):
    """The same as every hall on disk; only its document is read once."""

    def open(self) -> None:
        """Start the writer."""
        self.writer = Writer(
            Database(self.folder),
            self.actions,
            lambda document: _definition(json.dumps(document)),
            first_day,
            build,
            self.told.append,
            lambda: self.now_ms,
            0.0,
        )
        self.writer.start()
        self.clock = Clock(lambda: self.writer.published, self.give, lambda: self.now_ms)


@contextmanager
def small_hall(rules: str) -> Iterator[HallOnDisk]:
    """An open hall of its own on Monday at nine."""
    with tempfile.TemporaryDirectory(dir=_folder().name) as folder:
        shutil.copy(_template(rules) / NAME, Path(folder) / NAME)
        hall = SmallHall(Path(folder), ms(MONDAY), code=CODE)
        hall.open()
        try:
            yield hall
        finally:
            hall.close()
