"""`paihao serve` on a machine whose clock is set ahead by 35 seconds each time SIGUSR1 comes. Exists only here."""

from gevent import monkey

monkey.patch_all()

import signal  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable  # noqa: E402
from unittest.mock import patch  # noqa: E402

from server import app  # noqa: E402
from server.command.serve import serve  # noqa: E402
from server.steady_clock import SteadyClock, Step  # noqa: E402

STEP_S = 35
_time, _time_ns = time.time, time.time_ns
_ahead_s = [0]


def off_clock(tell: Callable[[Step], None]) -> SteadyClock:
    """The server's own clock over the machine's that is off."""
    return SteadyClock(tell, lambda: _time_ns() + _ahead_s[0] * 1_000_000_000)


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, lambda *_: _ahead_s.append(_ahead_s.pop() + STEP_S))
    with patch.object(app, "SteadyClock", off_clock), patch.object(time, "time", lambda: _time() + _ahead_s[0]):
        serve()
