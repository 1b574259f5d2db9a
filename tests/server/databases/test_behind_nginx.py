"""Two processes behind a real nginx with the file that ships: a hall has one process, and nobody sees it killed."""

import os
import re
import signal
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import gevent
import pytest
import requests

from contract.words import Audience
from terminal.cards import Cards
from terminal.connection import Connection
from terminal.live import Live
from terminal.server_clock import ServerClock
from tests.deploy.nginx import free_port, needs_nginx, nginx, nginx_conf
from tests.deploy.over_tls import run_certs
from tests.server.api.running_server import HALL, new_key, until
from tests.server.databases.pair import SOON_S, Pair

pytestmark = [pytest.mark.databases, needs_nginx]


@dataclass
class Door:
    """The pair as everybody outside reaches it."""

    pair: Pair
    url: str
    ca: Path

    def figure(self, pattern: str) -> list[int]:
        """A figure of each process, by its own port; 0 where it has none."""
        found = []
        for url in self.pair.urls:
            text = requests.get(f"{url}/metrics", timeout=30).text
            found.append(sum(int(float(value)) for value in re.findall(rf"^{pattern} (\S+)$", text, re.MULTILINE)))
        return found

    def taken(self) -> list[int]:
        """How many numbers each process gave."""
        return self.figure(r'paihao_commands_total\{deed="take_number",outcome="accepted"\}')

    def watched(self) -> list[int]:
        """How many screens of the hall each process has."""
        return self.figure(rf'paihao_live_connections\{{audience="public",hall="{HALL}"\}}')

    def pid(self, worker: int) -> int:
        """Of the process at this port."""
        port = self.pair.urls[worker].rpartition(":")[2].encode()
        lines = {pid: Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0") for pid in self.pair.pids()}
        (found,) = (pid for pid, line in lines.items() if port in line)
        return found


@pytest.fixture(scope="module")
def door(pair: Pair, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    folder = tmp_path_factory.mktemp("nginx")
    folder.chmod(0o755)
    said = run_certs("make", "--to", folder / "certs", "--hall", HALL, "--name", "localhost")
    assert said.exit_code == 0, said.output
    port, plain = pair.front, free_port()
    conf = nginx_conf(folder, folder / "certs", pair.urls, port, plain)
    with nginx(folder, conf, port):
        yield Door(pair, f"https://localhost:{port}", folder / "certs" / "ca.crt")


@pytest.fixture
def http(door: Door) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env, session.verify = False, str(door.ca)
        yield session


def test_all_that_concerns_a_hall_comes_to_one_process(door: Door, http: requests.Session) -> None:
    before = door.taken()
    for _ in range(12):
        assert take(door, http, new_key()).status_code == 200
    given = [now - then for now, then in zip(door.taken(), before, strict=True)]
    assert sorted(given) == [0, 12]
    its = given.index(12)
    connection = Connection(door.url, HALL, "kiosk", None, ca=door.ca)
    lives = [Live(connection, Audience.PUBLIC, Cards(), ServerClock()) for _ in range(3)]
    try:
        for live in lives:
            live.start()
        until(lambda: all(live.connected for live in lives), "three screens are there", SOON_S)
        assert door.watched()[its] == 3 and sum(door.watched()) == 3
    finally:
        for live in lives:
            live.stop()
        connection.close()


def take(door: Door, http: requests.Session, key: str) -> requests.Response:
    """As agents do: where the answer itself was cut off, for its process died while it spoke, the same key again."""
    path, headers = f"{door.url}/{HALL}/kiosk/take_number", {**door.pair.kiosk, "Idempotency-Key": key}
    while True:
        with suppress(requests.exceptions.ChunkedEncodingError):
            return http.post(path, json={"line": "A"}, headers=headers, timeout=30)


def test_its_process_killed_under_requests_nobody_sees_an_error_and_screens_come_back(door: Door) -> None:
    statuses: list[int] = []
    numbers: list[str] = []
    stopping = threading.Event()

    def work() -> None:
        with requests.Session() as own:
            own.trust_env, own.verify = False, str(door.ca)
            while not stopping.is_set():
                answer = take(door, own, new_key())
                statuses.append(answer.status_code)
                if answer.status_code == 200:
                    numbers.append(answer.json()["number"])

    def more(than: int) -> bool:
        return len(statuses) > than

    connection, cards = Connection(door.url, HALL, "kiosk", None, ca=door.ca), Cards()
    live = Live(connection, Audience.PUBLIC, cards, ServerClock())
    live.start()
    working = [gevent.spawn(work) for _ in range(4)]
    try:
        until(lambda: live.connected and more(20), "everybody is at work", SOON_S)
        until(lambda: sorted(door.watched()) == [0, 1], "screens of before are gone", SOON_S)
        its = door.watched().index(1)
        os.kill(door.pid(its), signal.SIGKILL)
        until(lambda: not live.connected, "the screen's line breaks", SOON_S)
        until(partial(more, len(statuses) + 40), "numbers are given by the other", SOON_S)
        until(lambda: live.connected, "the screen is back", SOON_S)
        seen = cards.revision
        until(lambda: cards.revision != seen, "and hears what happens", SOON_S)
        until(lambda: len(door.pair.pids()) == 2, "the process is started again", SOON_S)
        assert door.pair.take(its)["number"]
    finally:
        stopping.set()
        gevent.joinall(working, raise_error=True)
        live.stop()
        connection.close()
    assert set(statuses) == {200}
    assert len(numbers) == len(set(numbers))
