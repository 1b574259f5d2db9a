"""What the server answers. Every reply has `kind` and the hall's `revision` after it; a refusal is a reply too."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from contract.words import Code


class Words(BaseModel):
    """One text in both languages."""

    model_config = ConfigDict(frozen=True)
    zh: str
    en: str


class Reply(BaseModel):
    """What all replies share."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: str
    revision: int = 0


class Done(Reply):
    """Accepted, nothing more to say than what it touched."""

    kind: Literal["done"] = "done"
    ticket: int | None = None
    visit: int | None = None
    number: str | None = None
    state: str | None = None


class Issued(Reply):
    """A number was given: all that stands on the slip. Times are UTC; waits are minutes."""

    kind: Literal["issued"] = "issued"
    ticket: int
    slip: int
    number: str
    day: str
    line: str
    service: Words
    department: Words | None = None
    place: Words
    windows: list[str]
    ahead: int
    wait: tuple[int, int] | None
    taken_at: datetime
    taken_local: str
    priority: Words | None = None
    missed_rule: Words
    hall_name: Words
    language: str = "zh"
    reprint: bool = False
    print_at: str | None = None
    cut_since: datetime | None = None  # given by a kiosk that has no server since then; `ahead` is the least there are
    # added when answering, never stored:
    link: str | None = None
    short_code: str | None = None


class Leased(Reply):
    """A kiosk may give these numbers of its own series itself, on this business day, which ends at `until` (UTC)."""

    kind: Literal["leased"] = "leased"
    series: str
    first: int
    last: int
    day: date
    until: datetime


class Called(Reply):
    """A ticket was called (or brought back, resumed) at a window; `reason` says why this one."""

    kind: Literal["called"] = "called"
    ticket: int
    visit: int
    number: str
    line: str
    service: Words
    priority: Words | None = None
    reason: str
    finished: int | None = None  # the visit that was finished first, where the hall says so


class NobodyWaiting(Reply):
    """The visit in hand was finished, but nobody waits; `finished` as in `Called`."""

    kind: Literal["nobody_waiting"] = "nobody_waiting"
    finished: int | None = None


class Finished(Reply):
    """A visit was finished. `invited` says that the citizen is asked to rate now, until `deadline` (UTC)."""

    kind: Literal["finished"] = "finished"
    ticket: int
    visit: int
    number: str
    invited: bool
    deadline: datetime | None = None


class SignedIn(Reply):
    """Who sits at the window now. `session` is added when answering, never stored."""

    kind: Literal["signed_in"] = "signed_in"
    session_id: int
    staff_no: str
    name: str
    roles: list[str]
    window: str | None = None
    session: str | None = None


class Enrolled(Reply):
    """A device holds its token now. `token` is added when answering, never stored."""

    kind: Literal["enrolled"] = "enrolled"
    device: str
    device_kind: str
    windows: list[str]
    zone: str | None
    token: str | None = None


class CodeGiven(Reply):
    """A one-time code was made. `code` is added when answering, never stored; `until` is UTC."""

    kind: Literal["code_given"] = "code_given"
    subject: str
    until: datetime
    code: str | None = None


class HallLoaded(Reply):
    """A hall definition is in force; `changes` are sentences."""

    kind: Literal["hall_loaded"] = "hall_loaded"
    changes: list[Words]


class Refused(Reply):
    """Not done, and nothing was changed: why, and what to do about it."""

    kind: Literal["refused"] = "refused"
    code: Code
    sentence: Words
    what_to_do: Words
    details: dict[str, str | int | list[str]] = {}
