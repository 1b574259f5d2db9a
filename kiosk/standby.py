"""Gives numbers while the server is away: from the leased block, on the disk before anything is shown or printed."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import structlog

from contract.cards import HallCard, LineCard
from contract.commands import RecordLeased, TakeNumber
from contract.replies import Issued, Leased, Words
from contract.words import Code, WhyClosed
from kiosk.hours import why_closed
from kiosk.leased_journal import Given, LeasedJournal
from terminal.cards import Cards
from terminal.data_dir import DataDir
from terminal.presses import Reply, refusal
from terminal.server_clock import ServerClock

LOG = structlog.get_logger(__name__)

FILE: Final = "standby.json"
_CLOSED = Words(zh="现在不在取号时间", en="numbers are not given at this time")
_WHY = {
    WhyClosed.STOPPED: Words(zh="大厅已停止取号", en="the hall has stopped giving numbers"),
    WhyClosed.NO_WINDOW: Words(zh="没有窗口办理", en="no window serves it"),
    WhyClosed.NO_SESSION_TODAY: Words(zh="今天不办理", en="it is not served today"),
}


class Standby:
    """`since`: since when the server is away, by its own clock as far as it is known."""

    def __init__(
        self,
        data: DataDir,
        cards: Cards,
        clock: ServerClock,
        journal: LeasedJournal,
        *,
        since: Callable[[], datetime | None],
        on_given: Callable[[Given, Issued], None],
    ) -> None:
        self._data = data
        self._cards = cards
        self._clock = clock
        self._journal = journal
        self._since = since
        self._on_given = on_given
        self._floor = datetime.fromtimestamp(0, UTC)
        self._floor_at = time.monotonic()

    # --- what outlives this life of the agent ------------------------------------------------------------------------

    def recall(self) -> None:
        """Before the server is heard: the cards and the clock of the life before."""
        kept = self._data.read(FILE)
        if kept is None:
            return
        self._clock.guess(float(kept["offset_s"]))
        self._cards.preset(kept["cards"])
        self._floor, self._floor_at = datetime.fromisoformat(kept["at"]), time.monotonic()

    def remember(self) -> None:
        """What a life after a power cut needs. Only while something is known."""
        if self._cards.raw("hall") is None or not self._clock.known:
            return
        kept = {
            "cards": dict(self._cards.all()),
            "at": self.now().isoformat(),
            "offset_s": self._clock.offset_ms / 1000,
        }
        try:
            self._data.write_private(FILE, kept)
        except OSError as error:
            LOG.error("standby_not_kept", problem=str(error))

    def now(self) -> datetime:
        """The server's time as far as it is known here; it never runs back behind what was known once."""
        return max(self._clock.now(), self._floor + timedelta(seconds=time.monotonic() - self._floor_at))

    # --- giving ------------------------------------------------------------------------------------------------------

    def part(self) -> dict[str, Any] | None:
        """For the page: how many numbers are left, and which lines are closed and why. None: no number can be given."""
        hall, now = self._cards.card("hall", HallCard), self.now()
        found = None if hall is None else self._block(hall, now)
        if hall is None or found is None:
            return None
        lines = [line for key in self._cards.all() if key.startswith("line/") and (line := self._line(key))]
        closed = {line.line: why.value for line in lines if (why := why_closed(hall, line, now)) is not None}
        return {"left": self._journal.left(found[0].day), "series": found[0].series, "closed": closed}

    def give(self, pressed: dict[str, Any], press: str) -> Reply:
        """The next number of the block, or why there is none. `pressed`: what the page asked under this press."""
        asked = TakeNumber(line=pressed["line"], language=pressed.get("language", "zh"))
        hall, line, now = self._cards.card("hall", HallCard), self._line(f"line/{asked.line}"), self.now()
        if hall is None or self._journal.highest(date.fromisoformat(hall.day)) == 0:
            return refusal(Code.NO_SERVER)
        if line is None:
            return refusal(Code.LINE_UNKNOWN, line=asked.line)
        why = why_closed(hall, line, now)
        if why is not None:
            return _closed(line, why)
        found = self._block(hall, now)
        if found is None:
            return refusal(Code.BLOCK_USED_UP)
        block, number = found
        issued = self._issued(hall, line, block, number, asked.language, now)
        told = RecordLeased(
            day=block.day, number=number, first=block.first, last=block.last, line=line.line,
            language=asked.language, taken_at=now, offset_ms=self._clock.offset_ms,
        )  # fmt: skip
        said = issued.model_dump(mode="json")
        one = Given(press, told.model_dump(mode="json"), said, {"asked": pressed})
        try:
            self._journal.give(one)
        except OSError as error:
            LOG.error("number_not_kept", problem=str(error))
            return refusal(Code.DISK_FULL)
        LOG.warning("given_without_server", number=issued.number, line=line.line)
        self._on_given(one, issued)
        return Reply(200, said)

    def _block(self, hall: HallCard, now: datetime) -> tuple[Leased, int] | None:
        found = self._journal.next(date.fromisoformat(hall.day))
        return found if found is not None and now < found[0].until else None

    def _line(self, key: str) -> LineCard | None:
        return self._cards.card(key, LineCard)

    def _issued(
        self, hall: HallCard, line: LineCard, block: Leased, number: int, language: str, now: datetime
    ) -> Issued:
        since = self._since() or now
        own = [one for one in self._journal.given() if one.line == line.line and one.told is None]
        windows = "、".join(line.windows)
        return Issued(
            ticket=0,
            slip=-number,
            number=f"{block.series}{number:03d}",
            day=block.day.isoformat(),
            line=line.line,
            service=line.name,
            department=line.department,
            place=line.place or Words(zh=f"{windows} 号窗口", en=f"windows {windows}"),
            windows=line.windows,
            ahead=line.waiting + len(own),
            wait=None,
            taken_at=now,
            taken_local=now.astimezone(ZoneInfo(hall.timezone)).strftime("%Y-%m-%d %H:%M"),
            missed_rule=hall.missed_rule,
            hall_name=hall.name,
            language=language,
            cut_since=since.astimezone(ZoneInfo(hall.timezone)),
        )


def _closed(line: LineCard, why: WhyClosed) -> Reply:
    if why is WhyClosed.DAY_CLOSED:
        return refusal(Code.DAY_CLOSED)
    if why is WhyClosed.ASK_DESK:
        return refusal(Code.ASK_DESK, service=line.name.zh, service_en=line.name.en)
    words = _WHY.get(why, _CLOSED)
    return refusal(
        Code.LINE_CLOSED, line=line.line, service=line.name.zh, service_en=line.name.en, why=words.zh, why_en=words.en,
        again="请在办理时间再来，或询问导办台", again_en="Come back in opening hours, or ask the desk",
    )  # fmt: skip
