"""`python -m tests.promises [R1 R6 ...]`: run the long proofs and write PROOF.md. Without names: those still missing.

A proof that was run whole for the present commit is not run again unless it is named, so that a long evening may be
interrupted. `--report` runs nothing; `--short` runs the short versions; `--bound` ends a proof early and keeps what it
reached.
"""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from tests.promises.promised import PROMISES, proofs_of, proven
from tests.promises.report import machine, proof_text
from tests.promises.rounds import results

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / ".paihao" / "proof"
PROOF = ROOT / "PROOF.md"
OVERTIME = 1.5


def commit() -> str:
    """The commit that is checked out, empty outside of a clone."""
    said = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    return said.stdout.strip()


def run(promise: str, *, long: bool, bound: float | None) -> bool:
    """Run one promise's proofs as tests; whether they passed. What does not end in order is ended later."""
    KEPT.mkdir(parents=True, exist_ok=True)
    environ = {**os.environ, "PAIHAO_RESULTS": str(KEPT), "PAIHAO_COMMIT": commit()}
    environ["PAIHAO_PROVE"] = "long" if long else "short"
    if bound is not None:
        environ["PAIHAO_MINUTES"] = str(bound)
    command = [sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", *map(str, proofs_of(promise))]
    log = KEPT / f"{promise}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=out, stderr=subprocess.STDOUT)
        try:
            passed = process.wait(bound and (bound * OVERTIME + 10) * 60) == 0
        except subprocess.TimeoutExpired:
            process.terminate()
            process.wait()
            passed = False
    last = log.read_text(encoding="utf-8", errors="replace").strip().rpartition("\n")[2]
    click.echo(f"{promise}: {last}")
    return passed


def missing() -> list[str]:
    """Promises with a proof that has no whole result for this commit."""
    now = commit()
    kept = [one for one in results(KEPT) if one.commit == now]
    whole = {one.promise for one in kept if one.whole} - {one.promise for one in kept if not one.whole}
    return [promise for promise in proven() if promise not in whole]


def write_proof() -> None:
    """PROOF.md from what is kept."""
    date = datetime.now(UTC).date().isoformat()
    PROOF.write_text(proof_text(results(KEPT), machine(), date, commit()[:12]), encoding="utf-8")
    click.echo(f"{PROOF.name} is written")


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(list(PROMISES)))
@click.option("--report", is_flag=True, help="Only write PROOF.md from the kept results.")
@click.option("--short", is_flag=True, help="The short versions, as `make test` runs them.")
@click.option("--bound", type=float, help="End a promise's proofs after so many minutes, and keep what they reached.")
def main(names: tuple[str, ...], report: bool, short: bool, bound: float | None) -> None:
    """Run the named promises' proofs, or all that are missing, and write PROOF.md."""
    failed = []
    for promise in () if report else names or missing():
        if not proofs_of(promise):
            raise click.UsageError(f"{promise} has no long proof yet")
        click.echo(f"{promise}: {PROMISES[promise]} ...")
        if not run(promise, long=not short, bound=bound):
            failed.append(promise)
    write_proof()
    if failed:
        raise click.ClickException(f"not proven: {', '.join(failed)}; see {KEPT.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
