"""Kept connections of one hall's people to the process or processes that serve it, and what was answered on them."""

import asyncio
import json
import random
import secrets
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.benchmarks.coming import Http
from tests.benchmarks.district.devices import AGENT, DISPLAY, token_of

_PHONES_AT_ONCE = 4  # connections of the proxy on which phones ask
_AGENT = f"Authorization: Bearer {token_of(AGENT)}\r\nX-Via: call_pad\r\n"
_DISPLAY = f"Authorization: Bearer {token_of(DISPLAY)}\r\n"
Answer = dict[str, Any]


@dataclass
class Book:
    """What happened in all halls. `took`: of each command since it was last emptied, ms."""

    took: list[float] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)  # commands by deed, and other questions
    refused: Counter[str] = field(default_factory=Counter)
    answered: list[tuple[str, str, str, int, str]] = field(default_factory=list)  # hall, deed, key, revision, number

    def note(self, hall: str, deed: str, key: str, took_ms: float, answer: Answer) -> None:
        """A command was answered."""
        self.took.append(took_ms)
        self.asked[deed] += 1
        if answer["kind"] == "refused":
            self.refused[f"{deed} {answer['code']}"] += 1
        else:
            self.answered.append((hall, deed, key, answer["revision"], answer.get("number") or ""))


class Lines:
    """One hall's connections, dialled when they are needed first. `urls`: of several each question takes any."""

    def __init__(self, hall: str, urls: Sequence[str], book: Book) -> None:
        self.hall, self._urls, self._book = hall, urls, book
        self._open: dict[str, Http] = {}
        self._busy: dict[str, asyncio.Lock] = {}
        self._phones = 0

    async def at_window(self, no: str, deed: str, **body: object) -> Answer:
        """A deed of a window's agent."""
        return await self._command(f"window {no}", f"window/{deed}", deed, body, _AGENT)

    async def at_kiosk(self, kiosk: str, deed: str, **body: object) -> Answer:
        """A deed of a kiosk."""
        headers = f"Authorization: Bearer {token_of(kiosk)}\r\n"
        return await self._command(kiosk, f"kiosk/{deed}", deed, body, headers)

    async def by_voice(self, zone: str, what: str, **body: object) -> Answer:
        """What a speaking page asks; that it spoke is a command."""
        if what == "spoken":
            return await self._command(f"voice {zone}", f"voice/{zone}/spoken", "announce_call", body, _DISPLAY)
        self._book.asked["speaker"] += 1
        return await self._ask(f"voice {zone}", f"voice/{zone}/{what}", body, _DISPLAY)

    async def by_phone(self, ticket: int, proof: str) -> Answer:
        """How one's ticket stands."""
        self._phones += 1
        self._book.asked["phone"] += 1
        line = f"phones {self._phones % _PHONES_AT_ONCE}"
        return await self._ask(line, "citizen/status", {"ticket": ticket}, f"X-Ticket-Proof: {proof}\r\n")

    def close(self) -> None:
        """All of them."""
        for one in self._open.values():
            one.close()

    async def _command(self, line: str, path: str, deed: str, body: dict[str, object], headers: str) -> Answer:
        key = secrets.token_hex(16)
        begun = time.perf_counter()
        answer = await self._ask(line, path, body, f"{headers}Idempotency-Key: {key}\r\n")
        self._book.note(self.hall, deed, key, (time.perf_counter() - begun) * 1000, answer)
        return answer

    async def _ask(self, line: str, path: str, body: dict[str, object], headers: str) -> Answer:
        url = self._urls[0] if len(self._urls) == 1 else random.choice(self._urls)
        line = f"{line} {url}"
        async with self._busy.setdefault(line, asyncio.Lock()):
            if line not in self._open:
                self._open[line] = await Http.dial(url)
            return await self._open[line].ask("POST", f"/{self.hall}/{path}", json.dumps(body), headers)
