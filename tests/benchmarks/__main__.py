"""`python -m tests.benchmarks [NAME ...] [--json FILE]`: measure and print; no gate."""

from gevent import monkey

monkey.patch_all()

import resource  # noqa: E402
import tempfile  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable  # noqa: E402
from pathlib import Path  # noqa: E402

import click  # noqa: E402

from tests.benchmarks import (  # noqa: E402
    coming_back,
    days,
    fanout,
    hop,
    issue_core,
    issue_core_pg,
    loop_stall,
    newer,
    over_http,
    page_heap,
    processes,
    publishing,
    to_display,
)
from tests.benchmarks.figures import Figure, machine, table, write_json  # noqa: E402
from tests.benchmarks.served_halls import NotInstalled  # noqa: E402

BENCHMARKS: dict[str, Callable[[Path], list[Figure]]] = {
    "issue-core": issue_core.run,
    "issue-http-50": over_http.issue_http_50,
    "issue-slowdisk": over_http.issue_slowdisk,
    "call-contention": over_http.call_contention,
    "history": days.history,
    "loop-stall": loop_stall.run,
    "fanout-100": fanout.fanout_100,
    "fanout-500": fanout.fanout_500,
    "fanout-2000": fanout.fanout_2000,
    "call-to-display": to_display.call_to_display,
    "publish": publishing.publish,
    "day-load": days.day_load,
    "snapshot": over_http.snapshot,
    "reconnect-storm": coming_back.reconnect_storm,
    "keepalive": over_http.keepalive,
    "mem-conn": coming_back.mem_conn,
    "page-heap": page_heap.page_heap,
    "issue-core-pg": issue_core_pg.run,
    "issue-http-50-pg": over_http.issue_http_50_pg,
    "call-contention-pg": over_http.call_contention_pg,
    "redis-hop": hop.redis_hop,
    "processes": processes.processes,
    "newer-than-n": newer.run,
}


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(list(BENCHMARKS)))
@click.option("--json", "file", type=click.Path(path_type=Path), help="Write the figures there too.")
def main(names: tuple[str, ...], file: Path | None) -> None:
    """Run the named benchmarks, or all."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))  # thousands of connections
    figures: list[Figure] = []
    for name in names or BENCHMARKS:
        begun = time.monotonic()
        try:
            with tempfile.TemporaryDirectory() as folder:
                figures += BENCHMARKS[name](Path(folder))
        except NotInstalled as missing:
            click.echo(f"{name}: left out: {missing}", err=True)
            continue
        click.echo(f"{name}: {time.monotonic() - begun:.0f} s", err=True)
    click.echo(table(figures))
    click.echo(f"{machine()}", err=True)
    if file is not None:
        write_json(figures, file)


if __name__ == "__main__":
    main()
