"""The document of a hall: nothing is lost on the way, and nonsense is refused with reasons."""

import copy
import json
from dataclasses import fields, replace
from datetime import date, time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.hall import DayKind, Hall, ReturnRule, Rules, Text, lines_of
from server.halls.document import document_from, hall_from
from server.halls.faults import DocumentRefused
from server.halls.missed_rule import missed_rule
from server.halls.reading import inspect_hall, read_hall
from server.halls.tables import RULES
from tests.server.halls.hall_folder import HALLS


def shipped(name: str) -> Hall:
    hall = inspect_hall(HALLS / name).hall
    assert hall is not None
    return hall


BRANCH = shipped("branch")
SAMPLE = shipped("linjiang")


def through_json(document: dict[str, Any]) -> dict[str, Any]:
    found = json.loads(json.dumps(document, ensure_ascii=False))
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("name", ["linjiang", "branch", "demo"])
def test_a_shipped_hall_comes_back_from_its_document_unchanged(name: str) -> None:
    hall = shipped(name)
    document = through_json(document_from(hall))
    assert hall_from(document) == hall
    assert document_from(hall_from(document)) == document
    assert read_hall(HALLS / name) == (document, [])


def test_the_sample_hall_fits_a_load_command() -> None:
    assert len(json.dumps(document_from(SAMPLE)).encode()) < 2_000_000


def test_every_rule_can_be_set_in_a_hall_file() -> None:
    assert [column.name for column in RULES.columns] == [field.name for field in fields(Rules)]


PHRASES = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=40)
DAYS = st.dates(date(2020, 1, 1), date(2080, 1, 1))
NAMES = st.builds(Text, PHRASES, PHRASES)
RULE_SETS = st.builds(
    Rules,
    numbers_from_minutes=st.integers(0, 240),
    day_turns_at=st.builds(time, st.integers(0, 7), st.integers(0, 59)),
    always_open=st.booleans(),
    return_rule=st.sampled_from(ReturnRule),
    return_places=st.integers(1, 50),
    return_limit=st.integers(0, 20),
    rate_within_s=st.integers(10, 600),
    call_order=st.sampled_from(["time", "list"]),
    pass_on_rank=st.sampled_from(["original", "front", "end"]),
)


@st.composite
def halls(draw: st.DrawFn) -> Hall:
    """The sample hall under other rules and names, with windows staffed, moved and ordered differently."""
    moved = draw(
        st.dictionaries(st.sampled_from(list(SAMPLE.windows)), st.sampled_from(list(SAMPLE.zones)), max_size=9)
    )
    windows = SAMPLE.windows | {no: replace(SAMPLE.windows[no], zone=zone) for no, zone in moved.items()}
    named = draw(st.dictionaries(st.sampled_from(list(SAMPLE.services)), NAMES, max_size=5))
    services = {
        prefix: replace(SAMPLE.services[prefix], name=named.get(prefix, SAMPLE.services[prefix].name), order=order)
        for order, prefix in enumerate(draw(st.permutations(list(SAMPLE.services))))
    }
    devices = [replace(d, zone=windows[d.window].zone if d.window else d.zone) for d in SAMPLE.devices]
    return replace(
        SAMPLE,
        name=draw(NAMES),
        rules=draw(RULE_SETS),
        missed_rule=draw(NAMES),
        windows=windows,
        services=services,
        devices=tuple(devices[: draw(st.integers(0, len(devices)))]),
        calendar=draw(st.dictionaries(DAYS, st.sampled_from(DayKind), max_size=9)),
        messages=tuple(draw(st.lists(NAMES, max_size=3))),
        lines=lines_of(services, windows),
    )


@settings(max_examples=25, deadline=None)
@given(hall=halls())
def test_any_hall_comes_back_from_its_document_unchanged(hall: Hall) -> None:
    assert hall_from(through_json(document_from(hall))) == hall


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=200, deadline=None)
@given(junk=JUNK, data=st.data())
def test_nonsense_anywhere_in_a_document_is_refused_by_name_or_harmless(junk: Any, data: st.DataObject) -> None:
    document = through_json(document_from(BRANCH))
    table = data.draw(st.sampled_from(sorted(document)))
    place: Any = document
    key: Any = table
    if data.draw(st.booleans()) and isinstance(document[table], list) and document[table]:
        place, key = document[table], data.draw(st.integers(0, len(document[table]) - 1))
    if data.draw(st.booleans()) and isinstance(place[key], dict):
        place, key = place[key], data.draw(st.sampled_from([*sorted(place[key]), "other"]))
    place[key] = junk
    try:
        hall = hall_from(document)
    except DocumentRefused as refused:
        assert refused.reasons
        assert all(reason.zh and reason.en for reason in refused.reasons)
    else:
        assert hall_from(document_from(hall)) == hall


def refused(document: object) -> list[str]:
    with pytest.raises(DocumentRefused) as caught:
        hall_from(document)
    return [reason.en for reason in caught.value.reasons]


def changed(**parts: Any) -> dict[str, Any]:
    return copy.deepcopy(document_from(BRANCH)) | parts


@pytest.mark.parametrize("document", [None, 7, "hall", [], True])
def test_what_is_no_object_is_refused(document: object) -> None:
    assert refused(document) == ["a hall definition must be a JSON object"]


def test_an_empty_document_is_refused() -> None:
    assert refused({}) == ["format must be 1", "hall is missing"]


def test_a_document_of_another_format_or_with_strange_parts_is_refused() -> None:
    assert refused(changed(format=2, doors=[])) == ["format must be 1", "there is no part 'doors'"]


def test_a_document_obeys_the_same_checks_as_the_files_and_tells_all_at_once() -> None:
    document = changed()
    document["windows"][3]["services"] = ["Z"]
    document["windows"][0]["zone"] = "Q"
    document["devices"][3]["address"] = 4000
    document["services"][0]["minutes"] = "12"
    document["staff"][0]["salary"] = 1
    del document["staff"][1]["name"]
    document["hours"][0]["opens"] = 9
    assert refused(document) == [
        "services[0].minutes: '12' is not a whole number",
        "staff[0].salary: there is no such column",
        "staff[1].name: must not be empty",
        "hours[0].opens: '9' is no time of day (HH:MM)",
        "devices[3].address: 4000 is not within 1 to 127",
        "windows[0].zone: there is no zone Q",
        "services[5].prefix: no window serves G",
    ]


def test_a_document_without_windows_is_refused() -> None:
    assert "windows: must be 1 to 5000 rows" in refused(changed(windows=[]))
    assert "windows: must be 1 to 5000 rows" in refused(changed(windows=None))
    assert "windows[1]: must be a JSON object" in refused(changed(windows=[{}, 4]))


def test_a_document_of_an_older_program_gets_the_defaults_of_rules_it_did_not_know() -> None:
    document = changed()
    del document["rules"]["undo_s"]
    assert hall_from(document) == BRANCH


@pytest.mark.parametrize(
    ("rules", "zh", "en"),
    [
        (Rules(), "排在 3 位之后再呼；限同一半天内，最多 2 次", "3 places later, within the same half day, at most"),
        (Rules(return_places=1, return_limit=1), "最多 1 次", "one place later, within the same half day, at most on"),
        (Rules(return_rule=ReturnRule.TAIL, return_limit=3), "排到队尾再呼", "at the end of the line"),
        (Rules(return_same_half_day=False), "再呼；最多 2 次", "3 places later, at most twice"),
        (Rules(return_rule=ReturnRule.VOID), "过号作废，请重新取号。", "A missed number is void; please take a new"),
        (Rules(return_limit=0), "过号作废，请重新取号。", "A missed number is void; please take a new"),
    ],
)  # fmt: skip
def test_the_sentence_for_missed_numbers_says_what_the_rules_do(rules: Rules, zh: str, en: str) -> None:
    sentence = missed_rule(rules)
    assert zh in sentence.zh
    assert en in sentence.en
