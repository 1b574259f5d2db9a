"""Numbers leased to kiosks and given to nobody: the gaps of a series, explained."""

from collections import defaultdict
from datetime import date

from sqlalchemy import Connection, text

from server.domain.leasing import Block, run_text, unused


def unused_numbers(connection: Connection, hall: str, day: date | None = None) -> list[tuple[str, str, str]]:
    """(day, kiosk, `K3-008–K3-050`) of one day, or of all."""
    of_day = " AND day = :day" if day is not None else ""
    values = {"hall": hall, "day": day.isoformat() if day is not None else ""}
    blocks: dict[tuple[str, str, str], list[Block]] = defaultdict(list)
    for row in connection.execute(text(f"SELECT * FROM leases WHERE hall = :hall{of_day}"), values).mappings():
        block = Block(row["day"], row["series"], row["first"], row["last"], row["kiosk"], row["leased_ms"])
        blocks[block.day, block.kiosk, block.series].append(block)
    given: dict[tuple[str, str], list[int]] = defaultdict(list)
    query = text(f"SELECT day, series, number FROM tickets WHERE hall = :hall AND told_ms IS NOT NULL{of_day}")
    for found in connection.execute(query, values).mappings():
        given[found["day"], found["series"]].append(found["number"])
    return [
        (that, kiosk, run_text(series, run))
        for (that, kiosk, series), own in sorted(blocks.items())
        for run in unused(own, given[that, series])
    ]


def unused_today(connection: Connection, hall: str) -> list[tuple[str, str, str]]:
    """The same of the hall's present day."""
    day = connection.execute(text("SELECT day FROM halls WHERE hall = :hall"), {"hall": hall}).scalar()
    return unused_numbers(connection, hall, date.fromisoformat(day)) if day else []
