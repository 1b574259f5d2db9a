"""One page at a time speaks in a zone; when it goes, another takes over. The clock is handed in."""

from display.speaker_lease import LEASE_S, SpeakerLeases

ZONE = ("LJ", "A")


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def leases() -> tuple[SpeakerLeases, Clock]:
    clock = Clock()
    return SpeakerLeases(clock), clock


def test_the_first_page_that_asks_speaks_and_no_other() -> None:
    zone, _ = leases()
    first = zone.take(ZONE, "board-1", None)
    assert first is not None
    assert zone.take(ZONE, "board-1", None) is None
    assert zone.take(ZONE, "board-1", "0" * 32) is None
    assert (
        zone.holds(ZONE, "board-1", first)
        and not zone.holds(ZONE, "board-1", "0" * 32)
        and not zone.holds(ZONE, "board-1", "")
    )


def test_every_zone_of_every_hall_has_its_own_speaker() -> None:
    zone, _ = leases()
    taken = {zone.take(place, "board-1", None) for place in (ZONE, ("LJ", "B"), ("LJ-SD", "A"))}
    assert len(taken) == 3 and None not in taken


def test_a_page_that_says_it_is_there_keeps_the_lease() -> None:
    zone, clock = leases()
    first = zone.take(ZONE, "board-1", None)
    for _ in range(20):
        clock.now += LEASE_S - 1
        assert zone.take(ZONE, "board-1", first) == first
        assert zone.take(ZONE, "board-1", None) is None


def test_after_ten_seconds_of_silence_another_page_takes_over_and_the_first_must_wait() -> None:
    zone, clock = leases()
    first = zone.take(ZONE, "board-1", None)
    assert first is not None
    clock.now += LEASE_S
    assert not zone.holds(ZONE, "board-1", first)
    second = zone.take(ZONE, "board-1", None)
    assert second not in (None, first)
    assert zone.take(ZONE, "board-1", first) is None


def test_a_page_that_was_away_and_that_nobody_replaced_goes_on() -> None:
    zone, clock = leases()
    first = zone.take(ZONE, "board-1", None)
    clock.now += 3 * LEASE_S
    assert zone.take(ZONE, "board-1", first) == first


def test_a_page_that_is_closed_leaves_at_once() -> None:
    zone, _ = leases()
    first = zone.take(ZONE, "board-1", None)
    assert first is not None
    zone.give_back(ZONE, "board-1", "0" * 32)
    assert zone.take(ZONE, "board-1", None) is None
    zone.give_back(ZONE, "board-1", first)
    assert zone.take(ZONE, "board-1", None) is not None


def test_whoever_takes_over_learns_what_was_spoken_lately() -> None:
    zone, clock = leases()
    assert zone.spoken(ZONE) == []
    zone.said(ZONE, 7)
    clock.now += 100
    zone.said(ZONE, 9)
    assert sorted(zone.spoken(ZONE)) == [7, 9]
    clock.now += 30
    zone.said(ZONE, 11)
    assert sorted(zone.spoken(ZONE)) == [9, 11]


def test_the_lease_of_one_display_is_worth_nothing_in_the_hands_of_another() -> None:
    zone, _ = leases()
    first = zone.take(ZONE, "board-1", None)
    assert first is not None
    assert zone.take(ZONE, "board-2", first) is None
    assert not zone.holds(ZONE, "board-2", first)
    zone.give_back(ZONE, "board-2", first)
    assert zone.holds(ZONE, "board-1", first)
