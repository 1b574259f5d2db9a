"""The catalogue of words: both languages complete, every key used exists, every key that exists is used."""

import json
import re
from pathlib import Path

import pytest

from contract.words import (
    LEVEL_WORDS,
    Code,
    HoldKind,
    Level,
    Outcome,
    Priority,
    SlipAfter,
    SlipOutcome,
    State,
    WhyClosed,
    WindowState,
)
from server.domain.line import CHOSEN

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("browser/shared", "kiosk/web", "window_client/web", "display/web", "server/pages/web", "demo/web")
SOURCES = {path: path.read_text(encoding="utf-8") for folder in FOLDERS for path in (ROOT / folder).glob("*.js")}
CATALOGUE: dict[str, dict[str, str]] = json.loads((ROOT / "browser/shared/words.json").read_text(encoding="utf-8"))
KEY = r"[a-z][a-z_]*(?:\.[a-z_]+)+"


def used() -> tuple[set[str], set[str]]:
    """Whole keys and beginnings of keys ("why.") that the pages use. Any quoted text of the form of a key counts."""
    text = "\n".join(SOURCES.values())
    kinds = {key.split(".")[0] for key in CATALOGUE}
    quoted = {
        key
        for key in re.findall(rf'"({KEY})"', text)
        if key.split(".")[0] in kinds and not key.endswith((".js", ".json"))
    }
    return quoted, {start + "." for start in re.findall(r"`([a-z_]+(?:\.[a-z_]+)*)\.\$\{", text)}


def test_every_word_stands_in_both_languages() -> None:
    wrong = [
        key
        for key, words in CATALOGUE.items()
        if set(words) != {"zh", "en"} or not all(words[x].strip() for x in words)
    ]
    assert wrong == []


def test_both_languages_have_the_same_places_to_fill() -> None:
    names = re.compile(r"\{\w+\}")
    wrong = [
        key for key, words in CATALOGUE.items() if set(names.findall(words["zh"])) != set(names.findall(words["en"]))
    ]
    assert wrong == []


def test_every_key_a_page_uses_is_in_the_catalogue() -> None:
    whole, beginnings = used()
    assert sorted(whole - set(CATALOGUE)) == []
    assert [start for start in sorted(beginnings) if not any(key.startswith(start) for key in CATALOGUE)] == []


def test_every_key_in_the_catalogue_is_used() -> None:
    whole, beginnings = used()
    assert [key for key in CATALOGUE if key not in whole and not key.startswith(tuple(beginnings))] == []


@pytest.mark.parametrize(
    ("beginning", "values"),
    [
        ("why", list(WhyClosed)),
        ("why_short", list(WhyClosed)),
        ("outcome", list(Outcome)),
        ("hold", list(HoldKind)),
        ("hold_means", list(HoldKind)),
        ("window_state", list(WindowState)),
        ("priority", list(Priority)),
        ("slip", [*SlipOutcome, *SlipAfter]),
        ("level", [str(level.value) for level in Level]),
        ("state", [State.WAITING, State.CALLED, State.SERVING, State.HELD, State.MISSED]),
    ],
)
def test_every_value_of_the_contract_has_its_word(beginning: str, values: list[str]) -> None:
    assert [value for value in values if f"{beginning}.{value}" not in CATALOGUE] == []


def test_the_five_levels_are_worded_as_in_the_contract() -> None:
    for level, (zh, en) in LEVEL_WORDS.items():
        assert CATALOGUE[f"level.{level.value}"] == {"zh": zh, "en": en}


def test_every_reason_the_server_can_give_for_a_key_has_its_words() -> None:
    guards = (ROOT / "server/domain/window.py").read_text(encoding="utf-8")
    codes = {Code[name].value for name in re.findall(r"Code\.([A-Z_]+)", guards)}
    assert sorted(code for code in codes if f"code.{code}" not in CATALOGUE) == []


def test_every_reason_for_calling_a_ticket_has_its_words() -> None:
    reasons = CHOSEN | {"brought_back_held", "brought_back_missed", "resumed"}
    assert sorted(reason for reason in reasons if f"reason.{reason}" not in CATALOGUE) == []


def test_a_reason_for_a_key_is_a_refusal_code() -> None:
    codes = {key.removeprefix("code.") for key in CATALOGUE if key.startswith("code.")} - {"other"}
    assert codes <= {code.value for code in Code}
