"""An LED strip: text to bytes, and which bytes confirm it. Bytes only; drivers.bus does the talking."""

from drivers.framing import Frame
from drivers.profiles.profile import Encoding, Profile, Reply
from drivers.screens.strip_text import Colour, StripText, compose


class LedStrip:
    """One line of cells above a window."""

    def __init__(self, profile: Profile) -> None:
        if profile.kind != "strip" or profile.encoding is None:
            raise ValueError(f"{profile.id} is not a strip")
        self.profile = profile
        self.reply: Reply | None = profile.reply
        self._encoding: Encoding = profile.encoding
        self._show_text = profile.template("show_text")

    def compose(self, text: str, colour: Colour = Colour.RED) -> StripText:
        """How the text will stand on the strip."""
        return compose(text, self._encoding, colour)

    def show(self, address: int, text: StripText) -> bytes:
        """The frame that shows it; an empty text clears the strip."""
        return self._show_text.fill(address, text=text.payload)

    def is_success(self, frame: Frame) -> bool:
        """Whether the frame confirms a text."""
        return self.reply is not None and frame.family == self.profile.family
