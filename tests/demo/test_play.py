"""A dozen citizens go through the demonstration hall, and a judge outside finds nothing wrong."""

from demo.judge import RULES, judge
from tests.demo.conftest import TICKETS, Played


def test_every_rule_holds_and_the_exit_code_says_so(played: Played) -> None:
    assert played.report["broken"] == [], played.output
    assert played.report["verdict"] == "good"
    assert played.report["rules"] == list(RULES)
    assert played.code == 0, played.output


def test_the_judge_finds_the_same_again_in_what_was_left(played: Played) -> None:
    assert judge(played.read()) == []


def test_every_kind_of_way_through_the_hall_was_gone(played: Played) -> None:
    counts = played.report["counts"]
    assert counts["tickets"] == TICKETS
    assert counts["states"] == {"done": 10, "cancelled": 1, "abandoned": 1}
    assert counts["missed_tickets"] >= 2
    assert counts["held"] >= 1
    assert counts["visits"]["passed_on"] >= 1
    assert counts["rated"] == 7
    assert all(counts["levels"].values())
    assert set(counts["not_rated"]) <= {"next_citizen", "no_press"}
    assert counts["keys_on_pads"] > 0


def test_paper_came_out_of_both_kiosks_one_drawn_and_one_in_text(played: Played) -> None:
    evidence = played.read()
    assert evidence.scene.raster_kiosks == ["K1"]
    assert set(evidence.papers) == {"K1", "K2"}
    assert all(not "".join(paper["text"]) for paper in evidence.papers["K1"])
    assert all("".join(paper["text"]) for paper in evidence.papers["K2"])
    assert sum(len(papers) for papers in evidence.papers.values()) == TICKETS


def test_the_report_tells_times_and_memory_of_every_program(played: Played) -> None:
    times = played.report["times_ms"]
    assert set(times) == {"take", "print", "call_to_board", "press_to_record"}
    for name, measured in times.items():
        assert measured["count"] > 0, name
        assert measured["p50"] <= measured["p99"], name
    memory = played.report["memory_bytes"]
    assert set(memory) == {"server", "K1", "K2", "line-A", "W101", "W102", "W103", "W104", "W107", "W113", "board-A"}
    assert all(held > 10_000_000 for held in memory.values())
