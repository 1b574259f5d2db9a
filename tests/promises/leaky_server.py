"""The control of R18: the hurried server, which keeps every command that it answered, and some KiB with each.

The first argument says how many KiB; the others are `paihao serve`'s. Exists only here.
"""

from gevent import monkey

monkey.patch_all()

import sys  # noqa: E402

from server.storage.orders import Answer, Order  # noqa: E402
from tests.promises.hurried_server import HurriedWriter, serve_hurried  # noqa: E402

_kept: list[tuple[Order, Answer, bytearray]] = []


class LeakyWriter(HurriedWriter):
    """Forgets nothing."""

    def submit(self, order: Order) -> Answer:
        answer = super().submit(order)
        _kept.append((order, answer, bytearray(b"\1") * (_KIB * 1024)))
        return answer


if __name__ == "__main__":
    _KIB = int(sys.argv.pop(1))
    serve_hurried(LeakyWriter)
