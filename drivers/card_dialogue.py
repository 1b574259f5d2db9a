"""The dialogue with an ID-card reader: find, select, read; then the card must be lifted before another is found."""

from typing import Final

from drivers.id_card import Ask, CardRefused, Identity, Replies, Reply, Said, identity_of, request

_NEXT: Final = {(Ask.FIND, Said.FOUND): Ask.SELECT, (Ask.SELECT, Said.OK): Ask.READ}
_PATIENCE_S: Final = {Ask.FIND: 0.5, Ask.SELECT: 0.5, Ask.READ: 2.0}


class CardDialogue:
    """Bytes only: send what ``due`` gives, feed what was read to ``hear``. ``key`` is for the hash of the number."""

    def __init__(self, key: bytes, every_s: float = 0.3) -> None:
        self._key = key
        self._every_s = every_s
        self._replies = Replies()
        self._ask = Ask.FIND
        self._asked_at: float | None = None
        self._not_before = 0.0
        self.answers = 0
        self.refused = ""  # why the last card was not taken; never anything of the card

    @property
    def noise_bytes(self) -> int:
        """What was heard and was no answer."""
        return self._replies.noise_bytes

    def due(self, now: float) -> bytes | None:
        """The question to send now, if one is due; a question without an answer begins the dialogue anew."""
        if self._asked_at is not None:
            if now - self._asked_at < _PATIENCE_S[self._ask]:
                return None
            self._replies.forget()
            self._ask = Ask.FIND
        if now < self._not_before:
            return None
        self._asked_at = now
        return request(self._ask)

    def hear(self, chunk: bytes, now: float) -> list[Identity]:
        """The cards that were read. An answer that nobody asked for means nothing."""
        found = []
        for reply in self._replies.feed(chunk):
            if self._asked_at is None:
                continue
            self.answers += 1
            asked, self._asked_at = self._ask, None
            self._ask = _NEXT.get((asked, reply.said), Ask.FIND)
            if self._ask is Ask.FIND:
                self._not_before = now + self._every_s
            if asked is Ask.READ:
                found += self._taken(reply)
        return found

    def _taken(self, reply: Reply) -> list[Identity]:
        try:
            identity = identity_of(reply, self._key)
        except CardRefused as why:
            self.refused = str(why)
            return []
        self.refused = ""
        return [identity]
