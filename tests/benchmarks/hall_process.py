"""The product's server in a process of its own, which also takes orders and tells its own times (see child.py).

`python -m tests.benchmarks.hall_process FOLDER SLOW_S`. Only the disk may be slower and the publisher notes its times.
"""

from gevent import monkey

monkey.patch_all()

import itertools  # noqa: E402
import json  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import gevent  # noqa: E402
from gevent.fileobject import FileObject  # noqa: E402

import server.app as product  # noqa: E402
from contract.commands import CallNext, Miss, TakeNumber  # noqa: E402
from contract.words import Audience, Via  # noqa: E402
from server.live.publish import Publisher  # noqa: E402
from server.settings import Settings  # noqa: E402
from server.storage.data_folder import DataFolder  # noqa: E402
from server.storage.orders import Actor, Answer  # noqa: E402
from server.storage.published import Published  # noqa: E402
from tests.benchmarks.bench_hall import HALL, KIOSK, LINE, WINDOWS, give, must  # noqa: E402
from tests.benchmarks.disk import slow_writer  # noqa: E402
from tests.benchmarks.figures import p99  # noqa: E402
from tests.benchmarks.load import Crowd, under_load  # noqa: E402
from tests.benchmarks.sampler import Sampler  # noqa: E402

_AGENT = Actor(via=Via.PAGE, device="W", windows=frozenset(WINDOWS))
_TELLING_S = 0.04
_TOLD: dict[int, float] = {}  # public revision -> when the writer handed its view over (seconds, monotonic)


class _TimedPublisher(Publisher):
    """Notes when it was told of what."""

    def tell(self, published: Published) -> None:
        _TOLD.setdefault(published.views[Audience.PUBLIC].revision, time.perf_counter())
        super().tell(published)


class _Orders:
    """What can be asked of this process."""

    def __init__(self, running: product.Server) -> None:
        self._writer = running.writer
        self._crowd = Crowd(running.writer)
        self._visits: dict[str, int] = {}
        self._sampler = Sampler()

    def take(self, number: int) -> dict[str, Any]:
        """So many people take a number at once."""
        taking = [gevent.spawn(give, self._writer, TakeNumber(line=LINE), KIOSK) for _ in range(number)]
        gevent.joinall(taking, raise_error=True)
        return self._told(*(one.get() for one in taking))

    def call(self, window: str) -> dict[str, Any]:
        """Call the next one; when the view with it was handed over."""
        answer = must(give(self._writer, CallNext(window=window, visit=None), _AGENT))
        self._visits[window] = json.loads(answer.body)["visit"]
        return self._told(answer)

    def miss(self, window: str) -> dict[str, Any]:
        """They did not come."""
        return self._told(give(self._writer, Miss(window=window, visit=self._visits.pop(window)), _AGENT))

    def load(self, rate: int, seconds: float) -> dict[str, Any]:
        """So many take a number per second; p99 of the loop's lateness (ms), commands served, what was told when."""
        _TOLD.clear()
        load = under_load(self._crowd, rate, seconds)
        return {"late": p99(load.late), "served": load.served, "told": dict(_TOLD)}

    def sample(self) -> dict[str, Any]:
        """Look from now on where the time goes."""
        self._sampler.begin()
        return {}

    def sampled(self) -> dict[str, Any]:
        """Looks by stage since then."""
        return self._sampler.end()

    def _told(self, *answers: Answer) -> dict[str, Any]:
        """The revision of the public view that holds all of these, and when it was handed over."""
        head = max(json.loads(must(answer).body)["revision"] for answer in answers)
        while self._writer.published[HALL].head < head:
            gevent.sleep(0.001)
        revision = self._writer.published[HALL].views[Audience.PUBLIC].revision
        gevent.sleep(_TELLING_S)  # the answer wakes the process that asked, which would take a core from the telling
        return {"revision": revision, "told": _TOLD[revision]}


def main() -> None:
    """Serve until nothing more is asked."""
    folder, slow = DataFolder(Path(sys.argv[1])), float(sys.argv[2])
    vars(product).update(Writer=slow_writer(slow), Publisher=_TimedPublisher)
    product.log_to_stderr("warning")
    folder.lock()
    settings = Settings(data_dir=folder.path, port=0, max_connections=20_000)
    with product.serving(product.Server(settings, folder)) as running:
        orders = _Orders(running)
        questions, answers = FileObject(0, "rb", close=False), FileObject(1, "wb", close=False)
        for answer in itertools.chain([{"url": running.url}], (_answer(orders, line) for line in questions)):
            answers.write(json.dumps(answer).encode() + b"\n")
            answers.flush()
    folder.unlock()


def _answer(orders: _Orders, line: bytes) -> dict[str, Any]:
    asked = json.loads(line)
    answer: dict[str, Any] = getattr(orders, asked.pop("do"))(**asked)
    return answer


if __name__ == "__main__":
    main()
