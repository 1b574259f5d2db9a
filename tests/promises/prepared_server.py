"""The server of R5: the same server, and beside HTTP a door by which a round's people come and step up together.

What goes before a round is not what it tries; by HTTP it would take twice as long as the presses themselves. A command
from the door stands in the writer's line like any other, as the kiosk or window agent that would have sent it. Exists
only here; `paihao serve`'s options. The door's port stands in the data folder.
"""

from gevent import monkey

monkey.patch_all()

import json  # noqa: E402
import secrets  # noqa: E402
import socket  # noqa: E402
from typing import Any  # noqa: E402
from unittest.mock import patch  # noqa: E402

import gevent  # noqa: E402
from gevent.server import StreamServer  # noqa: E402

from contract.commands import COMMANDS  # noqa: E402
from contract.words import Via  # noqa: E402
from server import app  # noqa: E402
from server.command.serve import serve  # noqa: E402
from server.storage import writer  # noqa: E402
from server.storage.database import Database  # noqa: E402
from server.storage.orders import Actor, Order  # noqa: E402
from tests.benchmarks.bench_hall import HALL, WINDOWS  # noqa: E402
from tests.promises.proving_hall import AGENT, SIDE_DOOR  # noqa: E402

CARDS_EVERY_S = 5.0  # nobody looks at this hall's screens
AT_WINDOWS = Actor(Via.PAGE, device=AGENT, windows=frozenset(WINDOWS))


def actor_of(kiosk: str | None) -> Actor:
    """The kiosk of this name, or the agent of all windows."""
    return Actor(Via.KIOSK, device=kiosk, kiosk=kiosk) if kiosk else AT_WINDOWS


class PreparedWriter(writer.Writer):
    """Hears at the side door: a line of JSON, [[kiosk or null, deed, body], ...]; answers with a line of all bodies."""

    def start(self) -> None:
        self._cards_every_s = CARDS_EVERY_S
        super().start()
        self._door = StreamServer(("127.0.0.1", 0), self._heard)
        self._door.start()
        assert isinstance(self._database, Database)
        (self._database.path.parent / SIDE_DOOR).write_text(str(self._door.server_port), encoding="ascii")

    def stop(self) -> None:
        self._door.stop()
        super().stop()

    def _heard(self, sock: socket.socket, _: Any) -> None:
        with sock.makefile("rwb") as line:
            for asked in line:
                giving = [gevent.spawn(self._give, *one) for one in json.loads(asked)]
                gevent.joinall(giving, raise_error=True)
                line.write(b"[" + b",".join(one.get() for one in giving) + b"]\n")
                line.flush()

    def _give(self, kiosk: str | None, deed: str, body: dict[str, Any]) -> bytes:
        return self.submit(Order(HALL, secrets.token_hex(16), actor_of(kiosk), COMMANDS[deed](**body))).body


if __name__ == "__main__":
    with patch.object(app, "Writer", PreparedWriter):
        serve()
