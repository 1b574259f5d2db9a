"""The journal: any change to it is found, and it says how every ticket came to its state."""

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract import commands as c
from contract import replies as r
from contract.words import Priority
from server.storage.journal import GENESIS, Entry, facts_text, verify
from tests.server.hall_kit import DESK, HallOnDisk, entries_of, fold

Chain = list[tuple[Entry, str]]
LENGTH = 12


def chain(length: int = LENGTH) -> Chain:
    found, before = [], GENESIS
    for i in range(1, length + 1):
        entry = Entry("LJ", i, 1_000 * i, "take_number", "K1", "kiosk", f"why {i}", facts_text({"number": f"A{i:03d}"}))
        before = entry.hash_after(before)
        found.append((entry, before))
    return found


def broken_at(entries: Chain) -> int | None:
    return next((broken.revision for broken in verify(entries)), None)


def test_an_untouched_chain_holds() -> None:
    assert broken_at(chain()) is None
    assert broken_at([]) is None


@pytest.mark.parametrize("name", [field.name for field in fields(Entry)])
@given(at=st.integers(0, LENGTH - 1), text=st.text(max_size=8), number=st.integers(-(2**40), 2**40))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_an_edit_of_any_field_is_found(name: str, at: int, text: str, number: int) -> None:
    entries = chain()
    entry, stored = entries[at]
    new: Any = number if isinstance(getattr(entry, name), int) else text
    if new == getattr(entry, name):
        return
    entries[at] = (replace(entry, **{name: new}), stored)
    found = broken_at(entries)
    assert found is not None and found <= at + 1


@given(at=st.integers(0, LENGTH - 1), digit=st.integers(0, 63), new=st.sampled_from("0123456789abcdef"))
@settings(max_examples=60, deadline=None)
def test_an_edit_of_a_hash_is_found(at: int, digit: int, new: str) -> None:
    entries = chain()
    entry, stored = entries[at]
    if stored[digit] == new:
        return
    entries[at] = (entry, stored[:digit] + new + stored[digit + 1 :])
    assert broken_at(entries) == at + 1


@given(at=st.integers(0, LENGTH - 2))
@settings(max_examples=20, deadline=None)
def test_an_entry_that_was_taken_out_is_found_also_when_the_rest_is_numbered_anew(at: int) -> None:
    entries = chain()
    del entries[at]
    assert broken_at(entries) == at + 1
    closed_up = [(replace(entry, revision=i), stored) for i, (entry, stored) in enumerate(entries, start=1)]
    assert broken_at(closed_up) == at + 1


@given(a=st.integers(0, LENGTH - 1), b=st.integers(0, LENGTH - 1))
@settings(max_examples=40, deadline=None)
def test_two_entries_that_were_swapped_are_found_also_with_their_revisions_kept(a: int, b: int) -> None:
    if a == b:
        return
    entries = chain()
    entries[a], entries[b] = entries[b], entries[a]
    assert broken_at(entries) == min(a, b) + 1
    kept = [(replace(entry, revision=i), stored) for i, (entry, stored) in enumerate(entries, start=1)]
    assert broken_at(kept) == min(a, b) + 1


@given(at=st.integers(0, LENGTH))
@settings(max_examples=20, deadline=None)
def test_an_entry_that_was_put_in_is_found_also_with_a_hash_that_fits(at: int) -> None:
    entries = chain()
    before = entries[at - 1][1] if at else GENESIS
    forged = Entry("LJ", at + 1, 1, "rate", "x", "keypad", "", "{}")
    put_in = [*entries[:at], (forged, forged.hash_after(before)), *entries[at:]]
    if at == LENGTH:
        assert broken_at(put_in) is None  # at the end only the hall's own head shows it
    else:
        assert broken_at(put_in) == at + 2
    moved = [(replace(entry, revision=i), stored) for i, (entry, stored) in enumerate(put_in, start=1)]
    assert broken_at(moved) == (None if at == LENGTH else at + 2)


def test_fields_that_run_into_each_other_are_told_apart() -> None:
    one = Entry("LJ", 1, 1, "ab", "c", "", "", "{}")
    assert one.hash_after(GENESIS) != replace(one, deed="a", actor="bc").hash_after(GENESIS)


def busy_hour(hall: HallOnDisk) -> None:
    """A bit of everything."""
    tickets = [hall.take(line).ticket for line in "AABACAAA"]
    hall.take("A", DESK, priority=Priority.ELDERLY, reason="七十岁")
    hall.serve("101")
    hall.call("101")
    hall.miss("101")
    hall.get(r.Done, c.ReturnMissed(ticket=tickets[1]), DESK)
    hall.call("102")
    hall.start("102")
    hall.hold("102")
    hall.call("101")
    hall.start("101")
    hall.pass_on("C")
    hall.get(r.Done, c.Cancel(ticket=tickets[6]), DESK)
    hall.get(r.Done, c.Reroute(ticket=tickets[7], line="E"), DESK)
    hall.rate(hall.select("visits", rateable=1)[0]["id"], 5)


def mutations(rows: list[dict[str, Any]]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Each row of the table changed in each column, taken out, and swapped with the next."""
    for i, row in enumerate(rows):
        for column, value in row.items():
            new = value + 1 if isinstance(value, int) else f"{value}x"
            yield f"{column} of {row['revision']}", [*rows[:i], {**row, column: new}, *rows[i + 1 :]]
        if i + 1 < len(rows):
            yield f"without {row['revision']}", [*rows[:i], *rows[i + 1 :]]
            after = rows[i + 1]
            swapped = [{**after, "revision": row["revision"]}, {**row, "revision": after["revision"]}]
            yield f"swap {row['revision']}", [*rows[:i], *swapped, *rows[i + 2 :]]


def test_every_change_to_a_halls_own_journal_is_found(hall: HallOnDisk) -> None:
    busy_hour(hall)
    rows = hall.select("journal")
    assert broken_at(entries_of(rows)) is None
    tried = 0
    for what, changed in mutations(rows):
        tried += 1
        assert broken_at(entries_of(changed)) is not None, what
    assert tried > 250


def test_a_cut_end_is_seen_at_the_halls_head(hall: HallOnDisk) -> None:
    busy_hour(hall)
    rows, head = hall.select("journal"), hall.row("halls")
    assert rows[-1]["hash"] == head["head_hash"]
    assert broken_at(entries_of(rows[:-1])) is None
    assert rows[-2]["hash"] != head["head_hash"]


def test_every_state_is_what_the_journals_steps_lead_to(hall: HallOnDisk) -> None:
    busy_hour(hall)
    states = {ticket["id"]: ticket["state"] for ticket in hall.select("tickets")}
    assert fold(hall.select("journal")) == states
    assert {"waiting", "held", "done", "cancelled"} <= set(states.values())


def test_every_command_is_one_entry_and_one_revision(hall: HallOnDisk) -> None:
    busy_hour(hall)
    entries = hall.select("journal")
    assert [entry["revision"] for entry in entries] == list(range(1, hall.head + 1))
    times = [entry["at_ms"] for entry in entries]
    assert times == sorted(times)


FORBIDDEN: list[Callable[[HallOnDisk], str]] = [
    lambda hall: hall.row("users", login="1003")["name"],
    lambda hall: hall.row("devices", name="K1")["token_hash"],
]


@pytest.mark.parametrize("secret", FORBIDDEN)
def test_neither_names_nor_hashes_of_secrets_stand_in_the_journal(
    hall: HallOnDisk, secret: Callable[[HallOnDisk], str]
) -> None:
    busy_hour(hall)
    assert secret(hall)
    assert not any(secret(hall) in str(entry) for entry in hall.select("journal"))
