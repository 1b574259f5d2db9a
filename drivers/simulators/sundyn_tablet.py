"""A Sundyn rating tablet on the network, with a person before it.

A second implementation that shares nothing with the drivers. Unverified on hardware.
"""

import socket
import threading
from types import TracebackType
from typing import Self


class SundynTablet:
    """Listens on a UDP port of its own and sends its events to the host's port. ``twice``: says each event twice;
    ``deaf``: so many commands are lost on their way to it; ``off``: nothing arrives and nothing is answered."""

    def __init__(self, host_port: int, card: str = "1003", *, at: str = "127.0.0.1") -> None:
        self.changed = threading.Condition()
        self.page = "welcome"
        self.commands: list[str] = []
        self.twice = False
        self.deaf = 0
        self.off = False
        self.time = "2026-10-12 09:00:00"
        self.at = at
        self._host = ("127.0.0.1", host_port)
        self._card = card
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((at, 0))
        self.port = int(self._socket.getsockname()[1])
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
            end.sendto(b"end", (self.at, self.port))
        self._thread.join()
        self._socket.close()

    def press(self, key: str) -> None:
        """A finger on the glass; without an invitation there is no key to press."""
        with self.changed:
            if self.page != "rate":
                return
            self.page = "thanks"
        for _ in range(2 if self.twice else 1):
            self._say(f"S02||{self._card}||{key}||{self.time}||E")

    def _listen(self) -> None:
        while True:
            raw, _ = self._socket.recvfrom(2048)
            if raw == b"end":
                return
            command = raw.decode("utf-8")
            if self.off:
                continue
            if self.deaf and command != "S95E":
                self.deaf -= 1
                continue
            with self.changed:
                self.commands.append(command)
                self._do(command)
                self.changed.notify_all()

    def _do(self, command: str) -> None:
        pages = {"S01E": "welcome", "S02E": "rate", "S03E": "paused", "S06E": "welcome", "S05E": "signed out"}
        if command == "S95E":
            self._say("S95OK")
        elif command.startswith("S04") and command.endswith("E"):
            self._card = command[3:-1]
            self._say("S04OK")
        elif command in pages:
            self.page = pages[command]
            self._say("S05OK" if command == "S05E" else "RecvCmdOK")

    def _say(self, text: str) -> None:
        self._socket.sendto(text.encode("utf-8"), self._host)
