"""A PostgreSQL database: how it is opened, by the writer and by readers, and brought to the present schema.

Of several processes on one database each has its own writer. A server holds a shared advisory lock for as long as it is
connected; whoever moves the schema needs it alone, so no server ever works on a schema that is not its own.
"""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg
import structlog
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import Connection as SqlConnection
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool, QueuePool

from server.storage.heads import Heads
from server.storage.postgres_line import BoundedLine
from server.storage.postgres_sql import StreamedReads, named_rows
from server.storage.postgres_store import Connection, PostgresStore
from server.storage.schema import DatabaseRefused, SchemaNotKnown, run_migrations, versions
from server.storage.store import Reads

_SCHEMA_LOCK = 0x7061696861  # any number that no other program takes here
_OLDEST_SERVER = 130000
_MOST_SKEW_S = 60.0
_MOVES_WITHIN = "6h"  # a year of tickets, on a slow disk
# A line that is cut without a word is noticed within seconds; who holds a hall's lock and says nothing loses it.
_LINE = {
    "connect_timeout": "3",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "8000",
}
_SESSION = (
    "SELECT set_config('lock_timeout', '5s', false), set_config('statement_timeout', '30s', false), "
    "set_config('idle_in_transaction_session_timeout', '10s', false), "
    "set_config('default_transaction_isolation', 'read committed', false), "
    "set_config('synchronous_commit', CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' "
    "ELSE current_setting('synchronous_commit') END, false), pg_advisory_lock_shared(%s)"
)
_log = structlog.get_logger("postgres")


class PostgresDatabase:
    """The database behind a `postgresql://` address."""

    def __init__(self, url: str) -> None:
        self.url = url

    @property
    def name(self) -> str:
        """How people call it: without the password."""
        found = conninfo_to_dict(self.url)
        host, port = found.get("host", "localhost"), found.get("port", "5432")
        return f"postgresql://{host}:{port}/{found.get('dbname', found.get('user', ''))}"

    def look(self) -> None:
        """Whether a server may work on it; an empty one gets the schema. Raises DatabaseRefused, SchemaNotKnown."""
        with self._session() as connection:
            _fit(connection)
            empty = _version_in(connection) is None
        if empty:
            self.move(versions()[-1])
        with self._session() as connection:
            _need_schema(connection)

    def version(self) -> str | None:
        """The schema it has; None for an empty one."""
        with self._session() as connection:
            return _version_in(connection)

    def follows(self) -> bool:
        """Whether it only follows another server and takes nothing."""
        with self._session() as connection:
            row = connection.execute("SELECT pg_is_in_recovery()").fetchone()
            return bool(row and row[0])

    def move(self, to: str) -> None:
        """Bring the schema up or down in one transaction. Raises DatabaseRefused while a server works on it."""
        with self._alone() as connection:
            raw: Any = connection.connection.driver_connection
            run_migrations(connection, _version_in(raw), to)

    @contextmanager
    def moved_into(self) -> Iterator[SqlConnection]:
        """A transaction in a database without a table, in which the schema has just been made.

        Raises DatabaseRefused, also for what the database does not take inside.
        """
        with self._session() as connection:
            _fit(connection)
        try:
            with self._alone() as connection_:
                tables = "SELECT COUNT(*) FROM pg_tables WHERE schemaname = current_schema()"
                if connection_.exec_driver_sql(tables).scalar():
                    raise DatabaseRefused(f"{self.name} 不是空的 / is not empty")
                run_migrations(connection_, None, versions()[-1])
                yield connection_
        except (psycopg.Error, DBAPIError) as fault:
            raise DatabaseRefused(f"{self.name}: {fault}") from fault

    @contextmanager
    def _alone(self) -> Iterator[SqlConnection]:
        """A transaction while no server works on the database."""
        engine = create_engine(
            "postgresql+psycopg://", creator=self._patient, poolclass=NullPool, use_native_hstore=False
        )
        try:
            with engine.begin() as connection:
                connection.exec_driver_sql(f"SET LOCAL statement_timeout = '{_MOVES_WITHIN}'")
                free = connection.exec_driver_sql("SELECT pg_try_advisory_xact_lock(%s)", (_SCHEMA_LOCK,)).scalar()
                if not free:
                    raise DatabaseRefused(
                        "请先停止正在使用这个数据库的服务器；别人正在改数据版本时，等它完成 / "
                        "stop the servers that are using this database first; if it is another move, wait for its end"
                    )
                yield connection
        finally:
            engine.dispose()

    def store(self) -> PostgresStore:
        """The writer's connection with what it takes to write."""
        return PostgresStore(self._connection_of_writer)

    def newest_ms(self) -> int:
        """Time of the newest command of any hall; 0 where there is none."""
        with self._session() as connection:
            found = connection.execute("SELECT COALESCE(MAX(time_ms), 0) FROM halls").fetchone()
            return int(found[0]) if found else 0

    def heads(self) -> Heads:
        """A connection for nothing else than the halls' revisions."""
        return Heads(self._plain)

    def reading_engine(self) -> Engine:
        """For readers: each connection is one consistent state."""
        return create_engine(
            "postgresql+psycopg://", creator=self._plain, poolclass=QueuePool, pool_size=4, max_overflow=4,
            pool_pre_ping=True, pool_timeout=10, isolation_level="REPEATABLE READ", use_native_hstore=False,
        )  # fmt: skip

    @contextmanager
    def plain_reading(self) -> Iterator[Reads]:
        """One consistent state through the driver itself, for those who look through everything."""
        with closing(self._patient()) as connection:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield StreamedReads(connection)

    def _plain(self) -> Connection:
        return BoundedLine.connect(self.url, **_LINE, application_name="paihao")  # type: ignore[arg-type]

    def _patient(self) -> Connection:
        """For what takes its time: a move of the schema, a look through everything."""
        return psycopg.connect(self.url, **_LINE, application_name="paihao")  # type: ignore[arg-type]

    @contextmanager
    def _session(self) -> Iterator[Connection]:
        """Raises DatabaseRefused where there is no way to it."""
        try:
            opened = self._plain()
        except psycopg.OperationalError as away:
            raise DatabaseRefused(f"连不上 / cannot reach {self.name}: {away}") from away
        with closing(opened) as connection:
            connection.autocommit = True
            yield connection

    def _connection_of_writer(self) -> Connection:
        """Raises SchemaNotKnown and DatabaseRefused where somebody moved the schema meanwhile, or is moving it."""
        connection = self._plain()
        try:
            connection.autocommit = True
            connection.row_factory = named_rows
            connection.execute(_SESSION, (_SCHEMA_LOCK,))
            _need_schema(connection)
        except psycopg.errors.LockNotAvailable as moving:
            connection.close()
            raise DatabaseRefused(
                "有人正在改数据库的数据版本，请稍后再试 / the database's schema is being moved: try again after that"
            ) from moving
        except BaseException:
            connection.close()
            raise
        return connection


def _version_in(connection: Connection) -> str | None:
    known = connection.execute("SELECT to_regclass('alembic_version')").fetchone()
    if known is None or known[0] is None:
        return None
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else None


def _need_schema(connection: Connection) -> None:
    found = _version_in(connection)
    if found == versions()[-1]:
        return
    if found not in versions():
        raise SchemaNotKnown(found or "-")
    raise DatabaseRefused(
        f"数据库的数据版本是 {found}，本程序是 {versions()[-1]}：先停止所有服务器，用 pg_dump 备份，再运行 "
        f"paihao schema --to {versions()[-1]} / the database has schema {found}, this program {versions()[-1]}: "
        f"stop all servers, back up with pg_dump, then run paihao schema --to {versions()[-1]}"
    )


def _fit(connection: Connection) -> None:
    """Version, encoding, clock, and whether the server keeps what it promised to keep."""
    row = connection.execute(
        "SELECT current_setting('server_version_num')::int, current_setting('server_encoding'), "
        "current_setting('fsync'), current_setting('full_page_writes'), extract(epoch FROM clock_timestamp())::float8"
    ).fetchone()
    version, encoding, fsync, pages, clock = row or (0, "", "off", "off", 0.0)
    if version < _OLDEST_SERVER:
        raise DatabaseRefused("需要 PostgreSQL 13 或更新 / PostgreSQL 13 or newer is needed")
    if encoding != "UTF8":
        raise DatabaseRefused(f"数据库编码是 {encoding}，需要 UTF8 / the encoding is {encoding}, UTF8 is needed")
    if (fsync, pages) != ("on", "on"):
        _log.warning("database_may_lose_numbers", fsync=fsync, full_page_writes=pages)
    skew = time.time() - clock
    if abs(skew) > _MOST_SKEW_S:
        raise DatabaseRefused(
            f"本机时钟与数据库相差 {skew:.0f} 秒，请先校时 / "
            f"this machine's clock and the database's differ by {skew:.0f} s: set them by a time service first"
        )
