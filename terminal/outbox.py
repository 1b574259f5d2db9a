"""What must reach the server, however long that takes: on disk before it counts, sent in order, once by its key."""

import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

import structlog

from contract.replies import Refused
from contract.words import Code
from terminal.connection import PASSING, Connection, Unreachable, new_key
from terminal.json_lines import JsonLines
from terminal.pauses import Pauses
from terminal.steady import steady

LOG = structlog.get_logger(__name__)

# What one lane holds is sent in the order in which it was put: a rating never before the finish that it belongs to.
LANES: Final = {"record_slip": "slips", "record_finish": "visits", "rate": "visits", "not_rated": "visits"}
FIRST_PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 30.0
COMPACT_FROM_LINES: Final = 2_000
STOP_WITHIN_S: Final = 2.0  # a try under way may take longer; its item is then sent once more after the restart

# Refusals that an administrator can cure: the device is enrolled anew, the server's lists are put right.
CURABLE: Final = PASSING | {
    Code.NOT_ENROLLED,
    Code.WRONG_HALL,
    Code.FOREIGN_ORIGIN,
    Code.FORGED_HOST,
    Code.HALL_UNKNOWN,
    Code.NOT_FOUND,
}

Dropped = Callable[["Item", Refused], None]


@dataclass(frozen=True, slots=True)
class Item:
    """One command that waits to be sent. `body` is the command's."""

    key: str
    deed: str
    body: dict[str, Any] = field(hash=False)


class Outbox:
    """A journal with two kinds of line: {"put": item} and {"done": key}. Each lane has its own queue."""

    def __init__(self, path: Path, connection: Connection) -> None:
        self._lines = JsonLines(path)
        self._connection = connection
        self._changed = threading.Condition()
        self._waiting: dict[str, list[Item]] = {lane: [] for lane in LANES.values()}
        self._stopping = threading.Event()
        self._nudged = {lane: threading.Event() for lane in self._waiting}
        self._workers: list[threading.Thread] = []
        self._dropped: list[Dropped] = []
        self._told: list[Callable[[], None]] = []
        self._load()

    def _load(self) -> None:
        kept: dict[str, Item] = {}
        for line in self._lines.open():
            if "put" in line:
                item = Item(**line["put"])
                kept[item.key] = item
            elif "done" in line:
                kept.pop(line["done"], None)
        self._lines.rewrite({"put": asdict(item)} for item in kept.values())
        for item in kept.values():
            self._waiting[LANES[item.deed]].append(item)
        if kept:
            LOG.info("outbox_found", items=len(kept))

    def put(self, deed: str, body: Mapping[str, Any]) -> Item:
        """Keep a command; it is on the disk when this returns. Raises OSError, and then it does not count."""
        item = Item(new_key(), deed, dict(body))
        with self._changed:
            self._lines.append({"put": asdict(item)})
            self._waiting[LANES[deed]].append(item)
            self._changed.notify_all()
        self._tell()
        return item

    def on_dropped(self, told: Dropped) -> None:
        """`told` hears of each item that the server refused for good."""
        self._dropped.append(told)

    def on_change(self, told: Callable[[], None]) -> None:
        """`told` is called, quickly please, when something was put or sent."""
        self._told.append(told)

    def waiting(self, deed: str) -> tuple[Item, ...]:
        """What is kept and not yet answered, oldest first."""
        with self._changed:
            return tuple(item for item in self._waiting[LANES[deed]] if item.deed == deed)

    def wait_until_sent(self, items: Collection[Item], within_s: float) -> bool:
        """Whether the server has settled all of these before that time is over."""
        with self._changed:
            return self._changed.wait_for(lambda: not any(self._holds(item) for item in items), within_s)

    def _holds(self, item: Item) -> bool:
        return item in self._waiting[LANES[item.deed]]

    def __len__(self) -> int:
        with self._changed:
            return sum(len(items) for items in self._waiting.values())

    def start(self) -> None:
        for lane in self._waiting:
            self._workers.append(steady(partial(self._work, lane), f"outbox {lane}"))

    def nudge(self) -> None:
        """The server is back: do not wait for the pause to end."""
        for nudged in self._nudged.values():
            nudged.set()

    def stop(self) -> None:
        """What was not sent stays on the disk."""
        self._stopping.set()
        self.nudge()
        with self._changed:
            self._changed.notify_all()
        for worker in self._workers:
            worker.join(timeout=STOP_WITHIN_S)
        self._lines.close()

    def _work(self, lane: str) -> None:
        pauses = Pauses(FIRST_PAUSE_S, LONGEST_PAUSE_S)
        while (item := self._oldest(lane)) is not None:
            if self._sent(item):
                pauses.succeeded()
            else:
                self._nudged[lane].wait(pauses.next())
                self._nudged[lane].clear()

    def _oldest(self, lane: str) -> Item | None:
        """Waits for one; None when the agent stops."""
        with self._changed:
            while not self._stopping.is_set():
                if self._waiting[lane]:
                    return self._waiting[lane][0]
                self._changed.wait()
        return None

    def _sent(self, item: Item) -> bool:
        """True when the server has settled it, one way or the other."""
        try:
            refused = self._connection.post(item.deed, item.body, key=item.key).refused
        except Unreachable as error:
            LOG.info("outbox_waits", deed=item.deed, key=item.key, problem=str(error))
            return False
        if refused is not None and refused.code in CURABLE:
            LOG.warning("outbox_waits", deed=item.deed, key=item.key, problem=refused.code)
            return False
        if refused is not None:
            # Not the body: a rating's level is nobody's business on a clerk's machine.
            about = item.body.get("visit", item.body.get("slip"))
            LOG.warning("outbox_dropped", deed=item.deed, key=item.key, about=about, refused=refused.code)
        self._settled(item)
        if refused is not None:
            for told in list(self._dropped):
                told(item, refused)
        self._tell()
        return True

    def _settled(self, item: Item) -> None:
        with self._changed:
            self._waiting[LANES[item.deed]].remove(item)
            self._changed.notify_all()
            try:
                # Not durable: if this line is lost, the item is sent once more under the same key.
                self._lines.append({"done": item.key}, durable=False)
                if self._lines.lines >= COMPACT_FROM_LINES:
                    self._lines.rewrite({"put": asdict(i)} for items in self._waiting.values() for i in items)
            except OSError as error:
                LOG.error("outbox_disk", problem=str(error))

    def _tell(self) -> None:
        for told in list(self._told):
            told()
