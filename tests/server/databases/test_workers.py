"""Two processes on one hall, from outside: every command once, everybody known to both, and no answer lost."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import gevent
import pytest
from click.testing import CliRunner
from gevent.event import Event
from gevent.server import StreamServer
from gevent.socket import AF_UNIX, socket

from server.command.device import device
from server.command.doctor import doctor
from server.command.serve import serve
from server.storage.schema import versions
from server.storage.which import remember
from server.workers import Workers
from tests.deploy.rehearsal import quick_bundle
from tests.server.api.running_server import HALL, RunningServer, new_key, until
from tests.server.databases.hall_in_postgres import Filled
from tests.server.databases.pair import SOON_S, Pair
from tests.server.live.screen import Screen, watching

pytestmark = pytest.mark.databases


def at_once(*asked: Callable[[], Any]) -> list[Any]:
    asking = [gevent.spawn(one) for one in asked]
    gevent.joinall(asking, raise_error=True)
    return [one.value for one in asking]


def test_both_give_numbers_at_once_and_each_number_once(pair: Pair) -> None:
    keys = [new_key() for _ in range(30)]
    first = at_once(*[partial(pair.take, i % 2, key) for i, key in enumerate(keys)])
    again = at_once(*[partial(pair.take, (i + 1) % 2, key) for i, key in enumerate(keys)])
    assert len({ticket["number"] for ticket in first}) == 30
    assert [ticket["number"] for ticket in again] == [ticket["number"] for ticket in first]


def test_what_one_has_done_the_other_knows_at_once(pair: Pair) -> None:
    here, there = pair.of(0), pair.of(1)
    window = here.enrol("window", "W101", "101")
    here.person("1003")
    pair.take(0)
    clerk = there.at_window(window, "101", "1003")
    called = here.post(f"/{HALL}/window/call_next", {"window": "101", "visit": None}, clerk)
    assert called.status_code == 200, called.text
    seen = there.get(f"/{HALL}/snapshot/public").json()
    assert seen["cards"]["window/101"]["number"] == called.json()["number"]
    assert seen["revision"] >= called.json()["revision"]
    here.http.close()
    there.http.close()


def heard(screen: Screen, revision: int) -> bool:
    return any(change["revision"] >= revision for change in screen.changes)


def test_a_screen_of_the_other_process_hears_with_redis_without_it_and_beside_a_mad_one(pair: Pair) -> None:
    there = pair.of(1)
    until(lambda: "redis_connected" in pair.server.said(), "both hear Redis", SOON_S)
    with watching(there, "public") as screen:
        taken = pair.take(0)
        until(lambda: heard(screen, taken["revision"]), "told by Redis", SOON_S)
        with pair.redis.client() as stranger:
            for nonsense in (b"", b"\xff" * 5000, b"{", b'["LJ", "x"]', b'["LJ", 99999999]', b"[[[[", b"null"):
                stranger.publish("paihao", nonsense)
        taken = pair.take(0)
        until(lambda: heard(screen, taken["revision"]), "told beside nonsense", SOON_S)
        pair.redis.kill()
        taken = pair.take(0)
        until(lambda: heard(screen, taken["revision"]), "told by the database's beat", SOON_S)
        mad = mad_redis(str(pair.redis.socket))
        taken = pair.take(0)
        until(lambda: heard(screen, taken["revision"]), "told beside a Redis gone mad", SOON_S)
        mad.stop()
        pair.redis.socket.unlink(missing_ok=True)
        pair.redis.start()
        assert screen.gone == []
        assert len({change["revision"] for change in screen.changes}) == len(screen.changes)
    there.http.close()


def mad_redis(path: str) -> StreamServer:
    """Takes connections and says what no Redis says."""
    listener = socket(AF_UNIX)
    listener.bind(path)
    listener.listen()

    def rave(connection: socket, _: object) -> None:
        while connection.recv(4096):
            connection.sendall(os.urandom(64) + b"\r\n")

    server = StreamServer(listener, rave)
    server.start()
    return server


def test_a_killed_process_loses_no_answer_and_comes_back(pair: Pair) -> None:
    answered: list[str] = []
    stopping = threading.Event()

    def work(worker: int) -> None:
        while not stopping.is_set():
            answered.append(pair.take(worker)["number"])

    def enough(number: int) -> bool:
        return len(answered) > number

    def another(before: list[int]) -> bool:
        return len(pair.pids()) == 2 and pair.pids() != before

    working = [gevent.spawn(work, i % 2) for i in range(6)]
    for _ in range(2):
        until(partial(enough, len(answered) + 20), "numbers are given", SOON_S)
        before = pair.pids()
        os.kill(before[0], signal.SIGKILL)  # the one that has run longer
        until(partial(another, before), "it is started again", SOON_S)
    stopping.set()
    gevent.joinall(working, raise_error=True)
    answered += [pair.take(worker)["number"] for worker in (0, 1)]  # both are back
    with pair.database.plain_reading() as rows:
        given = [row[0] for row in rows.execute("SELECT label FROM tickets WHERE hall = ?", (HALL,))]
    assert len(answered) == len(set(answered))
    assert set(answered) <= set(given) and len(given) == len(set(given))


def test_each_process_answers_for_itself_and_the_command_line_finds_one_of_them(pair: Pair) -> None:
    assert len(set(pair.urls)) == 2
    for worker in (0, 1):
        asked = pair.of(worker)
        with closing(asked.http):
            assert asked.get("/health").json()["halls"][HALL]
            until(lambda asked=asked: asked.get("/ready").status_code == 200, "it is ready", SOON_S)  # type: ignore[misc]
            assert "paihao_ready 1.0" in asked.get("/metrics").text
    done = CliRunner().invoke(device, ["list", "--data", str(pair.server.data)])
    assert done.exit_code == 0 and "K1" in done.output, done.output
    done = CliRunner().invoke(doctor, ["--data", str(pair.server.data)])
    assert done.exit_code == 0, done.output


def test_processes_without_a_parent_end_and_a_new_parent_takes_their_place(pair: Pair) -> None:
    orphans = pair.pids()
    pair.server.stop(signal.SIGKILL)
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in orphans), "they end", SOON_S)
    (pair.server.data / "server.json").unlink()
    pair.server.start()
    assert pair.take(1)["number"]


def test_a_newer_program_beside_an_older_one_neither_serves_nor_moves_the_schema(pair: Pair, tmp_path: Path) -> None:
    newest = versions()[-1]
    newer = quick_bundle(tmp_path / "newer", new_schema=(f"{int(newest) + 1:04d}", newest)) / "program" / "paihao.py"
    remember(tmp_path, pair.database.url)

    def said(*words: str) -> str:
        command = [sys.executable, str(newer), *words, "--data", str(tmp_path)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert done.returncode == 2, done.stdout
        return done.stderr

    assert "停止所有服务器" in (words := said("serve")) and "paihao schema --to" in words
    assert "stop the servers that are using this database first" in said("schema", "--to", f"{int(newest) + 1:04d}")
    assert pair.take(0)["number"] != pair.take(1)["number"]
    assert pair.database.version() == newest


def test_a_port_that_somebody_has_is_said_before_anything_starts(filled: Filled, tmp_path: Path) -> None:
    name = filled.empty()
    with socket() as somebody:
        somebody.bind(("127.0.0.1", 0))
        somebody.listen()
        port = str(somebody.getsockname()[1])
        options = ["--database", filled.postgres.url(name), "--workers", "2", "--port", port]
        taken = CliRunner().invoke(serve, ["--data", str(tmp_path / "data"), *options])
    assert (taken.exit_code, f"cannot listen on 127.0.0.1:{port}" in taken.output) == (2, True), taken.output
    filled.give_back(name)


def test_one_that_cannot_start_ends_all_at_first_and_is_tried_again_with_pauses_later(tmp_path: Path) -> None:
    tries = tmp_path / "tries"

    def command(no: int) -> list[str]:
        """The first cannot start; the second works until it is told to stop."""
        return ["sh", "-c", f"echo >> {tries}; exit 2" if no == 0 else "exec sleep 600"]

    def tried() -> int:
        return len(tries.read_text().splitlines()) if tries.exists() else 0

    first = Workers(2, command, "secret")
    first.run(Event())
    assert (first.refused, tried()) == (True, 1)
    later, stopping = Workers(2, command, "secret"), Event()
    later.all_started()
    running = gevent.spawn(later.run, stopping)
    until(lambda: tried() == 3, "it is tried again", SOON_S)
    stopping.set()
    running.get(timeout=SOON_S)
    assert (later.refused, tried()) == (False, 3)  # a pause stood between


def test_several_processes_on_a_file_are_refused(tmp_path: Path) -> None:
    server = RunningServer(tmp_path / "data")
    process = server.serve("--port", "0", "--workers", "2")
    assert process.wait(timeout=60) == 2
    assert "PostgreSQL" in server.said()
