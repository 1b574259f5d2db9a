"""`python -m tests.benchmarks [NAME ...] [--json FILE]`: measure and print; no gate."""

from gevent import monkey

monkey.patch_all()

import tempfile  # noqa: E402
from collections.abc import Callable  # noqa: E402
from pathlib import Path  # noqa: E402

import click  # noqa: E402

from tests.benchmarks import issue_core, loop_stall, over_http  # noqa: E402
from tests.benchmarks.figures import Figure, table, write_json  # noqa: E402

BENCHMARKS: dict[str, Callable[[Path], list[Figure]]] = {
    "issue-core": issue_core.run,
    "issue-http-50": over_http.issue_http_50,
    "call-contention": over_http.call_contention,
    "loop-stall": loop_stall.run,
    "keepalive": over_http.keepalive,
}


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(list(BENCHMARKS)))
@click.option("--json", "file", type=click.Path(path_type=Path), help="Write the figures there too.")
def main(names: tuple[str, ...], file: Path | None) -> None:
    """Run the named benchmarks, or all."""
    figures: list[Figure] = []
    for name in names or BENCHMARKS:
        click.echo(f"{name} ...", err=True)
        with tempfile.TemporaryDirectory() as folder:
            figures += BENCHMARKS[name](Path(folder))
    click.echo(table(figures))
    if file is not None:
        write_json(figures, file)


if __name__ == "__main__":
    main()
