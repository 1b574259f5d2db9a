"""Everybody who may come to the server, each with what they show."""

from dataclasses import dataclass

from tests.server.api.running_server import RunningServer

Headers = dict[str, str]


@dataclass
class Everybody:
    """Headers by who it is. `clerk` holds both the agent's token and the clerk's session."""

    headers: dict[str, Headers]


def invite_everybody(server: RunningServer) -> Everybody:
    """Enrol the devices, add the people, sign them in."""
    agent = server.enrol("window", "W101", "101", "102")
    server.person("1003")
    for login, role in (
        ("guide1", "guide"),
        ("floor1", "floor_manager"),
        ("hall1", "hall_manager"),
        ("inspector1", "inspector"),
        ("admin1", "system_administrator"),
    ):
        server.person(login, role)
    return Everybody(
        {
            "nobody": {},
            "made_up": {"Authorization": "Bearer made-up", "X-Session": "12.made-up", "X-Local-Secret": "made-up"},
            "kiosk": server.enrol("kiosk", "K1"),
            "display": server.enrol("display", "D1"),
            "agent": agent,
            "clerk": server.at_window(agent, "101", "1003"),
            "guide": server.at_desk("guide1"),
            "floor_manager": server.at_desk("floor1"),
            "hall_manager": server.at_desk("hall1"),
            "command_line": {"X-Local-Secret": server.secret},
        }
    )
