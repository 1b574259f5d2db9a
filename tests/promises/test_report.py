"""PROOF.md is honest: what was shortened, failed, or never run is called so."""

import random
from pathlib import Path

import pytest

from tests.promises import rounds
from tests.promises.report import proof_text
from tests.promises.rounds import Result, keep, proving, results


def written(*found: Result) -> str:
    return proof_text(found, "2 cores", "2026-11-25", "abcdef")


def test_a_shortened_a_failed_and_a_missing_run_are_named() -> None:
    text = written(
        Result("R1", "", "kills", 200, 200, "0 lost", "12 lost, found", "passed"),
        Result("R6", "", "commands", 500, 100_000, "0 doubles", "", "passed"),
        Result("R5", "", "rounds", 3, 10_000, outcome="failed", seed=77),
    )
    assert "- Shortened runs: R6\n- Failed runs: R5\n" in text
    rows = {line.split()[1]: line for line in text.splitlines() if line.startswith("| R")}
    assert "| 200 kills | 0 lost | 12 lost, found |" in rows["R1"]
    assert "**shortened**: 500 of 100,000 commands" in rows["R6"]
    assert "**failed**, seed 77" in rows["R5"]
    assert "no long proof yet" in rows["R19"]
    assert len(rows) == 24


def test_results_are_kept_and_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "RESULTS", str(tmp_path))
    with proving("R13", "packets", 100_000, part="floods") as proof:
        drawn = proof.rng.random()
        proof.reached, proof.figure = 5, "0 crashes"
    with pytest.raises(ZeroDivisionError), proving("R1", "kills", 200):
        raise ZeroDivisionError
    failed, passed = results(tmp_path)
    assert (failed.name, failed.outcome, failed.whole) == ("R1", "failed", False)
    assert (passed.name, passed.outcome, passed.whole, passed.figure) == ("R13-floods", "passed", False, "0 crashes")
    assert random.Random(passed.seed).random() == drawn
    keep(passed, tmp_path)
    assert len(results(tmp_path)) == 2


def test_a_failure_says_how_to_draw_the_same_again(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(AssertionError), proving("R4", "tickets", 10) as proof:
        raise AssertionError
    assert f"PAIHAO_SEED={proof.seed}" in capsys.readouterr().out
