"""R8: a kiosk goes on without the server. Cut and merge, round after round: no clash, nobody lost, in their true order.

Each round cuts off some kiosks while others go on, brings them back in any order, with repeats, a crash of the server,
a press that has two numbers, and now and then the turn of the day; at the end rows and journal are judged by the common
checkers and by the numbers that stand on the slips.
"""

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest

from contract import commands as c
from contract import replies as r
from contract.words import Code, DeviceKind, SlipOutcome, Via
from server.reports.doctor import examine
from server.storage.database import Database
from server.storage.orders import Actor
from tests.promises import checkers
from tests.promises.rounds import proving, rounds
from tests.server.hall_kit import HallOnDisk, at, changed_document, copy_of, new_key, said, set_up

WANTED = 1_000
KIOSKS = ("K1", "K2", "K3", "K4")
LINES = ("A", "B", "C", "D")
BLOCK = 50
DAY_EVERY = 40  # rounds


@dataclass
class Slip:
    """What stands on a slip that a kiosk printed without the server."""

    kiosk: str
    day: date
    number: int
    first: int
    last: int
    line: str
    taken_ms: int
    instead_of: int | None = None

    def told(self, outcome: SlipOutcome | None = None) -> c.RecordLeased:
        return c.RecordLeased(
            day=self.day, number=self.number, first=self.first, last=self.last, line=self.line,
            taken_at=at(self.taken_ms), outcome=outcome, instead_of=self.instead_of,
        )  # fmt: skip


@dataclass
class Kiosk:
    """A kiosk as its own disk knows it: blocks, and slips that the server has not heard of."""

    name: str
    instance: str
    day: date
    blocks: list[tuple[int, int]] = field(default_factory=list)
    used: int = 0  # highest number given of the day
    untold: list[Slip] = field(default_factory=list)

    @property
    def actor(self) -> Actor:
        return Actor(Via.KIOSK, device=self.name, kiosk=self.name)

    def renew(self, hall: HallOnDisk, day: date) -> None:
        """Connected: a new day's first block, or the next when less than half is left."""
        if day != self.day:
            self.day, self.blocks, self.used = day, [], 0
        highest = self.blocks[-1][1] if self.blocks else 0
        if highest - self.used < BLOCK // 2:
            leased = hall.get(r.Leased, c.LeaseNumbers(day=day, instance=self.instance, after=highest), self.actor)
            self.blocks.append((leased.first, leased.last))

    def give(self, line: str, now_ms: int) -> Slip | None:
        """Without the server: the next number, if there is one."""
        free = [(first, last) for first, last in self.blocks if last > self.used]
        if not free:
            return None
        first, last = free[0]
        self.used = max(self.used + 1, first)
        slip = Slip(self.name, self.day, self.used, first, last, line, now_ms)
        self.untold.append(slip)
        return slip


@dataclass
class Run:
    """One hall, its kiosks, and every slip that was printed."""

    hall: HallOnDisk
    rng: random.Random
    kiosks: list[Kiosk]
    slips: list[Slip] = field(default_factory=list)
    cancelled: set[int] = field(default_factory=set)
    merges: int = 0

    def round(self) -> None:
        """Cut some, go on, bring them back."""
        hall, rng = self.hall, self.rng
        for kiosk in self.kiosks:
            kiosk.renew(hall, hall.now.day)
        away = rng.sample(self.kiosks, rng.randint(1, len(self.kiosks)))
        unheard = {kiosk.name: self._unheard(kiosk) for kiosk in away if rng.random() < 0.2}
        for _ in range(rng.randint(1, 30)):
            hall.later(rng.choice((0, 0.001, 1, 30)))
            kiosk = rng.choice(self.kiosks)
            if kiosk in away:
                self._give(kiosk, unheard.pop(kiosk.name, None))
            elif rng.random() < 0.6:
                hall.take(rng.choice(LINES), kiosk.actor)
            else:
                self._serve()
        if rng.random() < 0.1:
            hall.reopen()
        rng.shuffle(away)
        for kiosk in away:
            self._merge(kiosk)

    def _unheard(self, kiosk: Kiosk) -> int:
        """A number that the server gave when the line was just cut: the citizen's press goes on at the kiosk."""
        return self.hall.take(self.rng.choice(LINES), kiosk.actor).ticket

    def _give(self, kiosk: Kiosk, instead_of: int | None) -> None:
        slip = kiosk.give(self.rng.choice(LINES), self.hall.now_ms)
        if slip is not None:
            slip.instead_of = instead_of
            self.slips.append(slip)

    def _serve(self) -> None:
        """Somebody is called, and perhaps served."""
        no = self.rng.choice(("101", "102"))
        if self.hall.card(f"work/{no}")["waiting"] and self.hall.in_hand(no) is None:
            self.hall.call(no)
            if self.rng.random() < 0.5:
                self.hall.start(no)
                self.hall.finish(no)
            else:
                self.hall.miss(no)

    def _merge(self, kiosk: Kiosk) -> None:
        """Told in any order, some twice, some with what became of the paper only the second time."""
        slips, kiosk.untold = kiosk.untold, []
        self.rng.shuffle(slips)
        for slip in slips:
            first = slip.told() if self.rng.random() < 0.3 else slip.told(SlipOutcome.PRINTED)
            key = new_key()
            replies = [said(self.hall.submit(first, kiosk.actor, key)) for _ in range(self.rng.choice((1, 1, 2)))]
            replies.append(self.hall.ask(slip.told(SlipOutcome.PRINTED), kiosk.actor))
            assert len({(one.ticket, one.number) for one in replies if isinstance(one, r.Issued)}) == 1, replies
            self.merges += 1

    def next_day(self) -> None:
        """Some kiosks are cut over the turn of the day and tell of yesterday."""
        late = [kiosk for kiosk in self.kiosks if self.rng.random() < 0.5]
        for kiosk in late:
            kiosk.renew(self.hall, self.hall.now.day)
            self._give(kiosk, None)
        today = self.hall.now.day + timedelta(days=1)
        self.hall.set_time(f"{today} 08:00")
        self.hall.look_at_the_clock()
        assert self.hall.now.day == today
        self.hall.look_at_the_clock()  # the second after: records that nobody will bring any more are given up
        for kiosk in late:
            self._merge(kiosk)
        self.hall.sit("101", "102")

    # --- the judgement -----------------------------------------------------------------------------------------------

    def clashes(self) -> list[str]:
        """Every slip is just one ticket: of its day, number, line and time; and no number was given twice."""
        tickets = defaultdict(list)
        for row in self.hall.select("tickets"):
            tickets[row["day"], row["label"]].append(row)
        found = [f"{place}: {len(rows)} tickets" for place, rows in tickets.items() if len(rows) > 1]
        for slip in self.slips:
            rows = tickets.get((slip.day.isoformat(), f"{slip.kiosk}-{slip.number:03d}"), [])
            if [(row["line"], row["taken_ms"]) for row in rows] != [(slip.line, slip.taken_ms)]:
                found.append(f"{slip} is {rows}")
            if slip.instead_of is not None and self.hall.state(slip.instead_of) in ("waiting", "called"):
                found.append(f"{slip}: the other number of the same press still stands in the line")
        told = sum(1 for row in self.hall.select("tickets") if row["told_ms"] is not None)
        if told != len(self.slips):
            found.append(f"{len(self.slips)} slips, {told} tickets")
        return found


def run_of(folder: Path, rng: random.Random) -> Run:
    """The demonstration hall with four kiosks, at work."""
    (folder / "template").mkdir(parents=True)
    set_up(folder / "template", changed_document("demo", take_interval_s=0))
    hall = copy_of(folder / "template", folder / "hall")
    for name in KIOSKS[2:]:
        code = f"{rng.getrandbits(256):064x}"
        hall.get(r.CodeGiven, c.EnrolDevice(kind=DeviceKind.KIOSK, name=name, code_hash=code))
        hall.get(r.Enrolled, c.RedeemCode(code_hash=code, token_hash=f"{rng.getrandbits(256):064x}"))
    hall.sit("101", "102")
    kiosks = [Kiosk(name, f"{rng.getrandbits(128):032x}", hall.now.day) for name in KIOSKS]
    return Run(hall, rng, kiosks)


def breaches(run: Run) -> list[str]:
    """What the rows show that must not be."""
    hall = run.hall
    engine = Database(hall.folder).reading_engine()
    try:
        with engine.connect() as connection:
            found = [f"{one.invariant}: {one.what}" for one in examine(connection, hall.code)]
    finally:
        engine.dispose()
    db = checkers.Database(hall.file, hall.code)
    return [
        *found,
        *run.clashes(),
        *checkers.effects_are_keys(db),
        *checkers.nobody_at_two_windows(db),
        *checkers.nobody_skipped(db),
        *checkers.journal_unbroken(db),
    ]


def test_r8_cut_and_merge(tmp_path: Path) -> None:
    with proving("R8", "cut-and-merge rounds", WANTED) as result:
        run = run_of(tmp_path / "r8", result.rng)
        try:
            for number in range(rounds(20, WANTED)):
                run.round()
                if number % DAY_EVERY == DAY_EVERY - 1 or number == 9:
                    run.next_day()
                result.reached += 1
            assert breaches(run) == []
            run.hall.check()
            run.hall.check_cards()
            assert run.merges >= result.reached // 2
            result.figure = f"{run.merges} numbers given without the server, 0 clashes, 0 lost"
            result.control = control(run)
        finally:
            run.hall.close()


def control(run: Run) -> str:
    """Without the guard there is a clash: a copied kiosk gives the same number to somebody else, and it is found."""
    hall, kiosk = run.hall, run.kiosks[0]
    kiosk.renew(hall, hall.now.day)
    mine = kiosk.give("A", hall.now_ms)
    assert mine is not None
    kiosk.untold.clear()
    twin = Slip(mine.kiosk, mine.day, mine.number, mine.first, mine.last, "B", mine.taken_ms + 1_000)
    run.slips += [mine, twin]
    hall.later(2)
    hall.get(r.Issued, mine.told(), kiosk.actor)
    refused = hall.get(r.Refused, twin.told(), kiosk.actor)
    assert refused.code is Code.NUMBER_CLASH
    assert any("slips" in line or str(twin) in line for line in run.clashes())
    return "a copied kiosk's number is refused, and the judge misses its slip"


@pytest.mark.parametrize("seed", range(3))
def test_the_judge_finds_a_ticket_with_another_time(tmp_path: Path, seed: int) -> None:
    run = run_of(tmp_path / "r8", random.Random(seed))
    try:
        while not run.slips:
            run.round()
        assert run.clashes() == []
        run.slips[-1].taken_ms += 1
        assert len(run.clashes()) == 1
    finally:
        run.hall.close()
