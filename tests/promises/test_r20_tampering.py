"""R20: what is edited, deleted, put in or swapped in the journal is found; a cut end and a forged whole by an anchor.

Each mutation is made in a real database by SQL, judged by what `paihao verify` uses, and rolled back. The control is
the same judge without the chain: it counts and follows the revisions only, and misses.
"""

import random
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from server.reports.tampering import anchors_now, off_anchor, tampered
from server.storage.journal import GENESIS, LINES, hash_of
from server.storage.schema import move
from tests.promises.rounds import proving, rounds, time_is_up
from tests.server.storage.frozen_day import thaw

HALL = "LJ"
WANTED = 10_000
COLUMNS = ("at_ms", "deed", "actor", "via", "why", "facts", "hash", "revision")
Mutation = Callable[[sqlite3.Connection, random.Random, int], bool]


def edit(db: sqlite3.Connection, rng: random.Random, end: int) -> bool:
    """One field of one entry: another entry's, one sign more or less, or one more."""
    at, column = rng.randint(1, end), rng.choice(COLUMNS)
    old = db.execute(f"SELECT {column} FROM journal WHERE revision = ?", (at,)).fetchone()[0]
    if isinstance(old, int):
        new: object = end + rng.randint(1, 9) if column == "revision" else old + rng.choice((-1, 1, 60_000))
    elif rng.random() < 0.5:
        new = db.execute(f"SELECT {column} FROM journal WHERE revision = ?", (rng.randint(1, end),)).fetchone()[0]
    else:
        place = rng.randint(0, len(old))
        new = old[:place] + rng.choice("0123456789abcdef，") + old[place + rng.randint(0, 1) :]
    db.execute(f"UPDATE journal SET {column} = ? WHERE revision = ?", (new, at))
    return bool(new != old)


def delete(db: sqlite3.Connection, rng: random.Random, end: int) -> bool:
    """Some entries; half of the time those after them are numbered anew."""
    first = rng.randint(1, end)
    last = min(end, first + rng.choice((0, 0, 0, 1, 9)))
    db.execute("DELETE FROM journal WHERE revision BETWEEN ? AND ?", (first, last))
    if rng.random() < 0.5:
        shift(db, last + 1, first - last - 1)
    return True


def put_in(db: sqlite3.Connection, rng: random.Random, end: int) -> bool:
    """A rating that nobody gave, with a hash that follows from the entry before."""
    at = rng.randint(1, end + 1)
    shift(db, at, 1)
    row = db.execute("SELECT hash FROM journal WHERE revision = ?", (at - 1,)).fetchone()
    fields = (at, 1_791_766_800_000, "rate", "line-A", "keypad", "", '{"visit":4294967338,"level":5}')
    db.execute(
        "INSERT INTO journal (hall, revision, at_ms, deed, actor, via, why, facts, hash) VALUES (?,?,?,?,?,?,?,?,?)",
        (HALL, *fields, hash_of(row[0] if row else GENESIS, HALL, *fields)),
    )
    return True


def swap(db: sqlite3.Connection, rng: random.Random, end: int) -> bool:
    """Two entries change places."""
    one, other = rng.sample(range(1, end + 1), 2)
    for from_, to in ((one, -1), (other, one), (-1, other)):
        db.execute("UPDATE journal SET revision = ? WHERE revision = ?", (to, from_))
    return True


def shift(db: sqlite3.Connection, first: int, by: int) -> None:
    """Number the entries from `first` on anew."""
    db.execute("UPDATE journal SET revision = -revision - ? WHERE revision >= ?", (by, first))
    db.execute("UPDATE journal SET revision = -revision WHERE revision < 0")


def forge(db: sqlite3.Connection) -> None:
    """All hashes anew, and the hall's head: who may write everything leaves a sound chain."""
    before, newest = GENESIS, 0
    hashes = []
    for revision, at_ms, deed, actor, via, why, facts, _ in db.execute(LINES, (HALL,)).fetchall():
        newest = newest + 1
        before = hash_of(before, HALL, newest, at_ms, deed, actor, via, why, facts)
        hashes.append((newest, before, revision))
    db.executemany("UPDATE journal SET revision = ?, hash = ? WHERE revision = ?", hashes)
    db.execute("UPDATE halls SET revision = ?, head_hash = ?", (newest, before))


def told(db: sqlite3.Connection, end: int) -> list[tuple[object, ...]]:
    """What the entries up to the anchor say."""
    query = "SELECT revision, at_ms, deed, actor, via, why, facts FROM journal WHERE revision <= ? ORDER BY revision"
    return db.execute(query, (end,)).fetchall()


def without_chain(db: sqlite3.Connection) -> list[str]:
    """The control: revisions from 1 on without a gap, as many as the hall says, each with a hash of 64 signs."""
    found = db.execute("SELECT revision, length(hash) FROM journal ORDER BY revision").fetchall()
    head = db.execute("SELECT revision FROM halls").fetchone()[0]
    return [] if found == [(n, 64) for n in range(1, head + 1)] else ["differs"]


MUTATIONS: dict[str, Mutation] = {"edit": edit, "delete": delete, "put in": put_in, "swap": swap}


def test_every_mutation_of_the_journal_is_found_and_without_the_chain_many_are_missed(tmp_path: Path) -> None:
    file = thaw("0004", tmp_path)
    move(file)
    with (
        proving("R20", "mutations", WANTED) as result,
        closing(sqlite3.connect(file)) as disk,
        closing(sqlite3.connect(":memory:", isolation_level=None)) as db,
    ):
        disk.backup(db)
        end = db.execute("SELECT revision FROM halls").fetchone()[0]
        anchors = anchors_now(db, [HALL])
        assert list(tampered(db, HALL)) == [] and list(off_anchor(db, anchors)) == [] and without_chain(db) == []
        truth = told(db, end)
        made: Counter[str] = Counter()
        missed: Counter[str] = Counter()
        control: Counter[str] = Counter()
        forged: Counter[str] = Counter()
        while made.total() < rounds(200, WANTED) and not time_is_up():
            name = result.rng.choice(list(MUTATIONS))
            db.execute("BEGIN")
            if MUTATIONS[name](db, result.rng, end):
                made[name] += 1
                missed[name] += not list(tampered(db, HALL))
                control[name] += not without_chain(db)
                if made.total() % 10 == 0:
                    forge(db)
                    if told(db, end) == truth:
                        db.execute("ROLLBACK")
                        continue  # only a hash was altered, or something stands behind the anchor
                    forged["made"] += 1
                    forged["seen by the chain"] += bool(list(tampered(db, HALL)))
                    forged["seen by the anchor"] += bool(list(off_anchor(db, anchors)))
            db.execute("ROLLBACK")
        assert not missed.total(), missed
        assert set(made) == set(MUTATIONS)
        assert control["edit"] and control["swap"], "the control found all: the chain was not needed"
        assert forged["made"] == forged["seen by the anchor"] and not forged["seen by the chain"], forged
        cuts = 0
        for cut in result.rng.sample(range(1, end), rounds(20, 200)):
            db.execute("BEGIN")
            db.execute("DELETE FROM journal WHERE revision > ?", (cut,))
            forge(db)
            assert not list(tampered(db, HALL))
            assert f"{cut + 1} to {end}" in next(off_anchor(db, anchors))
            db.execute("ROLLBACK")
            cuts += 1
        result.reached = made.total()
        kinds = ", ".join(f"{made[name]:,} × {name}" for name in MUTATIONS)
        result.figure = (
            f"0 missed ({kinds}); {forged['made']:,} journals forged whole and {cuts} cut ends, all found by the anchor"
        )
        result.control = f"without the chain {control.total():,} of {made.total():,} were missed"
