"""A database as a released program left it: three days of the demonstration hall, as SQL text for every later program.

`python -m tests.server.storage.frozen_day` makes one with the program of today and names it after its schema; a file
that was released is never made anew. `thaw` builds the database of such a file again.
"""

from gevent import monkey

if __name__ == "__main__":
    monkey.patch_all()

import gzip
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from contract import commands as c
from contract import replies as r
from contract.words import (
    Code,
    DeviceKind,
    HoldKind,
    Level,
    NotRated,
    Outcome,
    Priority,
    Role,
    SlipAfter,
    SlipOutcome,
    Via,
)
from server.storage.database import NAME
from server.storage.orders import SERVER, Actor
from tests.server.hall_kit import AGENT, DESK, K1, K2, KEYPAD, HallOnDisk, document, set_up

FROZEN = Path(__file__).parent / "frozen"
PHONE = Actor(Via.PHONE)
LINES = "AABACAEBAACA"


def thaw(version: str, folder: Path) -> Path:
    """The database of a frozen file, in the folder."""
    text = gzip.decompress((FROZEN / f"{version}.sql.gz").read_bytes()).decode()
    file = folder / NAME
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode=WAL").fetchall()
        connection.executescript(text)
    return file


def freeze(file: Path) -> Path:
    """Write the database as SQL text under the name of its schema."""
    with closing(sqlite3.connect(file)) as connection:
        version = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
        text = "\n".join(connection.iterdump())
    FROZEN.mkdir(exist_ok=True)
    frozen = FROZEN / f"{version}.sql.gz"
    frozen.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    return frozen


def live(hall: HallOnDisk) -> None:
    """A day with every deed in it, its turn, a day closed by hand, and a morning with tickets in every state."""
    people(hall)
    hall.sit("101", "102", "107")
    slips(hall)
    at_the_windows(hall)
    at_the_desk(hall)
    crowd(hall)
    hall.set_time("2026-10-13 04:00:00")
    hall.look_at_the_clock()
    from_the_phone(hall)
    hall.set_time("2026-10-13 09:00:00")
    hall.sit("101", "102", "107")
    crowd(hall)
    hall.get(r.Done, c.CloseDay(), DESK)
    hall.set_time("2026-10-14 04:00:00")
    hall.look_at_the_clock()
    hall.set_time("2026-10-14 09:00:00")
    hall.sit("101", "102", "107")
    crowd(hall)
    left_open(hall)


def people(hall: HallOnDisk) -> None:
    """Administration."""
    code = "c" * 64
    hall.get(r.Done, c.AddUser(login="chief", name="值班主任", roles=[Role.HALL_MANAGER]))
    hall.get(r.CodeGiven, c.InviteUser(login="chief", code_hash=code))
    hall.get(r.Done, c.SetPassword(login="chief", code_hash=code, password_hash="$argon2id$v=19$frozen"))
    hall.get(r.Done, c.SetRoles(login="chief", roles=[Role.HALL_MANAGER, Role.INSPECTOR]))
    hall.get(r.Done, c.DisableUser(login="1002"))
    hall.get(r.SignedIn, c.DeskSignIn(login="1001"))
    hall.get(r.CodeGiven, c.EnrolDevice(kind=DeviceKind.DISPLAY, name="wall", code_hash="d" * 64))
    hall.get(r.Done, c.RevokeDevice(name="wall"))
    hall.get(r.Done, c.ReportDevice(health={"printer": "paper_low"}), K1)


def slips(hall: HallOnDisk) -> None:
    """Paper of every fate, and a guide who was called."""
    for outcome in SlipOutcome:
        hall.later(5)
        slip = hall.take("B", K1).slip
        hall.get(r.Done, c.RecordSlip(slip=slip, outcome=outcome), K1)
        if outcome is SlipOutcome.FAILED:
            hall.get(r.Done, c.RecordSlip(slip=slip, after=SlipAfter.SHOWN), K1)
    issued = hall.take("B", K1)
    hall.get(r.Issued, c.ReprintSlip(ticket=issued.ticket, print_at="K2", reason="卡纸"), DESK)
    hall.ask(c.CallGuide(), K2)
    request = hall.select("guide_requests")[0]["id"]
    hall.later(30)
    hall.get(r.Done, c.AttendKiosk(request=request), DESK)


def at_the_windows(hall: HallOnDisk) -> None:
    """What clerks do, one of each."""
    for _ in range(9):
        hall.take("A")
    served(hall, lambda visit: hall.rate(visit, 5))
    served(hall, lambda visit: hall.rate(visit, 1))
    for reason in (NotRated.NO_PRESS, NotRated.NEXT_CITIZEN):
        served(hall, lambda visit, reason=reason: silent(hall, visit, reason))  # type: ignore[misc]
    served(hall, lambda visit: None)  # its keypad's agent is never heard of again
    visit = hall.call("101").visit
    hall.get(r.Done, c.AnnounceCall(call=hall.row("visits", id=visit)["call"]), SERVER)
    hall.later(11)
    hall.recall("101")
    hall.miss("101")
    hall.get(r.Done, c.ReturnMissed(ticket=hall.row("visits", id=visit)["ticket"]), DESK)
    hall.call("101")
    hall.get(r.Done, c.UndoCall(window="101", visit=hall.in_hand("101")), AGENT)
    for kind, back in ((HoldKind.WITHOUT_PAPERS, True), (HoldKind.WITH_PAPERS, False)):
        hall.call("101")
        hall.start("101")
        ticket = hall.row("visits", id=hall.in_hand("101"))["ticket"]
        hall.later(60)
        hall.hold("101", kind)
        hall.later(300)
        deed = c.Resume(window="101", ticket=ticket) if back else c.BringBack(window="101", ticket=ticket)
        hall.ask(deed, AGENT)
        if not back:
            hall.start("101")
        hall.later(90)
        hall.finish("101")
    hall.call("102")
    hall.start("102")
    hall.pass_on("C", "102", to_window="107")
    hall.get(r.Done, c.PauseWindow(window="102", reason="取材料"), AGENT)
    hall.get(r.Done, c.ReopenWindow(window="102"), AGENT)
    hall.call("107")
    hall.start("107")
    hall.later(200)
    hall.get(r.Finished, c.Finish(window="107", visit=hall.in_hand("107"), outcome=Outcome.ACCEPTED, items=3), AGENT)


def served(hall: HallOnDisk, then: Callable[[int], object]) -> None:
    """One citizen at window 101, and what the keypad says."""
    hall.later(20)
    hall.call("101")
    hall.later(15)
    hall.start("101")
    hall.later(240)
    visit = hall.finish("101").visit
    hall.later(8)
    then(visit)


def silent(hall: HallOnDisk, visit: int, reason: NotRated) -> None:
    """Nobody pressed."""
    hall.later(60)
    hall.ask(c.NotRatedAtCounter(visit=visit, reason=reason), KEYPAD)


def at_the_desk(hall: HallOnDisk) -> None:
    """What guides and the floor manager do, with refusals among it."""
    old = hall.take("A", DESK, priority=Priority.ELDERLY, reason="七十岁", print_at="K2").ticket
    hall.take("A", DESK, priority=Priority.SOLDIER, reason="证件")
    wrong, tired = hall.take("E").ticket, hall.take("E").ticket
    hall.get(r.Done, c.Reroute(ticket=wrong, line="B", reason="选错业务"), DESK)
    hall.get(r.Done, c.Cancel(ticket=tired, reason="改日再来"), DESK)
    hall.ask(c.Cancel(ticket=tired), DESK)
    hall.get(r.Done, c.Abandon(ticket=old, reason="已离开"), DESK)
    hall.call("102")
    visit = hall.in_hand("102")
    assert visit is not None
    hall.refused(Code.DAY_NOT_EMPTY, c.CloseDay(), DESK)
    hall.get(r.Done, c.Release(ticket=hall.row("visits", id=visit)["ticket"], visit=visit, reason="死机"), DESK)
    hall.get(r.Done, c.StopLine(line="E", stopped=True, reason="系统维护"), DESK)
    hall.ask(c.TakeNumber(line="E"), K1)
    hall.get(r.Done, c.StopLine(line="E", stopped=False), DESK)


def crowd(hall: HallOnDisk) -> None:
    """An hour in which people come and are served."""
    for turn in range(4):
        for line in LINES:
            hall.later(12)
            hall.take(line, (K1, K2)[turn % 2], language="en" if line == "B" else "zh")
        for level in (5, 4, 5, 3):
            served(hall, lambda visit, level=level: hall.rate(visit, level))  # type: ignore[misc]


def from_the_phone(hall: HallOnDisk) -> None:
    """Rated the next morning, with reasons."""
    for row in hall.select("ratings", level=None)[:1]:
        ticket = hall.row("visits", id=row["visit"])["ticket"]
        hall.get(r.Done, c.RateLater(ticket=ticket, visit=row["visit"], level=Level.DISSATISFIED), PHONE)
        hall.get(r.Done, c.AddReasons(ticket=ticket, visit=row["visit"], text="等候时间太长"), PHONE)


def left_open(hall: HallOnDisk) -> None:
    """Tickets in every state, a visit that owes its rating, a window paused."""
    for no, and_start in (("101", True), ("102", False)):
        hall.call(no)
        if and_start:
            hall.start(no)
    hall.hold("101", HoldKind.WAITING)
    hall.call("101")
    hall.miss("101")
    served(hall, lambda visit: None)
    hall.call("101")
    hall.start("101")
    hall.get(r.Done, c.PauseWindow(window="107", reason="午餐"), AGENT)


def main() -> None:
    """Live the days and freeze them."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        set_up(folder, document("demo"))
        hall = HallOnDisk(folder)
        hall.open()
        live(hall)
        hall.check()
        hall.close()
        frozen = freeze(folder / NAME)
    print(f"{frozen}: {frozen.stat().st_size} bytes")


if __name__ == "__main__":
    main()
