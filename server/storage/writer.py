"""The one line of commands: they stand here one behind the other, are applied in memory, and are committed in groups.

The event loop goes on while the database's disk is waited for: each store (`store.py`) knows how. Each caller is
answered after the commit, with the very bytes that were stored; only then is anyone told.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

import gevent
import structlog
from gevent.event import AsyncResult, Event
from gevent.queue import Empty, SimpleQueue

from contract.refusals import refuse
from contract.words import Code
from server.storage.deciding import Action, Decider, FirstDay, Halls, digest_of
from server.storage.forgetting import PAUSE_S, Forgetting
from server.storage.forward import bring_forward
from server.storage.hall_now import HallNow
from server.storage.hall_store import HallFrom, Head, head_from, load, save
from server.storage.orders import Answer, KeyReused, Order
from server.storage.published import Published
from server.storage.store import Opens, Store

BuildCards = Callable[[str, HallNow, int, Published | None, int], Published]

_LARGEST_BATCH = 64
AWAY_FOR_S = 5.0  # so long a batch waits for a database that went away; then each is told at once until it is back
_LOOK_AGAIN_S = 0.1
_CARDS_AGAIN_S = 1.0
CARDS_EVERY_S = 0.05  # a hall's first change is told at once, what follows is gathered so long
_CARDS_FOR_S = 0.005  # or as long as the commands before took; then those that wait have their turn again
_log = structlog.get_logger("writer")


class NotStored(Exception):
    """The database did not take it: nothing was recorded, or, where its line broke, nobody knows."""

    def __init__(self, code: Code) -> None:
        super().__init__(code.value)
        self.code = code


class _Waiting:
    """An order in the line and where its caller waits."""

    __slots__ = ("digest", "order", "result")

    def __init__(self, order: Order) -> None:
        self.order = order
        self.digest = digest_of(order)
        self.result: AsyncResult[Answer] = AsyncResult()


class _Look:
    """A hall that another process may have taken further. `took_s`: for how long it was loaded."""

    __slots__ = ("done", "hall", "took_s")

    def __init__(self, hall: str) -> None:
        self.hall = hall
        self.done = Event()
        self.took_s = 0.0


def wall_ms() -> int:
    """The server's clock, epoch milliseconds."""
    return time.time_ns() // 1_000_000


class Writer:
    """`build` makes the published view, `tell` is called with each new one, `committed` with the size of each batch
    and how long its COMMIT took (seconds), `say_ahead` with a hall and its revision before its view is made."""

    def __init__(
        self,
        database: Opens,
        actions: Mapping[str, Action],
        hall_from: HallFrom,
        first_day: FirstDay,
        build: BuildCards,
        tell: Callable[[Published], None],
        now_ms: Callable[[], int] = wall_ms,
        cards_every_s: float = CARDS_EVERY_S,
        committed: Callable[[int, float], None] = lambda size, seconds: None,
        say_ahead: Callable[[str, int], None] = lambda hall, revision: None,
    ) -> None:
        self._database = database
        self._actions = actions
        self._hall_from = hall_from
        self._first_day = first_day
        self._build = build
        self._tell = tell
        self._now_ms = now_ms
        self._cards_every_s = cards_every_s
        self._committed = committed
        self._say_ahead = say_ahead
        self._line: SimpleQueue[_Waiting | _Look | None] = SimpleQueue()
        self._halls: Halls = {}
        self._published: dict[str, Published] = {}
        self._stale: set[str] = set()  # halls whose cards wait to be made
        self._cards_made: dict[str, float] = {}  # by hall
        self._forgetting = Forgetting()
        self._greenlet: gevent.Greenlet[[], None] | None = None
        self._store: Store | None = None
        self._away_since: float | None = None
        self.commits = 0
        self.commands = 0

    @property
    def published(self) -> Mapping[str, Published]:
        """The newest view of each hall; its values never change."""
        return MappingProxyType(self._published)

    def start(self) -> None:
        """Open the database, load every hall, publish it, and begin to serve the line."""
        self._store = self._database.store()
        for row in self._store.execute("SELECT hall FROM halls ORDER BY hall").fetchall():
            self._publish_hall(row[0])
        self._greenlet = gevent.spawn(self._run)

    def stop(self) -> None:
        """Commit what stands in the line, then close; whoever comes after that is told to come again."""
        if self._greenlet is not None:
            self._line.put(None)
            self._greenlet.join()
            self._greenlet = None
            while not self._line.empty():
                late = self._line.get_nowait()
                if isinstance(late, _Waiting):
                    late.result.set(_not_stored(Code.BUSY))
                elif late is not None:
                    late.done.set()
        if self._store is not None:
            self._store.close()
            self._store = None

    def submit(self, order: Order) -> Answer:
        """Stand in the line and wait until the command is committed. Raises KeyReused."""
        if self._greenlet is None:
            return _not_stored(Code.BUSY)
        waiting = _Waiting(order)
        self._line.put(waiting)
        answer = waiting.result.get()
        if answer is None:
            raise RuntimeError("the writer ended without an answer")
        return answer

    def knows(self, hall: str) -> int:
        """The hall's revision as it stands in memory here; 0 where it is not known."""
        if hall in self._halls:
            return self._halls[hall][0].revision
        return self._published[hall].head if hall in self._published else 0

    def catch_up(self, hall: str) -> float:
        """Load and publish what other processes did in the hall; returns when it was tried, and how long that took by
        itself (seconds; 0 where it could not be)."""
        look = _Look(hall)
        if self._greenlet is not None:
            self._line.put(look)
            look.done.wait()
        return look.took_s

    def _run(self) -> None:
        while True:
            batch, begun = self._next_batch(), time.monotonic()
            self._do([waiting for waiting in batch if isinstance(waiting, _Waiting)])
            for look in batch:
                if isinstance(look, _Look):
                    self._look(look)
            self._publish_due(max(_CARDS_FOR_S, time.monotonic() - begun))
            if not batch and self._forgetting.due:
                self._forget_some()
            if None in batch:
                self._publish(sorted(self._stale))
                return

    def _next_batch(self) -> list[_Waiting | _Look | None]:
        """All that stands in the line, at most a bound; empty when nothing came before something else is due."""
        batch: list[_Waiting | _Look | None] = []
        try:
            batch.append(self._line.get(timeout=self._free_s()))
            while len(batch) < _LARGEST_BATCH:
                batch.append(self._line.get_nowait())
        except Empty:
            pass
        return batch

    def _free_s(self) -> float | None:
        """How long there is nothing to do but to wait for the line; None: until it moves."""
        now = time.monotonic()
        due_s = [max(0.0, self._cards_due(name) - now) for name in self._stale]
        return min([*due_s, PAUSE_S] if self._forgetting.due else due_s, default=None)

    def _cards_due(self, name: str) -> float:
        """A hall's first change is told at once, the next at the earliest 50 ms later."""
        return self._cards_made.get(name, 0.0) + self._cards_every_s

    def _look(self, look: _Look) -> None:
        begun = time.perf_counter()
        try:
            with self._db.reading(look.hall):
                self._have(look.hall)
                if look.hall in self._stale:
                    self._stale.discard(look.hall)
                    self._publish_hall(look.hall)  # before the trip that ends the reading
            look.took_s = time.perf_counter() - begun
        except Exception as fault:
            if self._db.blame(fault) is None:
                _log.exception("look_broken", hall=look.hall)
            self._db.roll_back()
            self._halls.pop(look.hall, None)
        look.done.set()

    def _do(self, batch: list[_Waiting]) -> None:
        """One transaction for the whole batch; if anything unforeseen breaks it, one for each."""
        if not batch:
            return
        answers: list[Answer | KeyReused]
        try:
            answers = self._until_back(batch)
        except NotStored as fault:
            _log.error("not_stored", code=fault.code, size=len(batch), cause=str(fault.__cause__))
            answers = [_not_stored(fault.code) for _ in batch]
        except Exception:
            _log.exception("batch_broken", size=len(batch))
            if len(batch) > 1:
                for waiting in batch:
                    self._do([waiting])
                return
            answers = [_not_stored(Code.INTERNAL)]
        for waiting, answer in zip(batch, answers, strict=True):
            if isinstance(answer, KeyReused):
                waiting.result.set_exception(answer)
            else:
                waiting.result.set(answer)

    def _until_back(self, batch: list[_Waiting]) -> list[Answer | KeyReused]:
        """The batch's answers; again after a broken line, for the keys say what of it was done. Raises NotStored."""
        while True:
            begun = time.monotonic()
            try:
                answers = self._transaction(batch)
            except NotStored as fault:
                if fault.code is not Code.DATABASE_AWAY:
                    if self._away_since is not None:  # what became of the first try is not known
                        raise NotStored(Code.DATABASE_AWAY) from fault
                    raise
                self._away_since = self._away_since or begun  # one that stands still has been waited for already
                if time.monotonic() - self._away_since > AWAY_FOR_S:
                    raise
            else:
                self._away_since = None
                return answers
            gevent.sleep(_LOOK_AGAIN_S)

    def _transaction(self, batch: list[_Waiting]) -> list[Answer | KeyReused]:
        keys: dict[str, list[str]] = {}
        for waiting in batch:
            keys.setdefault(waiting.order.hall, []).append(waiting.order.key)
        names = sorted(keys)
        try:
            self._db.begin(keys)
            for name in names:
                self._have(name)
            before = {name: known[0].revision for name, known in self._halls.items()}
            decider = Decider(self._db, self._actions, self._first_day, self._halls, self._now_ms)
            decider.look_up(names)
            answers = [decider.answer(waiting.order, waiting.digest) for waiting in batch]
            changed = [n for n in names if n in self._halls and self._halls[n][0].revision != before.get(n)]
            turned = [name for name in changed if self._halls[name][1].new_days]
            redefined = [name for name in changed if self._halls[name][1].new_documents]
            for name in changed:
                save(self._db, name, *self._halls[name])
            decider.write()
            begun = time.perf_counter()
            self._commit()
            took_s = time.perf_counter() - begun
        except BaseException as fault:
            for name in names:
                self._halls.pop(name, None)
            code = self._db.blame(fault)
            self._db.roll_back()
            if code is not None:
                raise NotStored(code) from fault
            raise
        self._stale.update(changed)
        self._publish_registers([name for name in names if name in self._halls])
        for name in redefined:
            self._say_ahead(name, self.knows(name))
            del self._halls[name]  # loaded again: other rules may remember more, or less
        for name in turned:
            self._forgetting.begin(name)
        self.commits += 1
        self.commands += len(batch)
        self._committed(len(batch), took_s)
        return answers

    def _forget_some(self) -> None:
        """One short transaction; whoever comes meanwhile waits for it as for any other."""
        try:
            self._db.begin({self._forgetting.hall: ()})
            self._forgetting.some(self._db, self._now_ms())
            self._commit()
        except Exception as fault:
            if self._db.blame(fault) is None:
                _log.exception("forgetting_broken")
            else:
                _log.warning("not_forgotten", cause=str(fault))
            self._forgetting.give_up()
            self._db.roll_back()

    def _commit(self) -> None:
        self._db.commit()

    @property
    def _db(self) -> Store:
        if self._store is None:
            raise RuntimeError("the writer is not started")
        return self._store

    def _have(self, name: str) -> None:
        """Have the hall in memory, valid for the revision read under the lock."""
        head = head_from(self._db.hall_row(name))
        known = self._halls.get(name)
        if head is None:
            self._halls.pop(name, None)
        elif known is None or known[0].revision != head.revision:
            forward = known is not None and self._forward(name, *known, head)
            self._halls[name] = (head, known[1] if known is not None and forward else self._load(name, head))
            self._stale.add(name)

    def _forward(self, name: str, known: Head, now: HallNow, head: Head) -> bool:
        try:
            return bring_forward(self._db, name, known, head, now)
        except LookupError:
            _log.exception("not_brought_forward", hall=name)
            return False

    def _load(self, name: str, head: Head) -> HallNow:
        """The whole day; estimates go on from what people were shown."""
        now = load(self._db, name, head, self._hall_from)
        if name in self._published:
            shown = self._published[name].paces
            now.day.paces |= {line: shown[line] for line in now.day.queues.keys() & shown.keys()}
        return now

    def _publish_registers(self, names: list[str]) -> None:
        """Who may do what is known before anybody is answered; cards may come a little later."""
        for name in names:
            view, register = self._published.get(name), self._halls[name][1].register
            if view is not None and view.register is not register:
                self._published[name] = replace(view, register=register)

    def _publish_due(self, for_s: float) -> None:
        """The cards of the halls that are due, the longest first; only so long where commands wait meanwhile: screens
        and commands share the time of a server that has too little of it."""
        begun = time.monotonic()
        due = sorted((self._cards_due(name), name) for name in self._stale)
        for _, name in [one for one in due if one[0] <= begun]:
            if time.monotonic() - begun > for_s and not self._line.empty():
                return
            self._say_ahead(name, self.knows(name))
            gevent.sleep(0)  # those who wait are answered before the cards are made
            self._publish([name])

    def _publish(self, names: Iterable[str]) -> None:
        """Make the cards of what was committed, and tell."""
        for name in names:
            self._stale.discard(name)
            try:
                self._publish_hall(name)
            except Exception as fault:
                if self._db.blame(fault) is None:
                    _log.exception("cards_broken", hall=name)
                else:
                    _log.warning("cards_wait", hall=name, cause=str(fault))
                    self._cards_made[name] = time.monotonic() + _CARDS_AGAIN_S
                self._halls.pop(name, None)  # loaded again, it makes all its cards anew
                self._stale.add(name)

    def _publish_hall(self, name: str) -> None:
        self._cards_made[name] = time.monotonic()
        if name not in self._halls:
            with self._db.reading(name):
                self._have(name)
            self._stale.discard(name)
        head, now = self._halls[name]
        view = self._build(name, now, head.revision, self._published.get(name), self._now_ms())
        self._published[name] = view
        self._tell(view)


def _not_stored(code: Code) -> Answer:
    return Answer(refuse(code).model_dump_json().encode(), refused=True, repeat=False, stored=False)
