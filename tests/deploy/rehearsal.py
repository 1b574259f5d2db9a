"""A machine of a rehearsal: the blocks of docs/operations.md run on it as they are written, below a folder.

`systemctl` and `runuser` are the only stand-ins: the one starts and ends the server and waits for nothing, as the real
one does; the other is whoever runs the tests already.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import zipfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.house.tracked import tracked
from tests.server.api.running_server import ROOT, RunningServer, until

OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
NEXT = '''"""A schema of the next version."""

from alembic import op
import sqlalchemy as sa

revision = "{new}"
down_revision = "{old}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("of_the_next_version", sa.Column("x", sa.Integer(), primary_key=True))


def downgrade() -> None:
    op.drop_table("of_the_next_version")
'''
MIGRATIONS = "server/storage/migrations/versions"
SYSTEMCTL = """#!/bin/sh
case "$1 $2" in
"start paihao")
  "{root}/opt/paihao/bin/paihao" serve --data "{root}/var/lib/paihao" --port {port} >> "{root}/journal" 2>&1 &
  echo $! > "{root}/pid" ;;
"stop paihao")
  pid=$(cat "{root}/pid"); rm "{root}/pid"; kill $pid 2> /dev/null
  while kill -0 $pid 2> /dev/null; do sleep 0.05; done
  exit 0 ;;
*) exit 1 ;;
esac
"""
RUNUSER = '#!/bin/sh\n[ "$1 $2 $3" = "-u paihao --" ] || exit 1\nshift 3\nexec "$@"\n'
# What install.sh leaves, without the minute it takes: the program under its name, the one before beside it.
QUICK_INSTALL = """#!/bin/sh
set -eu
here=$(cd "$(dirname "$0")" && pwd -P)
if [ -e "$1" ]; then rm -rf "$1.before"; mv "$1" "$1.before"; fi
mkdir -p "$1/bin"
printf '#!/bin/sh\\nexec "{python}" "%s/program/paihao.py" "$@"\\n' "$here" > "$1/bin/paihao"
chmod +x "$1/bin/paihao"
"""


def block(name: str) -> str:
    """The commands under a mark in docs/operations.md."""
    found = re.search(rf"<!-- {name} -->\n```\n(.*?)```", OPERATIONS, re.DOTALL)
    assert found, name
    return found[1]


@dataclass
class Machine:
    """Where the server's machine is, and at which port it serves."""

    root: Path
    port: int
    server: RunningServer = field(init=False)

    def __post_init__(self) -> None:
        for name, text in (("systemctl", SYSTEMCTL), ("runuser", RUNUSER)):
            file = self.root / "bin" / name
            file.parent.mkdir(exist_ok=True)
            file.write_text(text.format(root=self.root, port=self.port), encoding="utf-8")
            file.chmod(0o755)
        for folder in ("opt", "var/lib"):
            (self.root / folder).mkdir(parents=True)
        self.server = RunningServer(self.root / "var" / "lib" / "paihao")
        self.server.http.trust_env = False

    def run(self, commands: str, bundle: Path, **changed: str) -> subprocess.CompletedProcess[str]:
        """As the administrator does, in the folder where that bundle was unpacked."""
        for written, here in changed.items():
            assert written in commands
            commands = commands.replace(written, here)
        commands = re.sub(r"(?<![\w.])/(opt|var)/", rf"{self.root}/\1/", commands).replace(":8600", f":{self.port}")
        (self.root / "paihao-bundle").unlink(missing_ok=True)
        (self.root / "paihao-bundle").symlink_to(bundle)
        environ = {**os.environ, "PATH": f"{self.root / 'bin'}:{os.environ['PATH']}", "PYTHONUTF8": "1"}
        return subprocess.run(
            ["sh", "-exc", commands], cwd=self.root, env=environ, capture_output=True, text=True, timeout=300
        )

    def program(self, *words: str) -> subprocess.CompletedProcess[str]:
        """The installed program."""
        command = [str(self.root / "opt" / "paihao" / "bin" / "paihao"), *words]
        return subprocess.run(command, capture_output=True, text=True, cwd="/", timeout=120)

    def reach(self) -> RunningServer:
        """The server, which was just started."""
        address = self.server.data / "server.json"
        until(lambda: address.exists() or not self._lives(), "it serves")
        assert address.exists(), self.journal()
        said = json.loads(address.read_text(encoding="utf-8"))
        self.server.url, self.server.secret = said["url"], said["local_secret"]
        return self.server

    def journal(self) -> str:
        """What the server printed."""
        return (self.root / "journal").read_text(encoding="utf-8")

    def _lives(self) -> bool:
        with suppress(OSError):
            os.kill(int((self.root / "pid").read_text()), 0)
            return True
        return False

    def leave(self) -> None:
        """Nothing of it runs on."""
        self.server.http.close()
        with suppress(OSError):
            os.kill(int((self.root / "pid").read_text()), signal.SIGTERM)
            until(lambda: not self._lives(), "the server ends")


def quick_bundle(to: Path, *, new_schema: tuple[str, str] | None = None) -> Path:
    """A bundle whose program is this clone, with one schema more where `new_schema` (its name, the one before) says."""
    program = ROOT
    if new_schema is not None:
        program = to / "program"
        for file in tracked():
            if file.parts[0] not in ("tests", "docs", "browser", "demo") or file.name == "__init__.py":
                (program / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / file, program / file)
        for folder in ("browser", "demo"):
            shutil.rmtree(program / folder, ignore_errors=True)
            (program / folder).symlink_to(ROOT / folder)
        new, old = new_schema
        (program / MIGRATIONS / f"{new}_next.py").write_text(NEXT.format(new=new, old=old), encoding="utf-8")
    else:
        to.mkdir(parents=True)
        (to / "program").symlink_to(ROOT)
    install = to / "install.sh"
    install.write_text(QUICK_INSTALL.format(python=sys.executable), encoding="utf-8")
    return to


def next_bundle(bundle: Path, to: Path, new_schema: tuple[str, str]) -> Path:
    """A copy of a real bundle whose program has one schema more."""
    shutil.copytree(bundle, to)
    (wheel,) = to.glob("wheels/paihao-*.whl")
    new, old = new_schema
    name = f"{MIGRATIONS}/{new}_next.py"
    with zipfile.ZipFile(bundle / "wheels" / wheel.name) as before, zipfile.ZipFile(wheel, "w") as after:
        for item in before.infolist():
            content = before.read(item)
            after.writestr(item, content + f"{name},,\n".encode() if item.filename.endswith("/RECORD") else content)
        after.writestr(name, NEXT.format(new=new, old=old))
    sums = "find . -type f ! -name SHA256SUMS -print0 | sort -z | xargs -0 sha256sum > SHA256SUMS"
    subprocess.run(["sh", "-c", sums], cwd=to, check=True)
    return to
