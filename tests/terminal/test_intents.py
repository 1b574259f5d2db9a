"""What was asked and not finished is found after a crash."""

from pathlib import Path

from terminal.intents import Intents


def test_what_was_not_finished_is_found_again_with_its_key(tmp_path: Path) -> None:
    file = tmp_path / "intents.jsonl"
    before = Intents(file)
    before.ask("a" * 32, "take_number", {"line": "A"})
    before.ask("b" * 32, "take_number", {"line": "B"})
    before.note("b" * 32, begun=True, slip=7)
    before.ask("c" * 32, "take_number", {"line": "C"})
    before.end("a" * 32)
    before.close()
    after = Intents(file)
    assert [(one.key[0], one.body["line"], one.notes) for one in after.unfinished()] == [
        ("b", "B", {"begun": True, "slip": 7}),
        ("c", "C", {}),
    ]
    after.close()
    again = Intents(file)
    assert [one.notes.get("slip") for one in again.unfinished()] == [7, None]
    again.close()


def test_it_is_on_the_disk_before_it_is_asked(tmp_path: Path) -> None:
    intents = Intents(tmp_path / "intents.jsonl")
    intents.ask("a" * 32, "take_number", {"line": "A"})
    copy = tmp_path / "copy.jsonl"
    copy.write_bytes((tmp_path / "intents.jsonl").read_bytes())
    found = Intents(copy)
    assert [one.key for one in found.unfinished()] == ["a" * 32]
    found.close()
    intents.close()


def test_a_torn_last_line_costs_only_itself(tmp_path: Path) -> None:
    file = tmp_path / "intents.jsonl"
    intents = Intents(file)
    intents.ask("a" * 32, "take_number", {"line": "A"})
    intents.close()
    file.write_bytes(file.read_bytes() + b'{"end":"aaaa')
    found = Intents(file)
    assert [one.key for one in found.unfinished()] == ["a" * 32]
    found.close()
