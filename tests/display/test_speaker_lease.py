"""One page at a time speaks in a zone; when it goes, another takes over. The clock is handed in."""

from display.speaker_lease import LEASE_S, NEW_S, SpeakerLeases

ZONE = ("LJ", "A")


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def leases() -> tuple[SpeakerLeases, Clock]:
    clock = Clock()
    return SpeakerLeases(clock), clock


def take(zone: SpeakerLeases, display: str, lease: str | None, place: tuple[str, str] = ZONE) -> str | None:
    """The lease alone."""
    held = zone.take(place, display, lease)
    return held.lease if held else None


def test_the_first_page_that_asks_speaks_and_no_other() -> None:
    zone, _ = leases()
    first = take(zone, "board-1", None)
    assert first is not None
    assert take(zone, "board-1", None) is None
    assert take(zone, "board-1", "0" * 32) is None
    assert (
        zone.holds(ZONE, "board-1", first)
        and not zone.holds(ZONE, "board-1", "0" * 32)
        and not zone.holds(ZONE, "board-1", "")
    )


def test_every_zone_of_every_hall_has_its_own_speaker() -> None:
    zone, _ = leases()
    taken = {take(zone, "board-1", None, place) for place in (ZONE, ("LJ", "B"), ("LJ-SD", "A"))}
    assert len(taken) == 3 and None not in taken


def test_a_page_that_says_it_is_there_keeps_the_lease() -> None:
    zone, clock = leases()
    first = take(zone, "board-1", None)
    assert take(zone, "board-1", first) == first
    for _ in range(20):
        clock.now += LEASE_S - 1
        assert take(zone, "board-1", first) == first
        assert take(zone, "board-1", None) is None


def test_after_ten_seconds_of_silence_another_page_takes_over_and_the_first_must_wait() -> None:
    zone, clock = leases()
    first = take(zone, "board-1", None)
    assert first is not None and take(zone, "board-1", first) == first
    clock.now += LEASE_S - 1
    assert zone.holds(ZONE, "board-1", first)
    clock.now += 1
    assert not zone.holds(ZONE, "board-1", first)
    second = take(zone, "board-1", None)
    assert second not in (None, first)
    assert take(zone, "board-1", first) is None


def test_a_lease_whose_answer_reached_nobody_ends_soon_and_says_so() -> None:
    zone, clock = leases()
    new = zone.take(ZONE, "board-1", None)
    assert new is not None and new.lasts_s == NEW_S
    clock.now += NEW_S - 0.1
    assert take(zone, "board-2", None) is None
    clock.now += 0.1
    assert not zone.holds(ZONE, "board-1", new.lease)
    heard = zone.take(ZONE, "board-2", None)
    assert heard is not None
    shown = zone.take(ZONE, "board-2", heard.lease)
    assert shown == (heard.lease, LEASE_S)


def test_a_page_that_was_away_and_that_nobody_replaced_goes_on() -> None:
    zone, clock = leases()
    first = take(zone, "board-1", None)
    clock.now += 3 * LEASE_S
    assert take(zone, "board-1", first) == first


def test_a_page_that_is_closed_leaves_at_once() -> None:
    zone, _ = leases()
    first = take(zone, "board-1", None)
    assert first is not None
    zone.give_back(ZONE, "board-1", "0" * 32)
    assert take(zone, "board-1", None) is None
    zone.give_back(ZONE, "board-1", first)
    assert take(zone, "board-1", None) is not None


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
    first = take(zone, "board-1", None)
    assert first is not None
    assert take(zone, "board-2", first) is None
    assert not zone.holds(ZONE, "board-2", first)
    zone.give_back(ZONE, "board-2", first)
    assert zone.holds(ZONE, "board-1", first)
