"""The kiosk's agent: its page takes numbers or calls a guide, its printer prints, the server hears of each slip."""

from typing import Any

import structlog

from contract.cards import HallCard, LineCard
from contract.commands import CallGuide, TakeNumber
from contract.replies import Issued
from contract.words import Audience, Code
from drivers.printers.ticket_printer import TicketPrinter
from kiosk.guide_calls import GuideCalls
from kiosk.leased_journal import Given, LeasedJournal, instance_of
from kiosk.leasing import Leasing
from kiosk.merging import Merging
from kiosk.printer_state import PrinterState
from kiosk.printing import Printing
from kiosk.readers import Readers
from kiosk.reprints import Reprints
from kiosk.settings import KioskSettings
from kiosk.slips import Slips
from kiosk.standby import Standby
from kiosk.taking import Taking
from kiosk.unfinished import Unfinished
from kiosk.voice import KioskVoice
from terminal.cards import Cards
from terminal.connection import Connection
from terminal.data_dir import DataDir
from terminal.device_reports import DeviceReports
from terminal.enrol import Enrolment
from terminal.intents import Intents
from terminal.live import Live
from terminal.outbox import Outbox
from terminal.page_server import Page, PageServer
from terminal.presses import Reply, refusal
from terminal.program import write_page_file
from terminal.server_clock import ServerClock

LOG = structlog.get_logger(__name__)


class KioskAgent:
    """Put together from its parts; `start` and `stop` are all it does itself."""

    def __init__(
        self,
        settings: KioskSettings,
        data: DataDir,
        enrolment: Enrolment,
        printer: TicketPrinter | None,
        voice: KioskVoice,
    ) -> None:
        own = settings.terminal
        self._data = data
        self._name = enrolment.device
        self._zone = settings.zone or enrolment.zone
        self._hall = own.hall
        self._lease_state = "ready"
        self._cards = Cards()
        self._clock = ServerClock()
        self._connection = Connection(own.server, own.hall, "kiosk", enrolment.token, ca=own.ca)
        self._intents = Intents(data.path("intents.jsonl"))
        self._outbox = Outbox(data.path("outbox.jsonl"), self._connection)
        self._live = Live(self._connection, Audience.PUBLIC, self._cards, self._clock, outbox=lambda: len(self._outbox))
        self._reports = DeviceReports(self._connection)
        self._printing = Printing(printer, self._printer_turned)
        self._journal = LeasedJournal(data.path("leased.jsonl"))
        self._slips = Slips(
            self._name,
            self._cards,
            self._intents,
            self._outbox,
            self._printing,
            self._journal,
            screen_is_open=lambda: self._page.is_open,
            on_change=lambda: self._page.part_changed(),
            on_noted=lambda: self._merging.look_again(),
        )
        self._merging = Merging(
            self._connection,
            self._journal,
            is_connected=lambda: self._live.connected,
            on_change=lambda: self._page.part_changed(),
            on_clash=lambda: self._reports.report({"numbers": "clash"}),
        )
        self._unfinished = Unfinished(
            self._connection,
            self._intents,
            self._slips,
            self._journal,
            is_connected=lambda: self._live.connected,
            on_instead=self._merging.look_again,
        )
        self._standby = Standby(
            data, self._cards, self._clock, self._journal, since=lambda: self._live.since, on_given=self._given
        )
        self._leasing = Leasing(
            instance_of(data),
            self._cards,
            self._connection,
            self._journal,
            is_connected=lambda: self._live.connected,
            on_look=self._lease_looked,
            on_state=self._lease_is,
        )
        self._reprints = Reprints(self._name, self._cards, self._connection, self._intents, self._slips)
        self._taking = Taking(
            self._connection,
            self._intents,
            self._slips,
            is_connected=lambda: self._live.connected,
            on_not_confirmed=self._unfinished.add,
            standby=self._standby,
            person=self._person,
        )
        self._readers = Readers(
            settings.scanner,
            settings.card_reader,
            self._connection,
            day=self._today,
            is_connected=lambda: self._live.connected,
            tell=lambda said: self._page.tell(said),
            on_change=lambda: self._page.part_changed(),
            on_states=self._reports.report,
        )
        self._guide_calls = GuideCalls(self._connection, is_connected=lambda: self._live.connected)
        self._page = Page("/", data.page_secret("/"), "kiosk", self._do, self._part, sound=voice.wav)
        self._server = PageServer(
            [self._page],
            self._cards,
            own.page_port,
            hosts=own.hosts,
            origins=own.origins,
            frame_ancestors=own.frame_ancestors,
        )

    def start(self) -> None:
        """The page is there when this returns; the server may be away. Raises OSError when the port is taken."""
        for intent in self._unfinished.of_before():
            if intent.deed == TakeNumber.deed and self._journal.of_press(intent.key) is None:
                answer = refusal(Code.NOT_CONFIRMED, final=True)
                self._page.presses.answered(intent.key, intent.deed, intent.body, answer)
        self._answer_again()
        self._standby.recall()
        self._unfinished.withdraw_leased()
        self._server.start()
        url = self._server.url(self._page)
        write_page_file(self._data, self._server.port, url, {"/": url})
        self._live.on_turn(self._line_turned)
        self._outbox.on_change(self._live.outbox_changed)
        self._printing.start()
        self._readers.start()
        self._reports.start()
        self._outbox.start()
        self._unfinished.start()
        self._reprints.start()
        self._merging.start()
        self._leasing.start()
        self._live.start()

    def stop(self) -> None:
        """What is not sent or not settled stays on the disk."""
        self._server.stop()
        self._connection.stop()
        self._live.stop()
        self._standby.remember()
        self._leasing.stop()
        self._merging.stop()
        self._reprints.stop()
        self._unfinished.stop()
        self._readers.stop()
        self._printing.stop()
        self._reports.stop()
        self._outbox.stop()
        self._intents.close()
        self._journal.close()
        self._connection.close()

    def _do(self, deed: str, body: dict[str, Any], key: str) -> Reply:
        """A deed of the page."""
        if deed == CallGuide.deed:
            return self._guide_calls.do(body, key)
        reply = self._taking.do(deed, body, key)
        if reply.status == 200:
            self._readers.forget_person()
        return reply

    def _person(self, line: str) -> str | None:
        """Whose card is asked for by the line; what is not needed is not sent."""
        card = self._cards.card(f"line/{line}", LineCard)
        return None if card is None or card.real_name == "off" else self._readers.person()

    def _today(self) -> str | None:
        hall = self._cards.card("hall", HallCard)
        return None if hall is None else hall.day

    def _answer_again(self) -> None:
        """A press that an earlier life answered with a number of the leased block has that number."""
        for one in self._journal.given():
            said = Reply(200, {**one.said, "late": True})
            self._page.presses.answered(one.press, TakeNumber.deed, one.notes["asked"], said)

    def _given(self, one: Given, issued: Issued) -> None:
        self._slips.print_leased(one, issued)
        self._leasing.look_again()
        self._merging.look_again()

    def _lease_looked(self, *, fresh: bool) -> None:
        """Now and then, and with each new block."""
        if fresh:
            self._standby.remember()
        self._page.part_changed()

    def _lease_is(self, state: str) -> None:
        if state != self._lease_state:
            self._lease_state = state
            self._reports.report({"numbers": state})

    def _line_turned(self) -> None:
        if not self._live.connected:
            self._standby.remember()
        else:
            self._leasing.look_again()
            self._merging.reconnected()
            self._outbox.nudge()
            self._unfinished.look_again()
            self._reports.tell_again()
        self._page.part_changed()

    def _printer_turned(self, state: PrinterState) -> None:
        self._reports.report({"printer": state.state})
        self._page.part_changed()

    def _part(self) -> dict[str, Any]:
        printer = self._printing.state
        since = self._live.since
        return {
            "connected": self._live.connected,
            "since": None if since is None else since.isoformat(),
            "offset_ms": self._clock.offset_ms,
            "kiosk": self._name,
            "zone": self._zone,
            "hall": self._hall,
            "printer": {"state": printer.state, "reason": printer.reason},
            "last_slip": self._slips.last,
            "standby": None if self._live.connected else self._standby.part(),
            "untold": self._merging.waiting(),
            "readers": self._readers.part(),
        }
