"""Halls share nothing in the database: every key begins with the hall, so each may lie on a machine of its own."""

from sqlalchemy import Index, Table, UniqueConstraint

from server.storage.tables import metadata

# A hall's number, which is part of all its ids, is its own among all halls of one database.
OVER_ALL_HALLS = {("halls", ("no",))}


def keys_of(table: Table) -> list[tuple[str, ...]]:
    """The columns of the primary key, of every unique constraint and of every index."""
    unique = [one for one in table.constraints if isinstance(one, UniqueConstraint)]
    listed: list[UniqueConstraint | Index] = [*unique, *table.indexes]
    return [tuple(column.name for column in table.primary_key), *(tuple(c.name for c in one.columns) for one in listed)]


def test_every_key_begins_with_the_hall() -> None:
    keys = {(table.name, key) for table in metadata.tables.values() for key in keys_of(table)}
    assert len(keys) > 20
    assert {(table, key) for table, key in keys if key[0] != "hall"} == OVER_ALL_HALLS


def test_nothing_points_from_one_table_to_another() -> None:
    assert [key for table in metadata.tables.values() for key in table.foreign_keys] == []
