"""What can be wrong in a hall definition, and where."""

from collections.abc import Sequence
from dataclasses import dataclass

from contract.words import Code
from server.domain.errors import Refusal
from server.domain.hall import Text


@dataclass(frozen=True, slots=True)
class Mistake:
    """A mistake in a hall file. `line` is the physical line, counted from 1."""

    file: str
    line: int
    reason: Text


@dataclass(frozen=True, slots=True)
class Note:
    """Something to know about a hall file that does not keep the hall from opening."""

    file: str
    line: int
    sentence: Text


@dataclass(frozen=True, slots=True)
class Fault:
    """A mistake in a definition, wherever it came from: a table, its row (counted from 0) and the column."""

    table: str
    row: int
    column: str
    reason: Text


class BadValue(ValueError):
    """A value that its column does not take. `kept` goes on standing for it, so that one slip is told only once."""

    def __init__(self, zh: str, en: str, kept: str | list[str] | None = None) -> None:
        super().__init__(en)
        self.reason = Text(zh, en)
        self.kept = kept


class DocumentRefused(ValueError):
    """A document that is no hall definition; `reasons` says all that is wrong with it."""

    def __init__(self, reasons: list[Text]) -> None:
        super().__init__("; ".join(reason.en for reason in reasons))
        self.reasons = tuple(reasons)


def bad_hall_file(reasons: Sequence[Text]) -> Refusal:
    """The refusal of a definition, with what is wrong in both languages."""
    zh, en = [reason.zh for reason in reasons], [reason.en for reason in reasons]
    return Refusal(Code.HALL_FILE, mistakes=zh, mistakes_en=en)
