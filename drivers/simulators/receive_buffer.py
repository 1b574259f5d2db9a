"""A printer's receive buffer: commands in the order they came, real-time ones apart."""

from collections import deque
from collections.abc import Iterator

from drivers.simulators.escpos_stream import REAL_TIME, Command, EscposStream


class ReceiveBuffer:
    """Holds what is not executed yet. ``bound`` is in bytes; a full buffer still takes the read in hand."""

    def __init__(self, bound: int) -> None:
        self._bound = bound
        self._stream = EscposStream()
        self._queue: deque[Command] = deque()
        self._queued_bytes = 0

    def take_in(self, data: bytes) -> Iterator[Command]:
        """Queue the commands in the bytes; yield each real-time command when those before it are queued."""
        for command in self._stream.feed(data):
            if command.name in REAL_TIME:
                yield command
            else:
                self._queue.append(command)
                self._queued_bytes += command.size

    @property
    def first(self) -> Command | None:
        """The command to be executed next."""
        return self._queue[0] if self._queue else None

    @property
    def full(self) -> bool:
        """An unfinished command does not count, or one larger than the bound could never be finished."""
        return self._queued_bytes >= self._bound

    @property
    def waiting_bytes(self) -> int:
        """Bytes not executed, those of an unfinished command included."""
        return self._queued_bytes + self._stream.unfinished

    def pop(self) -> Command:
        command = self._queue.popleft()
        self._queued_bytes -= command.size
        return command

    def drop_commands(self) -> None:
        """Forget the commands that wait; an unfinished one stays."""
        self._queue.clear()
        self._queued_bytes = 0

    def drop_all(self) -> None:
        self.drop_commands()
        self._stream.clear()
