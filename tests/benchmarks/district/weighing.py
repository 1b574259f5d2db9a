"""What halls weigh: memory, processor time, and bytes on the disk by what they are kept for."""

import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psycopg

from server.storage.database import Database
from server.storage.postgres import PostgresDatabase
from server.storage.which import HallDatabase
from tests.benchmarks.district.halls import OneHall, make
from tests.benchmarks.http_clients import memory_mib
from tests.benchmarks.served_halls import ServedHalls, on_file

_SIZES = (
    "SELECT t.relname, pg_table_size(t.oid), pg_indexes_size(t.oid) FROM pg_class t "
    "JOIN pg_namespace n ON n.oid = t.relnamespace WHERE n.nspname = current_schema() AND t.relkind = 'r'"
)
_TICKETS = 6_000
_PAGES = "SELECT name, sum(pgsize) FROM dbstat GROUP BY name"
_INDEXES = "SELECT name FROM sqlite_master WHERE type = 'index'"


@dataclass(frozen=True, slots=True)
class Used:
    """Processor seconds so far, and the time."""

    at: float
    server: float
    database: float

    def per_s(self, before: "Used") -> tuple[float, float]:
        """Cores that the server's processes and the database's had since then."""
        lasted = self.at - before.at
        return (self.server - before.server) / lasted, (self.database - before.database) / lasted


def used(served: ServedHalls) -> Used:
    """Up to now."""
    return Used(time.perf_counter(), served.server_cpu_s(), served.database_cpu_s())


def memory(served: ServedHalls) -> float:
    """Resident memory of all processes that serve (MiB)."""
    return sum(map(memory_mib, served.pids))


def at_rest(folder: Path, halls: Sequence[OneHall]) -> dict[str, float]:
    """Memory of a server without halls, what a hall of the largest kind and one of the others add to it, and what a
    ticket of the day does."""
    large = [hall for hall in halls if hall.kind is halls[0].kind]
    kinds = {"none": ([], 0), "large": (large, 0), "full": (large, _TICKETS // len(large)), "all": (list(halls), 0)}
    found = {}
    for name, (some, waiting) in kinds.items():
        with on_file(folder / name, partial(make, halls=some, waiting=waiting)) as served:
            found[name] = memory(served)
    return {
        "MiB without halls": found["none"],
        f"MiB per {halls[0].kind.name}": (found["large"] - found["none"]) / len(large),
        "MiB per other hall": (found["all"] - found["large"]) / max(1, len(halls) - len(large)),
        "KiB in memory per ticket": (found["full"] - found["large"]) * 1024 / _TICKETS,
    }


def tables_of(database: HallDatabase) -> dict[str, int]:
    """Bytes of each table, and of all indexes beside the tables' own keys."""
    if isinstance(database, PostgresDatabase):
        with closing(psycopg.connect(database.url)) as connection:
            rows = connection.execute(_SIZES).fetchall()
        return {name: size for name, size, _ in rows} | {"indexes": sum(row[2] for row in rows)}
    assert isinstance(database, Database)
    with closing(sqlite3.connect(f"file:{database.path}?mode=ro", uri=True)) as connection:
        indexes = {name for name, in connection.execute(_INDEXES)}
        sizes: dict[str, int] = {"indexes": 0}
        for name, size in connection.execute(_PAGES):
            place = "indexes" if name in indexes else name
            sizes[place] = sizes.get(place, 0) + size
    return sizes


def redis_bytes(served: ServedHalls) -> int:
    """What Redis has sent and taken so far."""
    if served.redis is None:
        return 0
    with served.redis.client() as client:
        told = client.info("stats")
    return int(told["total_net_input_bytes"]) + int(told["total_net_output_bytes"])
