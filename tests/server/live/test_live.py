"""Screens are told what changed, those who may, and nobody longer than they may."""

import json
from contextlib import suppress

import pytest
import socketio
import websocket

from tests.server.api.everybody import Everybody
from tests.server.api.running_server import HALL, WITHIN_S, RunningServer, until
from tests.server.live.screen import bare_socket, ended, heard, live_pass, until_cut, watching

TAKE = f"/{HALL}/kiosk/take_number"


def test_a_screen_hears_of_a_number(server: RunningServer, everybody: Everybody) -> None:
    with watching(server, "public") as screen:
        snapshot = server.get(f"/{HALL}/snapshot/public").json()
        assert screen.revision == snapshot["revision"]
        revision = server.post(TAKE, {"line": "A"}, everybody.headers["kiosk"]).json()["revision"]
        until(lambda: screen.changes, "the change")
        change = screen.changes[0]
        assert (change["hall"], change["previous"], change["revision"]) == (HALL, snapshot["revision"], revision)
        assert change["cards"]["line/A"]["waiting"] == snapshot["cards"]["line/A"]["waiting"] + 1
        assert not [key for key in change["cards"] if key.startswith(("work", "queue", "today"))]
        until(lambda: screen.beats and screen.beats[-1]["revision"] == revision, "the beat")


def test_the_cards_told_add_up_to_the_snapshot(server: RunningServer, everybody: Everybody) -> None:
    agent = everybody.headers["agent"]
    with watching(server, "staff", agent) as screen:
        cards = server.get(f"/{HALL}/snapshot/staff", agent).json()["cards"]
        revision = screen.revision
        for line in "ABABAB":
            last = server.post(TAKE, {"line": line}, everybody.headers["kiosk"]).json()["revision"]
        until(lambda: screen.changes and screen.changes[-1]["revision"] >= last, "the last change")
        for change in screen.changes:
            assert change["previous"] == revision
            revision = change["revision"]
            cards |= change["cards"]
        newest = server.get(f"/{HALL}/snapshot/staff", agent).json()
        assert (revision, {key: card for key, card in cards.items() if card}) == (newest["revision"], newest["cards"])


def test_a_pass_is_good_once(server: RunningServer, everybody: Everybody) -> None:
    one = live_pass(server, "staff", everybody.headers["agent"])
    client, again = socketio.Client(reconnection=False), socketio.Client(reconnection=False)
    client.connect(server.url, auth={"hall": HALL, "pass": one}, transports=["websocket"], wait_timeout=WITHIN_S)
    try:
        with pytest.raises(socketio.exceptions.ConnectionError):
            again.connect(server.url, auth={"hall": HALL, "pass": one}, transports=["websocket"])
    finally:
        client.disconnect()
        again.disconnect()


@pytest.mark.parametrize("auth", [None, {}, {"hall": HALL}, {"hall": HALL, "pass": "a.b"}, {"pass": 5}, [1], "x"])
def test_nobody_watches_without_a_pass(server: RunningServer, auth: object) -> None:
    with bare_socket(server) as connection:
        assert heard(connection).startswith("0")
        connection.send("40" + ("" if auth is None else json.dumps(auth)))
        assert heard(connection).startswith("44")
        connection.send('420["watch"]')
        assert ended(connection)


def test_a_pass_of_one_hall_is_not_for_another(server: RunningServer) -> None:
    with bare_socket(server) as connection:
        assert heard(connection).startswith("0")
        connection.send("40" + json.dumps({"hall": "LJ-SD", "pass": live_pass(server, "public")}))
        assert heard(connection).startswith("44")


def test_a_revoked_device_is_cut(server: RunningServer) -> None:
    agent = server.enrol("window", "W9", "103")
    with watching(server, "staff", agent) as screen:
        server.admin("revoke_device", {"name": "W9"})
        until_cut(screen, "the revoked device's connection is cut")
    assert server.get(f"/{HALL}/snapshot/staff", agent).status_code == 401
    assert server.post(f"/{HALL}/window/report_device", {"health": {}}, agent).status_code == 401


def test_a_disabled_person_and_an_ended_session_are_cut(server: RunningServer) -> None:
    server.person("floor9", "floor_manager")
    for end in (
        lambda desk: server.post(f"/{HALL}/desk/sign_out", {}, desk),
        lambda _desk: server.admin("set_roles", {"login": "floor9", "roles": ["guide"]}),
    ):
        desk = server.at_desk("floor9")
        with watching(server, "manager", desk) as screen:
            end(desk)
            until_cut(screen, "the connection of somebody who is out is cut")


def test_others_go_on_when_one_is_cut(server: RunningServer, everybody: Everybody) -> None:
    server.enrol("window", "W8", "104")
    with watching(server, "staff", everybody.headers["agent"]) as screen:
        server.admin("revoke_device", {"name": "W8"})
        revision = server.post(TAKE, {"line": "A"}, everybody.headers["kiosk"]).json()["revision"]
        until(lambda: screen.changes and screen.changes[-1]["revision"] >= revision, "the change")
        assert not screen.gone


@pytest.mark.parametrize("origin", [None, "own"])
def test_our_own_pages_and_programs_connect(server: RunningServer, origin: str | None) -> None:
    with bare_socket(server, {} if origin is None else {"Origin": server.url}) as connection:
        assert heard(connection).startswith("0")


@pytest.mark.parametrize("origin", ["http://evil.example", "null"])
@pytest.mark.parametrize("forwarded", [False, True])
def test_a_foreign_page_does_not(server: RunningServer, origin: str, forwarded: bool) -> None:
    headers = {"Origin": origin}
    if forwarded:
        headers |= {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"}
    with pytest.raises(websocket.WebSocketBadStatusException) as refused, bare_socket(server, headers):
        pass
    assert refused.value.status_code == 403


def test_deflate_is_not_taken(server: RunningServer) -> None:
    offer = {"Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits"}
    with bare_socket(server, offer) as connection:
        assert "sec-websocket-extensions" not in {name.lower() for name in connection.getheaders() or {}}


@pytest.mark.parametrize(
    "said",
    [
        "", "x", "9", "4", "4x", "49", "42", "42[", "42[]", "42{}", '42["watch"', "45", "451-", "44{}", "43[1]", "6",
        '451-["a",{"_placeholder":1}]', "4" + "[" * 4000, "420" * 2000, "b" + "A" * 300, "2probe", "5", "4123456789",
    ],
)  # fmt: skip
def test_what_is_no_packet_does_no_harm(server: RunningServer, said: str) -> None:
    with bare_socket(server) as connection:
        connection.recv()
        connection.send("40" + json.dumps({"hall": HALL, "pass": live_pass(server, "public")}))
        assert heard(connection).startswith("40")
        with suppress(OSError):  # the server may have hung up after the first of them
            connection.send(said)
            connection.send('420["nothing we know",{"a":1}]')
            connection.send_binary(b"\x00\xff" * 10)
    with watching(server, "public") as screen:
        assert screen.revision > 0


def test_an_oversize_message_is_cut_before_it_is_whole(server: RunningServer) -> None:
    with bare_socket(server) as connection:
        connection.recv()
        with pytest.raises((OSError, websocket.WebSocketException)):
            for _ in range(1000):
                connection.send_frame(websocket.ABNF.create_frame("4" * 65_536, websocket.ABNF.OPCODE_TEXT, 0))
            assert ended(connection)
            raise OSError
    assert server.get("/health").json()["ok"]


def test_a_flood_is_cut(server: RunningServer) -> None:
    with bare_socket(server) as connection:
        connection.recv()
        connection.send("40" + json.dumps({"hall": HALL, "pass": live_pass(server, "public")}))
        with pytest.raises((OSError, websocket.WebSocketException)):
            for _ in range(200_000):
                connection.send('42["watch"]')
    assert server.get("/health").json()["ok"]
