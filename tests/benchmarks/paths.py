"""`python -m tests.benchmarks.paths`: where the server's processor time goes when people take numbers and clerks call.

Shares of one process's own time, so that what else runs on the machine hardly matters.
"""

from gevent import monkey

monkey.patch_all()

import tempfile  # noqa: E402
from collections.abc import Callable  # noqa: E402
from pathlib import Path  # noqa: E402
from urllib.parse import urlsplit  # noqa: E402

import click  # noqa: E402

from tests.benchmarks.bench_hall import WINDOWS  # noqa: E402
from tests.benchmarks.fanout import hall  # noqa: E402
from tests.benchmarks.http_clients import Client, rate  # noqa: E402
from tests.benchmarks.over_http import press, take  # noqa: E402

_CLIENTS, _SECONDS = 50, 10.0


def shares(looks: dict[str, int]) -> list[tuple[str, float]]:
    """Parts of the whole (0 to 1), the largest first."""
    whole = sum(looks.values()) or 1
    return sorted(((stage, seen / whole) for stage, seen in looks.items()), key=lambda one: -one[1])


@click.command()
def main() -> None:
    """Print a table for each path."""
    with tempfile.TemporaryDirectory() as folder, hall(Path(folder)) as server:
        address = urlsplit(server.begun["url"])
        clients = [Client(address.hostname or "", address.port or 0) for _ in range(_CLIENTS)]
        windows = dict(zip(map(id, clients), WINDOWS, strict=False))

        def call(client: Client) -> None:
            press(client, windows[id(client)])

        paths: dict[str, Callable[[Client], object]] = {"take a number": take, "call, and take it back": call}
        for name, once in paths.items():
            server.ask("sample")
            done = len(rate(clients, once, _SECONDS)[1])
            click.echo(f"\n{name}: {done / _SECONDS:.0f}/s, {_CLIENTS} clients")
            for stage, share in shares(server.ask("sampled")):
                click.echo(f"  {share:6.1%}  {stage}")
        for client in clients:
            client.close()


if __name__ == "__main__":
    main()
