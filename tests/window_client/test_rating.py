"""One invitation, one record: whatever the order of press, deadline, next citizen and a keypad that goes away."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from contract.words import Level, NotRated
from window_client.rating import CARD_FOLLOWS_S, GRACE_S, Early, Owed, Rated, Rating, Silence, Stray

VERY_GOOD = Level.VERY_SATISFIED


def asked(visit: int = 1, *, at: float = 0.0, seconds: float = 60.0, keypad_there: bool = True) -> Rating:
    """A window whose citizen is asked from `at` on."""
    rating = Rating()
    rating.keypad(there=keypad_there)
    rating.card(visit, [Owed(visit, seconds, None)], at)
    assert rating.to_ask(at) == visit
    rating.began(visit, at)
    return rating


def test_the_first_press_in_time_counts() -> None:
    assert asked().press(VERY_GOOD, 12.0) == Rated(1, VERY_GOOD, 12.0)


def test_a_press_that_was_kept_ends_the_asking() -> None:
    rating = asked()
    rating.kept(1)
    assert rating.to_ask(13.0) is None
    assert rating.silences(1000.0) == []


def test_a_press_that_was_not_kept_may_be_made_again() -> None:
    rating = asked()
    assert rating.press(VERY_GOOD, 12.0) == Rated(1, VERY_GOOD, 12.0)
    assert rating.press(VERY_GOOD, 12.2) == Rated(1, VERY_GOOD, 12.2)


def test_a_second_press_counts_for_nobody() -> None:
    rating = asked()
    rating.kept(1)
    assert rating.press(Level.DISSATISFIED, 13.0) == Stray("twice")


def test_a_press_after_the_time_counts_for_nobody() -> None:
    assert asked().press(VERY_GOOD, 60.1) == Stray("too_late")


def test_a_press_made_in_time_and_heard_late_counts() -> None:
    rating = asked()
    assert rating.silences(60.0 + GRACE_S / 2) == []
    assert rating.press(VERY_GOOD, 59.9) == Rated(1, VERY_GOOD, 59.9)


def test_a_press_with_nobody_asked_counts_for_nobody() -> None:
    assert Rating().press(VERY_GOOD, 1.0) == Stray("no_invitation")
    assert asked(at=10.0).press(VERY_GOOD, 9.0) == Stray("no_invitation")


def test_a_press_on_a_woken_keypad_waits_for_the_invitation() -> None:
    rating = Rating()
    rating.woken(30.0)
    assert rating.press(VERY_GOOD, 1.0) == Early()
    rating.woken_for(2.0, done=True)
    assert rating.press(VERY_GOOD, 2.0 + CARD_FOLLOWS_S - 0.1) == Early()
    assert rating.press(VERY_GOOD, 2.0 + CARD_FOLLOWS_S) == Stray("no_invitation")
    rating.woken(30.0)
    rating.card(1, [Owed(1, 60.0, None)], 4.0)
    rating.began(1, 4.0)
    assert rating.press(VERY_GOOD, 4.1) == Rated(1, VERY_GOOD, 4.1)
    rating.kept(1)
    rating.woken_for(4.2, done=True)  # the answer came after the card
    assert rating.press(VERY_GOOD, 4.3) == Stray("twice")


def test_a_press_on_a_keypad_woken_in_vain_is_for_nobody() -> None:
    rating = Rating()
    rating.woken(30.0)
    rating.woken_for(1.0, done=False)
    assert rating.press(VERY_GOOD, 1.1) == Stray("no_invitation")


def test_silence_until_the_deadline_is_no_press() -> None:
    rating = asked()
    assert rating.silences(59.9) == []
    assert rating.next_look(10.0) == 60.0 + GRACE_S
    assert rating.silences(60.0 + GRACE_S) == [Silence(1, NotRated.NO_PRESS)]
    assert rating.to_ask(60.0) is None


def test_the_next_citizen_ends_it() -> None:
    rating = asked()
    rating.card(None, [Owed(1, 40.0, "next_citizen")], 20.0)
    assert rating.to_ask(20.0) is None
    assert rating.silences(20.0) == [Silence(1, NotRated.NEXT_CITIZEN)]
    assert rating.press(VERY_GOOD, 20.1) == Stray("no_invitation")


def test_a_press_before_the_next_citizen_wins() -> None:
    rating = asked()
    rating.kept(1)
    rating.card(None, [Owed(1, 40.0, "next_citizen")], 20.0)
    assert rating.silences(100.0) == []


def test_the_next_invitation_is_another_one() -> None:
    rating = asked()
    rating.card(2, [Owed(1, 10.0, "next_citizen"), Owed(2, 60.0, None)], 50.0)
    assert rating.to_ask(50.0) == 2
    rating.began(2, 50.0)
    assert rating.press(VERY_GOOD, 51.0) == Rated(2, VERY_GOOD, 51.0)
    assert rating.silences(51.0) == [Silence(1, NotRated.NEXT_CITIZEN)]


@pytest.mark.parametrize("ended_by", [None, "deadline", "next_citizen"])
def test_a_keypad_that_was_away_all_the_time_is_said_to_have_been_away(ended_by: str | None) -> None:
    rating = asked(keypad_there=False)
    rating.card(None if ended_by else 1, [Owed(1, 1.0, ended_by)], 59.0)
    assert rating.silences(61.0) == [Silence(1, NotRated.KEYPAD_AWAY)]


def test_a_keypad_that_came_back_in_time_could_have_been_pressed() -> None:
    rating = asked(keypad_there=False)
    rating.keypad(there=True)
    rating.keypad(there=False)
    assert rating.silences(61.0) == [Silence(1, NotRated.NO_PRESS)]


def test_an_invitation_during_which_the_agent_did_not_run_had_no_keypad() -> None:
    rating = Rating()
    rating.keypad(there=True)
    rating.card(None, [Owed(7, -100.0, None), Owed(8, -5.0, "next_citizen")], 0.0)
    assert rating.silences(0.0) == [Silence(7, NotRated.KEYPAD_AWAY), Silence(8, NotRated.KEYPAD_AWAY)]


def test_an_agent_that_comes_back_in_time_asks_for_the_rest_of_the_time() -> None:
    rating = asked(seconds=25.0)
    assert rating.press(VERY_GOOD, 24.0) == Rated(1, VERY_GOOD, 24.0)
    assert rating.press(VERY_GOOD, 26.0) == Stray("too_late")


def test_what_was_found_on_the_disk_is_not_recorded_again() -> None:
    rating = Rating(kept_already=[7])
    rating.card(7, [Owed(7, 30.0, None)], 0.0)
    assert rating.to_ask(0.0) is None
    assert rating.silences(100.0) == []


def test_the_servers_changing_estimate_does_not_move_the_deadline() -> None:
    rating = asked()
    rating.card(1, [Owed(1, 300.0, None)], 10.0)
    assert rating.silences(60.0 + GRACE_S) == [Silence(1, NotRated.NO_PRESS)]


@pytest.mark.parametrize(("ended_by", "reason"), [("next_citizen", NotRated.NEXT_CITIZEN), (None, NotRated.NO_PRESS)])
def test_a_press_that_the_server_found_late_leaves_a_silence(ended_by: str | None, reason: NotRated) -> None:
    rating = asked()
    rating.kept(1)
    rating.card(None if ended_by else 1, [Owed(1, 30.0, ended_by)], 30.0)
    rating.refused_as_late(1)
    rating.card(None if ended_by else 1, [Owed(1, 30.0, ended_by)], 30.0)
    assert rating.silences(30.0) == [Silence(1, reason)]
    assert rating.to_ask(30.0) is None


def test_a_visit_that_the_card_no_longer_names_has_its_record() -> None:
    rating = asked()
    rating.card(None, [], 10.0)
    assert rating.silences(1000.0) == []
    assert rating.to_ask(10.0) is None


@dataclass
class Visit:
    """A finished visit as the server knows it."""

    deadline: float
    ended_by: str | None = None
    records: list[str] = field(default_factory=list)


class Counter(RuleBasedStateMachine):
    """A window in every order of events; the server and the outbox are the model."""

    @initialize()
    def open(self) -> None:
        self.now = 0.0
        self.rating = Rating()
        self.there = True
        self.rating.keypad(there=True)
        self.visits: dict[int, Visit] = {}
        self.pressable: list[tuple[int, float, Level]] = []

    @rule(seconds=st.floats(0.01, 40.0))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds
        self._settle()

    @rule()
    def a_visit_is_finished(self) -> None:
        for visit in self.visits.values():
            visit.ended_by = visit.ended_by or "next_citizen"
        self.visits[len(self.visits) + 1] = Visit(self.now + 60.0)
        self._card()

    @precondition(lambda self: bool(self.visits))
    @rule()
    def the_next_citizen_comes(self) -> None:
        for visit in self.visits.values():
            visit.ended_by = visit.ended_by or "next_citizen"
        self._card()

    @rule(level=st.sampled_from(Level), kept=st.booleans())
    def a_key_is_pressed(self, level: Level, kept: bool) -> None:
        found = self.rating.press(level, self.now)
        if not isinstance(found, Rated):
            return
        visit = self.visits[found.visit]
        assert visit.ended_by is None and self.now <= visit.deadline, "nobody rates for the person before"
        if kept:
            visit.records.append(f"level {found.level}")
            self.rating.kept(found.visit)
        self._settle()

    @rule(there=st.booleans())
    def the_keypad_goes_or_comes(self, there: bool) -> None:
        self.there = there
        self.rating.keypad(there=there)

    @rule()
    def the_agent_starts_anew(self) -> None:
        on_disk = [number for number, visit in self.visits.items() if visit.records]
        self.rating = Rating(on_disk)
        self.rating.keypad(there=self.there)
        self._card()

    @invariant()
    def at_most_one_record_each(self) -> None:
        for visit in self.visits.values():
            assert len(visit.records) <= 1
            if visit.ended_by is not None or self.now >= visit.deadline + GRACE_S:
                assert len(visit.records) == 1, "every rateable visit has exactly one record"

    def _card(self) -> None:
        owed = {number: visit for number, visit in self.visits.items() if not visit.records}
        current = next((number for number, visit in reversed(owed.items()) if visit.ended_by is None), None)
        told = [Owed(number, visit.deadline - self.now, visit.ended_by) for number, visit in owed.items()]
        self.rating.card(current, told, self.now)
        self._settle()

    def _settle(self) -> None:
        for silence in self.rating.silences(self.now):
            self.visits[silence.visit].records.append(silence.reason)
            self.rating.kept(silence.visit)
        visit = self.rating.to_ask(self.now)
        if visit is not None:
            assert not self.visits[visit].records
            self.rating.began(visit, self.now)


TestCounter = Counter.TestCase


@given(at=st.floats(0.0, 200.0), next_citizen_at=st.floats(0.0, 200.0))
def test_a_press_counts_exactly_while_the_citizen_is_asked(at: float, next_citizen_at: float) -> None:
    rating = asked()
    if next_citizen_at <= at:
        rating.card(None, [Owed(1, 60.0 - next_citizen_at, "next_citizen")], next_citizen_at)
    in_time = at <= 60.0 and at < next_citizen_at
    assert isinstance(rating.press(VERY_GOOD, at), Rated) is in_time
