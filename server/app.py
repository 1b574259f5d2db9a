"""The server, put together: the one place where its parts meet."""

import gc
import importlib.util
import os
import signal
import sqlite3
import sys
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gevent
import structlog
from alembic.util import CommandError
from flask import Response, request
from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI
from gevent.event import Event
from sqlalchemy.exc import DatabaseError

from contract.commands import AnnounceCall, ClockSet
from contract.replies import Refused
from contract.words import Audience, Code
from display.announcer import Announcer, read_packs
from display.sentence import Manner, Said
from display.speaker_lease import SpeakerLeases
from display.voice_routes import VoiceZone, voice_routes
from drivers.voices.pack import PackWrong, VoicePack
from server.actions.table import ACTIONS
from server.api.account import account_api, device_api
from server.api.admin import admin_api
from server.api.answers import RULE_STATUS, from_validation, json_bytes
from server.api.citizen import Citizens, citizen_api
from server.api.desk import desk_api
from server.api.display import display_api
from server.api.door import Door
from server.api.guards import guard
from server.api.kiosk import kiosk_api
from server.api.monitoring import monitoring_routes
from server.api.service import service_routes
from server.api.snapshots import Snapshots
from server.api.web_server import WebServer
from server.api.window import window_api
from server.clock import Clock
from server.crypto import Vault, new_token
from server.domain.day import Day
from server.domain.errors import Refusal
from server.domain.hours import business_day
from server.domain.voice import VoiceState, is_silent, languages, zones_of
from server.halls.document import hall_from
from server.halls.faults import DocumentRefused, bad_hall_file
from server.identity.edge import Edge
from server.identity.gate import Gate
from server.identity.offers import Offers
from server.identity.passes import Pass, Passes
from server.identity.throttle import Throttle
from server.identity.ticket_proof import TicketProof
from server.live.cards import build
from server.live.publish import Publisher
from server.live.several import Several
from server.live.upgrades import Upgrades
from server.live.voices import Voices
from server.live.watchers import Watchers, socketio_for
from server.monitoring.command_line import CommandLine
from server.monitoring.database_clock import DatabaseClock
from server.monitoring.exposition import Exposition, Sources
from server.monitoring.log import log_to, logging_to
from server.monitoring.loop_watch import LoopWatch
from server.monitoring.postgres_probe import PostgresProbe
from server.monitoring.readiness import Readiness
from server.monitoring.request_id import name_requests
from server.monitoring.sqlite_probe import SqliteProbe
from server.monitoring.tally import Tally
from server.pages.citizen_page import citizen_page
from server.pages.portraits import portrait_routes
from server.pages.programme import programme_routes
from server.pages.routes import Folders, pages
from server.settings import Settings
from server.steady_clock import SteadyClock, Step
from server.storage.backup_faults import BackupStopped
from server.storage.data_folder import Address, DataFolder, FolderInUse
from server.storage.database import Database
from server.storage.hall_now import HallNow
from server.storage.orders import SERVER, Answer, Order
from server.storage.published import Published
from server.storage.reader import Reader
from server.storage.schema import DatabaseRefused, SchemaNotKnown
from server.storage.upgrade import bring
from server.storage.which import choose, remember
from server.storage.writer import Writer
from server.workers import (
    PortTaken,
    Workers,
    is_worker,
    ports_for,
    reached_at,
    told_by_parent,
    until_listening,
    when_the_parent_ends,
)

if TYPE_CHECKING:
    from server.live.redis_line import RedisLine
    from server.storage.heads import Heads
    from server.storage.postgres import PostgresDatabase

_log = structlog.get_logger("server")
LARGE_STEP_MS = 60_000  # managers see such a step of the machine's clock
_SHORTEST_TOKEN = 16
STOP_WITHIN_S = 1.0  # for answers on their way; what is asked on kept connections meanwhile is not heard


class CannotStart(Exception):
    """Why the server does not start, in both languages."""


class Server:
    """One server over one data folder. The folder must be locked before and unlocked after."""

    def __init__(self, settings: Settings, folder: DataFolder, shared_secret: str | None = None) -> None:
        _check_libraries()
        self._settings = settings
        self._folder = folder
        self._secret = shared_secret or new_token()
        self._is_worker = shared_secret is not None
        database, key = open_database(settings, folder)
        self._alone = alone = isinstance(database, Database)
        self._time = SteadyClock(_say_step)
        self._time.not_before(database.newest_ms())
        now_ms, now_text = self._time.now_ms, self._time.now_text
        self._announcer = Announcer(_packs(settings))
        self._vault = Vault(key, alone=alone)
        self._reader = Reader(database)
        self._edge = Edge(settings)
        self._passes = Passes(self._vault, time.monotonic if alone else time.time)
        self.app = OpenAPI(
            __name__,
            info=Info(title="排号 paihao", version="1"),
            doc_ui=False,
            static_folder=None,
            validation_error_model=Refused,
            validation_error_callback=from_validation,
        )
        name_requests(self.app, self._edge)
        self._defects = guard(self.app, self._edge, settings.frame_ancestors)
        live = socketio_for(self.app, self._edge)
        self._publisher = Publisher(lambda hall: self._watchers.cut_the_revoked(hall), now_text)
        tally = Tally()
        made = build if alone else _build_at_head
        self.writer = Writer(
            database, ACTIONS, hall_from, first_day, made, self._publisher.tell, now_ms,
            committed=tally.committed, say_ahead=self._say_ahead,
        )  # fmt: skip
        self._database_clock = DatabaseClock()
        self._heads = None if isinstance(database, Database) else database.heads()
        self._several = self._several_over(self._heads)
        self._redis = _redis(settings.redis, self._several) if settings.redis and self._several is not None else None
        self._line = CommandLine(self.writer.submit, tally)
        self._clock = Clock(lambda: self.writer.published, self._line.submit, now_ms, self._large_step)
        self._voices = Voices(self.writer.published, self._line.submit, time.monotonic, alone=alone)
        halls = self.writer.published
        self._gate = Gate(halls, self._vault, self._edge, settings.sessions, self._secret, now_ms)
        self._watchers = Watchers(live, self._passes, halls, self._still_holds, self._publisher.room, self._fresh)
        self._loop_watch = LoopWatch(tally.late_s)
        least = settings.least_free_mb * 1_000_000
        probe = SqliteProbe(folder.path, least) if isinstance(database, Database) else PostgresProbe(database)
        self._readiness = Readiness(probe, self._line.oldest_s, in_thread=alone)
        self._add_routes()
        self._add_monitoring(tally, _token(settings.metrics_token))
        self._upgrades = Upgrades(self.app.wsgi_app, self._edge, settings.max_connections // 2)
        self._web: WebServer | None = None

    @property
    def url(self) -> str:
        """Where it listens, as this machine reaches it."""
        if self._web is None:
            raise RuntimeError("the server does not listen")
        return f"http://{reached_at(self._settings.host)}:{self._web.server_port}"

    def start(self) -> None:
        """Load the halls, listen, and say where. Raises CannotStart when the port is taken."""
        try:
            self.writer.start()
        except (SchemaNotKnown, DatabaseRefused) as error:  # moved since it was opened
            raise CannotStart(str(error)) from error
        self._loop_watch.start()
        self._publisher.start()
        self._clock.start()
        self._voices.start()
        if self._several is not None:
            self._several.start()
        if self._redis is not None:
            self._redis.start()
        web = WebServer((self._settings.host, self._settings.port), self._upgrades, self._settings.max_connections)
        try:
            web.start()
        except OSError as error:
            raise _cannot_listen(self._settings.host, self._settings.port, error) from error
        self._web = web
        if not self._is_worker:
            self._folder.write_address(Address(url=self.url, pid=os.getpid(), local_secret=self._secret))

    def stop(self) -> None:
        """Take nothing new, finish what stands in the line, answer it, close everything."""
        if not self._is_worker:
            self._folder.remove_address()
        self._readiness.stopping()
        self._loop_watch.stop()
        if self._web is not None:
            self._web.stop_accepting()
        self._upgrades.cut_all()
        self._voices.stop()
        self._clock.stop()
        if self._redis is not None:
            self._redis.stop()
        if self._several is not None:
            self._several.stop()
        self._publisher.stop()
        self.writer.stop()
        if self._web is not None:
            self._web.stop(timeout=STOP_WITHIN_S)
        self._reader.close()
        if self._heads is not None:
            self._heads.close()
        self._vault.close()

    def _add_routes(self) -> None:
        app, halls = self.app, self.writer.published
        if not self._alone:
            app.before_request(self._before_each)
        throttle = Throttle(self._settings.passwords.window_s, time.monotonic)
        settings = self._settings
        door = Door(self._line, self._publisher, self._gate, self._vault, self._edge, throttle, settings, self._fresh)
        offers = Offers(time.monotonic)
        app.register_api(kiosk_api(door, self._reader))
        app.register_api(window_api(door))
        app.register_api(desk_api(door, self._reader, offers))
        app.register_api(account_api(door))
        app.register_api(device_api(door, offers))
        app.register_api(admin_api(door, offers))
        proof = TicketProof(self._vault, throttle, self._settings.passwords.tries_per_source, time.monotonic)
        citizens = Citizens(door, self._reader, proof, self._time.now_ms)
        app.register_api(citizen_api(citizens))
        app.register_blueprint(citizen_page(halls, citizens))
        app.register_api(display_api(self._gate, self._passes, Snapshots(self._time.now_text)))
        app.register_api(
            voice_routes(
                _HallsThatCall(halls, self._line.submit, self._gate, self._voices, self._time.now_ms),
                self._announcer,
                SpeakerLeases(time.monotonic),
            )
        )
        app.register_blueprint(service_routes(app, halls, self._defects, self._time.now_text(), self._clock_now))
        app.register_blueprint(pages(halls, _folders()))
        app.register_blueprint(portrait_routes(halls, self._settings.portraits))
        app.register_blueprint(programme_routes(halls, self._settings.programme))

    def _add_monitoring(self, tally: Tally, token: str | None) -> None:
        sources = Sources(
            halls=self.writer.published,
            watching=self._watchers.rights,
            outboxes=self._watchers.outboxes,
            requests=lambda: self._web.connections if self._web is not None else 0,
            waiting=lambda: self._line.waiting,
            oldest_s=self._line.oldest_s,
            defects=lambda: self._defects.count,
            ahead_ms=lambda: self._time.ahead_ms,
            before_database_s=lambda: self._database_clock.before_s,
            not_ready=self._readiness.reasons,
        )
        figures = Exposition(tally, sources)
        self.app.register_blueprint(monitoring_routes(self._edge, token, figures.text, self._readiness.reasons))

    def _several_over(self, heads: "Heads | None") -> Several | None:
        """None where no other process can be."""
        if heads is None:
            return None

        def revisions(halls: Collection[str] | None) -> Mapping[str, int]:
            """Of the database, of whose time and clock we take note. Raises Refusal."""
            asked_s = time.time()
            found = heads(halls)
            if found:
                self._database_clock.looked(asked_s, found[0].clock_s, time.time())
                self._time.follow(max(head.time_ms for head in found))
            return {head.hall: head.revision for head in found}

        return Several(revisions, self.writer.knows, self.writer.catch_up, lambda hall: self._watchers.are_in(hall))

    def _say_ahead(self, hall: str, revision: int) -> None:
        """Other processes may load what was done while the cards are made here."""
        if self._redis is not None:
            self._redis.tell(hall, revision)

    def _fresh(self, hall: str) -> bool:
        """Have what other processes did in the hall; False where there are none."""
        if self._several is not None:
            self._several.fresh(hall)
        return self._several is not None

    def _before_each(self) -> None:
        """What is asked about a hall is answered from its newest state, whichever process made it.

        A command is judged under the hall's lock anyhow; where its sender is not known, the door looks again.
        """
        commands = request.method == "POST" and request.path.split("/", 3)[2:3] in (["kiosk"], ["window"])
        hall = (request.view_args or {}).get("hall")
        if hall is not None and (not commands or request.path.endswith("/sign_in")):
            self._fresh(hall)

    def _clock_now(self) -> dict[str, int]:
        step, before_s = self._time.step, self._database_clock.before_s
        set_ = {"set_by_ms": step.by_ms, "set_at_ms": step.at_ms} if step else {}
        differs = {"before_database_ms": round(before_s * 1000)} if before_s is not None else {}
        return {"ahead_ms": self._time.ahead_ms} | set_ | differs

    def _large_step(self) -> tuple[str, ClockSet] | None:
        """The newest step of the machine's clock, if it is one that people should know of."""
        step = self._time.step
        if step is None or abs(step.by_ms) < LARGE_STEP_MS:
            return None
        command = ClockSet(by_s=round(step.by_ms / 1000), ahead_s=round(step.ahead_ms / 1000))
        return f"clock_set:{step.at_ms}", command

    def _still_holds(self, one: Pass) -> bool:
        return self._gate.still_holds(one.hall, one.audience, one.holder)


class _HallsThatCall:
    """The halls as the voice needs them: the calls of a voice zone, who may speak, and the deed "it was spoken"."""

    def __init__(
        self,
        halls: Mapping[str, Published],
        submit: Callable[[Order], Answer],
        gate: Gate,
        voices: Voices,
        now_ms: Callable[[], int],
    ) -> None:
        self._now_ms = now_ms
        self._halls = halls
        self._submit = submit
        self._gate = gate
        self._voices = voices

    def display(self, hall: str, zones: tuple[str, ...]) -> str:
        """By the token of the request. Raises Refusal(NOT_ENROLLED, WRONG_HALL, WRONG_PLACE)."""
        return self._gate.speaker(hall, zones, request.environ).name

    def heard(self, hall: str, display: str, zone: str, *, speaks: bool, blocked: bool) -> None:
        """Remembered, and recorded when it is news."""
        silent = VoiceState.BLOCKED if blocked else VoiceState.STANDBY
        self._voices.heard(hall, display, zone, VoiceState.SPEAKS if speaks else silent)

    def voice_zone(self, hall: str, zone: str) -> VoiceZone:
        """From what every screen may see. Raises Refusal(HALL_UNKNOWN, NOT_FOUND)."""
        if hall not in self._halls:
            raise Refusal(Code.HALL_UNKNOWN, hall=hall)
        published = self._halls[hall]
        definition, cards = published.definition, published.views[Audience.PUBLIC].cards
        zones, rules = tuple(one.code for one in zones_of(definition, zone)), definition.rules
        if not zones:
            raise Refusal(Code.NOT_FOUND)
        calls = [call for code in zones for call in cards[f"calls/{code}"]["calls"]]
        return VoiceZone(
            languages=languages(definition, zone),
            manner=Manner(rules.voice_one, rules.voice_window, rules.voice_sentence),
            repeat=rules.voice_repeat,
            silent=is_silent(definition, zone, published.day, self._now_ms()),
            zones=zones,
            calls={one["call"]: Said(one["number"], one["window"], one["recall"] > 0) for one in calls},
        )

    def announced(self, hall: str, call: int) -> Response:
        """Once for each call, however often its page says so."""
        answer = self._submit(Order(hall, f"announce_call:{call}", SERVER, AnnounceCall(call=call)))
        return json_bytes(answer.body, RULE_STATUS if answer.refused else 200)


def _packs(settings: Settings) -> dict[str, VoicePack]:
    """The voices. Raises CannotStart with what is wrong with a pack."""
    try:
        return read_packs(settings.voice_packs)
    except PackWrong as wrong:
        raise CannotStart(str(wrong)) from wrong


def _token(file: Path | None) -> str | None:
    """What a monitoring system shows. Raises CannotStart for a file that is not there or holds too little."""
    if file is None:
        return None
    try:
        token = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise CannotStart(f"读不了 metrics_token / cannot read metrics_token {file}: {error}") from error
    if len(token) < _SHORTEST_TOKEN:
        raise CannotStart(
            f"{file} 里的口令太短，至少 {_SHORTEST_TOKEN} 个字符 / the token in it is too short: at least "
            f"{_SHORTEST_TOKEN} characters"
        )
    return token


def open_database(settings: Settings, folder: DataFolder) -> "tuple[Database | PostgresDatabase, bytes]":
    """The halls' database at the present schema, and the server's key. Raises CannotStart with the reason."""
    try:
        grown = choose(folder.path, settings.database)
        if grown is not None:
            grown.look()
            remember(folder.path, settings.database or grown.url)
            return grown, folder.key()
        kept = bring(folder.path)
        if kept is not None:
            _log.warning("upgraded", backup_before=str(kept))
        return Database(folder.path), folder.key()
    except (SchemaNotKnown, DatabaseRefused) as error:
        raise CannotStart(str(error)) from error
    except BackupStopped as error:
        raise CannotStart(f"升级前的备份没有做成，没有升级 / no backup before the upgrade, so none: {error}") from error
    except (CommandError, DatabaseError, sqlite3.DatabaseError, OSError, ValueError) as error:
        raise CannotStart(f"打不开数据目录 / cannot open the data folder {folder.path}: {error}") from error


def _build_at_head(name: str, now: HallNow, head: int, before: Published | None, now_ms: int) -> Published:
    return build(name, now, head, before, now_ms).at_head()


def _redis(url: str, several: Several) -> "RedisLine":
    """Raises CannotStart where its library is not installed."""
    try:
        module = importlib.import_module("server.live.redis_line")
    except ImportError as missing:
        raise CannotStart(f"Redis 需要 / Redis needs: pip install 'paihao[postgres]' ({missing})") from missing
    line: RedisLine = module.RedisLine(url, several.hint)
    return line


def _say_step(step: Step) -> None:
    _log.warning("clock_was_set", by_s=step.by_ms / 1000, hall_is_ahead_s=step.ahead_ms / 1000)


def first_day(document: dict[str, Any], now_ms: int) -> Day:
    """The first day of a hall that is loaded for the first time. Raises Refusal(HALL_FILE)."""
    try:
        hall = hall_from(document)
    except DocumentRefused as bad:
        raise bad_hall_file(bad.reasons) from bad
    return Day(hall, business_day(hall, now_ms), 0, 1)


def _folders() -> Folders:
    def folder(package: str, *parts: str) -> Path:
        return Path(str(files(package).joinpath(*parts)))

    return Folders(
        assets=folder("browser"),
        display=folder("display", "web"),
        pages=folder("server.pages", "web"),
        api=folder("flask_openapi3_swagger", "templates", "swagger"),
    )


def _check_libraries() -> None:
    """gevent-websocket would take the web sockets from simple-websocket, past our safe sending."""
    if importlib.util.find_spec("geventwebsocket") is not None:
        raise CannotStart(
            "请卸载 gevent-websocket 再启动 / uninstall gevent-websocket: paihao serves web sockets without it"
        )


def run(settings: Settings, say: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT. Raises CannotStart."""
    with logging_to(sys.stderr, settings.log_level, settings.log_format):
        _run(settings, say)


def _run(settings: Settings, say: Callable[[str], None]) -> None:
    folder = DataFolder(settings.data_dir)
    stopping = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(number, stopping.set)
    if is_worker():
        with serving(Server(settings, folder, told_by_parent())):
            _spare_the_collector()
            when_the_parent_ends(stopping.set)
            stopping.wait()
        return
    try:
        folder.lock()
    except FolderInUse:
        raise CannotStart(
            f"另一个服务器正在使用 {settings.data_dir} / another server is using {settings.data_dir}"
        ) from None
    except OSError as error:
        raise CannotStart(f"不能使用数据目录 / cannot use the data folder {settings.data_dir}: {error}") from error
    try:
        if settings.workers > 1:
            _oversee(settings, folder, stopping, say)
            return
        with serving(Server(settings, folder)) as server:
            _spare_the_collector()
            _say_where(settings, [server.url], say)
            stopping.wait()
    finally:
        folder.unlock()


def _spare_the_collector() -> None:
    """Programs, definitions, the day so far: they stay, and nobody need look through them again for what may go. Each
    time Python's collector did, everything stood still: 88 ms with one hall in which 3,000 people wait, now none."""
    gc.collect()
    gc.freeze()


def _oversee(settings: Settings, folder: DataFolder, stopping: Event, say: Callable[[str], None]) -> None:
    """Be the parent of several processes until `stopping`."""
    database, _ = open_database(settings, folder)
    if isinstance(database, Database):
        raise CannotStart("多个进程需要 PostgreSQL：--database / several processes need PostgreSQL: --database")
    try:
        ports = ports_for(settings.host, settings.port, settings.workers)
    except PortTaken as taken:
        raise _cannot_listen(settings.host, taken.port, taken.why) from taken
    secret = new_token()

    def command(no: int) -> list[str]:
        return [sys.executable, *sys.argv, "--port", str(ports[no])]

    def tell_when_all_listen() -> None:
        urls = [f"http://{reached_at(settings.host)}:{port}" for port in ports]
        for port in ports:
            until_listening(settings.host, port)
        workers.all_started()
        folder.write_address(Address(url=urls[0], pid=os.getpid(), local_secret=secret))
        _say_where(settings, urls, say)

    workers = Workers(settings.workers, command, secret)
    telling = gevent.spawn(tell_when_all_listen)
    try:
        workers.run(stopping)
    finally:
        telling.kill()
        folder.remove_address()
    if workers.refused:
        raise CannotStart("有进程起不来，原因见上 / a process could not start; it said why above")


def _cannot_listen(host: str, port: int, why: OSError) -> CannotStart:
    return CannotStart(f"不能在 {host}:{port} 监听 / cannot listen on {host}:{port}: {why.strerror}")


def _say_where(settings: Settings, urls: list[str], say: Callable[[str], None]) -> None:
    say(f"排号服务器在 {' '.join(urls)} / paihao serves at {' '.join(urls)}")
    if not settings.behind_tls:
        say("明文 http：只用于演示或隔离的局域网 / plain http: demo or isolated LAN only")


@contextmanager
def serving(server: Server) -> Iterator[Server]:
    """The server started, and stopped in any case."""
    try:
        server.start()
        yield server
    finally:
        server.stop()


def log_to_stderr(level: str) -> None:
    """Logs go to standard error, one line each; secrets are never put into one."""
    log_to(sys.stderr, level)
