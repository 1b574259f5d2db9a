"""A kiosk's side of leased numbers, as the deeds' tests play it."""

from datetime import date
from typing import Any

from contract import commands as c
from contract import replies as r
from server.reports.doctor import examine
from server.storage.orders import Actor
from tests.server.hall_kit import K1, HallOnDisk, at

MONDAY = date(2026, 10, 12)
OWN, FOREIGN = "a" * 32, "b" * 32


def lease(after: int = 0, instance: str = OWN, day: date = MONDAY) -> c.LeaseNumbers:
    """The next block, please."""
    return c.LeaseNumbers(day=day, instance=instance, after=after)


def told(hall: HallOnDisk, number: int, line: str = "A", *, ago_s: float = 0, **more: Any) -> c.RecordLeased:
    """A number of the first block that was given so many seconds ago by the hall's clock."""
    values: dict[str, Any] = {"day": MONDAY, "first": 1, "last": 50, "line": line, **more}
    return c.RecordLeased(number=number, taken_at=at(hall.now_ms - int(ago_s * 1000)), **values)


def given(hall: HallOnDisk, number: int, line: str = "A", actor: Actor = K1, **more: Any) -> r.Issued:
    """The same, recorded."""
    return hall.get(r.Issued, told(hall, number, line, **more), actor)


def doctor(hall: HallOnDisk) -> list[str]:
    """What breaks an invariant."""
    engine = hall.database.reading_engine()
    try:
        with engine.connect() as connection:
            return [f"{f.invariant}: {f.what}" for f in examine(connection, hall.code)]
    finally:
        engine.dispose()
