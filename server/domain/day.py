"""The working day of a hall in memory: tickets, visits, windows, lines. Only the writer holds one.

Every change goes through a method here, so that what must be written and which cards must be made anew is known.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from datetime import date, timedelta

from contract.words import State, Step, VisitEnd, WindowState
from server.domain.board import Board
from server.domain.changes import Changed, Touched
from server.domain.counter_record import CounterRecord
from server.domain.finished import Finished
from server.domain.guide import GuideRequest
from server.domain.hall import Hall
from server.domain.hours import business_day, scheduled
from server.domain.indicators import handling_minutes, pace, settled
from server.domain.later_rating import LaterRating, RatedVisit, Reasons, remembered
from server.domain.leasing import Block, Given, LeasedNumbers
from server.domain.line import CHOSEN, Next, Queue, callable_lines, next_for
from server.domain.numbering import Series
from server.domain.tally import Tally
from server.domain.ticket import Slip, Ticket, Visit
from server.domain.window_now import WindowNow

TOLD_WITHIN_DAYS = 3  # as long as a counter record is waited for


class Day:
    """One hall's day. `revision` is the one being made while an action runs."""

    def __init__(self, hall: Hall, day: date, hall_no: int, revision: int) -> None:
        self.hall = hall
        self.hall_no = hall_no
        self.revision = revision
        self.windows: dict[str, WindowNow] = {no: WindowNow(no) for no in hall.windows}
        self._open: dict[str, int] = {}  # line -> open windows, as far as worked out
        self.stopped: dict[str, bool] = {}
        self.pending: dict[int, Visit] = {}  # finished, rateable, no counter record yet (earlier days included)
        self.rated: dict[int, RatedVisit] = {}  # those that have it, of the days in which a citizen may add to it
        self.leased = LeasedNumbers()
        self.cut_short: dict[int, Visit] = {}  # visits that a turn of the day ended, whose finish may still be told
        self.changed = Changed()
        self.touched = Touched(everything=True)
        self._begin(day)

    def _begin(self, day: date) -> None:
        """What every day starts with: nothing."""
        self.day = day
        self.closed_ms: int | None = None
        self.clock_set: tuple[int, int, int] | None = None  # when, by how many seconds, how far ahead the hall was
        self.tickets: dict[int, Ticket] = {}
        self.by_state: dict[State, dict[int, Ticket]] = {state: {} for state in State}
        self.visits: dict[int, Visit] = {}
        self.slips: dict[int, Slip] = {}
        self.troubles: dict[int, Slip] = {}  # slips staff should look after
        self.to_print: dict[int, Slip] = {}  # slips a kiosk is asked to print that did not come from its own screen
        self.records: dict[int, CounterRecord] = {}
        self.levels: Counter[int] = Counter()  # counter records by level, 0 = not rated
        self.queues: dict[str, Queue] = {line.id: Queue(line) for line in self.hall.lines.values()}
        self.series = Series()
        self.board = Board()
        self.finished = Finished()
        self.requests: dict[int, GuideRequest] = {}
        self.tally = Tally()
        self.paces: dict[str, float] = {}  # line -> minutes for each person ahead, as it was last shown
        self.last_take: dict[str, int] = {}  # kiosk -> time
        self.speaking: set[str] = set()  # voice zones in which a call was spoken

    # --- finding -------------------------------------------------------------------------------------------------

    def in_hand(self, no: str) -> Visit | None:
        """The visit in hand at a window."""
        visit = self.windows[no].visit
        return self.visits[visit] if visit is not None else None

    def ticket_of(self, visit: Visit) -> Ticket:
        """The ticket of a visit of this day."""
        return self.tickets[visit.ticket]

    def state_of(self, no: str) -> WindowState:
        """What the window shows: derived, never stored."""
        window = self.windows[no]
        visit = self.in_hand(no)
        if visit is not None:
            called = self.ticket_of(visit).state is State.CALLED
            return WindowState.CALLED if called else WindowState.SERVING
        if not window.clerk:
            return WindowState.CLOSED
        return WindowState.PAUSED if window.paused_ms is not None else WindowState.FREE

    def open_windows(self, line: str) -> int:
        """How many windows serve the line now: signed in and not paused."""
        known = self._open.get(line)
        if known is None:
            known = self._open[line] = sum(self.windows[no].open for no in self.hall.lines[line].windows)
        return known

    def windows_for_wait(self, line: str) -> int:
        """Windows a wait is divided by: the open ones, or before anybody sat down those on duty today."""
        return self.open_windows(line) or len(scheduled(self.hall, self.hall.lines[line], self.day))

    def settle_pace(self, line: str, now_ms: int) -> None:
        """Bring the pace that is shown nearer to what the line's visits and windows say now."""
        ahead = len(self.queues[line].places)
        self.paces[line] = settled(self.paces.get(line), self.pace_now(line, now_ms), ahead)

    def pace_now(self, line: str, now_ms: int) -> float:
        """Minutes for each person ahead, by the visits of the last 90 minutes and the open windows."""
        minutes = handling_minutes(self.finished.handling(line, now_ms), self.hall.lines[line].service.minutes)
        return pace(minutes, self.windows_for_wait(line))

    def next_for(self, no: str) -> Next | None:
        """Who is next at a window and why."""
        window = self.hall.windows[no]
        waiting = [line for line in callable_lines(self.hall, window) if self.queues[line].places]
        return next_for(self.hall, window, self.queues, {line: self.open_windows(line) for line in waiting})

    def all_of(self, *states: State) -> list[Ticket]:
        """All tickets in these states, in the order they came into them."""
        return [ticket for state in states for ticket in self.by_state[state].values()]

    # --- changing ------------------------------------------------------------------------------------------------

    def know_slip(self, slip: Slip) -> None:
        """A slip of the day, new, loaded or changed."""
        self.slips[slip.id] = slip
        asked = slip.outcome is None and (slip.reprint or self.tickets[slip.ticket].kiosk != slip.kiosk)
        for index, belongs in ((self.troubles, slip.trouble), (self.to_print, asked)):
            if belongs:
                index[slip.id] = slip
            elif slip.id in index:
                del index[slip.id]

    def know_record(self, record: CounterRecord) -> None:
        """A counter record of the day, new or loaded."""
        self.records[record.visit] = record
        self.levels[record.level or 0] += 1

    def add_ticket(self, ticket: Ticket) -> None:
        """A number was given."""
        self.tickets[ticket.id] = ticket
        self.by_state[ticket.state][ticket.id] = ticket
        self.tally.took(ticket)
        self.changed.steps.append((ticket.id, None, ticket.state))
        self.save(ticket)
        self.stand(ticket)

    def move(self, ticket: Ticket, step: Step) -> None:
        """Take a step of the life; the ticket leaves its line if it stood in one."""
        before, line = ticket.state, ticket.line
        ticket.take(step)
        if before is State.WAITING:
            self.queues[line].remove(ticket)
            self.changed.lines.add(line)
        del self.by_state[before][ticket.id]
        self.by_state[ticket.state][ticket.id] = ticket
        self.changed.steps.append((ticket.id, step, ticket.state))
        if State.HELD in (before, ticket.state) or State.MISSED in (before, ticket.state):
            self.changed.lines.add(line)
        self.save(ticket)

    def stand(self, ticket: Ticket) -> None:
        """A waiting ticket stands in its line, where its standing says."""
        self.queues[ticket.line].add(ticket)
        self.changed.lines.add(ticket.line)

    def begin_visit(self, visit: Visit) -> None:
        """A ticket was called to a window."""
        self.tally.was_called(self.tickets[visit.ticket], visit)
        self.visits[visit.id] = visit
        self.tickets[visit.ticket].visit = visit.id
        self.put_in_hand(visit)

    def put_in_hand(self, visit: Visit) -> None:
        """The visit is what the window works on now."""
        window = self.windows[visit.window]
        window.visit, window.since_ms = visit.id, max(visit.last_call_ms, visit.started_ms or 0)
        self.save_visit(visit)
        self.save_window(window)

    def let_go(self, visit: Visit, now_ms: int) -> None:
        """The window has nothing in hand any more."""
        window = self.windows.get(visit.window)
        if window is not None and window.visit == visit.id:
            window.visit, window.since_ms = None, now_ms
            self.save_window(window)
            if window.clerk and window.session is None:
                self.vacate(window, now_ms)
        self.save_visit(visit)

    def vacate(self, window: WindowNow, now_ms: int) -> None:
        """Nobody sits at the window any more."""
        window.clerk, window.session = "", None
        window.paused_ms, window.paused_reason, window.since_ms = None, "", now_ms
        self.save_window(window)
        self.touch_lines_of(window.no)

    def end_visit(self, visit: Visit, end: VisitEnd, now_ms: int) -> None:
        """Close a leg and free its window and ticket. A call taken back leaves the ticket sent where it was."""
        visit.close(end, now_ms)
        ticket = self.tickets[visit.ticket]
        ticket.visit = None
        if end is VisitEnd.UNDONE:
            self.tally.was_undone(visit)
        else:
            ticket.only_window = ""
        took = visit.handling_ms
        if end is VisitEnd.FINISHED and took is not None:
            self.finished.remember(visit, now_ms, took)
            self.changed.lines.add(visit.line)
        self.let_go(visit, now_ms)

    def board_call(self, visit: Visit, now_ms: int) -> None:
        """Show a call (or recall) on the boards of the window's zone."""
        self.board.show(visit, now_ms)
        self.changed.calls = True

    def forget_call(self, visit: Visit) -> None:
        """The call was taken back: boards and the balance of priority forget it."""
        self.board.forget(visit)
        self.changed.calls = True
        self.count_calls()

    def announce(self, visit: Visit, call: int) -> None:
        """One of the visit's calls was spoken; the first of the day shows that somebody speaks in the voice zone."""
        visit.announced = max(call, visit.announced or 0)
        self.save_visit(visit)
        zone = self.voice_zone(visit.window)
        if zone is not None and zone not in self.speaking:
            self.speaking.add(zone)
            self.voices_changed({zone})

    def voices_changed(self, zones: Collection[str]) -> None:
        """Clerks whose calls are spoken in these voice zones see whether they are."""
        if zones:
            self.touched.windows |= {no for no in self.hall.windows if self.voice_zone(no) in zones}

    def voice_zone(self, no: str) -> str | None:
        """Where a window's calls are spoken; None for a window that is gone."""
        window = self.hall.windows.get(no)
        return self.hall.zones[window.zone].voice_zone if window is not None else None

    def count_calls(self) -> None:
        """Rebuild each line's recent history from the day's visits, oldest first."""
        for queue in self.queues.values():
            queue.forget_history()
        for visit in self.visits.values():
            queue_then = self.queues.get(visit.line)
            if queue_then is not None and visit.reason in CHOSEN and visit.end is not VisitEnd.UNDONE:
                queue_then.called(self.tickets[visit.ticket])

    def stop(self, line: str, *, stopped: bool) -> None:
        """Stop or resume taking numbers for a line."""
        self.stopped[line] = stopped
        self.changed.stops.add(line)
        self.changed.lines.add(line)

    def touch_lines_of(self, no: str) -> None:
        """The window's lines have another number of open windows now."""
        self._open.clear()
        self.changed.lines.update(line.id for line in self.hall.lines.values() if no in line.windows)

    def adopt(self, hall: Hall) -> None:
        """Work by another definition from now on. Every line somebody stands in must exist in it."""
        self.hall = hall
        self.speaking = {zone for v in self.visits.values() if v.announced and (zone := self.voice_zone(v.window))}
        self.windows = {no: self.windows.get(no) or WindowNow(no) for no in hall.windows}
        self._open.clear()
        self.queues = {line.id: Queue(line) for line in hall.lines.values()}
        for ticket in self.by_state[State.WAITING].values():
            sent_to = hall.windows.get(ticket.only_window)
            if ticket.only_window and (sent_to is None or ticket.line not in callable_lines(hall, sent_to)):
                ticket.only_window = ""
                self.save(ticket)
            self.queues[ticket.line].add(ticket)
        self.count_calls()
        self.touched.everything = True

    def turn(self, today: date, now_ms: int) -> None:
        """Begin a new day; visits that still owe their counter record stay known."""
        ended = [v for v in (*self.visits.values(), *self.cut_short.values()) if may_be_told(self.hall, v, today)]
        self.cut_short = {visit.id: visit for visit in ended}
        self._begin(today)
        self.leased.blocks = {}
        for window in self.windows.values():
            window.visit = None
            self.vacate(window, now_ms)
        self.rated = {v: r for v, r in self.rated.items() if remembered(self.hall, r.ended_ms, today)}
        stopped = [line for line, is_stopped in self.stopped.items() if is_stopped]
        for line in stopped:
            self.stop(line, stopped=False)
        self.touched.everything = True

    def clock_was_set(self, now_ms: int, by_s: int, ahead_s: int) -> None:
        """Somebody set the machine's clock by so much; the hall's time is so far ahead of it now."""
        self.clock_set = (now_ms, by_s, ahead_s)
        self.touched.everything = True

    def end_invitations(self, no: str, by: str, now_ms: int) -> None:
        """Nobody is asked to rate the person before any more."""
        for visit in self.pending.values():
            if visit.window == no and visit.invitation_ended_ms is None:
                visit.end_invitation(by, now_ms)
                self.save_visit(visit)

    def record(self, record: CounterRecord) -> None:
        """A visit got its counter record; one of an earlier day counts there, not here."""
        record = replace(record, revision=self.revision)
        if record.visit in self.visits:
            self.know_record(record)
        visit = self.pending.pop(record.visit, None)
        if visit is not None:
            visit.end_invitation("press" if record.level else "deadline", record.at_ms)
            self.save_visit(visit)
            ended_ms = visit.ended_ms or record.at_ms
            self.rated[visit.id] = RatedVisit(
                visit.id, visit.ticket, record.window, record.clerk, ended_ms, record.level
            )
        self.changed.records.append(record)

    def rate_later(self, rating: LaterRating) -> None:
        """A visit that was not rated at the counter counts as rated from now on."""
        self.changed.later.append(replace(rating, revision=self.revision))
        self.rated[rating.visit].level = rating.level
        if rating.visit in self.records:
            self.count_later(rating.level)

    def count_later(self, level: int) -> None:
        """One of the day's visits without a level at the counter has one now."""
        self.levels[0] -= 1
        self.levels[level] += 1

    def add_reasons(self, reasons: Reasons) -> None:
        """A rated visit got its reasons."""
        self.changed.reasons.append(replace(reasons, revision=self.revision))
        self.rated[reasons.visit].reasons = True

    def save(self, ticket: Ticket) -> None:
        """Mark a ticket to be written."""
        ticket.revision = self.revision
        self.changed.tickets[ticket.id] = ticket
        self.changed.devices |= bool(ticket.doubts)

    def save_visit(self, visit: Visit) -> None:
        """Mark a visit to be written; its window's cards change with it."""
        visit.revision = self.revision
        self.changed.visits[visit.id] = visit
        if visit.window in self.windows:
            self.save_window(self.windows[visit.window])

    def save_window(self, window: WindowNow) -> None:
        """Mark a window to be written."""
        window.revision = self.revision
        self.changed.windows[window.no] = window

    def lease(self, block: Block) -> None:
        """A block of numbers is a kiosk's, today or on the day that it says."""
        block = replace(block, revision=self.revision)
        self.changed.blocks.append(block)
        if block.day == self.day.isoformat():
            self.leased.know(block)

    def know_given(self, ticket: Ticket) -> None:
        """A number that a kiosk gave by itself, of whichever day, new or loaded."""
        if ticket.told_ms is not None:
            self.leased.given[ticket.day, ticket.series, ticket.number] = Given(ticket.id, ticket.told_ms)

    def add_ended(self, ticket: Ticket, slip: Slip) -> None:
        """A number of a day that has ended, told late: it counts there, not here."""
        self.changed.steps.append((ticket.id, None, ticket.state))
        ticket.take(Step.TURN_OF_DAY)
        self.changed.steps.append((ticket.id, Step.TURN_OF_DAY, ticket.state))
        self.save(ticket)
        slip.revision = self.revision
        self.changed.slips[slip.id] = slip

    def open_request(self, kiosk: str) -> GuideRequest | None:
        """The request of a citizen at this kiosk that nobody has seen to yet."""
        return next((one for one in self.requests.values() if one.kiosk == kiosk and one.open), None)

    def save_request(self, request: GuideRequest) -> None:
        """Mark a request for a guide to be written."""
        request.revision = self.revision
        self.requests[request.id] = request
        self.changed.requests[request.id] = request
        self.changed.devices = True

    def save_slip(self, slip: Slip) -> None:
        """Mark a slip to be written."""
        slip.revision = self.revision
        self.know_slip(slip)
        self.changed.slips[slip.id] = slip
        self.changed.devices = True
        self.changed.prints = True

    def written(self) -> None:
        """Everything changed stands on the disk's way; only the cards remain to be made."""
        self.touched.add(self.changed)
        self.changed = Changed()


def may_be_told(hall: Hall, visit: Visit, today: date) -> bool:
    """Whether the turn of a day ended a visit of the last days that had begun: it may have been finished in truth."""
    if visit.end is not VisitEnd.ABANDONED or visit.started_ms is None or visit.outcome is not None:
        return False
    return business_day(hall, visit.ended_ms or 0) >= today - timedelta(days=TOLD_WITHIN_DAYS)
