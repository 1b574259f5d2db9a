"""The server's clock as an agent knows it, measured against the monotonic clock, so that a jump of the machine's own
clock changes nothing."""

import time
from collections import deque
from datetime import UTC, datetime

SAMPLES = 8  # beats; one every 2 s


class ServerClock:
    """A message is always late, never early: of the last samples the one that says the latest time is the best."""

    def __init__(self) -> None:
        self._ahead: deque[float] = deque(maxlen=SAMPLES)  # server's epoch seconds minus monotonic seconds
        self._guess = 0.0  # server's clock minus the machine's own, in seconds, from an earlier life

    def heard(self, server_time: str, monotonic: float) -> None:
        """`server_time` (ISO 8601) arrived at `monotonic`."""
        self._ahead.append(datetime.fromisoformat(server_time).timestamp() - monotonic)

    def guess(self, offset_s: float) -> None:
        """Until a beat was heard: by how much the server's clock was ahead of the machine's own when last it was."""
        self._guess = offset_s

    @property
    def known(self) -> bool:
        return bool(self._ahead)

    def at(self, monotonic: float) -> datetime:
        """Server time (UTC) of a moment on the monotonic clock; by the machine's own until a beat was heard."""
        ahead = max(self._ahead) if self._ahead else time.time() + self._guess - time.monotonic()
        return datetime.fromtimestamp(ahead + monotonic, UTC)

    def now(self) -> datetime:
        return self.at(time.monotonic())

    @property
    def offset_ms(self) -> int:
        """Server's clock minus the machine's own."""
        return round((self.now().timestamp() - time.time()) * 1000)
