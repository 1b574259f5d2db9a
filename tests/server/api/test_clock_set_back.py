"""A server that starts with its machine's clock an hour behind what it recorded: the hall's time goes on from there."""

import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime

from server.storage.database import NAME
from tests.server.api.running_server import HALL, RunningServer, until

HOUR_MS = 3_600_000


def test_after_a_clock_was_set_back_time_goes_on_and_it_is_said(own_server: RunningServer) -> None:
    own_server.load("demo")
    own_server.stop()
    recorded_s = time.time()
    with closing(sqlite3.connect(own_server.data / NAME)) as connection, connection:
        connection.execute("UPDATE halls SET time_ms = ?", (round(recorded_s * 1000) + HOUR_MS,))
    own_server.start()
    clock = own_server.get("/health").json()["clock"]
    least_ms = HOUR_MS - (time.time() - recorded_s) * 1000 - 1
    assert least_ms <= clock["ahead_ms"] <= HOUR_MS and clock["set_by_ms"] <= -least_ms
    told = [own_server.get(f"/{HALL}/snapshot/public", headers={}).json()["time"] for _ in range(2)]
    ahead = datetime.fromisoformat(told[0]) - datetime.now(UTC)
    least_s = (HOUR_MS - 1) / 1000 - (time.time() - recorded_s)
    assert told == sorted(told) and least_s <= ahead.total_seconds() <= HOUR_MS / 1000
    until(lambda: "clock_was_set" in own_server.said(), "the log says so")
    until(lambda: _recorded(own_server), "the step stands in the journal, for the managers to see")


def _recorded(server: RunningServer) -> list[tuple[str]]:
    with closing(sqlite3.connect(f"file:{server.data / NAME}?mode=ro", uri=True)) as connection:
        return connection.execute("SELECT facts FROM journal WHERE deed = 'clock_set'").fetchall()
