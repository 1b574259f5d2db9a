"""A pass is good for one connection within a minute."""

from contract.words import Audience
from server.crypto import Vault
from server.identity.gate import Holder
from server.identity.passes import FORGET_FROM, LIFE_S, Pass, Passes

RIGHT = Pass("LJ", Audience.STAFF, Holder(token_hash="ab"))


class Wrist:
    """A watch that stands until it is set."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_pass_says_who_may_watch_what_and_only_once() -> None:
    vault = Vault(bytes(32))
    passes = Passes(vault, Wrist())
    one = passes.give(RIGHT)
    assert passes.take(one) == RIGHT
    assert passes.take(one) is None
    vault.close()


def test_a_pass_runs_out() -> None:
    vault, watch = Vault(bytes(32)), Wrist()
    passes = Passes(vault, watch)
    early, late = passes.give(RIGHT), passes.give(RIGHT)
    watch.now = LIFE_S - 0.1
    assert passes.take(early) == RIGHT
    watch.now = LIFE_S + 0.1
    assert passes.take(late) is None
    vault.close()


def test_a_pass_of_another_process_or_a_changed_one_is_worth_nothing() -> None:
    vault, other = Vault(bytes(32)), Vault(bytes(32))
    passes = Passes(vault, Wrist())
    assert passes.take(Passes(other, Wrist()).give(RIGHT)) is None
    one = passes.give(RIGHT)
    assert passes.take(one[:-1] + ("A" if one[-1] != "A" else "B")) is None
    assert passes.take("A" + one[1:] if one[0] != "A" else "B" + one[1:]) is None
    for nonsense in ("", ".", "..", "é.é", "a" * 10_000):
        assert passes.take(nonsense) is None
    vault.close()
    other.close()


def test_thousands_of_passes_are_each_good_once_and_those_that_ran_out_are_forgotten() -> None:
    vault, watch = Vault(bytes(32)), Wrist()
    passes = Passes(vault, watch)
    for minute in range(3):
        watch.now = minute * (LIFE_S + 1)
        given = [passes.give(RIGHT) for _ in range(FORGET_FROM * 2)]
        assert all(passes.take(one) for one in given)
        assert not any(passes.take(one) for one in given)
    assert passes.remembered <= FORGET_FROM * 4  # of this minute, and no more than as many from before
    vault.close()
