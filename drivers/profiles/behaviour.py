"""How a device behaves in time: whether it is asked, how often it answers, what a press too late or too soon is."""

from typing import Literal

from pydantic import Field

from drivers.profiles.frames import HexByte, HexBytes, Strict


class Answered(Strict):
    """The frame with which a device answers a question and says no more than that it is there."""

    function: HexByte | None = None
    data: HexBytes = b""


class Asked(Strict):
    """A command that is sent over and over. ``misses``: so many questions without an answer, and the device is
    offline; any frame of the device counts as one. ``answer``: what it says when it has nothing to say."""

    command: Literal["probe", "heartbeat", "poll"]
    interval_ms: int = Field(ge=100, le=600_000)
    misses: int = Field(ge=1, le=100)
    answer: Answered


class RatingPolicy(Strict):
    """``late``: what becomes of a press after the invitation: "report" hands it on, and the hall's rules decide; "drop"
    does so for ``late_ms`` only, marked as late. ``debounce_ms``: a second key within this time of the first is the
    same hand, and the first one counts."""

    late: Literal["report", "drop"] = "report"
    late_ms: int = Field(default=0, ge=0, le=60_000)
    duplicate: Literal["first"] = "first"
    debounce_ms: int = Field(default=0, ge=0, le=10_000)
