"""What stands in the line before the writer, and what comes back."""

from dataclasses import dataclass, field

from contract.commands import Command
from contract.words import Role, Via


@dataclass(frozen=True, slots=True)
class Actor:
    """Who gives a command, as the edge established it. `windows`: what the device may act for."""

    via: Via
    device: str | None = None
    windows: frozenset[str] = frozenset()
    login: str | None = None
    roles: frozenset[Role] = field(default_factory=frozenset)
    session: int | None = None
    kiosk: str | None = None

    @property
    def name(self) -> str:
        """How the journal names the actor: login, else device, else how it came."""
        return self.login or self.device or self.via.value


SERVER = Actor(via=Via.SERVER)


@dataclass(frozen=True, slots=True)
class Order:
    """One command on its way: for which hall, under which idempotency key, from whom.

    `only_known` asks what became of a command sent earlier under this key, and never does it now;
    if it never arrived, it will not be done when it does.
    """

    hall: str
    key: str
    actor: Actor
    command: Command
    only_known: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """The stored reply's bytes. `stored` is false where nothing was recorded (disk full, busy, defect)."""

    body: bytes
    refused: bool
    repeat: bool
    stored: bool = True


class KeyReused(Exception):
    """The same key came with another command or body."""
