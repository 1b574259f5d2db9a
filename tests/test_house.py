"""A fresh clone is complete and clean: everything is packed, nothing is of one machine, vendored files are whole."""

import configparser
import hashlib
import json
import re
import subprocess
import sys
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from contract.refusals import SENTENCES
from contract.words import Code
from tests.house.imports import INSTALLED, OURS, Import, imports_of, modules_below
from tests.house.tracked import ROOT, suspects, tracked


def _setup() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser


def test_every_package_is_listed_and_every_listed_package_is_there() -> None:
    packages = {".".join(f.parts[:-1]) for f in tracked() if f.name == "__init__.py" and f.parts[0] in INSTALLED}
    assert set(_setup()["options"]["packages"].split()) == packages


def test_nothing_is_imported_from_a_folder_that_is_no_package() -> None:
    modules = modules_below(ROOT)
    packages = {name for name, file in modules.items() if file.name == "__init__.py"}
    imported = {one.target for one in imports_of(modules) if one.target in modules}
    installed = [name for name in imported if "." in name and name.partition(".")[0] in INSTALLED]
    assert len(installed) > 20
    assert [name for name in installed if name.rpartition(".")[0] not in packages] == []


def test_every_package_says_in_one_line_what_it_is() -> None:
    silent = []
    for package in _setup()["options"]["packages"].split():
        init = ROOT / package.replace(".", "/") / "__init__.py"
        if not init.is_file() or not init.read_text(encoding="utf-8").startswith('"""'):
            silent.append(package)
    assert silent == []


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The distribution as it would be installed, built from the files that git keeps."""
    clone, out = tmp_path_factory.mktemp("clone"), tmp_path_factory.mktemp("wheel")
    for file in tracked():
        (clone / file).parent.mkdir(parents=True, exist_ok=True)
        (clone / file).write_bytes((ROOT / file).read_bytes())
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet"]
    command = [*pip, "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(out), str(clone)]
    subprocess.run(command, check=True, capture_output=True)
    return next(out.glob("paihao-*.whl"))


def test_what_is_installed_has_every_file_of_every_package(wheel: Path) -> None:
    packed = set(zipfile.ZipFile(wheel).namelist())
    wanted = {file.as_posix() for file in tracked() if file.parts[0] in (*INSTALLED, "paihao.py")}
    assert sorted(wanted - packed) == []
    foreign = {name.split("/")[0] for name in packed if ".dist-info/" not in name} - {*INSTALLED, "paihao.py"}
    assert foreign == set()


def _checksums(listing: Path) -> list[str]:
    """What is wrong with the files beside a CHECKSUMS file: changed, missing, or not listed."""
    listed = {}
    for line in listing.read_text(encoding="utf-8").splitlines():
        digest, name = line.split(maxsplit=1)
        listed[name] = digest
    wrong = []
    for name, digest in listed.items():
        file = listing.parent / name
        if not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != digest:
            wrong.append(f"{name}: missing or changed")
    beside = [file for file in listing.parent.rglob("*") if file.is_file() and file.suffix not in (".py", ".pyc")]
    names = {file.relative_to(listing.parent).as_posix() for file in beside} - {"CHECKSUMS", "README.md"}
    return wrong + [f"{name}: not listed" for name in sorted(names - listed.keys())]


def test_vendored_files_and_typefaces_are_what_their_checksums_say() -> None:
    listings = [file for file in tracked() if file.name == "CHECKSUMS"]
    assert {"browser", "drivers"} <= {file.parts[0] for file in listings}
    assert [wrong for listing in listings for wrong in _checksums(ROOT / listing)] == []


def test_a_changed_or_an_added_vendored_file_is_found(tmp_path: Path) -> None:
    (tmp_path / "library.js").write_bytes(b"one")
    (tmp_path / "CHECKSUMS").write_text(f"{hashlib.sha256(b'one').hexdigest()}  library.js\n", encoding="utf-8")
    assert _checksums(tmp_path / "CHECKSUMS") == []
    (tmp_path / "library.js").write_bytes(b"two")
    (tmp_path / "new.js").write_bytes(b"")
    assert _checksums(tmp_path / "CHECKSUMS") == ["library.js: missing or changed", "new.js: not listed"]


def test_no_file_is_tied_to_one_machine_or_left_unfinished() -> None:
    files = tracked()
    assert len(files) > 100
    assert suspects(ROOT, files) == []


# In halves, so that this file does not find itself.
BAD_LINES = ["open('/" + "home/li/a')", "https://python" + "hosted.org/x", "# TO" + "DO", "NotImplemented" + "Error"]


@pytest.mark.parametrize("line", BAD_LINES)
def test_a_line_of_one_machine_or_an_unfinished_one_is_found(tmp_path: Path, line: str) -> None:
    (tmp_path / "a.py").write_text(f"x = 1\n{line}\n", encoding="utf-8")
    assert [one.rpartition(": ")[0] for one in suspects(tmp_path, [Path("a.py")])] == ["a.py:2"]


def test_addresses_of_ours_are_not_taken_for_paths_of_a_machine(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("get('/health')\nopen('/dev/usb/lp0')\nview = 'cards/work/101'\n", encoding="utf-8")
    assert suspects(tmp_path, [Path("a.py")]) == []


def _pins(name: str) -> dict[str, str]:
    """Package → version and hashes, of a lock file."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return {entry.split("==")[0]: entry for entry in re.split(r"\n(?=\S)", text.strip())}


def test_every_locked_package_has_its_hashes_and_no_address() -> None:
    for lock in ("requirements.txt", "requirements-postgres.txt", "requirements-test.txt"):
        pins = _pins(lock)
        assert len(pins) > 30
        assert [name for name, entry in pins.items() if "==" not in entry or "--hash=sha256:" not in entry] == []
        assert "://" not in (ROOT / lock).read_text(encoding="utf-8")


def test_the_tests_run_with_the_very_versions_that_are_installed_for_use() -> None:
    def versions(lock: str) -> dict[str, str]:
        return {name: entry.split("==")[1].split()[0] for name, entry in _pins(lock).items()}

    used, tested = versions("requirements-postgres.txt"), versions("requirements-test.txt")
    assert versions("requirements.txt").items() <= used.items()
    assert {name: tested.get(name) for name in used} == used


def _declared(requirements: str) -> set[str]:
    return {re.split(r"[\[>=]", line)[0].lower() for line in requirements.split()}


def test_every_dependency_that_is_declared_is_locked() -> None:
    setup = _setup()
    declared = _declared(setup["options"]["install_requires"]) | _declared(setup["options.extras_require"]["test"])
    assert declared <= _pins("requirements-test.txt").keys()


def undeclared(imports: list[Import], declared: set[str], tops: tuple[str, ...]) -> set[str]:
    """Libraries that modules below `tops` import without their being declared."""
    brought_by = packages_distributions()
    libraries = {one.target.partition(".")[0] for one in imports if one.module.partition(".")[0] in tops}
    foreign = libraries - sys.stdlib_module_names - set(OURS)
    return {name for name in foreign if declared.isdisjoint(_written_alike(brought_by.get(name, [])))}


def _written_alike(names: list[str]) -> set[str]:
    """Names of distributions in small letters with dashes, as setup.cfg has them."""
    return {re.sub("[-_.]+", "-", name).lower() for name in names}


def test_every_library_that_is_imported_is_declared() -> None:
    setup, imports = _setup(), imports_of(modules_below(ROOT))
    used, extra = _declared(setup["options"]["install_requires"]), setup["options.extras_require"]
    optional = _declared(extra["fonts"]) | _declared(extra["hotkeys"]) | _declared(extra["postgres"])
    assert undeclared(imports, used | optional, INSTALLED) == set()
    assert undeclared(imports, used | _declared(extra["test"]), ("tests",)) == set()


def test_an_undeclared_library_is_found() -> None:
    targets = ("os", "terminal.outbox", "click", "jinja2.nodes", "gone")
    imports = [Import("kiosk.agent", target, 1, False) for target in targets]
    assert undeclared(imports, {"click"}, ("kiosk",)) == {"jinja2", "gone"}


def test_every_refusal_has_its_sentences_in_both_languages() -> None:
    assert set(SENTENCES) == set(Code)
    for code, pairs in SENTENCES.items():
        for zh, en in pairs:
            assert zh and en, code
            if "{" not in zh:
                assert re.search("[一-鿿]", zh), code
            assert not re.search("[一-鿿]", en), code
            names = [set(re.findall(r"\{(\w+?)(?:_en)?\}", text)) for text in (zh, en)]
            assert names[0] == names[1], code


def _one_sided(words: object, where: str = "") -> list[str]:
    """Entries of the pages' catalogue that lack a language; leaves are {zh, en}."""
    if isinstance(words, dict) and words.keys() & {"zh", "en"}:
        return [] if words.keys() == {"zh", "en"} and all(isinstance(t, str) and t for t in words.values()) else [where]
    if isinstance(words, dict):
        return [found for key, inner in words.items() for found in _one_sided(inner, f"{where}/{key}")]
    return [where]


def test_every_word_of_the_pages_is_there_in_both_languages() -> None:
    words = json.loads((ROOT / "browser/shared/words.json").read_text(encoding="utf-8"))
    assert words
    assert _one_sided(words) == []


def test_a_word_without_english_is_found() -> None:
    words = {"a": {"zh": "好", "en": "good"}, "b": {"c": {"zh": "好"}, "d": {"zh": "好", "en": ""}}}
    assert _one_sided(words) == ["/b/c", "/b/d"]
