"""An agent's limbs outlive a fault that nobody foresaw."""

import pytest
from structlog.testing import capture_logs

from terminal.steady import steady


def test_work_that_failed_begins_again_and_the_fault_is_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("terminal.steady.PAUSE_S", 0.01)
    rounds: list[int] = []

    def work() -> None:
        rounds.append(1)
        if len(rounds) < 3:
            raise RuntimeError("unforeseen")

    with capture_logs() as logs:
        steady(work, "limb").join(timeout=10)
    assert len(rounds) == 3
    assert [line["event"] for line in logs] == ["work_failed", "work_failed"]
