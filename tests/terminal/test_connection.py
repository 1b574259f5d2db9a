"""The line to the server: one key per intention, whatever happens on the way."""

from collections.abc import Iterator

import pytest

from contract.words import Audience, Code
from terminal.connection import Connection, NotConfirmed, Unreachable, new_key
from tests.terminal.hall_outside import HALL, Outside, refusing


@pytest.fixture
def connection(outside: Outside) -> Iterator[Connection]:
    made = Connection(outside.url, HALL, "kiosk", "token-of-k1", patience_s=60)
    yield made
    made.close()


def test_a_lost_answer_is_asked_for_again_under_the_same_key(outside: Outside, connection: Connection) -> None:
    outside.lose_answers = 2
    answer = connection.send("take_number", {"line": "A"}, key=new_key())
    assert answer.status == 200
    assert answer.repeat
    assert len(outside.asked) == 3
    assert len(outside.known) == 1


def test_the_token_and_the_key_are_shown(outside: Outside, connection: Connection) -> None:
    key = new_key()
    connection.send("take_number", {"line": "A"}, key=key, headers={"X-Session": "s"})
    asked = outside.asked[0]
    assert (asked.key, asked.headers["Authorization"], asked.headers["X-Session"]) == (key, "Bearer token-of-k1", "s")
    assert asked.place == "kiosk"


def test_a_refusal_is_an_answer_and_is_not_tried_again(outside: Outside, connection: Connection) -> None:
    outside.answering["take_number"] = refusing(Code.LINE_CLOSED)
    refused = connection.send("take_number", {"line": "A"}, key=new_key()).refused
    assert refused is not None
    assert refused.code is Code.LINE_CLOSED
    assert len(outside.asked) == 1


def test_a_server_that_stays_away_is_not_confirmed(outside: Outside) -> None:
    outside.shut()
    connection = Connection(outside.url, HALL, "kiosk", None, patience_s=0.6)
    with pytest.raises(NotConfirmed):
        connection.send("take_number", {"line": "A"}, key=new_key())
    connection.close()
    outside.open()


def test_a_command_outlasts_a_restart_of_the_server(outside: Outside, connection: Connection) -> None:
    connection.send("take_number", {"line": "A"}, key=new_key())
    outside.shut()
    outside.open()
    assert connection.send("take_number", {"line": "A"}, key=new_key()).status == 200


def test_what_is_neither_a_result_nor_a_refusal_is_no_answer(outside: Outside, connection: Connection) -> None:
    outside.answering["take_number"] = lambda _: (409, {"detail": "a proxy speaks"})
    with pytest.raises(Unreachable):
        connection.post("take_number", {"line": "A"}, key=new_key())


def test_the_snapshot_comes_as_cards(outside: Outside, connection: Connection) -> None:
    outside.cards["window/101"] = {"window": "101"}
    snapshot = connection.snapshot(Audience.PUBLIC)
    assert (snapshot.revision, snapshot.cards) == (1, {"window/101": {"window": "101"}})
