"""Pictures from a folder that a browser may get: opened as JPEG or PNG only, checked, made small and written anew."""

import io
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

import gevent
import structlog
from PIL import Image, ImageOps

LARGEST_FILE = 10_000_000  # bytes
MOST_PIXELS = 40_000_000
_KEPT = 200
_GROUND = (234, 230, 218)  # under what is transparent
_log = structlog.get_logger("pictures")


class NoPicture(Exception):
    """The file is not a picture that can be shown; the message says why."""


def made_anew(file: Path, within: tuple[int, int]) -> bytes:
    """The picture as a JPEG of that size at most, without anything else the file holds. Raises NoPicture."""
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise NoPicture(f"more than {LARGEST_FILE} bytes")
        with Image.open(file, formats=("JPEG", "PNG")) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise NoPicture(f"more than {MOST_PIXELS} pixels")
            picture.verify()
        with Image.open(file, formats=("JPEG", "PNG")) as picture:
            picture.draft("RGB", within)
            upright = ImageOps.exif_transpose(picture).convert("RGBA")
        upright.thumbnail(within)
        ground = Image.new("RGB", upright.size, _GROUND)
        ground.paste(upright, mask=upright.getchannel("A"))
        made = io.BytesIO()
        ground.save(made, "JPEG", quality=85)
        return made.getvalue()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise NoPicture(str(error)) from error


@dataclass(frozen=True, slots=True)
class _Known:
    """What was made of a file as it was then."""

    changed: tuple[int, int]  # time (ns) and size
    content: bytes | None  # None: it is no picture


class Pictures:
    """Made anew once each until the file changes; decoding happens outside the server's own thread."""

    def __init__(self, within: tuple[int, int]) -> None:
        self._within = within
        self._known: OrderedDict[Path, _Known] = OrderedDict()

    def of(self, file: Path) -> bytes | None:
        """The JPEG of a file; None where it is not (any more) a picture to show."""
        try:
            facts = file.stat()
        except OSError:
            return None  # taken away just now
        changed = (facts.st_mtime_ns, facts.st_size)
        known = self._known.get(file)
        if known is None or known.changed != changed:
            known = _Known(changed, gevent.get_hub().threadpool.apply(_made_of, (file, self._within)))
            self._known[file] = known
        self._known.move_to_end(file)
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)
        return known.content


def _made_of(file: Path, within: tuple[int, int]) -> bytes | None:
    try:
        return made_anew(file, within)
    except NoPicture as why:
        _log.warning("not_a_picture", file=str(file), why=str(why))
        return None
