"""The tables, keyed by hall first. Times are epoch milliseconds; days are ISO dates; yes/no is 1/0.

Rows are the truth: what stands here can be told without the journal, and the journal says how it came to be.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData()


def _only(condition: str) -> dict[str, Any]:
    """An index of some rows, in the words of both databases."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


def _hall() -> Column[str]:
    return Column("hall", Text, nullable=False)


def _revision() -> Column[int]:
    return Column("revision", BigInteger, nullable=False)


halls = Table(
    "halls",
    metadata,
    _hall(),
    Column("no", Integer, nullable=False, unique=True),  # part of every id
    _revision(),
    Column("day", Text, nullable=False),
    Column("first_revision", BigInteger, nullable=False),  # ids of the day begin here
    Column("closed_ms", BigInteger),
    Column("head_hash", Text, nullable=False),  # hash of the newest journal entry
    Column("time_ms", BigInteger, nullable=False),  # time of the newest command
    PrimaryKeyConstraint("hall"),
    sqlite_with_rowid=False,
)

definitions = Table(
    "definitions",
    metadata,
    _hall(),
    _revision(),
    Column("at_ms", BigInteger, nullable=False),
    Column("document", Text, nullable=False),
    PrimaryKeyConstraint("hall", "revision"),
    sqlite_with_rowid=False,
)

days = Table(
    "days",
    metadata,
    _hall(),
    Column("day", Text, nullable=False),
    Column("first_revision", BigInteger, nullable=False),
    PrimaryKeyConstraint("hall", "day"),
    sqlite_with_rowid=False,
)

tickets = Table(
    "tickets",
    metadata,
    _hall(),
    Column("id", BigInteger, nullable=False),
    Column("day", Text, nullable=False),
    Column("series", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("label", Text, nullable=False),
    Column("line", Text, nullable=False),
    Column("taken_ms", BigInteger, nullable=False),
    Column("standing", BigInteger, nullable=False),
    Column("via", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("priority", Text),
    Column("priority_reason", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("kiosk", Text, nullable=False),
    Column("returns", Integer, nullable=False),
    Column("transferred", Integer, nullable=False),
    Column("only_window", Text, nullable=False),
    Column("missed_ms", BigInteger),
    Column("visit", BigInteger),
    Column("received_ms", BigInteger),  # given by a kiosk while the server was away, which heard of it then
    Column("told_ms", BigInteger),  # the take time that this kiosk told
    Column("doubts", Text, nullable=False, server_default=""),  # what staff should know of it, separated by ;
    Column("person", Text, nullable=False, server_default=""),  # the day's keyed hash of an ID card's number
    _revision(),
    PrimaryKeyConstraint("hall", "id"),
    UniqueConstraint("hall", "day", "series", "number", name="one_number_once"),
    sqlite_with_rowid=False,
)
Index("told_late", tickets.c.hall, **_only("told_ms IS NOT NULL"))

visits = Table(
    "visits",
    metadata,
    _hall(),
    Column("id", BigInteger, nullable=False),
    Column("ticket", BigInteger, nullable=False),
    Column("label", Text, nullable=False),
    Column("line", Text, nullable=False),
    Column("window", Text, nullable=False),
    Column("clerk", Text, nullable=False),
    Column("called_ms", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("call", BigInteger, nullable=False),
    Column("last_call_ms", BigInteger, nullable=False),
    Column("recalls", Integer, nullable=False),
    Column("started_ms", BigInteger),
    Column("ended_ms", BigInteger),
    Column("end", Text),
    Column("outcome", Text),
    Column("items", Integer, nullable=False),
    Column("hold_kind", Text),
    Column("hold_reason", Text, nullable=False),
    Column("held_ms", BigInteger),
    Column("held_total_ms", BigInteger, nullable=False),
    Column("rateable", Integer, nullable=False),
    Column("invited_ms", BigInteger),
    Column("deadline_ms", BigInteger),
    Column("invitation_ended_ms", BigInteger),
    Column("invitation_ended_by", Text, nullable=False),
    Column("announced", BigInteger),  # id of the newest of its calls that was spoken
    Column("received_ms", BigInteger),  # finished while the line was cut; the server heard of it then
    _revision(),
    PrimaryKeyConstraint("hall", "id"),
    sqlite_with_rowid=False,
)
# A ticket has at most one open visit, a window at most one that is not parked: held by the database too.
Index("one_open_visit", visits.c.hall, visits.c.ticket, unique=True, **_only("ended_ms IS NULL"))
Index(
    "one_visit_in_hand",
    visits.c.hall,
    visits.c.window,
    unique=True,
    **_only("ended_ms IS NULL AND held_ms IS NULL"),
)

slips = Table(
    "slips",
    metadata,
    _hall(),
    Column("id", BigInteger, nullable=False),
    Column("ticket", BigInteger, nullable=False),
    Column("label", Text, nullable=False),
    Column("kiosk", Text, nullable=False),
    Column("reprint", Integer, nullable=False),
    Column("outcome", Text),
    Column("after", Text),
    Column("reason", Text, nullable=False),
    Column("substituted", Integer, nullable=False),
    _revision(),
    PrimaryKeyConstraint("hall", "id"),
    sqlite_with_rowid=False,
)

leases = Table(
    "leases",
    metadata,
    _hall(),
    Column("day", Text, nullable=False),
    Column("series", Text, nullable=False),
    Column("first", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    Column("kiosk", Text, nullable=False),
    Column("leased_ms", BigInteger, nullable=False),
    _revision(),
    PrimaryKeyConstraint("hall", "day", "series", "first"),
    sqlite_with_rowid=False,
)

guide_requests = Table(
    "guide_requests",
    metadata,
    _hall(),
    Column("id", BigInteger, nullable=False),
    Column("kiosk", Text, nullable=False),
    Column("asked_ms", BigInteger, nullable=False),
    Column("attended_ms", BigInteger),
    Column("attended_by", Text, nullable=False),
    _revision(),
    PrimaryKeyConstraint("hall", "id"),
    sqlite_with_rowid=False,
)

windows = Table(
    "windows",
    metadata,
    _hall(),
    Column("no", Text, nullable=False),
    Column("clerk", Text, nullable=False),
    Column("session", BigInteger),
    Column("paused_ms", BigInteger),
    Column("paused_reason", Text, nullable=False),
    Column("since_ms", BigInteger, nullable=False),
    _revision(),
    PrimaryKeyConstraint("hall", "no"),
    sqlite_with_rowid=False,
)

line_stops = Table(
    "line_stops",
    metadata,
    _hall(),
    Column("line", Text, nullable=False),
    Column("stopped", Integer, nullable=False),
    _revision(),
    PrimaryKeyConstraint("hall", "line"),
    sqlite_with_rowid=False,
)

ratings = Table(
    "ratings",
    metadata,
    _hall(),
    Column("visit", BigInteger, nullable=False),
    Column("channel", Text, nullable=False),  # "counter"; later channels stand beside it, never over it
    Column("level", Integer),  # 1-5, or null: not rated
    Column("reason", Text),  # why not rated
    Column("at_ms", BigInteger, nullable=False),  # of the press, by the server's clock
    Column("received_ms", BigInteger, nullable=False),
    Column("window", Text, nullable=False),
    Column("clerk", Text, nullable=False),
    Column("list_version", Text, nullable=False),
    _revision(),
    PrimaryKeyConstraint("hall", "visit", "channel"),
    sqlite_with_rowid=False,
)

rating_reasons = Table(
    "rating_reasons",
    metadata,
    _hall(),
    Column("visit", BigInteger, nullable=False),
    Column("level", Integer, nullable=False),  # the level they are reasons for
    Column("codes", Text, nullable=False),  # of the national list, separated by ;
    Column("text", Text, nullable=False),  # own words; may be erased
    Column("at_ms", BigInteger, nullable=False),
    Column("list_version", Text, nullable=False),
    _revision(),
    PrimaryKeyConstraint("hall", "visit"),
    sqlite_with_rowid=False,
)

journal = Table(
    "journal",
    metadata,
    _hall(),
    _revision(),
    Column("at_ms", BigInteger, nullable=False),
    Column("deed", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("via", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("facts", Text, nullable=False),  # JSON: steps [[ticket, step, state]], and what the deed adds
    Column("hash", Text, nullable=False),
    PrimaryKeyConstraint("hall", "revision"),
    sqlite_with_rowid=False,
)

replies = Table(
    "replies",
    metadata,
    _hall(),
    Column("key", Text, nullable=False),
    Column("digest", Text, nullable=False),  # of deed and body
    Column("body", LargeBinary, nullable=False),
    Column("refused", Integer, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    PrimaryKeyConstraint("hall", "key"),
    sqlite_with_rowid=False,
)

devices = Table(
    "devices",
    metadata,
    _hall(),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("windows", Text, nullable=False),  # separated by ;
    Column("zone", Text),
    Column("token_hash", Text),
    Column("revoked", Integer, nullable=False),
    Column("health", Text, nullable=False),  # JSON
    Column("health_ms", BigInteger),
    Column("instance", Text),  # the installation that leases numbers under this token
    PrimaryKeyConstraint("hall", "name"),
    sqlite_with_rowid=False,
)

users = Table(
    "users",
    metadata,
    _hall(),
    Column("login", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("roles", Text, nullable=False),  # separated by ;
    Column("password_hash", Text),
    Column("disabled", Integer, nullable=False),
    PrimaryKeyConstraint("hall", "login"),
    sqlite_with_rowid=False,
)

sessions = Table(
    "sessions",
    metadata,
    _hall(),
    Column("id", BigInteger, nullable=False),
    Column("login", Text, nullable=False),
    Column("window", Text),
    Column("device", Text),
    Column("started_ms", BigInteger, nullable=False),
    Column("ended_ms", BigInteger),
    PrimaryKeyConstraint("hall", "id"),
    sqlite_with_rowid=False,
)
Index("sessions_alive", sessions.c.hall, **_only("ended_ms IS NULL"))

codes = Table(
    "codes",
    metadata,
    _hall(),
    Column("code_hash", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("until_ms", BigInteger, nullable=False),
    PrimaryKeyConstraint("hall", "code_hash"),
    sqlite_with_rowid=False,
)
