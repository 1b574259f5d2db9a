"""One press is one event, however often the device says it; and when a press may be answered.

A device repeats a press until it is acknowledged, for (repeats + 1) × the repeat interval. On a busy machine
repeats are heard late, so an equal frame within that time of the last one heard is the same press: rather a citizen
presses once more than a press for one visit rates the next.

A keypad's acknowledgement is the very frame that starts a rating: within 500 ms of a press the keypad takes the first
such frame as the answer, any later one as a new start. From this follow the rules here:

* **One answer per press.** A press heard shortly after such a frame went out was on its way before that frame arrived
  and has taken it for its answer, so it gets no other. If the answer was lost, the next repeat is answered.
* **A late answer is no answer.** What could not go out in time is dropped; the next repeat asks again.
* **No start while an answer is awaited.** A start is held back until the keypad cannot take it for an answer any
  more, counted from the last frame heard. After the line was opened the keypad is first listened to for as long,
  because it may be repeating a press made while the line was down, which a start would silence unheard.

What remains: a press whose frame is lost in the very moment a start goes out is taken by the keypad as answered. The
protocol has nothing to tell this apart.
"""

from dataclasses import dataclass
from typing import Final

from drivers.profiles.profile import Acknowledgement

# A frame takes 10 ms, an adapter may hold it for 16 ms, and a repeat comes 200 ms after the press.
_ON_ITS_WAY_S: Final = 0.1
# For the frame to get through the adapter and over the line before the device stops waiting.
_MARGIN_S: Final = 0.05


@dataclass(slots=True)
class Press:
    """The last press of one device. ``taken``: its receiver has it."""

    raw: bytes
    last_heard: float
    taken: bool = False


class PressTiming:
    """Follows one device: what is a repeat, whether and until when to answer, from when a start may go out."""

    def __init__(self, timing: Acknowledgement) -> None:
        self._one_press_s = (timing.repeats + 1) * timing.repeat_ms / 1000
        self._taken_within_s = timing.taken_within_ms / 1000
        self._start_answers = timing.how == "start_rating"
        self._told_frame = b""
        self._told_at: float | None = None
        self._start_from = 0.0
        self.last: Press | None = None

    def heard(self, raw: bytes, now: float) -> bool:
        """Notes a frame of the device; True when it begins a new press."""
        self._start_from = now + self._taken_within_s + _MARGIN_S
        last = self.last
        if last is not None and last.raw == raw and now - last.last_heard <= self._one_press_s:
            last.last_heard = now
            return False
        self.last = Press(raw, now)
        return True

    def answer_until(self) -> float | None:
        """Until when an answer to the last press may go out; None when it must not be answered."""
        if self.last is None or not self.last.taken:
            return None
        # Where the answer is an echo, only the echo of this very press can have been taken for its answer.
        may_answer = self._start_answers or self._told_frame == self.last.raw
        if may_answer and self._told_at is not None and self.last.last_heard - self._told_at < _ON_ITS_WAY_S:
            return None
        return self.last.last_heard + self._taken_within_s - _MARGIN_S

    def told(self, frame: bytes, at: float) -> None:
        """An answer or a start has gone out; ``at`` is when its last byte was on the line."""
        self._told_frame = frame
        self._told_at = at

    def started(self) -> None:
        """A new rating has begun: an equal frame from now on is a press for it. The start was held back until the
        keypad had been silent for longer than it pauses between repeats."""
        self.last = None

    def opened(self, now: float) -> None:
        """The line is open (again)."""
        self._start_from = max(self._start_from, now + self._taken_within_s + _MARGIN_S)

    def start_from(self) -> float:
        """The earliest moment at which a start cannot be mistaken for an answer."""
        return self._start_from
