"""What is on the paper: a pure function from the ticket's public facts to the lines of the slip.

There is no field for a person's name or identity number, so neither can ever be printed.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from drivers.printers.layout import Align, Badges, Field, Line, Qr, Rule, Seal, Size, Slip, Space, Span, Split, Text
from kiosk.slip_words import WORDS, Language, SlipWords

# A run to be set as figures: "101–104", "107 111 112", "A3", but not the digits inside a Latin word.
_FIGURES = re.compile(r"(?<![A-Za-z])[A-Z]?\d+(?:[–\-/ ]\d+)*(?![A-Za-z])")


@dataclass(frozen=True)
class Wording:
    """One thing in both languages; without English the Chinese stands for it."""

    zh: str
    en: str = ""

    def in_language(self, language: Language) -> str:
        return self.en if language == "en" and self.en else self.zh


@dataclass(frozen=True)
class SlipContent:
    hall: Wording
    number: str
    service: Wording
    place: Wording
    people_ahead: int
    wait_minutes: tuple[int, int] | None  # shortest, longest; None: not estimated
    taken: datetime  # the hall's wall clock
    missed_rule: Wording
    department: Wording | None = None
    priority: Wording | None = None
    follow_url: str | None = None
    short_code: str | None = None
    is_reprint: bool = False
    kiosk: str | None = None
    hotline: str | None = None
    language: Language = "zh"
    cut_since: datetime | None = None  # given without the server since then (the hall's wall clock); ahead: at least


def slip(content: SlipContent) -> Slip:
    words = WORDS[content.language]
    return (
        Space(20),
        *_heading(content, words),
        *_service(content),
        Space(12),
        Seal(content.number),
        *_badges(content, words),
        *_cut(content, words),
        Space(16),
        Rule(),
        *_fields(content, words),
        *_follow(content, words),
        Rule(thick=True),
        Space(8),
        Text(words.turn + _gap(content) + content.missed_rule.in_language(content.language), Size.NOTE),
        *_foot(content, words),
        Space(16),
    )


def _heading(content: SlipContent, words: SlipWords) -> tuple[Line, ...]:
    return (
        *_both_languages(content.hall, content.language, Size.TITLE),
        Space(4),
        Split(words.date.format(content.taken), words.taken.format(content.taken)),
        Space(4),
        Rule(thick=True),
        Space(12),
    )


def _service(content: SlipContent) -> tuple[Line, ...]:
    lines = _both_languages(content.service, content.language, Size.GREAT)
    if content.department is None:
        return lines
    return (*lines, Text(content.department.in_language(content.language), Size.TEXT, Align.CENTRE))


def _both_languages(wording: Wording, language: Language, size: Size) -> tuple[Line, ...]:
    """The citizen's language large; under English the Chinese, which the staff read."""
    large = Text(wording.in_language(language), size, Align.CENTRE, bold=True)
    if large.text == wording.zh:
        return (large,)
    return (large, Text(wording.zh, Size.TEXT, Align.CENTRE))


def _badges(content: SlipContent, words: SlipWords) -> tuple[Line, ...]:
    texts = []
    if content.priority is not None:
        texts.append(content.priority.in_language(content.language))
    if content.is_reprint:
        texts.append(words.reprint)
    return (Space(14), Badges(tuple(texts))) if texts else ()


def _cut(content: SlipContent, words: SlipWords) -> tuple[Line, ...]:
    """The line to the server is cut, and what the number is worth all the same."""
    if content.cut_since is None:
        return ()
    return (Space(12), Text(words.cut, Size.TEXT, Align.CENTRE, bold=True), Text(words.cut_stands, Size.NOTE))


def _fields(content: SlipContent, words: SlipWords) -> tuple[Line, ...]:
    fields = [Field(words.where, _with_figures(content.place.in_language(content.language)))]
    if content.cut_since is not None:
        fields.append(Field(words.ahead, _ahead_at_least(content, content.cut_since, words)))
    elif content.people_ahead == 0:
        fields.append(Field(words.ahead, (Span(words.nobody),)))
    else:
        unit = words.one_person if content.people_ahead == 1 else words.people
        fields.append(Field(words.ahead, (Span(str(content.people_ahead), figure=True), Span(unit))))
    if content.wait_minutes is not None:
        fields.append(Field(words.wait, _wait(*content.wait_minutes, words)))
    return tuple(fields)


def _ahead_at_least(content: SlipContent, since: datetime, words: SlipWords) -> tuple[Span, ...]:
    if content.people_ahead == 0:
        return (Span(words.not_known),)
    unit = words.one_person if content.people_ahead == 1 else words.people
    return (Span(words.at_least), Span(str(content.people_ahead), figure=True), Span(unit + words.then.format(since)))


def _wait(shortest: int, longest: int, words: SlipWords) -> tuple[Span, ...]:
    if shortest == 0:
        return (Span(words.at_most), Span(str(longest), figure=True), Span(words.minutes))
    return (Span(f"{shortest}{words.until}{longest}", figure=True), Span(words.minutes))


def _with_figures(text: str) -> tuple[Span, ...]:
    spans: list[Span] = []
    end = 0
    for found in _FIGURES.finditer(text):
        if found.start() > end:
            spans.append(Span(text[end : found.start()]))
        spans.append(Span(found.group(), figure=True))
        end = found.end()
    if end < len(text):
        spans.append(Span(text[end:]))
    return tuple(spans)


def _follow(content: SlipContent, words: SlipWords) -> tuple[Line, ...]:
    if content.follow_url is None:
        return (Space(12),)
    notes = [Text(words.scan, Size.TEXT, bold=True), Text(words.rate, Size.NOTE)]
    if content.short_code is not None:
        notes.append(Text(words.code.format(content.short_code), Size.NOTE))
    return (Qr(content.follow_url, tuple(notes)),)


def _foot(content: SlipContent, words: SlipWords) -> tuple[Line, ...]:
    left = content.kiosk or ""
    if content.short_code is not None and content.follow_url is None:
        left = f"{left}  {words.code.format(content.short_code)}".strip()
    right = words.hotline.format(content.hotline) if content.hotline else ""
    return (Space(4), Split(left, right)) if left or right else ()


def _gap(content: SlipContent) -> str:
    return " " if content.language == "en" else ""
