"""Breaking Chinese and Latin text into lines: no line begins with 。 or ends with （, words and figures stay whole."""

import unicodedata
from collections.abc import Callable, Sequence

from drivers.printers.layout import Span

NEVER_FIRST = frozenset("，。、；：？！）》〉」』】〕”’…—–～%％℃°·,.;:?!)]}")
NEVER_LAST = frozenset("（《〈「『【〔“‘([{￥¥$")


def clean(text: str) -> str:
    """Composed, on one line, without control or invisible characters (a name must never become a printer command)."""
    shown = []
    for character in unicodedata.normalize("NFC", text):
        category = unicodedata.category(character)
        if category in ("Cc", "Zl", "Zp", "Zs"):
            shown.append(" ")
        elif category not in ("Cf", "Cs", "Cn", "Co") and not 0xFE00 <= ord(character) <= 0xFE0F:
            shown.append(character)
    return "".join(shown)


def is_wide(character: str) -> bool:
    """Whether the character fills a square (two columns)."""
    return unicodedata.east_asian_width(character) in ("W", "F") or (
        unicodedata.east_asian_width(character) == "A" and not character.isalnum()
    )


def may_break(before: str, after: str) -> bool:
    if after in NEVER_FIRST or before in NEVER_LAST or after == " ":
        return False
    if before in "-/":
        return not after.isdigit()
    return before == " " or is_wide(before) or is_wide(after)


def break_spans(spans: Sequence[Span], measure: Callable[[Span], float], room: float) -> list[list[Span]]:
    """Fill lines of at most `room`; a piece wider than a line is cut anywhere rather than clipped."""
    lines: list[list[Span]] = [[]]
    used = 0.0
    for piece in _pieces(spans, measure, room):
        width = sum(map(measure, piece))
        visible = sum(measure(Span(span.text.rstrip(" "), span.figure)) for span in piece)
        if lines[-1] and used + visible > room:
            lines.append([])
            used = 0.0
        lines[-1].extend(piece)
        used += width
    return [_joined(line) for line in lines]


def break_text(text: str, measure: Callable[[str], float], room: float, *, balanced: bool = False) -> list[str]:
    """Lines of one text; balanced, they come out about equally long (for a centred heading)."""

    def fill(limit: float) -> list[str]:
        lines = break_spans([Span(text)], lambda span: measure(span.text), limit)
        return ["".join(span.text for span in line) for line in lines]

    lines = fill(room)
    if not balanced or len(lines) == 1:
        return lines
    low, high = room / 2, room
    while high - low > room / 48:
        middle = (low + high) / 2
        low, high = (low, middle) if len(fill(middle)) == len(lines) else (middle, high)
    return fill(high)


def _pieces(spans: Sequence[Span], measure: Callable[[Span], float], room: float) -> list[list[Span]]:
    """What must stay together, in order; a piece may cross the edge between two spans."""
    pieces: list[list[Span]] = []
    before = ""
    for span in spans:
        for character in span.text:
            one = Span(character, span.figure)
            fits = bool(pieces) and sum(map(measure, pieces[-1])) + measure(one) <= room
            if before and fits and not may_break(before, character):
                pieces[-1].append(one)
            else:
                pieces.append([one])
            before = character
    return [_merged(piece) for piece in pieces]


def _merged(line: Sequence[Span]) -> list[Span]:
    merged: list[Span] = []
    for span in line:
        if merged and merged[-1].figure == span.figure:
            merged[-1] = Span(merged[-1].text + span.text, span.figure)
        else:
            merged.append(span)
    return merged


def _joined(line: Sequence[Span]) -> list[Span]:
    """The line without the spaces at its ends."""
    merged = _merged(line)
    if merged:
        merged[0] = Span(merged[0].text.lstrip(" "), merged[0].figure)
        merged[-1] = Span(merged[-1].text.rstrip(" "), merged[-1].figure)
    return merged
