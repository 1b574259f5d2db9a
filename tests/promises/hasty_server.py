"""The control of R1: the same server, but its writer answers before COMMIT. Exists only here; `paihao serve`'s options.

The commit then comes as late as on a slow disk, so that a kill falls between answer and commit.
"""

from gevent import monkey

monkey.patch_all()

from unittest.mock import patch  # noqa: E402

import gevent  # noqa: E402

from server import app  # noqa: E402
from server.command.serve import serve  # noqa: E402
from server.storage import writer  # noqa: E402
from server.storage.deciding import Decider  # noqa: E402
from server.storage.orders import Answer, KeyReused, Order  # noqa: E402

DISK_TAKES_S = 0.1
_waiting: dict[int, writer._Waiting] = {}


class HastyDecider(Decider):
    """Says what it decided at once."""

    __slots__ = ()

    def answer(self, order: Order, digest: str) -> Answer | KeyReused:
        found = super().answer(order, digest)
        if isinstance(found, Answer) and id(order) in _waiting:
            _waiting.pop(id(order)).result.set(found)
        return found


class HastyWriter(writer.Writer):
    """Commits after it has answered."""

    def _transaction(self, batch: list[writer._Waiting]) -> list[Answer | KeyReused]:
        _waiting.update({id(one.order): one for one in batch})
        return super()._transaction(batch)

    def _commit(self) -> None:
        gevent.sleep(DISK_TAKES_S)
        super()._commit()


if __name__ == "__main__":
    with patch.object(writer, "Decider", HastyDecider), patch.object(app, "Writer", HastyWriter):
        serve()
