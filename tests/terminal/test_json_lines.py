"""A file that a power cut can only cut short at its end."""

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from terminal.json_lines import Entry, JsonLines


def written(folder: Path, entries: list[Entry]) -> Path:
    lines = JsonLines(folder / "lines.jsonl")
    lines.open()
    for entry in entries:
        lines.append(entry)
    lines.close()
    return lines.path


@given(
    st.lists(st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=8), max_size=3), max_size=6),
    st.data(),
)
def test_cut_anywhere_it_holds_the_whole_lines_before_and_takes_new_ones(
    entries: list[Entry], data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = written(Path(folder), entries)
        whole = file.read_bytes()
        cut = data.draw(st.integers(0, len(whole)))
        file.write_bytes(whole[:cut])
        lines = JsonLines(file)
        found = lines.open()
        assert found == entries[: whole[:cut].count(b"\n")]
        lines.append({"new": 1})
        lines.close()
        again = JsonLines(file)
        assert again.open() == [*found, {"new": 1}]
        again.close()


def test_rewriting_is_at_once_or_not_at_all(tmp_path: Path) -> None:
    file = written(tmp_path, [{"n": number} for number in range(5)])
    lines = JsonLines(file)
    lines.open()
    lines.rewrite([{"n": 4}])
    lines.append({"n": 5})
    lines.close()
    again = JsonLines(file)
    assert again.open() == [{"n": 4}, {"n": 5}]
    again.close()
    assert [one.name for one in tmp_path.iterdir()] == ["lines.jsonl"]
