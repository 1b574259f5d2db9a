"""How fast people move in the demo, in seconds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """Ranges are drawn from evenly. A clerk looks up `first_look` after a call, calls again after `recall_after` (both
    from the call) and waits `patience` more."""

    arrives_every: tuple[float, float]
    most_in_hall: int
    walks: tuple[float, float]
    serves: tuple[float, float]
    fetches: tuple[float, float]
    thinks: tuple[float, float]  # before pressing a key of the keypad
    rests: tuple[float, float]  # a clerk, between two citizens
    first_look: float
    recall_after: float | None
    patience: float


# Somebody watches: one citizen every few seconds.
CALM = Pace(
    arrives_every=(2.5, 8.0),
    most_in_hall=25,
    walks=(2.0, 5.0),
    serves=(12.0, 35.0),
    fetches=(20.0, 40.0),
    thinks=(1.5, 4.0),
    rests=(1.0, 4.0),
    first_look=6.0,
    recall_after=12.0,
    patience=12.0,
)
# Nobody watches: as fast as the system allows. A short service keeps one citizen's keypad start from the next one's.
HURRIED = Pace(
    arrives_every=(0.0, 0.0),
    most_in_hall=60,
    walks=(0.0, 0.0),
    serves=(0.2, 0.4),
    fetches=(0.5, 1.5),
    thinks=(0.0, 0.0),
    rests=(0.0, 0.0),
    first_look=2.5,
    recall_after=None,
    patience=0.0,
)
