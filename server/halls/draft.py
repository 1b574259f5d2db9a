"""A definition while it is being checked: its tables as rows of values, some of which may be wrong."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import time

from server.halls.faults import BadValue, Fault
from server.halls.kinds import Value
from server.halls.tables import TABLES, Table


@dataclass(frozen=True, slots=True)
class Row:
    """One row. A wrong value stands as what was kept of it, or as empty; the getters never fail."""

    index: int
    values: Mapping[str, Value]
    wrong: frozenset[str] = frozenset()  # columns whose value was told to be wrong already

    def text(self, column: str) -> str:
        """The text, or an empty string."""
        value = self.values.get(column)
        return value if isinstance(value, str) else ""

    def items(self, column: str) -> list[str]:
        """The list, or an empty one."""
        value = self.values.get(column)
        return value if isinstance(value, list) else []

    def number(self, column: str) -> int | None:
        """The number, if there is one."""
        value = self.values.get(column)
        return value if type(value) is int else None

    def flag(self, column: str) -> bool:
        """Whether it says yes."""
        return self.values.get(column) is True

    def clock(self, column: str) -> time | None:
        """The time of day, if there is one."""
        value = self.values.get(column)
        return time.fromisoformat(value) if isinstance(value, str) and value else None


@dataclass(slots=True)
class Draft:
    """All tables by name. `broken` tables could not be read in full: checks that need them are left out."""

    rows: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in TABLES})
    broken: set[str] = field(default_factory=set)

    def __getitem__(self, table: str) -> list[Row]:
        return self.rows[table]

    def by_key(self, table: str) -> dict[str, Row]:
        """The rows by their key; of two with the same key the first."""
        found: dict[str, Row] = {}
        for row in self.rows[table]:
            found.setdefault(row.text(TABLES[table].key), row)
        return found

    def add(self, table: Table, given: Mapping[str, object], take: Callable[[str, object], Value]) -> Iterator[Fault]:
        """Append a row. `take(column, value)` reads one value or raises BadValue; absent columns get their default."""
        index = len(self.rows[table.name])
        values: dict[str, Value] = {}
        wrong: set[str] = set()
        for column in table.columns:
            values[column.name] = column.default
            if column.name not in given:
                continue
            try:
                values[column.name] = take(column.name, given[column.name])
            except BadValue as bad:
                wrong.add(column.name)
                if isinstance(bad.kept, list) or (bad.kept and column.name == table.key):
                    values[column.name] = bad.kept
                yield Fault(table.name, index, column.name, bad.reason)
        self.rows[table.name].append(Row(index, values, frozenset(wrong)))
