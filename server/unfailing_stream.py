"""Standard error for a server that must go on: where a line cannot be written, the line is lost and nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, suppress
from io import TextIOBase
from typing import TextIO, cast


class UnfailingStream(TextIOBase):
    """Passes on to `stream`. A full disk, or a reader of the log who left, is no fault of whoever writes."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        """All of it counts as written."""
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()


@contextmanager
def unfailing_stderr(stream: TextIO) -> Iterator[None]:
    """Everything that writes to standard error, libraries too, writes to `stream` without ever failing."""
    with redirect_stderr(cast(TextIO, UnfailingStream(stream))):
        yield
