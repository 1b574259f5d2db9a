"""Asks a device over and over: whether it is there (a heartbeat), or whether a key was pressed (a poll)."""

from collections.abc import Callable
from typing import Final

from drivers.framing import Frame
from drivers.outgoing import Outgoing, Purpose
from drivers.profiles.behaviour import Asked
from drivers.profiles.profile import Profile


class Asking:
    """What one device is asked. Times are monotonic seconds."""

    def __init__(self, asked: Asked, question: bytes, outgoing: Outgoing) -> None:
        self._asked = asked
        self._question: Final = question
        self._outgoing = outgoing
        self._open = False  # a question has gone out, and nothing was heard since
        self._missed = 0

    @property
    def offline(self) -> bool:
        """So many questions had no answer."""
        return self._missed >= self._asked.misses

    def line_opened(self) -> None:
        """Begin at once; what was missed on a line that was not there says nothing."""
        self._open, self._missed = False, 0
        self._outgoing.put(Purpose.ASK, self._question)

    def sent(self, at: float) -> None:
        """A question has gone out; the next one follows in its time."""
        self._missed += self._open
        self._open = True
        self._outgoing.put(Purpose.ASK, self._question, not_before=at + self._asked.interval_ms / 1000)

    def heard(self) -> None:
        """The device has said something."""
        self._open, self._missed = False, 0

    def is_answer(self, frame: Frame) -> bool:
        """Whether the frame says no more than that the device is there."""
        answer = self._asked.answer
        return answer.function in (None, frame.function) and frame.data == answer.data


def asking_of(profile: Profile, line_address: int, outgoing: Outgoing) -> Asking | None:
    """None for a device that is not asked."""
    asked = profile.poll or profile.heartbeat
    if asked is None:
        return None
    fill: Callable[[int], bytes] = profile.template(asked.command).fill
    return Asking(asked, fill(line_address), outgoing)
