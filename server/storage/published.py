"""What is known outside the writer: immutable, made at each commit, never ahead of the disk."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from contract.words import Audience
from server.domain.hall import Hall
from server.storage.register import Register

CardValue = dict[str, Any]


@dataclass(frozen=True, slots=True)
class View:
    """All cards of one audience. `revision`: when one of them last changed. An unchanged card keeps its object."""

    audience: Audience
    revision: int
    cards: Mapping[str, CardValue]


@dataclass(frozen=True, slots=True)
class Published:
    """A hall as everybody but the writer sees it."""

    hall: str
    head: int  # the hall's revision
    day: date
    definition: Hall
    register: Register
    views: Mapping[Audience, View]
    lines: Mapping[str, tuple[int, ...]]  # waiting tickets of each line, in order
    open_tickets: tuple[int, ...]  # all tickets of the day that are not in a final state
    pending: Mapping[int, int]  # visits that owe a counter record -> when they ended (epoch ms)
    closed: bool  # the day was closed
    paces: Mapping[str, float]  # of each line: minutes for each person ahead, as every range is reckoned with

    def at_head(self) -> "Published":
        """The same, each audience at the hall's own revision: so all processes that publish it call it alike."""
        return replace(self, views={audience: replace(v, revision=self.head) for audience, v in self.views.items()})
