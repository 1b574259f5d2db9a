"""`python -m tests.benchmarks.district`: many halls in one server, ever faster, until a command takes too long.

Every hall has its screens, windows, kiosks, phones and voices; people come as they do in a morning's fullest hour, and
time runs ever faster. At the end everything that was answered is looked for in the rows.
"""

from gevent import monkey

monkey.patch_all()

import json  # noqa: E402
import resource  # noqa: E402
import tempfile  # noqa: E402
import time  # noqa: E402
from pathlib import Path  # noqa: E402

import click  # noqa: E402

from tests.benchmarks.district.day import DistrictDay  # noqa: E402
from tests.benchmarks.district.halls import KINDS, district, make  # noqa: E402
from tests.benchmarks.district.weighing import at_rest  # noqa: E402
from tests.benchmarks.figures import machine  # noqa: E402
from tests.benchmarks.served_halls import on_file, on_postgres  # noqa: E402


@click.command()
@click.option("--halls", "number", default=200, show_default=True, help="Halls of all kinds.")
@click.option("--minutes", default=5.0, show_default=True, help="The longest that it may take.")
@click.option("--speed", default=5.0, show_default=True, help="How much faster than life it begins; then ever faster.")
@click.option("--database", type=click.Choice(["sqlite", "postgres"]), default="sqlite", show_default=True)
@click.option("--workers", default=2, show_default=True, help="Processes, each hall pinned to one; with postgres only.")
@click.option("--seed", default=1, show_default=True)
@click.option("--json", "file", type=click.Path(path_type=Path), help="Write the figures there too.")
def main(
    number: int, minutes: float, speed: float, database: str, workers: int, seed: int, file: Path | None
) -> None:
    """Measure, print, judge; the exit code is 1 where anything was lost."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))  # thousands of connections
    until, halls = time.monotonic() + minutes * 60, district(number)
    for kind in KINDS:
        count = sum(hall.kind is kind for hall in halls)
        click.echo(f"{count} x {kind.name}: {kind.windows} windows, {kind.tickets} tickets a day", err=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        weights = at_rest(folder / "rest", halls) if database == "sqlite" else {}
        with (on_file(folder, lambda found: make(found, halls)) if database == "sqlite"
              else on_postgres(folder, lambda found: make(found, halls), workers)) as served:
            day = DistrictDay(served, halls, folder, lambda text: click.echo(text, err=True))
            day.weights |= weights
            day.run(speed, until, seed)
        breaches = day.wrong
    click.echo(day.table())
    click.echo(f"{machine()}", err=True)
    if file is not None:
        file.write_text(json.dumps({"machine": machine(), **day.told()}, indent=2) + "\n", encoding="utf-8")
    for breach in breaches[:20]:
        click.echo(breach)
    raise SystemExit(1 if breaches else 0)


if __name__ == "__main__":
    main()
