"""The same press is the same deed."""

import threading

import pytest

from contract.words import Code
from terminal.presses import REMEMBERED, Presses, Reply, refusal

PRESS = "a" * 32


def test_a_press_during_the_deed_waits_for_its_answer() -> None:
    presses = Presses()
    begun, go_on = threading.Event(), threading.Event()
    replies: list[Reply] = []
    done: list[int] = []

    def slowly() -> Reply:
        done.append(1)
        begun.set()
        go_on.wait(10)
        return Reply(200, {"number": "A001"})

    fingers = [
        threading.Thread(target=lambda: replies.append(presses.once(PRESS, "take", {}, slowly))) for _ in range(4)
    ]
    for finger in fingers:
        finger.start()
    begun.wait(10)
    go_on.set()
    for finger in fingers:
        finger.join()
    assert [reply.body["number"] for reply in replies] == ["A001"] * 4
    assert len(done) == 1


def test_an_answer_that_is_not_final_may_be_asked_for_again() -> None:
    presses = Presses()
    assert presses.once(PRESS, "take", {}, lambda: refusal(Code.NO_SERVER)).body["code"] == Code.NO_SERVER
    assert presses.once(PRESS, "take", {}, lambda: Reply(200, {})).status == 200


def test_a_deed_that_fails_does_not_block_its_press() -> None:
    presses = Presses()

    def fails() -> Reply:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        presses.once(PRESS, "take", {}, fails)
    assert presses.once(PRESS, "take", {}, lambda: Reply(200, {})).status == 200


def test_a_press_cannot_be_used_for_something_else() -> None:
    presses = Presses()
    presses.once(PRESS, "take", {"line": "A"}, lambda: Reply(200, {}))
    assert presses.once(PRESS, "take", {"line": "B"}, lambda: Reply(200, {})).body["code"] == Code.KEY_REUSED
    assert presses.once(PRESS, "finish", {"line": "A"}, lambda: Reply(200, {})).body["code"] == Code.KEY_REUSED


def test_the_memory_of_presses_does_not_grow_for_ever() -> None:
    presses = Presses()
    done: list[str] = []

    def noted(press: str) -> Reply:
        done.append(press)
        return Reply(200, {})

    for number in range(REMEMBERED + 1):
        press = f"{number:032x}"
        presses.once(press, "take", {}, lambda press=press: noted(press))  # type: ignore[misc]
    presses.once(f"{REMEMBERED:032x}", "take", {}, lambda: noted("again"))
    presses.once(f"{0:032x}", "take", {}, lambda: noted("forgotten"))
    assert done[-1] == "forgotten"
    assert "again" not in done
