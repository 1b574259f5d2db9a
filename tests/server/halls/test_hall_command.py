"""`paihao hall check` and `paihao hall show` as a person at a terminal sees them."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from server.command.hall import hall
from server.domain.hall import Hall
from server.halls.command import document_to_load, hall_commands
from server.halls.document import hall_from
from server.storage.which import ADDRESS
from tests.server.halls.hall_folder import HALLS, HallFolder


def run(*words: str, stored: Sequence[Hall] = ()) -> Result:
    return CliRunner().invoke(hall_commands(lambda data: stored), words)


def test_check_of_a_right_hall_counts_it_and_ends_with_0() -> None:
    result = run("check", str(HALLS / "branch" / "hall.toml"))
    assert result.exit_code == 0
    assert "没有错误：三渡镇便民服务中心（LJ-SD），4 个窗口，7 项业务" in result.output
    assert "no mistakes: Sandu Township Service Centre (LJ-SD), 4 windows, 7 services" in result.output


def test_check_of_a_wrong_hall_lists_and_counts_its_mistakes_and_ends_with_1(branch: HallFolder) -> None:
    zone = branch.edit("windows.csv", "2,A,ZH", "2,B,ZH")
    clerk = branch.edit("windows.csv", "1016,1029", "1016,1030")
    result = run("check", str(branch.folder))
    assert result.exit_code == 1
    assert f"windows.csv:{zone}: 没有这个分区：B / there is no zone B" in result.output
    assert f"windows.csv:{clerk}: 没有这个工号：1030 / there is no clerk 1030" in result.output
    assert "共 2 处错误 / 2 mistakes" in result.output
    english = run("check", str(branch.folder), "--lang", "en")
    assert "2 mistakes" in english.output
    assert "错误" not in english.output


def test_check_names_what_is_not_used_yet() -> None:
    result = run("check", str(HALLS / "linjiang"), "--lang", "en")
    assert result.exit_code == 0
    assert "services.csv:1: (note) quota_am is read, but not used yet" in result.output


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_show_prints_every_zone_window_service_and_session(lang: str) -> None:
    result = run("show", str(HALLS / "linjiang"), "--lang", lang)
    assert result.exit_code == 0
    hall = hall_from(document_to_load(HALLS / "linjiang"))
    rows = [line.split()[0] for line in result.stdout.splitlines() if line.startswith("  ")]
    for code in (*hall.zones, *hall.windows, *hall.services, *(session.code for session in hall.sessions)):
        assert code in rows
    for service in hall.services.values():
        assert (service.name.zh if lang == "zh" else service.name.en) in result.stdout


def test_columns_of_chinese_text_stand_under_each_other() -> None:
    lines = run("show", str(HALLS / "branch"), "--lang", "zh").stdout.splitlines()
    begin = lines.index("业务")
    table = lines[begin + 1 : begin + 9]

    def cells_before(line: str, word: str) -> int:
        return len(line[: line.index(word)].encode("gbk"))

    kinds = [cells_before(line, kind) for line in table for kind in ("类型", "即办", "承诺") if f" {kind} " in line]
    assert len(kinds) == 7
    assert len(set(kinds)) == 1


def test_show_of_a_data_folder_asks_for_the_halls_in_force() -> None:
    hall = hall_from(document_to_load(HALLS / "branch"))
    asked: list[Path] = []

    def stored(data: Path) -> list[Hall]:
        asked.append(data)
        return [hall]

    result = CliRunner().invoke(hall_commands(stored), ["show", "--data", "somewhere", "--lang", "en"])
    assert result.exit_code == 0
    assert asked == [Path("somewhere")]
    assert "Sandu Township Service Centre (LJ-SD)" in result.output


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["show"], 2, "give either FILE or --data"),
        (["show", "--data", "empty"], 1, "no hall is loaded yet"),
        (["show", "nowhere.toml"], 1, "nowhere.toml:1: 没有这个文件 / there is no such file"),
        (["check", "nowhere.toml"], 1, "共 1 处错误 / 1 mistake"),
    ],
)
def test_what_cannot_be_done_is_said(words: list[str], code: int, said: str) -> None:
    result = run(*words)
    assert result.exit_code == code
    assert said in result.output


def test_a_wrong_file_is_not_loaded(branch: HallFolder, capsys: pytest.CaptureFixture[str]) -> None:
    branch.edit("windows.csv", "2,A,ZH", "2,B,ZH")
    with pytest.raises(SystemExit) as ended:
        document_to_load(branch.folder)
    assert ended.value.code == 1
    assert "there is no zone B" in capsys.readouterr().err


def test_a_database_that_cannot_be_reached_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / ADDRESS).write_text("postgresql://nobody@127.0.0.1:1/halls", encoding="utf-8")
    said = CliRunner().invoke(hall, ["show", "--data", str(tmp_path)])
    assert said.exit_code == 2 and "连不上 / cannot reach" in said.output, said.output
