"""A page's presses: the same press again is the same deed under the same key, and gets the same answer."""

import hashlib
import json
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from contract.refusals import refuse
from contract.words import Code

REMEMBERED: Final = 500  # presses; a page repeats one within seconds
PRESS = re.compile(r"[0-9a-f]{32}")

FORBIDDEN: Final = frozenset({Code.PAGE_SECRET, Code.FOREIGN_ORIGIN, Code.FORGED_HOST})


@dataclass(frozen=True, slots=True)
class Reply:
    """What the page is told. `final`: the same press will never get another answer."""

    status: int
    body: dict[str, Any] = field(hash=False)
    final: bool = True


def refusal(code: Code, *, final: bool = False, **details: str | int | list[str]) -> Reply:
    """A refusal made by the agent itself."""
    body = refuse(code, **details).model_dump(mode="json")
    return Reply(403 if code in FORBIDDEN else 409, body, final)


class _Entry:
    def __init__(self, digest: bytes) -> None:
        self.digest = digest
        self.answered = threading.Event()
        self.reply: Reply | None = None


class Presses:
    """The last `REMEMBERED` presses of one page, in memory; bodies only as digests: one may be a password."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: OrderedDict[str, _Entry] = OrderedDict()

    def once(self, press: str, deed: str, body: Mapping[str, Any], do: Callable[[], Reply]) -> Reply:
        """Do it, or wait for the answer to the same press, or give it again."""
        digest = hashlib.sha256(json.dumps([deed, dict(body)], sort_keys=True).encode()).digest()
        with self._lock:
            entry = self._entries.get(press)
            mine = entry is None
            if entry is None:
                entry = self._entries[press] = _Entry(digest)
                self._forget_old()
        if entry.digest != digest:
            return refusal(Code.KEY_REUSED)
        if mine:
            return self._do(press, entry, do)
        entry.answered.wait()
        return entry.reply or refusal(Code.NOT_CONFIRMED)

    def answered(self, press: str, deed: str, body: Mapping[str, Any], reply: Reply) -> None:
        """The answer to a press of an earlier life of this agent is settled."""
        self.once(press, deed, body, lambda: reply)

    def _do(self, press: str, entry: _Entry, do: Callable[[], Reply]) -> Reply:
        try:
            entry.reply = do()
            return entry.reply
        finally:
            if entry.reply is None or not entry.reply.final:
                with self._lock:
                    self._entries.pop(press, None)
            entry.answered.set()

    def _forget_old(self) -> None:
        while len(self._entries) > REMEMBERED:
            self._entries.popitem(last=False)
