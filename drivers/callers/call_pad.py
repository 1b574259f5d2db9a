"""A clerk's call pad: what its keys mean and what it can show. Bytes only; drivers.bus does the talking."""

from enum import StrEnum
from typing import Final

from drivers.framing import Frame
from drivers.profiles.profile import Acknowledgement, Profile

# The pad shows the value 0A as a low line; it parts the number from the count of people waiting.
_LOW_LINE: Final = 0x0A


class PadAction(StrEnum):
    """What a clerk asks for with the pad, in the words of the hall's deeds."""

    CALL_NEXT = "call_next"
    CALL_NUMBER = "call_number"
    RECALL = "recall"
    INVITE = "invite"
    PUT_BACK = "put_back"
    START = "start"
    PASS_ON = "pass_on"
    CANCEL = "cancel"
    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"
    PAUSE = "pause"
    MISS = "miss"
    SECURITY = "security"
    HALL_MANAGER = "hall_manager"
    SHOW_ADDRESS = "show_address"
    ADVISER = "adviser"


class CallPad:
    """The last byte of a frame is the key; digits typed before it come first. The function byte says nothing."""

    def __init__(self, profile: Profile) -> None:
        if profile.kind != "pad" or profile.ack is None:
            raise ValueError(f"{profile.id} is not a call pad")
        self.profile = profile
        self.timing: Acknowledgement = profile.ack
        self._rows = [(row, PadAction(row.action)) for row in profile.events]
        self._show_digits = profile.template("show_digits")
        self._answers = {True: profile.template("success"), False: profile.template("failure")}
        self._alert = profile.template("alert")

    def key(self, frame: Frame) -> tuple[PadAction, str] | None:
        """The action and the digits typed for it; None for a key the table does not hold."""
        if frame.function is None or not frame.data or any(value > 9 for value in frame.data[:-1]):
            return None
        digits = "".join(str(value) for value in frame.data[:-1])
        return next(((action, digits) for row, action in self._rows if row.fits(frame.data[-1], digits)), None)

    def acknowledge(self, frame: Frame) -> bytes | None:
        """The pad wants its own frame back, byte for byte, or nothing."""
        return frame.raw if self.timing.how == "echo" else None

    def show_digits(self, address: int, digits: str) -> bytes:
        """``digits``: 0-9 and ``_``. Raises ValueError for anything else or more than the pad can take."""
        if not digits or len(digits) > self.profile.max_digits or set(digits) - set("0123456789_"):
            raise ValueError(f"a call pad shows 1 to {self.profile.max_digits} digits, not {digits!r}")
        values = bytes(_LOW_LINE if sign == "_" else int(sign) for sign in digits)
        return self._show_digits.fill(address, digits=values)

    def answer(self, address: int, *, ok: bool) -> bytes:
        """Tells the clerk whether the last deed was done."""
        return self._answers[ok].fill(address)

    def alert(self, address: int) -> bytes:
        """Makes the pad beep."""
        return self._alert.fill(address)
