"""The documents say what is so: life, commands, settings, devices, deeds, files; and both READMEs say the same."""

import ast
import json
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import click
import pytest
import requests

import paihao
from contract.cards import AUDIENCE
from drivers.profiles.loader import load_profile, profile_names
from server.domain.ticket import life_diagram
from server.identity.rights import RIGHTS
from server.settings import settings_help
from tests.house import scale
from tests.house.documents import (
    commands_below,
    dead_links,
    fenced,
    missing_files,
    outline,
    pictures_and_links,
    read,
    table_rows,
    undocumented,
)
from tests.house.imports import OURS
from tests.house.tracked import ROOT, tracked

TOPS = frozenset({*OURS, "docs", "paihao.py", "setup.cfg", "pyproject.toml"})
DOCUMENTS = [file for file in tracked() if file.suffix == ".md" and "vendor" not in file.parts]


def test_the_life_in_the_architecture_is_the_life_in_the_code() -> None:
    assert life_diagram() in fenced(read("ARCHITECTURE.md"))


def test_both_readmes_have_the_same_headings_commands_links_and_rows() -> None:
    chinese, english = read("README.zh-CN.md"), read("README.md")
    assert outline(chinese) == outline(english)
    assert fenced(chinese) == fenced(english)
    shown = {target.replace("-zh.png", "-en.png") for target in pictures_and_links(chinese)}  # each its own language
    assert shown - {"README.md"} == set(pictures_and_links(english)) - {"README.zh-CN.md"}
    assert [line.count("|") for line in chinese.splitlines() if line.startswith("|")] == [
        line.count("|") for line in english.splitlines() if line.startswith("|")
    ]


def test_a_readme_that_lacks_a_heading_or_a_command_is_noticed() -> None:
    assert outline("# a\n```\n# not a heading\n```\n## b\n") == [1, 2]
    assert outline("# a\n") != outline("# a\n## b\n")
    assert fenced("```\nmake run\n```\n") == ["make run"]


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_links_and_named_files_lead_somewhere(document: Path) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    assert dead_links(ROOT / document, text) == []
    assert missing_files(text, ROOT, TOPS) == []


def test_a_dead_link_and_a_missing_file_are_found(tmp_path: Path) -> None:
    (tmp_path / "kiosk").mkdir()
    text = "[a](gone.md) [b](https://example.org/) `kiosk/` `kiosk/gone.py` `any/thing`"
    assert dead_links(tmp_path / "README.md", text) == ["gone.md"]
    assert missing_files(text, tmp_path, TOPS) == ["kiosk/gone.py"]


def test_every_command_and_option_is_documented() -> None:
    commands = commands_below(paihao.main, "paihao")
    assert len(commands) > 5
    assert undocumented(commands, read("docs/commands.md")) == []


def test_an_undocumented_command_or_option_is_found() -> None:
    @click.group()
    def main() -> None: ...

    @main.command()
    @click.argument("folder")
    @click.option("--data")
    @click.option("--port")
    def load(folder: str, data: str, port: int) -> None: ...

    @main.command()
    def stop() -> None: ...

    text = "## `x load`\n`FOLDER` and `--data DIR`\n## `x other`\n`--port`\n"
    assert undocumented(commands_below(main, "x"), text) == ["x load --port", "x stop"]


def test_every_setting_of_the_server_is_documented_with_its_default_and_meaning() -> None:
    rows = table_rows(read("docs/settings.md").partition("## Agents")[0])
    documented = [f"{name} = {rows[name][0].strip('`')}: {rows[name][1]}" for name in rows]
    told = settings_help().splitlines()
    assert len(told) > 10
    assert [line for line in told if line not in documented] == []


def test_every_setting_of_an_agent_is_documented() -> None:
    documented = {name.rpartition(".")[2] for name in table_rows(read("docs/settings.md"))}
    files = [ROOT / folder / "settings.py" for folder in ("terminal", "kiosk", "window_client")]
    files.append(ROOT / "window_client" / "line_settings.py")
    asked = {name for file in files for name in _asked(file)}
    assert {"server", "windows", "width_mm"} <= asked
    assert asked - documented == set()


def _asked(file: Path) -> set[str]:
    """Names of the settings a file asks its tables for."""
    kinds = {"text", "choice", "whole", "seconds", "switch", "texts", "texts_by", "wholes_by"}
    calls = [node for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    asking = [call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr in kinds and call.args]
    return {str(name.value) for call in asking if isinstance(name := call.args[0], ast.Constant)}


def test_what_is_reckoned_of_many_halls_follows_from_what_was_measured() -> None:
    text = scale.DOCUMENT.read_text(encoding="utf-8")
    assert scale.reckoned(text) == text


def test_a_reckoned_figure_that_does_not_follow_is_found() -> None:
    text = scale.DOCUMENT.read_text(encoding="utf-8")
    changed = scale.measured(text, {"commands per ticket": 99.0}, {})
    assert "| `commands per ticket` | 99.00 |" in changed
    assert scale.reckoned(changed) != changed


def test_every_device_profile_is_documented_with_its_confidence() -> None:
    rows = table_rows(read("docs/hardware.md"))
    profiles = [load_profile(name) for name in profile_names()]
    assert profiles
    assert {p.id: p.confidence for p in profiles} == {p.id: rows.get(p.id, ["", "no row"])[1] for p in profiles}


# What stands in the address where the deed has another name in the journal.
IN_THE_ADDRESS = {
    "desk_sign_in": "sign_in", "desk_sign_out": "sign_out", "redeem_code": "enrol", "set_password": "first_password",
}  # fmt: skip


def test_every_deed_of_every_place_is_documented_and_no_other() -> None:
    text = read("docs/protocol.md")
    told: dict[str, set[str]] = {place.value: set() for place in RIGHTS}
    section = text.partition("### Places and deeds")[2].partition("\n## ")[0]
    for place, deeds in re.findall(r"^\| `(\w+)` \| [^`|]+ \| ([^|]+) \|$", section, re.MULTILINE):
        told[place] |= set(re.findall(r"`(\w+)`", deeds))
    assert told == {place.value: {IN_THE_ADDRESS.get(deed, deed) for deed in deeds} for place, deeds in RIGHTS.items()}
    assert [name for name in IN_THE_ADDRESS if f"`{name}`" not in text] == []


def test_every_card_is_documented_with_its_audience() -> None:
    told = {name.partition("/")[0]: cells[0] for name, cells in table_rows(read("docs/protocol.md")).items()}
    assert {card: told.get(card) for card in AUDIENCE} == {card: audience.value for card, audience in AUDIENCE.items()}


def test_the_commands_of_the_readme_open_a_hall(tmp_path: Path) -> None:
    block = next(block for block in fenced(read("README.md")) if "hall load" in block)
    data = tmp_path / "data"
    for line in block.splitlines():
        words = [word.replace("demo/halls", str(ROOT / "demo/halls")) for word in shlex.split(line)]
        if words[0] == ".venv/bin/paihao":
            words[:1] = [sys.executable, str(ROOT / "paihao.py")]
        if "serve" not in words:
            subprocess.run(words, cwd=tmp_path, check=True, capture_output=True)
            continue
        with subprocess.Popen([*words, "--port", "0"], cwd=tmp_path, stderr=subprocess.PIPE) as server:
            wait_until(lambda: (data / "server.json").exists() or server.poll() is not None, 60)
            address = json.loads((data / "server.json").read_text(encoding="utf-8"))["url"]
            health = requests.get(f"{address}/health", timeout=30).json()
            server.terminate()
        assert list(health["halls"]) == ["LJ-SD"]
        assert server.returncode == 0
    assert (data / "paihao.db").exists()


def wait_until(so: Callable[[], bool], seconds: float) -> None:
    """Fails when it is not so in time."""
    deadline = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < deadline
        time.sleep(0.05)
