"""The parts of paihao stay apart: who may import whom, no cycles, no import hidden in a function, no clash of names."""

from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.house.imports import INSTALLED, MAY_IMPORT, OURS, breaches, cycles, imports_of, modules_below
from tests.house.tracked import ROOT


def _tree(root: Path, **sources: str) -> Path:
    """A small source tree: server__domain__line="import os" writes server/domain/line.py."""
    for name, source in sources.items():
        file = root / (name.replace("__", "/") + ".py")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(source, encoding="utf-8")
    return root


def test_nobody_imports_what_the_table_does_not_allow() -> None:
    modules = modules_below(ROOT)
    assert len(modules) > 20
    assert breaches(imports_of(modules)) == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("server__api__kiosk", "from kiosk import slip"),
        ("server__api__kiosk", "from server import app"),
        ("server__storage__writer", "import server.actions.rate"),
        ("server__actions__rate", "from server.live import cards"),
        ("server__domain__line", "from contract.replies import Words"),
        ("server__domain__line", "import sqlalchemy"),
        ("contract__words", "import pydantic"),
        ("contract__words", "from contract import replies"),
        ("server__live__cards", "from server.api import kiosk"),
        ("server__settings", "from server.storage import writer"),
        ("server__something_new", "from server.storage import writer"),
        ("kiosk__agent", "from window_client import rating"),
        ("kiosk__agent", "from server.domain import line"),
        ("kiosk__agent", "import paihao"),
        ("terminal__outbox", "from drivers import serial_port"),
        ("drivers__keypads__frame", "from contract.words import Level"),
        ("drivers__keypads__frame", "from drivers.simulators import keypad"),
        ("drivers__simulators__keypad", "from drivers.keypads import frame"),
        ("display__board", "import terminal.connection"),
        ("display__board", "from drivers.printers import layout"),
    ],
)
def test_a_forbidden_import_is_found(tmp_path: Path, module: str, source: str) -> None:
    names = """contract__replies contract__words drivers__keypads__frame drivers__printers__layout drivers__serial_port
        drivers__simulators__keypad kiosk__slip paihao server__actions__rate server__api__kiosk server__app
        server__domain__line server__live__cards server__storage__writer terminal__connection window_client__rating"""
    _tree(tmp_path, **dict.fromkeys(names.split(), ""))
    assert breaches(imports_of(modules_below(tmp_path))) == []
    assert len(breaches(imports_of(modules_below(_tree(tmp_path, **{module: source}))))) == 1


def test_no_module_imports_itself_round_about() -> None:
    assert cycles(imports_of(modules_below(ROOT))) == []


def test_a_cycle_is_found(tmp_path: Path) -> None:
    _tree(tmp_path, kiosk__a="from kiosk import b", kiosk__b="import kiosk.c")
    _tree(tmp_path, kiosk__c="from kiosk.a import X", kiosk__d="import kiosk.a")
    assert cycles(imports_of(modules_below(tmp_path))) == [["kiosk.a", "kiosk.b", "kiosk.c"]]


def test_every_import_stands_at_the_top_of_its_file() -> None:
    assert [str(one) for one in imports_of(modules_below(ROOT)) if one.inside] == []


def test_an_import_inside_a_function_is_found(tmp_path: Path) -> None:
    tree = _tree(tmp_path, kiosk__a="import os\ndef f():\n    import sys\n")
    assert [one.target for one in imports_of(modules_below(tree)) if one.inside] == ["sys"]


def clashes(installed: dict[str, list[str]]) -> list[str]:
    """Our top-level names that somebody else's distribution brings too; `installed`: name → distributions."""
    foreign = {name: sorted(set(installed.get(name, [])) - {"paihao"}) for name in INSTALLED}
    return [f"{name} ({', '.join(found)})" for name, found in foreign.items() if found]


def test_no_dependency_brings_a_top_level_name_of_ours() -> None:
    installed = packages_distributions()
    assert "flask" in installed
    assert clashes({name: list(found) for name, found in installed.items()}) == []


def test_a_clash_of_names_is_found() -> None:
    assert clashes({"server": ["paihao", "some-server"], "kiosk": ["paihao"]}) == ["server (some-server)"]


def test_every_part_of_the_table_is_a_name_of_ours() -> None:
    assert {name.partition(".")[0] for name in MAY_IMPORT} == set(OURS)
