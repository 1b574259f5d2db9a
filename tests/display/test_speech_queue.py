"""What is said when in a voice zone: the page's own queue, at a clock of our own, under thousands of mornings."""

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Route

from display.announcer import Announcer, read_packs
from display.sentence import Form, Manner

HERE = Path(__file__).parent
MODULES = {
    "/speech_queue.js": HERE.parents[1] / "display" / "web" / "speech_queue.js",
    "/queue_run.js": HERE / "queue_run.js",
}
LATEST, HURRIED, BRIEF = 60_000, 20_000, 40_000
MANY = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
Said = list[dict[str, Any]]
Play = Callable[..., tuple[Said, int]]


def plan(*languages: str, repeat: int = 2) -> dict[str, int]:
    """With the true lengths of the shipped voices."""
    announcer = Announcer(read_packs(None))
    full = announcer.seconds(languages, Form.FULL, Manner())
    brief = announcer.seconds(languages[:1], Form.BRIEF, Manner())
    return {"repeat": repeat, "fullMs": round(full * 1000), "briefMs": round(brief * 1000)}


PLANS = [plan("zh"), plan("zh", repeat=3), plan("zh", "en"), plan("zh", "en", "zh"), plan("en", repeat=1)]


@pytest.fixture(scope="module")
def play(speaking_browser: Browser) -> Iterator[Play]:
    """Plays events through the queue; what was said, and how many were never said."""
    page = speaking_browser.new_page()

    def answer(route: Route) -> None:
        path = "/" + route.request.url.rpartition("/")[2]
        if path in MODULES:
            route.fulfill(body=MODULES[path].read_text(encoding="utf-8"), content_type="text/javascript")
        else:
            route.fulfill(body="<!doctype html>", content_type="text/html")

    page.route("**/*", answer)
    page.goto("http://queue.test/")
    page.evaluate(
        """async () => {
            window.queue = await import("/speech_queue.js");
            window.run = await import("/queue_run.js");
        }"""
    )

    def run(events: list[dict[str, Any]], how: dict[str, int], until: int, **more: Any) -> tuple[Said, int]:
        asked = {"events": events, "plan": how, "until": until, **more}
        found = page.evaluate("(asked) => run.play({ SpeechQueue: queue.SpeechQueue, ...asked })", asked)
        return found["said"], found["unspoken"]

    yield run
    page.close()


def calls(times: list[int]) -> list[dict[str, Any]]:
    return [
        {"at": at, "do": "call", "number": f"A{place:03}", "call": place + 1} for place, at in enumerate(sorted(times))
    ]


def firsts(said: Said) -> list[int]:
    return [one["call"] for one in said if one["first"]]


def held_the_rules(said: Said, events: list[dict[str, Any]], repeat: int) -> None:
    """What is true of every run: in order, each first once, never late, repeats only where nobody waits long."""
    at = {event["call"]: event["at"] for event in events if event["do"] == "call"}
    for one in said:
        assert at[one["call"]] <= one["begins"] and one["ends"] <= at[one["call"]] + LATEST
        if not one["first"]:
            assert one["behind"] <= HURRIED
        elif one["form"] == "full":
            assert one["behind"] <= BRIEF
    assert all(before["ends"] < after["begins"] or "stopped" in before for before, after in pairwise(said))
    assert max(Counter(firsts(said)).values(), default=0) <= 1
    assert max(Counter(one["call"] for one in said).values(), default=0) <= repeat


# Eight calls a minute for ten minutes, none of them quite on time.
JITTER = st.lists(st.integers(-3_000, 3_000), min_size=80, max_size=80)


@pytest.mark.parametrize("how", PLANS, ids=str)
@given(jitter=JITTER)
@settings(MANY, max_examples=40)
def test_eight_calls_a_minute_for_ten_minutes_leave_none_unspoken(
    play: Play, how: dict[str, int], jitter: list[int]
) -> None:
    events = calls([5_000 + place * 7_500 + off for place, off in enumerate(jitter)])
    said, unspoken = play(events, how, 680_000)
    assert firsts(said) == list(range(1, 81))
    assert unspoken == 0
    held_the_rules(said, events, how["repeat"])


def test_when_there_is_time_every_call_is_said_twice_in_full(play: Play) -> None:
    events = calls([1_000, 21_000, 41_000])
    said, _ = play(events, PLANS[0], 60_000)
    assert [(one["call"], one["form"]) for one in said] == [
        (1, "full"), (1, "again"), (2, "full"), (2, "again"), (3, "full"), (3, "again"),
    ]  # fmt: skip
    assert all(one["begins"] - events[one["call"] - 1]["at"] < 100 for one in said if one["first"])


def test_of_twenty_calls_at_once_none_is_late_and_none_is_dropped_that_could_be_said(play: Play) -> None:
    events = calls([1_000 + place for place in range(20)])
    how = {**PLANS[0], "briefMs": 2_600}  # one-digit windows
    said, unspoken = play(events, how, 100_000)
    assert firsts(said) == list(range(1, 21))
    assert unspoken == 0
    held_the_rules(said, events, 2)
    assert {one["form"] for one in said[1:8]} == {"brief"}  # the first was there before the others


@given(times=st.lists(st.integers(0, 120_000), max_size=60), how=st.sampled_from(PLANS))
@MANY
def test_whatever_comes_nothing_is_late_and_every_call_is_said_or_counted(
    play: Play, times: list[int], how: dict[str, int]
) -> None:
    events = calls(times)
    said, unspoken = play(events, how, 260_000)
    held_the_rules(said, events, how["repeat"])
    assert firsts(said) == sorted(firsts(said))
    assert len(firsts(said)) + unspoken == len(events)


@given(times=st.lists(st.integers(0, 90_000), max_size=40), begins=st.integers(0, 60_000), lasts=st.integers(0, 90_000))
@MANY
def test_after_a_cut_nothing_stale_is_said(play: Play, times: list[int], begins: int, lasts: int) -> None:
    events = calls(times)
    said, _ = play(events, PLANS[0], 260_000, cuts=[[begins, begins + lasts]])
    held_the_rules(said, events, 2)
    assert firsts(said) == sorted(firsts(said))


def test_after_a_cut_of_thirty_seconds_what_was_called_meanwhile_is_said_at_once(play: Play) -> None:
    events = calls([1_000, 15_000, 25_000])
    said, unspoken = play(events, PLANS[0], 100_000, cuts=[[12_000, 42_000]])
    assert firsts(said) == [1, 2, 3] and unspoken == 0
    assert next(one["begins"] for one in said if one["call"] == 2) == 42_000


def test_after_a_cut_of_two_minutes_old_calls_stay_unsaid(play: Play) -> None:
    events = calls([1_000, 15_000, 125_000])
    said, _ = play(events, PLANS[0], 200_000, cuts=[[12_000, 132_000]])
    assert firsts(said) == [1, 3]


def recall(number: str, at: int, call: int) -> dict[str, Any]:
    return {"at": at, "do": "call", "number": number, "call": call}


def test_a_recall_before_its_turn_takes_the_place_of_its_call(play: Play) -> None:
    events = [*calls([1_000, 1_000, 1_000]), recall("A001", 2_000, 50)]
    said, _ = play(events, PLANS[0], 60_000)
    assert firsts(said) == [1, 50, 3]


def test_a_recall_while_its_call_is_said_ends_the_repeats_of_it(play: Play) -> None:
    events = [*calls([1_000]), recall("A000", 2_000, 50)]
    said, _ = play(events, PLANS[0], 60_000)
    assert [(one["call"], one["form"]) for one in said] == [(1, "full"), (50, "full"), (50, "again")]
    assert "stopped" not in said[0]


def test_a_call_taken_back_while_it_waits_is_not_said(play: Play) -> None:
    events = [*calls([1_000, 1_500]), {"at": 3_000, "do": "undo", "number": "A001", "call": 0}]
    said, unspoken = play(events, PLANS[0], 60_000)
    assert firsts(said) == [1] and unspoken == 0


def test_a_call_taken_back_while_it_is_said_falls_silent(play: Play) -> None:
    events = [*calls([1_000]), {"at": 3_000, "do": "undo", "number": "A000", "call": 0}]
    said, _ = play(events, PLANS[0], 60_000)
    assert len(said) == 1 and said[0]["stopped"] < 3_100


@given(
    times=st.lists(st.tuples(st.integers(0, 60_000), st.integers(0, 5), st.sampled_from(["call", "undo"])), max_size=40)
)
@MANY
def test_calls_recalls_and_undone_calls_in_any_order_keep_the_rules(
    play: Play, times: list[tuple[int, int, str]]
) -> None:
    events: list[dict[str, Any]] = [
        {"at": at, "do": what, "number": f"A{who}", "call": place + 1}
        for place, (at, who, what) in enumerate(sorted(times))
    ]
    said, _ = play(events, PLANS[2], 200_000)
    held_the_rules(said, events, 2)
    gone = {event["number"]: event["at"] for event in events if event["do"] == "undo"}
    number = {event["call"]: (event["number"], event["at"]) for event in events}
    for one in said:
        who, called = number[one["call"]]
        assert not (called < gone.get(who, -1) <= one["begins"] - 20)
