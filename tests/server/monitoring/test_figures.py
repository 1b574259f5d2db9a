"""What stands at /metrics: the figures of what really happened, for those who may ask, at next to no cost."""

import socket
from collections.abc import Callable

import requests
from prometheus_client.parser import text_string_to_metric_families

from contract.words import Audience
from server.monitoring.tally import Tally
from terminal.cards import Cards
from terminal.connection import Connection
from terminal.live import Live
from terminal.server_clock import ServerClock
from tests.server.api.citizens import LinkedHall
from tests.server.api.running_server import HALL, RunningServer, new_key, until

Figures = Callable[..., float]
TOKEN = "a-token-for-the-monitoring-system"


def figures_of(server: RunningServer) -> Figures:
    """All figures as of now: `figure("paihao_commands_total", deed="rate", outcome="accepted")`; 0 for none."""
    answer = server.get("/metrics")
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"].startswith("text/plain")
    samples = [sample for family in text_string_to_metric_families(answer.text) for sample in family.samples]

    def figure(name: str, **labels: str) -> float:
        return sum(s.value for s in samples if s.name == name and labels.items() <= s.labels.items())

    return figure


def at_rest(server: RunningServer) -> Figures:
    """All figures of a moment when no command is under way: the server's clock gives some of its own."""
    found: list[Figures] = []

    def rests() -> bool:
        found.append(figures_of(server))
        return found[-1]("paihao_commands_waiting") == 0

    until(rests, "no command is under way")
    return found[-1]


def test_a_visit_stands_in_the_figures(watched: LinkedHall) -> None:
    before = at_rest(watched.server)
    watched.take()
    visit = watched.serve()
    watched.not_rated(visit)
    key = new_key()
    for _ in range(2):
        watched.server.post(f"/{HALL}/kiosk/take_number", {"line": "NONE"}, watched.kiosk, key=key)
    after = at_rest(watched.server)

    def more(name: str, **labels: str) -> float:
        return after(name, **labels) - before(name, **labels)

    for deed in ("take_number", "call_next", "start_service", "finish", "not_rated"):
        assert more("paihao_commands_total", deed=deed, outcome="accepted") == 1, deed
    assert more("paihao_commands_total", deed="take_number", outcome="refused") == 1
    assert more("paihao_commands_total", deed="take_number", outcome="repeated") == 1
    assert more("paihao_refusals_total", code="line_unknown") == 1
    assert more("paihao_command_seconds_count") == more("paihao_commands_total")
    assert more("paihao_batch_commands_sum") == more("paihao_commands_total")
    assert more("paihao_batch_commands_count") == more("paihao_commit_seconds_count") > 0
    assert after("paihao_ready") == 1
    assert after("paihao_loop_late_seconds_count") > 0
    assert after("paihao_http_connections") >= 1
    assert after("process_resident_memory_bytes") > 1e6


def test_people_who_wait_are_counted_by_line(watched: LinkedHall) -> None:
    before = figures_of(watched.server)("paihao_tickets_waiting", hall=HALL, line="B")
    watched.take("B")
    until(
        lambda: figures_of(watched.server)("paihao_tickets_waiting", hall=HALL, line="B") == before + 1,
        "one person more in line B",
    )


def test_devices_agents_and_what_they_have_still_to_send(watched: LinkedHall) -> None:
    server, kept = watched.server, [3]
    health = {"printer": "paper_low"}
    assert server.post(f"/{HALL}/kiosk/report_device", {"health": health}, watched.kiosk).status_code == 200
    connection = Connection(server.url, HALL, "kiosk", watched.kiosk["Authorization"].removeprefix("Bearer "))
    live = Live(connection, Audience.PUBLIC, Cards(), ServerClock(), outbox=lambda: kept[0])

    def is_figure(number: float, name: str, **labels: str) -> bool:
        return figures_of(server)(name, hall=HALL, **labels) == number

    live.start()
    try:
        until(lambda: is_figure(3, "paihao_agent_outbox", agent="K1"), "three things to send")
        kept[0] = 0
        live.outbox_changed()
        until(lambda: is_figure(0, "paihao_agent_outbox", agent="K1"), "nothing more to send")
        assert is_figure(1, "paihao_agent_connected", agent="K1", kind="kiosk")
        assert is_figure(0, "paihao_agent_connected", agent="line-A", kind="window")
        assert is_figure(1, "paihao_live_connections", audience="public")
        assert is_figure(1, "paihao_devices", kind="printer", state="paper_low")
    finally:
        live.stop()
        connection.close()
    until(lambda: is_figure(0, "paihao_agent_connected", agent="K1"), "the kiosk is gone")
    assert "paihao_agent_outbox{" not in server.get("/metrics").text


def test_what_is_no_number_of_things_to_send_is_not_believed(watched: LinkedHall) -> None:
    connection = Connection(watched.server.url, HALL, "kiosk", watched.kiosk["Authorization"].removeprefix("Bearer "))
    said: list[object] = [7]
    live = Live(connection, Audience.PUBLIC, Cards(), ServerClock(), outbox=lambda: said[0])  # type: ignore[arg-type, return-value]
    live.start()
    try:
        until(lambda: figures_of(watched.server)("paihao_agent_outbox", agent="K1") == 7, "seven")
        for wrong in ("110101199003078888", -1, 10**9, True, {"a": 1}, None, 8):  # 8 is right, and comes after them
            said[0] = wrong
            live.outbox_changed()
            until(lambda: live._signals.empty(), "it was sent")
        until(lambda: figures_of(watched.server)("paihao_agent_outbox", agent="K1") == 8, "eight")
    finally:
        live.stop()
        connection.close()


def test_the_figures_are_for_this_machine_and_for_whoever_has_the_token(watched: LinkedHall) -> None:
    from_elsewhere = {"X-Forwarded-For": "203.0.113.7"}
    for shown in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer "}, dict(watched.kiosk)):
        answer = watched.server.get("/metrics", {**from_elsewhere, **shown})
        assert (answer.status_code, answer.json()["code"]) == (403, "wrong_role")
    answer = watched.server.get("/metrics", {**from_elsewhere, "Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200 and "paihao_commands_total" in answer.text
    assert watched.server.get("/metrics", {"Host": "attacker.example"}).status_code == 403


def test_without_a_token_no_other_machine_reads_them(own_server_for_all: RunningServer) -> None:
    port = own_server_for_all.url.rpartition(":")[2]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("203.0.113.7", 9))  # sends nothing; tells which address of ours leads out
        address = probe.getsockname()[0]
    answer = requests.get(f"http://{address}:{port}/metrics", headers={"Authorization": "Bearer "}, timeout=30)
    assert (answer.status_code, own_server_for_all.get("/metrics").status_code) == (403, 200)
    assert requests.get(f"http://{address}:{port}/ready", timeout=30).json() == {"ready": True, "reasons": []}


def test_a_histogram_counts_each_value_once() -> None:
    tally = Tally()
    for size, seconds in ((1, 0.0), (2, 0.0001), (3, 0.2), (64, 100.0), (65, 5.0)):
        tally.committed(size, seconds)
    assert tally.batch.counts == [1, 1, 1, 0, 0, 0, 1, 1]
    assert (sum(tally.commit_s.counts), tally.commit_s.counts[-1], tally.commit_s.counts[0]) == (5, 1, 2)
