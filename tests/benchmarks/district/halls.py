"""The halls of a district: a few large ones and many small ones, made of the sample halls under codes of their own."""

import hashlib
import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from gevent.pool import Pool

from contract.commands import Command, EnrolDevice, LoadHall, RedeemCode, SignIn, TakeNumber
from contract.words import DeviceKind, Via
from server.actions.table import ACTIONS
from server.app import first_day
from server.domain.hall import Hall
from server.halls.document import Document, hall_from
from server.halls.reading import read_hall
from server.live.cards import build
from server.storage.orders import Actor, Order
from server.storage.store import Opens
from server.storage.writer import Writer
from tests.benchmarks.bench_hall import ADMIN, must, never_told
from tests.benchmarks.district.devices import AGENT, DISPLAY, token_of

_HALLS = Path(__file__).resolve().parents[3] / "demo" / "halls"
_AT_ONCE = 32  # halls that are made at a time
# Nothing here waits for an hour of the day, and time runs faster than people do.
_RULES = {"always_open": True, "take_interval_s": 0, "recall_interval_s": 1}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of hall. `share`: of a hundred halls. `boards`: hall screens; `desks`: pages of guides and managers."""

    name: str
    sample: str
    windows: int
    tickets: int  # a day
    share: int
    boards: int
    desks: int


KINDS = (
    Kind("county hall", "linjiang", 64, 3_000, 5, 8, 6),
    Kind("large branch", "branch", 10, 300, 20, 2, 2),
    Kind("branch", "branch", 6, 120, 30, 1, 1),
    Kind("small branch", "branch", 4, 80, 45, 1, 1),
)


@dataclass(frozen=True, slots=True)
class OneHall:
    """A hall of the district."""

    code: str
    kind: Kind
    definition: Hall
    document: Document

    @property
    def seats(self) -> dict[str, str]:
        """Who sits where: every window that has a clerk."""
        windows = self.definition.windows.values()
        return {window.no: window.a_clerk or window.b_clerk for window in windows if window.staffed}

    @property
    def first_line(self) -> str:
        """A line in which anybody may stand."""
        return next(line for line in self.definition.lines if self.definition.admits_everybody(line))

    @property
    def public_screens(self) -> int:
        """A screen above each window, boards, kiosks."""
        return len(self.seats) + self.kind.boards + len(self.kiosks)

    @property
    def staff_pages(self) -> int:
        """An agent for each window, guides and managers."""
        return len(self.seats) + self.kind.desks

    @property
    def kiosks(self) -> list[str]:
        return [device.code for device in self.definition.devices if device.kind == "kiosk"]


def district(number: int) -> list[OneHall]:
    """So many halls, of each kind its share; at least one county hall."""
    counts = [max(1, round(number * kind.share / 100)) for kind in KINDS[:-1]]
    kinds = [kind for kind, count in zip(KINDS, [*counts, number], strict=True) for _ in range(count)]
    return [_hall(f"D{place:04d}", kind) for place, kind in enumerate(kinds[:number], 1)]


def halls_of(kind: Kind, number: int) -> list[OneHall]:
    """So many of one kind."""
    return [_hall(f"D{place:04d}", kind) for place in range(1, number + 1)]


def _hall(code: str, kind: Kind) -> OneHall:
    document: Document = json.loads(json.dumps(_document(kind.sample, kind.windows)))
    document["hall"]["code"] = code
    document["rules"] |= _RULES
    return OneHall(code, kind, hall_from(document), document)


@cache
def _document(sample: str, windows: int) -> Document:
    document, mistakes = read_hall(_HALLS / sample)
    if mistakes:
        raise ValueError(mistakes)
    if windows != len(document["windows"]):
        _rebuild(document, windows)
    return document


def _rebuild(document: dict[str, Any], windows: int) -> None:
    """So many windows like those that are there, each with a clerk and a keypad of its own."""
    pattern, person = document["windows"], document["staff"][0]
    numbers = [str(place) for place in range(1, windows + 1)]
    clerks = [str(5_000 + place) for place in range(windows)]
    document["windows"] = [
        {**pattern[place % len(pattern)], "window": no, "a_clerk": clerks[place], "b_clerk": clerks[place - 1]}
        for place, no in enumerate(numbers)
    ]
    document["staff"] += [{**person, "staff_no": clerk, "name": f"窗口{clerk}"} for clerk in clerks]
    kept = [device for device in document["devices"] if not device["window"]]
    keypad = next(device for device in document["devices"] if device["kind"] == "keypad")
    keypads = [
        {**keypad, "code": f"KP{no}", "window": no, "address": place} for place, no in enumerate(numbers, 1)
    ]
    document["devices"] = kept + keypads


def make(database: Opens, halls: list[OneHall], waiting: int = 0) -> None:
    """Load them, sit a clerk at each window, enrol everybody; so many take a number in each."""
    writer = Writer(database, ACTIONS, hall_from, first_day, build, never_told)
    writer.start()
    pool = Pool(_AT_ONCE)

    def make_one(hall: OneHall) -> None:
        for command in _commands(hall):
            must(writer.submit(Order(hall.code, secrets.token_hex(16), ADMIN, command)))
        kiosk = Actor(via=Via.KIOSK, kiosk=hall.kiosks[0])
        for _ in range(waiting):
            must(writer.submit(Order(hall.code, secrets.token_hex(16), kiosk, TakeNumber(line=hall.first_line))))

    try:
        for hall in halls:
            pool.spawn(make_one, hall)
        pool.join(raise_error=True)
    finally:
        writer.stop()


def _commands(hall: OneHall) -> Iterator[Command]:
    yield LoadHall(document=hall.document)
    for no, clerk in hall.seats.items():
        yield SignIn(window=no, staff_no=clerk)
    yield from _enrolled(AGENT, DeviceKind.WINDOW, list(hall.definition.windows))
    yield from _enrolled(DISPLAY, DeviceKind.DISPLAY, [])
    for kiosk in hall.kiosks:
        yield from _enrolled(kiosk, DeviceKind.KIOSK, [])


def _enrolled(name: str, kind: DeviceKind, windows: list[str]) -> Iterator[Command]:
    code = hashlib.sha256(name.encode()).hexdigest()
    yield EnrolDevice(kind=kind, name=name, windows=windows, code_hash=code)
    yield RedeemCode(code_hash=code, token_hash=hashlib.sha256(token_of(name).encode()).hexdigest())
