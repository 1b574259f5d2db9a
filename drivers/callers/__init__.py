"""Call pads: the table of those that can be chosen."""

from collections.abc import Callable
from typing import Final

from drivers.callers.call_pad import CallPad, PadAction
from drivers.profiles.loader import load_profile

__all__ = ["CALLERS", "CallPad", "PadAction"]

CALLERS: Final[dict[str, Callable[[], CallPad]]] = {
    "ff68-pad": lambda: CallPad(load_profile("ff68-pad")),
}
