"""The link of a ticket as a drawing for the kiosk's own page, which talks to nobody but its agent."""

from itertools import groupby
from typing import Any

import segno

QUIET_MODULES = 4


def in_care(link: str) -> str:
    """The link that opens the ticket's page in large type. That is no secret, so it stands before the proof."""
    address, _, proof = link.partition("#")
    return f"{address}{'&' if '?' in address else '?'}care=1#{proof}"


def qr_of(link: str) -> dict[str, Any]:
    """`size`: modules of a side with the quiet zone; `path`: SVG, a stroke of width 1 for each run of dark modules."""
    rows = list(segno.make_qr(link, error="m").matrix_iter(border=QUIET_MODULES))
    strokes = []
    for y, row in enumerate(rows):
        x = 0
        for dark, run in groupby(row):
            length = len(list(run))
            if dark:
                strokes.append(f"M{x} {y + 0.5}h{length}")
            x += length
    return {"size": len(rows), "path": "".join(strokes)}
