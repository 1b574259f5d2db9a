"""A door beside HTTP into the writer's line, for servers that proofs start. The door's port stands in the data folder.

A command from the door stands in the writer's line like any other, as the kiosk or window agent that would have sent
it. Import only where gevent has taken the place of threads and sockets.
"""

import json
import secrets
import socket
from abc import abstractmethod
from typing import Any

import gevent
from gevent.server import StreamServer

from contract.commands import COMMANDS
from contract.words import Via
from server.storage import writer
from server.storage.database import Database
from server.storage.orders import Actor, Order
from tests.benchmarks.bench_hall import HALL, WINDOWS
from tests.promises.proving_hall import SIDE_DOOR


class SideDoorWriter(writer.Writer):
    """One line of JSON in, one out: `answer` says which. `agent`: the device that works at all windows."""

    agent: str

    def start(self) -> None:
        super().start()
        self._door = StreamServer(("127.0.0.1", 0), self._heard)
        self._door.start()
        assert isinstance(self._database, Database)
        (self._database.path.parent / SIDE_DOOR).write_text(str(self._door.server_port), encoding="ascii")

    def stop(self) -> None:
        self._door.stop()
        super().stop()

    @abstractmethod
    def answer(self, asked: Any) -> Any:
        """What is said to a line."""

    def give(self, orders: list[tuple[str | None, str, dict[str, Any]]]) -> list[Any]:
        """Have all done at once: a kiosk's name or None for the agent of all windows, deed, body; their bodies."""
        giving = [gevent.spawn(self._give, *one) for one in orders]
        gevent.joinall(giving, raise_error=True)
        return [one.get() for one in giving]

    def _heard(self, sock: socket.socket, _: Any) -> None:
        with sock.makefile("rwb") as line:
            for asked in line:
                line.write(json.dumps(self.answer(json.loads(asked))).encode() + b"\n")
                line.flush()

    def _give(self, kiosk: str | None, deed: str, body: dict[str, Any]) -> Any:
        windows = Actor(Via.PAGE, device=self.agent, windows=frozenset(WINDOWS))
        actor = Actor(Via.KIOSK, device=kiosk, kiosk=kiosk) if kiosk else windows
        return json.loads(self.submit(Order(HALL, secrets.token_hex(16), actor, COMMANDS[deed](**body))).body)
