"""The words of the citizen's page, in both languages; the page is made here, so they stand here."""

import json
from collections.abc import Callable
from datetime import date
from importlib.resources import files

from contract.replies import Words

CATALOGUE: dict[str, dict[str, str]] = json.loads(
    files("server.pages").joinpath("citizen_words.json").read_text(encoding="utf-8")
)
LANGUAGES = ("zh", "en")


def say(lang: str) -> Callable[..., str]:
    """The function that says a key of the catalogue in this language, its {names} filled."""
    return lambda key, **values: CATALOGUE[key][lang].format(**values)


def pick(lang: str) -> Callable[[Words | None], str]:
    """The function that picks this language of a text."""
    return lambda words: "" if words is None else words.zh if lang == "zh" else words.en


def day_text(lang: str) -> Callable[[str], str]:
    """The function that writes an ISO date as people say it: 10月21日, 21 October."""

    def written(iso: str) -> str:
        day = date.fromisoformat(iso)
        return f"{day.month}月{day.day}日" if lang == "zh" else f"{day.day} {_MONTHS[day.month - 1]}"

    return written


_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
