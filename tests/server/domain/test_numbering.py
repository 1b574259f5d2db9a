"""Numbers have no gap and no double; ids of all halls are different and fit into a double."""

from hypothesis import given
from hypothesis import strategies as st

from server.domain.numbering import MAX_HALLS, Series, label, make_id
from tests.server.domain.halls_in_memory import SOME


@SOME
@given(st.lists(st.sampled_from(["A", "B", "LQ"]), max_size=200), st.integers(0, 200))
def test_each_series_counts_from_one_without_gap_also_when_the_day_is_loaded_anew(takes: list[str], stop: int) -> None:
    series, given_out = Series(), list[tuple[str, int]]()
    for i, prefix in enumerate(takes):
        if i == stop:
            series = Series()
            for known, number in reversed(given_out):
                series.seen(known, number)
        given_out.append((prefix, series.next(prefix)))
    for prefix in set(takes):
        assert [n for p, n in given_out if p == prefix] == list(range(1, takes.count(prefix) + 1))


def test_a_number_has_three_digits_and_four_from_one_thousand_on() -> None:
    labels = [label("A", n) for n in (1, 12, 999, 1000, 1001, 9999)]
    assert labels == ["A001", "A012", "A999", "A1000", "A1001", "A9999"]
    assert label("LQ", 7) == "LQ007"


@SOME
@given(
    st.lists(
        st.tuples(st.integers(1, MAX_HALLS - 1), st.integers(1, 2**32 - 1)), min_size=2, max_size=2, unique=True
    )
)
def test_ids_differ_grow_with_the_revision_and_stay_below_two_to_the_53(made: list[tuple[int, int]]) -> None:
    (hall_a, revision_a), (hall_b, revision_b) = made
    a, b = make_id(hall_a, revision_a), make_id(hall_b, revision_b)
    assert a != b
    assert max(a, b) < 2**53
    if hall_a == hall_b:
        assert (a < b) == (revision_a < revision_b)
