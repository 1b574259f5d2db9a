"""The bundle for a hall without internet: made as the documents say, installed with no index into an empty place."""

import os
import shutil
import subprocess
import sys
from pathlib import Path


def install(bundle: Path, to: Path) -> subprocess.CompletedProcess[str]:
    """On a machine that reaches nothing: every way to an index ends at once."""
    nowhere = {name: "http://127.0.0.1:9" for name in ("http_proxy", "https_proxy", "PIP_INDEX_URL", "all_proxy")}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON"))}
    environ = {**kept, **nowhere, "PIP_NO_CACHE_DIR": "1", "PIP_NO_COMPILE": "1", "PIP_CONFIG_FILE": os.devnull}
    command = ["sh", str(bundle / "install.sh"), str(to), sys.executable]
    return subprocess.run(command, capture_output=True, text=True, env=environ, cwd="/", timeout=300)


def says(program: Path, *words: str) -> str:
    """What the installed program prints, far from the clone."""
    done = subprocess.run([program, *words], capture_output=True, text=True, cwd="/", timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_bundle_installs_without_an_index_and_its_program_works(bundle: Path, tmp_path: Path) -> None:
    to = tmp_path / "opt" / "paihao"
    done = install(bundle, to)
    assert done.returncode == 0, done.stderr
    program, data = to / "bin" / "paihao", tmp_path / "data"
    hall = to / next(to.glob("lib/python*/site-packages/demo/halls/branch")).relative_to(to)
    assert "in force" in says(program, "hall", "load", str(hall), "--data", str(data))
    assert says(program, "doctor", "--data", str(data))
    says(program, "certs", "make", "--to", str(tmp_path / "certs"), "--name", "paihao.lan")
    packages = subprocess.run([to / "bin" / "pip", "check"], capture_output=True, text=True, timeout=60)
    assert packages.returncode == 0, packages.stdout

    damaged = tmp_path / "damaged"
    shutil.copytree(bundle, damaged)
    next(damaged.glob("wheels/click-*.whl")).unlink()
    done = install(damaged, to)
    assert (done.returncode, "damaged" in done.stderr) == (2, True)
    sums = damaged / "SHA256SUMS"  # whole by its sums, and yet it cannot be installed
    kept = [line for line in sums.read_text(encoding="utf-8").splitlines(keepends=True) if "/click-" not in line]
    sums.write_text("".join(kept), encoding="utf-8")
    assert install(damaged, to).returncode != 0
    assert "in force" in says(program, "hall", "load", str(hall), "--data", str(data))  # the one before came back
    assert not to.with_name("paihao.before").exists()
