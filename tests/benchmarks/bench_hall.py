"""The hall that benchmarks work on: 100 windows that all serve one line, always open, in a folder of its own."""

import hashlib
import secrets
from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

from gevent.pool import Pool

from contract.commands import Command, EnrolDevice, LoadHall, RedeemCode, SignIn, TakeNumber
from contract.words import DeviceKind, Via
from server.actions.table import ACTIONS
from server.app import first_day
from server.domain.hall import (
    DayKind,
    Department,
    Device,
    Hall,
    Person,
    Rules,
    Service,
    Session,
    Text,
    Window,
    Zone,
    lines_of,
)
from server.halls.document import document_from, hall_from
from server.live.cards import build
from server.storage.database import Database
from server.storage.orders import Actor, Answer, Order
from server.storage.published import Published
from server.storage.store import Opens
from server.storage.writer import Writer

HALL = "BENCH"
LINE = "A"
WINDOWS = [str(101 + i) for i in range(100)]
ADMIN = Actor(via=Via.COMMAND_LINE)
KIOSK = Actor(via=Via.KIOSK, kiosk="K1")
KIOSK_TOKEN = "kiosk-token-of-the-benchmarks"
WINDOW_TOKEN = "window-token-of-the-benchmarks"


def the_hall() -> Hall:
    """One zone, one department, one service, 100 windows with a clerk and a substitute each."""
    zone = Zone("A", "1F", Text("一楼", "Ground floor"), "A", 500)
    department = Department("ZH", Text("综合", "General"), "A", "1000")
    service = Service(
        LINE, Text("综合受理", "General"), "ZH", "即办", "审批", 8, 30, "off", "", lunch=False, saturday=False, then=(),
        order=0,
    )  # fmt: skip
    windows = {
        no: Window(
            no, "A", "ZH", ("综合",), (LINE,), (), "", str(1000 + i), str(1100 + i), "", sunday_booked=False,
            lunch_duty=False, saturday=False,
        )
        for i, no in enumerate(WINDOWS)
    }  # fmt: skip
    staff = {
        str(1000 + i): Person(str(1000 + i), f"窗口人员{i}", "ZH", party=False, title="首席代表" if i == 0 else "",
                              roles=("clerk",), honour="", promise="", on_duty=True)
        for i in range(200)
    }  # fmt: skip
    session = Session(
        "workday", DayKind.WORKDAY, time(9), time(17), (), (), None, (), booked_only=False, staff_leave=None,
        doors_close=None, numbers_from=time(8, 30),
    )  # fmt: skip
    return Hall(
        code=HALL,
        name=Text("测速大厅", "Benchmark Hall"),
        timezone=ZoneInfo("Asia/Shanghai"),
        rules=Rules(always_open=True),
        supervision_phone="12345",
        missed_rule=Text("过号请到导办台", "Missed? See the desk"),
        zones={"A": zone},
        departments={"ZH": department},
        services={LINE: service},
        windows=windows,
        staff=staff,
        sessions=(session,),
        devices=(Device("K1", "kiosk", "A", "", "", "", None, "K1"),),
        lines=lines_of({LINE: service}, windows),
    )


def never_told(_: Published) -> None:
    """Nobody watches."""


def open_on(database: Opens, *, kind: type[Writer] = Writer) -> Writer:
    """A started writer over a database with the schema, with the product's own parts."""
    writer = kind(database, ACTIONS, hall_from, first_day, build, never_told)
    writer.start()
    return writer


def open_writer(folder: Path, *, kind: type[Writer] = Writer) -> Writer:
    """The same over the folder's own file."""
    folder.mkdir(parents=True, exist_ok=True)
    database = Database(folder)
    database.upgrade()
    return open_on(database, kind=kind)


def give(writer: Writer, command: Command, actor: Actor = ADMIN) -> Answer:
    """Submit one command under a fresh key."""
    return writer.submit(Order(HALL, secrets.token_hex(16), actor, command))


def must(answer: Answer) -> Answer:
    """The set-up of a benchmark may not be refused."""
    if answer.refused:
        raise RuntimeError(answer.body.decode())
    return answer


def prepare(folder: Path, *, sign_in: bool = True, kind: type[Writer] = Writer) -> Writer:
    """The filled hall in the folder's own file."""
    writer = open_writer(folder, kind=kind)
    fill(writer, sign_in=sign_in)
    return writer


def fill(writer: Writer, *, sign_in: bool = True) -> None:
    """Load the hall, sign a clerk in at each window, enrol a kiosk and an agent for all windows."""
    must(give(writer, LoadHall(document=document_from(the_hall()))))
    if sign_in:
        for i, no in enumerate(WINDOWS):
            must(give(writer, SignIn(window=no, staff_no=str(1000 + i))))
    for name, device, windows, token in (
        ("K1", DeviceKind.KIOSK, [], KIOSK_TOKEN),
        ("W", DeviceKind.WINDOW, WINDOWS, WINDOW_TOKEN),
    ):
        code = hashlib.sha256(name.encode()).hexdigest()
        must(give(writer, EnrolDevice(kind=device, name=name, windows=windows, code_hash=code)))
        must(give(writer, RedeemCode(code_hash=code, token_hash=hashlib.sha256(token.encode()).hexdigest())))


def people_wait(writer: Writer, number: int) -> None:
    """So many take a number."""
    pool = Pool(200)
    for _ in range(number):
        pool.spawn(lambda: must(give(writer, TakeNumber(line=LINE), KIOSK)))
    pool.join(raise_error=True)
