"""What bytes from a line mean: every profile listens to the same bytes, and the one they fit shows itself."""

from collections.abc import Iterable
from dataclasses import dataclass

from drivers.framing import Frame, Framer
from drivers.profile_check import understood_by
from drivers.profiles.profile import Event, Profile


@dataclass(frozen=True, slots=True)
class Meaning:
    """A frame as one profile reads it."""

    profile: Profile
    frame: Frame
    event: Event

    def __str__(self) -> str:
        event = self.event
        where = f"地址 / address {event.address}"
        if event.level is not None:
            said = f"满意度 / level {event.level}"
        elif event.action is not None:
            said = f"按键 / key {event.action}" + (f" {event.digits}" if event.digits else "")
        else:
            said = "确认 / confirmed"
        return f"{self.profile.id}: {where}: {said}"


@dataclass(slots=True)
class Verdict:
    """How well a profile fits. `frames`: of its family; `understood`: those that mean something to it."""

    profile: Profile
    frames: int = 0
    understood: int = 0
    noise_bytes: int = 0
    bad_checksums: int = 0

    @property
    def fits(self) -> bool:
        return self.understood > 0

    def __str__(self) -> str:
        return (
            f"{self.profile.id}: {self.frames} 帧 / frames, {self.understood} 条看得懂 / understood, "
            f"{self.noise_bytes} 字节不成帧 / bytes of noise, {self.bad_checksums} 个校验错 / bad checksums"
        )


class Listeners:
    """Profiles that hear the same bytes."""

    def __init__(self, profiles: Iterable[Profile]) -> None:
        self._all = [(Verdict(one), Framer([one.frame_rx])) for one in profiles if one.frame_rx is not None]
        self.heard_bytes = 0

    def feed(self, data: bytes) -> list[Meaning]:
        """The next bytes; what is whole now and means something."""
        self.heard_bytes += len(data)
        return [one for verdict, framer in self._all for one in _meanings(verdict, framer.feed(data))]

    def silence(self, seconds: float) -> list[Meaning]:
        """Nothing came for so long: what is half will stay half."""
        return [
            one
            for verdict, framer in self._all
            if seconds >= framer.patience_s
            for one in _meanings(verdict, framer.silence())
        ]

    def verdicts(self) -> list[Verdict]:
        """The best first."""
        for verdict, framer in self._all:
            verdict.noise_bytes, verdict.bad_checksums = framer.counts.noise_bytes, framer.counts.bad_checksums
        return sorted((verdict for verdict, _ in self._all), key=lambda one: (-one.understood, -one.frames))


def _meanings(verdict: Verdict, frames: list[Frame]) -> list[Meaning]:
    verdict.frames += len(frames)
    found = []
    for frame in frames:
        event, _ = understood_by(verdict.profile, frame)
        bus = verdict.profile.bus
        if event is not None and (bus.addressing == "none" or bus.lowest <= event.address <= bus.highest):
            found.append(Meaning(verdict.profile, frame, event))
    verdict.understood += len(found)
    return found
