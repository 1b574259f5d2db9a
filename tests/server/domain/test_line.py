"""Who is next: the same state gives the same ticket, and nobody is forgotten."""

import random
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from contract.words import Priority
from server.domain.hall import Hall, Window
from server.domain.line import Next, Queue, callable_lines, may_take, next_for, tier_of
from server.domain.ticket import Ticket
from tests.server.domain.halls_in_memory import SOME, hall_of, queues_of, service, ticket, window

PRIORITIES = [None, None, None, Priority.ELDERLY, Priority.SOLDIER, Priority.GREEN_CHANNEL]
HALL = hall_of(
    [service("A", 0), service("B", 1, minutes=2), service("Z", 2, kind="咨询")],
    [
        window("1", "ABZ"),
        window("2", "BA"),
        window("3", "A", only_for="LN"),
        window("4", "Z", by_transfer=("B",)),
        window("5", "Z", by_transfer=("ALL",)),
    ],
)
BY_LIST = hall_of([*HALL.services.values()], [*HALL.windows.values()], call_order="list")


@st.composite
def waiting(draw: st.DrawFn) -> list[Ticket]:
    found = []
    for number in range(1, draw(st.integers(0, 25)) + 1):
        line = draw(st.sampled_from("AABZ"))
        one = ticket(number, line, draw(st.sampled_from(PRIORITIES)), taken_ms=draw(st.integers(0, 20_000)))
        one.transferred = draw(st.booleans())
        receiving = ["", "", "", "1", "5", *("4" for _ in line if line in "BZ")]  # windows the line may be sent to
        one.only_window = draw(st.sampled_from(receiving)) if one.transferred else ""
        found.append(one)
    return found


def ask(hall: Hall, no: str, tickets: list[Ticket]) -> Next | None:
    return next_for(hall, hall.windows[no], queues_of(hall, tickets), {line: 1 for line in hall.lines})


def admitted(one: Ticket, to: Window) -> bool:
    """Whether the window may call the ticket, said in the test's own words."""
    if one.only_window:
        return one.only_window == to.no
    if to.only_for and (one.priority is None or one.priority.value != to.only_for):
        return False
    return one.line in to.services or (one.transferred and one.line in to.by_transfer)


@SOME
@given(waiting(), st.sampled_from(sorted(HALL.windows)), st.randoms(use_true_random=False))
def test_the_same_people_give_the_same_next_whatever_order_they_came_to_memory(
    tickets: list[Ticket], no: str, shuffle: random.Random
) -> None:
    first = ask(HALL, no, tickets)
    again = list(tickets)
    shuffle.shuffle(again)
    assert ask(HALL, no, again) == first


@SOME
@given(waiting(), st.sampled_from(sorted(HALL.windows)))
def test_only_an_admitted_ticket_is_next_and_nobody_is_next_only_if_nobody_is_admitted(
    tickets: list[Ticket], no: str
) -> None:
    may = [one for one in tickets if admitted(one, HALL.windows[no])]
    found = ask(HALL, no, tickets)
    assert (found is None) == (not may)
    assert found is None or found.ticket in may


@SOME
@given(waiting(), st.sampled_from(sorted(HALL.windows)))
def test_green_channel_goes_first_and_inquiries_last(tickets: list[Ticket], no: str) -> None:
    found = ask(HALL, no, tickets)
    if found is None:
        return
    tiers = [tier_of(one, HALL.lines[one.line]) for one in tickets if admitted(one, HALL.windows[no])]
    assert tier_of(found.ticket, HALL.lines[found.ticket.line]) == min(tiers)
    assert (found.reason == "green_channel") == (found.ticket.priority is Priority.GREEN_CHANNEL)


@SOME
@given(waiting(), st.sampled_from(sorted(HALL.windows)))
def test_among_ordinary_tickets_the_one_that_stands_longest_goes(tickets: list[Ticket], no: str) -> None:
    plain = [one for one in tickets if one.priority is None]
    found = ask(HALL, no, plain)
    order = (*HALL.windows[no].services, "A", "B", "Z")
    may = [one for one in plain if admitted(one, HALL.windows[no])]
    key = {one.id: (one.line == "Z", one.standing, order.index(one.line), one.id) for one in may}
    assert (found.ticket.id if found else None) == min(key, key=lambda i: key[i], default=None)


@SOME
@given(waiting(), st.sampled_from(sorted(HALL.windows)))
def test_a_hall_may_put_the_windows_list_before_standing(tickets: list[Ticket], no: str) -> None:
    plain = [one for one in tickets if one.priority is None]
    found = ask(BY_LIST, no, plain)
    order = (*BY_LIST.windows[no].services, "A", "B", "Z")
    may = [one for one in plain if admitted(one, BY_LIST.windows[no])]
    key = {one.id: (one.line == "Z", order.index(one.line), one.standing, one.id) for one in may}
    assert (found.ticket.id if found else None) == min(key, key=lambda i: key[i], default=None)


def call_all(hall: Hall, tickets: list[Ticket], open_windows: int = 1) -> list[tuple[Ticket, str, bool]]:
    """Everybody, called one after another at window 1: with the reason, and whether an ordinary ticket waited."""
    queues, called = queues_of(hall, tickets), []
    while (found := next_for(hall, hall.windows["1"], queues, {line: open_windows for line in hall.lines})) is not None:
        one = found.ticket
        ordinary = any(other.priority is None for other in queues["A"] if other is not one)
        queues[one.line].remove(one)
        queues[one.line].called(one)
        called.append((one, found.reason, ordinary))
    return called


ONE_LINE = st.lists(st.sampled_from([None, None, Priority.ELDERLY, Priority.PREGNANT]), max_size=40)


@SOME
@given(ONE_LINE, st.integers(0, 5), st.integers(0, 60), st.integers(1, 4))
def test_priority_never_goes_more_than_once_in_so_many_calls_while_ordinary_people_wait(
    classes: list[Priority | None], every: int, cap: int, open_windows: int
) -> None:
    hall = hall_of([service("A", 0)], [window("1", "A")], priority_every=every, priority_cap_minutes=cap)
    called = call_all(hall, [ticket(i + 1, "A", p) for i, p in enumerate(classes)], open_windows)
    assert sorted(one.id for one, _, _ in called) == list(range(1, len(classes) + 1))
    turns = [one.priority is not None for one, _, _ in called]
    for i, (one, reason, ordinary) in enumerate(called):
        if one.priority is not None:
            assert reason == "priority_turn"
            assert not ordinary or not any(turns[max(0, i - every) : i])
            assert not ordinary or i >= every


@SOME
@given(ONE_LINE, st.integers(0, 40), st.integers(1, 4))
def test_priority_makes_nobody_wait_longer_than_the_cap(
    classes: list[Priority | None], cap: int, open_windows: int
) -> None:
    hall = hall_of([service("A", 0)], [window("1", "A")], priority_every=0, priority_cap_minutes=cap)
    order = [one for one, _, _ in call_all(hall, [ticket(i + 1, "A", p) for i, p in enumerate(classes)], open_windows)]
    for place, one in enumerate(order):
        if one.priority is None:
            overtaking = sum(1 for other in order[:place] if other.priority is not None and other.id > one.id)
            assert overtaking * 5 / open_windows <= cap


def test_after_three_ordinary_calls_the_first_priority_ticket_goes() -> None:
    hall = hall_of([service("A", 0)], [window("1", "A")])
    tickets = [ticket(i) for i in range(1, 8)] + [ticket(8, priority=Priority.ELDERLY)]
    tickets.append(ticket(9, priority=Priority.SOLDIER))
    assert [one.id for one, _, _ in call_all(hall, tickets)] == [1, 2, 3, 8, 4, 5, 6, 9, 7]


def test_without_priority_tickets_no_ordinary_one_is_passed_over() -> None:
    hall = hall_of([service("A", 0)], [window("1", "A")])
    tickets = [ticket(i) for i in range(1, 30)]
    assert [(one.id, reason) for one, reason, _ in call_all(hall, tickets)] == [(i, "oldest") for i in range(1, 30)]


def test_a_ticket_sent_to_one_window_waits_for_that_window() -> None:
    sent = ticket(1, "B")
    sent.transferred, sent.only_window = True, "5"
    found = ask(HALL, "5", [sent, ticket(2, "B")])
    assert found is not None
    assert (found.ticket, found.reason) == (sent, "sent_here")
    assert ask(HALL, "1", [sent]) is None
    assert not may_take(HALL.windows["2"], sent, HALL.lines["B"])


def test_a_window_that_receives_by_transfer_takes_transferred_tickets_only() -> None:
    passed = ticket(2, "B")
    passed.transferred = True
    assert callable_lines(HALL, HALL.windows["4"]) == ("Z", "B")
    assert ask(HALL, "4", [ticket(1, "B")]) is None
    found = ask(HALL, "4", [ticket(1, "B"), passed])
    assert found is not None and found.ticket is passed


# --- where a ticket stands --------------------------------------------------------------------------------------------


@st.composite
def one_queue(draw: st.DrawFn) -> Queue:
    """Up to 12 in line A, some on the same nanosecond, some on the green channel."""
    queue = Queue(HALL.lines["A"])
    for number in range(1, draw(st.integers(1, 12)) + 1):
        one = ticket(number, "A", draw(st.sampled_from([None, None, Priority.GREEN_CHANNEL])))
        one.standing = draw(st.integers(10, 40)) if draw(st.booleans()) else draw(st.integers(10, 10**9))
        queue.add(one)
    return queue


@SOME
@given(one_queue(), st.integers(1, 14), st.sampled_from([None, Priority.GREEN_CHANNEL]))
def test_a_return_stands_behind_the_kth_and_fits_between_two(queue: Queue, kth: int, priority: Priority | None) -> None:
    before = [one.id for one in queue]
    back = ticket(99, "A", priority)
    tier = tier_of(back, queue.line)
    back.standing = queue.standing_behind(kth, tier, otherwise=5)
    queue.add(back)
    order = [one.id for one in queue]
    assert [i for i in order if i != 99] == before
    same = [one for one in queue if tier_of(one, queue.line) == tier]
    mine = same.index(back)
    neighbours = same[max(0, mine - 1) : mine] + same[mine + 1 : mine + 2]
    assert all(one.standing != back.standing for one in neighbours)
    ahead = order.index(99)
    if priority is None:
        assert ahead >= min(kth, len(before))
        later = same[mine - 1 - (ahead - min(kth, len(before))) : mine]
        crowded = all(b.standing - a.standing < 2 for a, b in pairwise(later))
        assert ahead == min(kth, len(before)) or crowded
    else:
        assert ahead <= sum(1 for one in queue if one.priority is Priority.GREEN_CHANNEL)


@SOME
@given(st.integers(1, 9), st.integers(1, 12), st.integers(1, 8))
def test_many_returns_to_the_same_place_all_find_room(kth: int, people: int, returns: int) -> None:
    queue = Queue(HALL.lines["A"])
    for number in range(1, people + 1):
        queue.add(ticket(number))
    for number in range(100, 100 + returns):
        back = ticket(number)
        back.standing = queue.standing_behind(kth, 2, otherwise=0)
        stood = [one.id for one in queue]
        queue.add(back)
        assert [one.id for one in queue].index(number) == min(kth, len(stood))


@SOME
@given(one_queue(), st.integers(0, 10**9))
def test_the_front_is_before_everybody_and_the_end_behind_everybody_of_the_tier(queue: Queue, at: int) -> None:
    people = [one for one in queue if one.priority is None]
    front, end = queue.standing_front(at), queue.standing_last(2, at)
    assert all(front < one.standing < end for one in people)
    assert end >= at


@SOME
@given(one_queue(), st.integers(0, 10**9))
def test_between_who_was_put_in_front_and_the_next_there_is_room_for_a_return(queue: Queue, at: int) -> None:
    put, back = ticket(98), ticket(99)
    put.standing = queue.standing_front(at)
    queue.add(put)
    place = [one.id for one in queue].index(98) + 1
    back.standing = queue.standing_behind(place, 2, otherwise=0)
    queue.add(back)
    assert [one.id for one in queue].index(99) == place


@SOME
@given(st.lists(st.integers(1, 10_000), min_size=2, max_size=50, unique=True))
def test_whoever_takes_later_stands_later_also_while_the_clock_stands_still(revisions: list[int]) -> None:
    queue = Queue(HALL.lines["A"])
    taken = []
    for number, revision in enumerate(sorted(revisions), start=1):
        one = ticket(number, taken_ms=1_000)
        one.standing = queue.standing_last(2, one.taken_ms * 1_000_000 + revision % 1000 * 1000)
        queue.add(one)
        taken.append(one.id)
    assert [one.id for one in queue] == taken


@SOME
@given(waiting())
def test_people_ahead_are_those_that_stand_before_in_the_line(tickets: list[Ticket]) -> None:
    for queue in queues_of(HALL, tickets).values():
        for ahead, one in enumerate(list(queue)):
            assert queue.ahead_of(one) == ahead
