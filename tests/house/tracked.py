"""The files of the repository as a clone gets them."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Other people's files, kept byte for byte with their checksums.
VENDORED = ("browser/vendor/", "tests/browser/vendor/")
TEXT = {
    "", ".cfg", ".css", ".csv", ".html", ".js", ".json", ".mako", ".md", ".mjs", ".py", ".sh", ".svg", ".toml", ".txt",
}  # fmt: skip

# Built from halves, so that this file does not find itself.
_HOSTS = ["pypi" + ".org", "python" + "hosted.org", "npm" + "js.org", "npm" + "js.com", "debian" + ".org/debian"]
SUSPECT = {
    "a path of one machine": re.compile(r"(?<![\w.~$})/-])/(?:" + "home|root|Users|work" + r")/[A-Za-z.]"),
    "the address of a package registry": re.compile("|".join(map(re.escape, _HOSTS))),
    "an unfinished mark": re.compile(r"\b(?:" + "TO" + "DO|FIX" + "ME|XX" + "X|NotImplemented" + r"Error)\b"),
}


def tracked(root: Path = ROOT) -> list[Path]:
    """All files that git keeps or would keep, relative to the root."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    out = subprocess.run(command, cwd=root, check=True, capture_output=True).stdout.decode()
    return [Path(name) for name in out.split("\0") if name and (root / name).is_file()]


def suspects(root: Path, files: list[Path]) -> list[str]:
    """Lines that must not be committed: what and where."""
    found: list[str] = []
    for file in files:
        if file.suffix not in TEXT or file.as_posix().startswith(VENDORED):
            continue
        for number, line in enumerate((root / file).read_text(encoding="utf-8").splitlines(), 1):
            found += [f"{file}:{number}: {what}" for what, pattern in SUSPECT.items() if pattern.search(line)]
    return found
