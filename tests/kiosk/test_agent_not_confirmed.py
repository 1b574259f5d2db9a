"""A number whose answer never came is withdrawn when the server is back, and never printed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contract.words import Code
from kiosk.leased_journal import LeasedJournal
from kiosk.printing import Printing
from kiosk.slips import Slips
from kiosk.standby import Standby
from kiosk.taking import Taking
from kiosk.unfinished import Unfinished
from terminal.cards import Cards
from terminal.connection import Connection
from terminal.data_dir import DataDir
from terminal.intents import Intents
from terminal.outbox import Outbox
from terminal.server_clock import ServerClock
from tests.kiosk.test_agent import TAKE, Counter
from tests.terminal.hall_outside import HALL, Outside, refusing, until

PRESS = "a" * 32


class Kiosk:
    """The kiosk's parts, as patient as asked."""

    def __init__(self, outside: Outside, folder: Path, patience_s: float) -> None:
        self.connection = Connection(outside.url, HALL, "kiosk", "token", patience_s=patience_s)
        self.intents = Intents(folder / "intents.jsonl")
        self.outbox = Outbox(folder / "outbox.jsonl", self.connection)
        self.printing = Printing(None, lambda _: None)
        self.journal = LeasedJournal(folder / "leased.jsonl")
        self.slips = Slips(
            "K1",
            Cards(),
            self.intents,
            self.outbox,
            self.printing,
            self.journal,
            screen_is_open=lambda: True,
            on_change=lambda: None,
            on_noted=lambda: None,
        )
        self.unfinished = Unfinished(
            self.connection, self.intents, self.slips, self.journal, is_connected=lambda: True, on_instead=lambda: None
        )
        standby = Standby(
            DataDir(folder), Cards(), ServerClock(), self.journal, since=lambda: None, on_given=lambda *_: None
        )
        self.taking = Taking(
            self.connection,
            self.intents,
            self.slips,
            is_connected=lambda: True,
            on_not_confirmed=self.unfinished.add,
            standby=standby,
            person=lambda line: None,
        )
        self.outbox.start()
        self.printing.start()
        self.unfinished.start()

    def stop(self) -> None:
        self.unfinished.stop()
        self.printing.stop()
        self.outbox.stop()
        self.intents.close()
        self.journal.close()
        self.connection.close()


@pytest.fixture
def outside() -> Iterator[Outside]:
    with Outside() as server:
        server.answering["take_number"] = Counter()
        yield server


@pytest.fixture
def kiosk(outside: Outside, tmp_path: Path, patience_s: float) -> Iterator[Kiosk]:
    made = Kiosk(outside, tmp_path, patience_s)
    yield made
    made.stop()


@pytest.fixture
def patience_s() -> float:
    return 0.4


def records(outside: Outside) -> list[dict[str, Any]]:
    return [asked.body for asked in outside.deeds("record_slip")]


def test_it_is_withdrawn_under_the_same_key(outside: Outside, kiosk: Kiosk) -> None:
    outside.lose_answers = 3
    reply = kiosk.taking.do("take_number", TAKE, PRESS)
    assert (reply.body["code"], reply.final) == (Code.NOT_CONFIRMED, True)
    until(lambda: records(outside), "withdrawn")
    said = records(outside)[0]
    assert (said["slip"], said["outcome"], said["after"], said["reason"]) == (
        1001,
        "failed",
        "withdrawn",
        "not_confirmed",
    )
    assert {asked.key for asked in outside.deeds("take_number")} == {PRESS}
    until(lambda: not kiosk.intents.unfinished(), "nothing left open")
    assert kiosk.slips.last is None


def test_one_that_the_server_refused_in_the_end_leaves_nothing(outside: Outside, kiosk: Kiosk) -> None:
    outside.answering["take_number"] = refusing(Code.LINE_CLOSED)
    outside.lose_answers = 3
    assert kiosk.taking.do("take_number", TAKE, PRESS).body["code"] == Code.NOT_CONFIRMED
    until(lambda: not kiosk.intents.unfinished(), "nothing left open")
    assert not records(outside)


@pytest.mark.parametrize("patience_s", [60.0])
def test_without_a_printer_the_number_is_shown(outside: Outside, kiosk: Kiosk) -> None:
    assert kiosk.taking.do("take_number", TAKE, PRESS).status == 200
    until(lambda: records(outside))
    said = records(outside)[0]
    assert (said["outcome"], said["after"], said["reason"]) == ("failed", "shown", "no_printer")
