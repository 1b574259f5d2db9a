"""How the command line of this machine speaks to the server of a data folder, running or not."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import gevent
import requests

from server.app import CannotStart, Server, log_to_stderr, serving
from server.settings import Settings
from server.storage.data_folder import Address, DataFolder, FolderInUse

_STARTS_WITHIN_S = 10.0
_ANSWERS_WITHIN_S = 60.0


class RefusedByServer(Exception):
    """What the server said, in both languages."""


class LocalClient:
    """Asks as the command line, with the local secret."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._http = requests.Session()
        self._http.trust_env = False  # a proxy of this machine has no business between us
        self._http.headers["X-Local-Secret"] = address.local_secret

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def health(self) -> dict[str, Any]:
        """The server's health. Raises requests.RequestException when nothing answers."""
        return self._answer(self._http.get(f"{self._address.url}/health", timeout=5))

    def only_hall(self) -> str:
        """The hall, where there is but one. Raises RefusedByServer."""
        halls: list[str] = sorted(self.health()["halls"])
        if len(halls) != 1:
            names = ", ".join(halls) or "(无 / none)"
            raise RefusedByServer(f"请用 --hall 指定大厅 / name the hall with --hall: {names}")
        return halls[0]

    def do(self, hall: str, deed: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Give one command of administration; tried again under the same key if the line breaks."""
        url, headers = f"{self._address.url}/{hall}/admin/{deed}", {"Idempotency-Key": secrets.token_hex(16)}
        for last in (False, True):
            try:
                return self._answer(self._http.post(url, json=body, headers=headers, timeout=_ANSWERS_WITHIN_S))
            except requests.ConnectionError:
                if last:
                    raise
        raise AssertionError("the loop returns or raises")

    def list(self, hall: str, what: str) -> list[dict[str, Any]]:
        """`devices` or `users` of a hall."""
        found: list[dict[str, Any]] = self._answer(
            self._http.get(f"{self._address.url}/{hall}/admin/{what}", timeout=_ANSWERS_WITHIN_S)
        )[what]
        return found

    def _answer(self, response: requests.Response) -> dict[str, Any]:
        body: dict[str, Any] = response.json()
        if response.status_code != 200:
            said, todo = body["sentence"], body["what_to_do"]
            raise RefusedByServer(f"{said['zh']}。{todo['zh']} / {said['en']}. {todo['en']}")
        return body


@contextmanager
def local_client(data: Path) -> Iterator[LocalClient]:
    """A client of the folder's server; if none runs, one is started on a loopback port for as long as this lasts.

    Raises CannotStart where neither can be.
    """
    folder = DataFolder(data)
    try:
        folder.lock()
    except FolderInUse:
        with _closing(_running(folder)) as client:
            yield client
        return
    log_to_stderr("warning")
    try:
        with serving(Server(Settings(data_dir=data, host="127.0.0.1", port=0), folder)):
            address = folder.read_address()
            if address is None:
                raise CannotStart(f"不能写入 / cannot write to {data}")
            with _closing(LocalClient(address)) as client:
                yield client
    finally:
        folder.unlock()


def _running(folder: DataFolder) -> LocalClient:
    """The client of the server that holds the lock; it may be just starting."""
    with gevent.Timeout(_STARTS_WITHIN_S, CannotStart(f"服务器没有应答 / the server of {folder.path} does not answer")):
        while True:
            address = folder.read_address()
            client = LocalClient(address) if address else None
            try:
                if client is not None:
                    client.health()
                    return client
            except requests.RequestException:
                pass  # the address of a server that was killed; the new one will write its own
            gevent.sleep(0.05)


@contextmanager
def _closing(client: LocalClient) -> Iterator[LocalClient]:
    try:
        yield client
    finally:
        client.close()
