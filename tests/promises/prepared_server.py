"""The server of R5: the same server, and beside HTTP a door by which a round's people come and step up together.

What goes before a round is not what it tries; by HTTP it would take twice as long as the presses themselves. Exists
only here; `paihao serve`'s options.
"""

from gevent import monkey

monkey.patch_all()

from typing import Any  # noqa: E402
from unittest.mock import patch  # noqa: E402

from server import app  # noqa: E402
from server.command.serve import serve  # noqa: E402
from tests.promises.proving_hall import AGENT  # noqa: E402
from tests.promises.side_door import SideDoorWriter  # noqa: E402

CARDS_EVERY_S = 5.0  # nobody looks at this hall's screens


class PreparedWriter(SideDoorWriter):
    """Hears [[kiosk or null, deed, body], ...] and answers with the list of all bodies."""

    agent = AGENT

    def start(self) -> None:
        self._cards_every_s = CARDS_EVERY_S
        super().start()

    def answer(self, asked: Any) -> Any:
        return self.give(asked)


if __name__ == "__main__":
    with patch.object(app, "Writer", PreparedWriter):
        serve()
