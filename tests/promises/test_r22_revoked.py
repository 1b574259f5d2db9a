"""R22: revoked means out. A person, a role, a device is taken away at work: its sockets end, nothing comes later."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any

import gevent
import pytest

from tests.promises.rounds import proving, rounds, time_is_up
from tests.server.api.running_server import HALL, RunningServer, until
from tests.server.live.screen import Screen, until_cut, watching

ROUNDS = rounds(1, 100)
HANDS = 4  # requests of one person or device on their way at the same time
CUT_WITHIN_S = 2.0
Headers = dict[str, str]
Deed = Callable[[], tuple[str, dict[str, Any]]]  # path and body of the next one
_STATES, _STOPS = cycle(("ready", "silent")), cycle((True, False))
_PAUSES = cycle(("pause_window", "reopen_window"))


@dataclass
class Work:
    """Somebody who gives commands without a pause, with several hands; and somebody else, who is not touched."""

    server: RunningServer
    answers: list[tuple[float, int]] = field(default_factory=list)  # when it was sent (monotonic), its status
    busy: bool = True
    hands: list["gevent.Greenlet[..., None]"] = field(default_factory=list)

    def begin(self, deed: Deed, headers: Headers) -> None:
        """Until it is told to end."""

        def work() -> None:
            while self.busy:
                path, body = deed()
                sent = time.monotonic()
                self.answers.append((sent, self.server.post(f"/{HALL}/{path}", body, headers).status_code))

        self.hands += [gevent.spawn(work) for _ in range(HANDS)]

    def end(self) -> None:
        self.busy = False
        gevent.joinall(self.hands, raise_error=True)


@dataclass
class Revoked:
    """One revocation: what was asked of the server, and whose deeds must not come after it, wherever they stood."""

    deed: str
    body: dict[str, Any]
    actors: tuple[str, ...]
    work: Deed
    headers: Headers
    watches: str | None  # the audience of a socket that must end


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    running = RunningServer(tmp_path / "data")
    running.start()
    try:
        running.load("demo")
        yield running
    finally:
        code, said = running.stop()
    assert code == 0 and "Traceback" not in said, said


def taking() -> tuple[str, dict[str, Any]]:
    return "kiosk/take_number", {"line": "A"}


def with_priority() -> tuple[str, dict[str, Any]]:
    return "desk/take_number", {"line": "A", "priority": "LN", "reason": "证件"}


def of_round(server: RunningServer) -> list[Revoked]:
    """Everything that can be taken away, each from somebody at work."""
    kiosk = server.enrol("kiosk", "K1")
    agent = server.enrol("window", "W101", "101")
    clerk = server.at_window(server.enrol("window", "W102", "102"), "102", "1003")
    guide, manager = server.at_desk("guide1"), server.at_desk("floor1")
    roles = {"login": "guide1", "roles": ["inspector"]}
    return [
        Revoked("revoke_device", {"name": "K1"}, ("K1",), taking, kiosk, None),
        Revoked("revoke_device", {"name": "W101"}, ("W101",), health, agent, "staff"),
        Revoked("disable_user", {"login": "1003"}, ("1003",), pause_or_reopen, clerk, None),
        Revoked("set_roles", roles, ("guide1",), with_priority, guide, "staff"),
        Revoked("disable_user", {"login": "floor1"}, ("floor1",), stop_or_resume, manager, "manager"),
    ]


def health() -> tuple[str, dict[str, Any]]:
    return "window/report_device", {"health": {"keypad/101": next(_STATES)}}


def pause_or_reopen() -> tuple[str, dict[str, Any]]:
    return f"window/{next(_PAUSES)}", {"window": "102"}


def stop_or_resume() -> tuple[str, dict[str, Any]]:
    return "desk/stop_line", {"line": "B", "stopped": next(_STOPS), "reason": "演练"}


def let_in_again(server: RunningServer) -> None:
    """For the next round; devices are enrolled anew."""
    for login in ("1003", "floor1"):
        server.admin("disable_user", {"login": login, "disabled": False})
    server.admin("set_roles", {"login": "guide1", "roles": ["guide"]})


def deeds_of(server: RunningServer, actors: tuple[str, ...], after: int) -> int:
    """Journal entries of these actors after a revision."""
    marks = ",".join("?" * len(actors))
    query = f"SELECT count(*) FROM journal WHERE hall = ? AND revision > ? AND actor IN ({marks})"
    with closing(sqlite3.connect(f"file:{server.data / 'paihao.db'}?mode=ro", uri=True, timeout=10)) as connection:
        found: int = connection.execute(query, (HALL, after, *actors)).fetchone()[0]
    return found


def later(work: Work, moment: float) -> list[int]:
    """Answers to what was sent after it."""
    return [status for sent, status in work.answers if sent > moment]


def revoke(server: RunningServer, one: Revoked, bystander: Headers) -> float:
    """Take it away while it works and somebody else works too; seconds until its socket ended."""
    with ExitStack() as stack:
        screen: Screen | None = None
        if one.watches is not None:
            screen = stack.enter_context(watching(server, one.watches, one.headers))
        work, other = Work(server), Work(server)
        work.begin(one.work, one.headers)
        other.begin(taking, bystander)
        stack.callback(other.end)
        stack.callback(work.end)
        until(lambda: len(work.answers) > 3 * HANDS and len(other.answers) > HANDS, "both work")
        head = server.get("/health").json()["halls"][HALL]
        revision = server.admin(one.deed, one.body)["revision"]
        began = time.monotonic()
        if screen is not None:
            until_cut(screen, f"the socket after {one.deed} {one.body}")
        took = time.monotonic() - began
        until(lambda: len(later(work, began)) > HANDS, "it was tried again")
        assert set(later(work, began)) <= {401, 403}
        assert deeds_of(server, one.actors, 0) > 0, "it never worked: nothing was tried"
        came_after = deeds_of(server, one.actors, revision)
        assert came_after == 0, f"{one.deed}: {came_after} deeds after revision {revision}"
        until(lambda: deeds_of(server, ("K2",), revision) > 0, "the check finds who was not revoked")
        assert head <= revision
    return took if screen is not None else 0.0


def test_whoever_was_revoked_is_out_while_they_work(server: RunningServer) -> None:
    with proving("R22", "revocations", 500) as proof:
        server.person("1003")
        server.person("guide1", "guide")
        server.person("floor1", "floor_manager")
        bystander = server.enrol("kiosk", "K2")
        worst = 0.0
        for _ in range(ROUNDS):
            if time_is_up():
                break
            for one in of_round(server):
                worst = max(worst, revoke(server, one, bystander))
                proof.reached += 1
            let_in_again(server)
        told = "0 later deeds, those in line already included"
        proof.figure = f"users, roles, devices: {told}; the slowest socket ended after {worst * 1000:.0f} ms"
        proof.control = "a kiosk that was not revoked worked beside it: its later deeds are found each time"
