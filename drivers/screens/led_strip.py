"""An LED strip whose frames a profile describes: text to bytes, and which bytes confirm it."""

from drivers.framing import Frame
from drivers.profiles.profile import Encoding, Profile
from drivers.screens.strip_driver import Answer
from drivers.screens.strip_text import Colour, StripText, compose


class LedStrip:
    """One line of cells above a window (drivers.screens.strip_driver.StripDriver)."""

    def __init__(self, profile: Profile) -> None:
        if profile.kind != "strip" or profile.encoding is None:
            raise ValueError(f"{profile.id} is not a strip")
        self.profile = profile
        self._encoding: Encoding = profile.encoding
        self._show_text = profile.template("show_text")

    def compose(self, text: str, colour: Colour = Colour.RED) -> StripText:
        """How the text will stand on the strip."""
        return compose(text, self._encoding, colour)

    def opened(self) -> None:
        """Nothing is agreed on with such a strip."""

    def greeting(self) -> bytes | None:
        """It needs none."""
        return None

    def show(self, address: int, text: StripText) -> bytes:
        """The frame that shows it; an empty text clears the strip."""
        return self._show_text.fill(address, text=text.payload)

    def ask(self, address: int) -> bytes | None:
        """None: what a question costs on a line of many windows is not known."""
        return None

    def meaning(self, frame: Frame) -> Answer | None:
        """Its only answer is yes."""
        known = self.profile.reply is not None and frame.family == self.profile.family
        return Answer(done=True) if known else None
