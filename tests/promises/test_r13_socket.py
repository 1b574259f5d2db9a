"""R13: the socket holds. Malformed, oversize, floods, foreign origins; the server goes on and does not grow."""

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import gevent
import pytest
import requests

from contract.words import Audience
from demo.programs import resident_bytes
from terminal.cards import Cards
from terminal.connection import Connection
from terminal.live import Live
from terminal.server_clock import ServerClock
from tests.benchmarks.bench_hall import HALL, WINDOWS
from tests.promises.asking import Asker
from tests.promises.bad_packets import FLOOD, PACKETS, RawSocket
from tests.promises.history import History
from tests.promises.proving_hall import AGENT, ProvingServer, empty_database, prepare, proving_hall, token_of
from tests.promises.rounds import LONG, Result, proving, rounds, time_is_up
from tests.terminal.hall_outside import until

MANY = rounds(2_000, 100_000)
WARM = 10_000 if LONG else 1_000  # until then the server's memory finds its size
AT_ONCE = 20
PER_CONNECTION = 12
MORE_MEMORY = 1.10
FOREIGN = {"Origin": "http://evil.example"}
LISTED = "http://wall.example:8080"


@contextmanager
def watching(server: ProvingServer) -> Iterator[Live]:
    """A window agent's line beside all that."""
    connection = Connection(server.url, HALL, "window", token_of(AGENT))
    live = Live(connection, Audience.STAFF, Cards(), ServerClock())
    live.start()
    try:
        until(lambda: live.connected, "the agent hears the server", 60)
        yield live
    finally:
        live.stop()
        connection.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ProvingServer]:
    """A server whose settings list one foreign origin."""
    settings = tmp_path / "server.toml"
    settings.write_text(f'origins = ["{LISTED}"]\n', encoding="utf-8")
    prepare(empty_database(tmp_path / "data"), proving_hall(WINDOWS[:8]))
    running = ProvingServer(tmp_path / "data", ("paihao.py", "serve", "--settings", str(settings)))
    running.start()
    try:
        yield running
    finally:
        running.stop()


def attack(server: ProvingServer, rng: random.Random, sent: Counter[str], until_sent: int) -> None:
    """Connections with bad packets, until so many were sent by all."""
    while sent.total() < until_sent and not time_is_up():
        raw = RawSocket(server.address, rng)
        assert raw.status == 101
        for _ in range(rng.randrange(1, PER_CONNECTION)):
            kind = rng.choice(list(PACKETS))
            if not raw.send(PACKETS[kind](rng)):
                break
            sent[kind] += 1
            raw.heard()
        raw.finish()
        raw.close()


def bombard(server: ProvingServer, proof: Result, sent: Counter[str], until_sent: int) -> None:
    """Many attackers side by side."""
    attackers = [random.Random(proof.rng.randrange(2**32)) for _ in range(AT_ONCE)]
    gevent.joinall([gevent.spawn(attack, server, rng, sent, until_sent) for rng in attackers], raise_error=True)


def memory(server: ProvingServer) -> int:
    """The server's resident bytes."""
    found = resident_bytes(server.pid)
    assert found is not None
    return found


def test_bad_packets_neither_stop_nor_swell_the_server(server: ProvingServer, tmp_path: Path) -> None:
    with proving("R13", "packets", 100_000) as proof, watching(server) as agent, History(tmp_path / "h") as history:
        sent: Counter[str] = Counter()
        bombard(server, proof, sent, WARM)
        before = memory(server)
        bombard(server, proof, sent, WARM + MANY)
        kiosk = Asker(server.port, history, "K1")
        answer = kiosk.ask("take_number", {"line": "A"})
        kiosk.close()
        assert answer is not None and answer.accepted
        until(lambda: (agent._cards.revision or 0) >= answer.body["revision"], "the agent hears of it", 60)
        health = requests.get(f"{server.url}/health", timeout=30).json()
        after = memory(server)
        assert not server.ended and (health["ok"], health["defects"]) == (True, 0)
        assert "Traceback" not in server.said() and "defect" not in server.said()
        assert after < before * MORE_MEMORY, f"{before} bytes became {after}"
        assert set(sent) == set(PACKETS)
        proof.reached = sent.total() - WARM
        growth = (after / before - 1) * 100
        kinds = f"{len(PACKETS)} kinds (a flood is {FLOOD} in one)"
        proof.figure = f"{kinds}: 0 crashes, 0 defects, memory {growth:+.1f} % ({after >> 20} MiB)"
        foreign, accepted = origins(server, proof.rng)
        proof.figure += f"; {foreign} foreign handshakes refused"
        proof.control = f"origins none, own and listed: {accepted} handshakes accepted by the same server"


def origins(server: ProvingServer, rng: random.Random) -> tuple[int, int]:
    """Handshakes from pages of everywhere: how many foreign ones were refused, how many of ours were not."""
    forwarded = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"}
    near = [f"http://127.0.0.1:{server.port + 1}", f"https://127.0.0.1:{server.port}", "null", LISTED + ".evil.example"]
    foreign = [FOREIGN, FOREIGN | forwarded, *({"Origin": one} for one in near)]
    ours = [{}, {"Origin": server.url}, {"Origin": LISTED}, {"Origin": LISTED} | forwarded]
    assert [handshake(server, rng, headers) for headers in foreign] == [403] * len(foreign)
    assert [handshake(server, rng, headers) for headers in ours] == [101] * len(ours)
    return len(foreign), len(ours)


def handshake(server: ProvingServer, rng: random.Random, headers: dict[str, str]) -> int:
    raw = RawSocket(server.address, rng, headers)
    raw.close()
    return raw.status
