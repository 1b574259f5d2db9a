"""An ID-card reader on its port: asked over and over whether a card lies on it; what it read is hashed at once."""

from collections.abc import Callable
from typing import Final

from drivers.card_dialogue import CardDialogue
from drivers.hall_line import state_behind
from drivers.id_card import Identity
from drivers.kept_open import KeptOpen
from drivers.line import UNFIT_BYTES
from drivers.line_health import DeviceState
from drivers.serial_port import LineSettings, SerialPort

BAUD: Final = 115_200
_SILENT_AFTER_S: Final = 3.0


class CardReader(KeptOpen[bytes]):
    """``key`` gives the key for the number's hash, or None while there is none: then no card is asked for.
    ``on_card`` hears of each card once; ``on_refused`` why one was not taken, in words that say nothing of it."""

    def __init__(
        self,
        port: str,
        key: Callable[[], bytes | None],
        on_card: Callable[[Identity], None],
        on_refused: Callable[[str], None],
        *,
        baud: int = BAUD,
    ) -> None:
        super().__init__(SerialPort(port, LineSettings(baud)))
        self._key = key
        self._on_card = on_card
        self._on_refused = on_refused
        self._hashing: bytes | None = None
        self._dialogue: CardDialogue | None = None
        self._answered_at: float | None = None
        self._opened_at = 0.0
        self._now = 0.0

    @property
    def device_state(self) -> DeviceState:
        """READY while it answers; OFFLINE when it is asked and says nothing, UNFIT when what it says is no answer."""
        answers = self._answered_at is not None and self._now - self._answered_at < _SILENT_AFTER_S
        if self._dialogue is None or (not answers and self._now - self._opened_at < _SILENT_AFTER_S):
            return state_behind(self, DeviceState.UNHEARD)
        unfit = self._dialogue.noise_bytes >= UNFIT_BYTES
        away = DeviceState.UNFIT if unfit else DeviceState.OFFLINE
        return state_behind(self, DeviceState.READY if answers else away)

    def opened_again(self, now: float) -> None:
        self._dialogue = None
        self._answered_at = None
        self._opened_at = now

    def heard(self, piece: bytes, now: float) -> None:
        dialogue = self._dialogue
        if dialogue is None:
            return
        before = dialogue.answers
        for identity in dialogue.hear(piece, now):
            self._on_card(identity)
        if dialogue.answers > before:
            self._answered_at = now
        if dialogue.refused:
            why, dialogue.refused = dialogue.refused, ""
            self._on_refused(why)

    def tick(self, now: float) -> None:
        self._now = now
        key = self._key()
        if key != self._hashing or self._dialogue is None:
            self._hashing = key
            self._dialogue = None if key is None else CardDialogue(key)
            self._opened_at = now
        due = None if self._dialogue is None else self._dialogue.due(now)
        if due is not None:
            self.send(due)
