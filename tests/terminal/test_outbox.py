"""What must reach the server reaches it once, whatever dies on the way."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from contract.words import Code
from terminal.connection import Connection
from terminal.outbox import Outbox
from tests.terminal.hall_outside import HALL, Outside, refusing, until

Opened = Callable[[], Outbox]


@pytest.fixture
def opened(outside: Outside, tmp_path: Path) -> Iterator[Opened]:
    """Opens the outbox on the same file again and again, as a restarted agent does."""
    connection = Connection(outside.url, HALL, "window", "token")
    boxes: list[Outbox] = []

    def open_again() -> Outbox:
        for box in boxes:
            box.stop()
        boxes.append(Outbox(tmp_path / "outbox.jsonl", connection))
        return boxes[-1]

    yield open_again
    for box in boxes:
        box.stop()
    connection.close()


def test_what_was_put_is_sent(outside: Outside, opened: Opened) -> None:
    outbox = opened()
    outbox.start()
    outbox.put("rate", {"visit": 7, "level": 5})
    until(lambda: len(outbox) == 0)
    assert [asked.body for asked in outside.deeds("rate")] == [{"visit": 7, "level": 5}]


def test_what_was_put_is_on_the_disk_before_it_counts(opened: Opened, tmp_path: Path) -> None:
    item = opened().put("rate", {"visit": 7, "level": 5})
    assert item.key in (tmp_path / "outbox.jsonl").read_text()


def test_after_a_restart_the_rest_is_sent_under_the_same_keys_in_order(outside: Outside, opened: Opened) -> None:
    before = opened()
    keys = [before.put("rate", {"visit": visit, "level": 4}).key for visit in (1, 2, 3)]
    opened().start()
    until(lambda: len(outside.deeds("rate")) == 3)
    assert [asked.key for asked in outside.deeds("rate")] == keys


def test_a_lost_answer_is_asked_for_under_the_same_key(outside: Outside, opened: Opened) -> None:
    outside.lose_answers = 1
    outbox = opened()
    outbox.start()
    outbox.put("rate", {"visit": 7, "level": 1})
    until(lambda: len(outbox) == 0)
    assert [asked.repeat for asked in outside.deeds("rate")] == [False, True]


def test_what_was_sent_is_not_sent_again_after_a_restart(outside: Outside, opened: Opened) -> None:
    outbox = opened()
    outbox.start()
    outbox.put("rate", {"visit": 7, "level": 5})
    until(lambda: len(outbox) == 0)
    assert len(opened()) == 0


def test_a_torn_last_line_costs_only_itself(outside: Outside, opened: Opened, tmp_path: Path) -> None:
    opened().put("rate", {"visit": 1, "level": 5})
    file = tmp_path / "outbox.jsonl"
    whole = file.read_bytes()
    for cut in (1, len(whole) // 2, len(whole) - 1):
        file.write_bytes(whole + whole[:cut])
        assert len(opened()) == 1
    again = opened()
    again.put("rate", {"visit": 2, "level": 5})
    assert [item.body["visit"] for item in opened().waiting("rate")] == [1, 2]


def test_a_damaged_line_in_the_middle_costs_only_itself(opened: Opened, tmp_path: Path) -> None:
    outbox = opened()
    for visit in (1, 2, 3):
        outbox.put("rate", {"visit": visit, "level": 5})
    outbox.stop()
    file = tmp_path / "outbox.jsonl"
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(lines[0] + b"\x00\xff not json\n" + lines[2])
    assert [item.body["visit"] for item in opened().waiting("rate")] == [1, 3]


def test_a_refusal_for_good_drops_the_item_with_a_line_in_the_log(outside: Outside, opened: Opened) -> None:
    outside.answering["rate"] = refusing(Code.ALREADY_RATED)
    outbox = opened()
    heard: list[tuple[int, Code]] = []
    outbox.on_dropped(lambda item, refused: heard.append((item.body["visit"], refused.code)))
    with capture_logs() as logs:
        outbox.start()
        outbox.put("rate", {"visit": 7, "level": 5})
        until(lambda: heard)
    assert heard == [(7, Code.ALREADY_RATED)]
    assert [line["event"] for line in logs if line["log_level"] == "warning"] == ["outbox_dropped"]
    assert logs[-1].keys() == {"event", "log_level", "deed", "key", "about", "refused"}  # not how it was rated
    assert logs[-1]["about"] == 7
    assert len(outbox) == 0


@pytest.mark.parametrize(("code", "status"), [(Code.DISK_FULL, 409), (Code.BUSY, 409), (Code.NOT_ENROLLED, 401)])
def test_what_the_server_may_cure_is_tried_again(outside: Outside, opened: Opened, code: Code, status: int) -> None:
    outside.answering["rate"] = refusing(code, status)
    outbox = opened()
    outbox.start()
    outbox.put("rate", {"visit": 7, "level": 5})
    until(lambda: outside.deeds("rate"))
    outside.answering.pop("rate")
    until(lambda: len(outbox) == 0)
    assert len({asked.key for asked in outside.deeds("rate")}) == 1


def test_one_kind_that_waits_does_not_hold_up_the_others(outside: Outside, opened: Opened) -> None:
    outside.answering["rate"] = refusing(Code.NOT_ENROLLED, 401)
    outbox = opened()
    outbox.start()
    outbox.put("rate", {"visit": 7, "level": 5})
    until(lambda: outside.deeds("rate"))
    outbox.put("record_slip", {"slip": 1, "outcome": "printed"})
    until(lambda: outside.deeds("record_slip") and len(outbox) == 1)
    assert outbox.waiting("rate")


def test_the_file_does_not_grow_for_ever(
    outside: Outside, opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("terminal.outbox.COMPACT_FROM_LINES", 10)
    outbox = opened()
    outbox.start()
    for visit in range(1, 31):
        outbox.put("rate", {"visit": visit, "level": 5})
    until(lambda: len(outbox) == 0)
    assert len((tmp_path / "outbox.jsonl").read_bytes().splitlines()) < 20
    assert len(outside.deeds("rate")) == 30


def test_a_full_disk_is_said_and_leaves_no_half_line(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    outbox = opened()
    outbox.put("rate", {"visit": 1, "level": 5})

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("terminal.json_lines.os.fsync", full)
        with pytest.raises(OSError, match="No space"):
            outbox.put("rate", {"visit": 2, "level": 5})
    outbox.put("rate", {"visit": 3, "level": 5})
    assert [item.body["visit"] for item in opened().waiting("rate")] == [1, 3]
