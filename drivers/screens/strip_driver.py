"""What every kind of strip can say and understand. Bytes only; drivers.bus does the talking."""

from dataclasses import dataclass
from typing import Protocol

from drivers.framing import Frame
from drivers.profiles.profile import Profile
from drivers.screens.strip_text import Colour, StripText


@dataclass(frozen=True, slots=True)
class Answer:
    """What a strip said to the last thing it was told. ``busy``: it was not done, but may be soon. ``why``: the strip's
    own reason where it gives one."""

    done: bool
    busy: bool = False
    why: str = ""


class StripDriver(Protocol):
    """One strip. What it is told is answered in turn, by one answer each."""

    profile: Profile

    def compose(self, text: str, colour: Colour = Colour.RED) -> StripText:
        """How the text will stand on the strip."""
        ...

    def opened(self) -> None:
        """The line was opened (again): what was agreed on before is over."""
        ...

    def greeting(self) -> bytes | None:
        """What has to be said first; None when it was said and answered, or there is nothing to say."""
        ...

    def show(self, address: int, text: StripText) -> bytes:
        """The bytes that show it; an empty text clears the strip."""
        ...

    def ask(self, address: int) -> bytes | None:
        """A question that changes nothing; None for a strip that is not asked."""
        ...

    def meaning(self, frame: Frame) -> Answer | None:
        """None for a frame that is no answer, or only a part of one."""
        ...
