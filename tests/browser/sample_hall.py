"""Cards of a sample hall, built from the contract's models, so that a change of the contract breaks the page tests.

The hall is that of the sample data: 4 floors, 25 services, inquiries per department; Wednesday 21 October 2026 14:32.
"""

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from contract.cards import (
    Call,
    CallsCard,
    HallCard,
    LineCard,
    PrintsCard,
    ServiceCard,
    WindowCard,
    ZoneOnHallCard,
)
from contract.replies import Called, Issued, Words
from contract.words import WhyClosed, WindowState

Cards = dict[str, dict[str, Any]]
NOW = datetime(2026, 10, 21, 6, 32, tzinfo=UTC)

ZONES = (
    ("A", "1F", "一楼综合与社保医保区", "General, social and health insurance"),
    ("B", "2F", "二楼企业开办与税务区", "Companies and tax"),
    ("C", "3F", "三楼公安与不动产区", "Police and property"),
    ("D", "4F", "四楼民生与项目建设区", "Civil affairs and projects"),
)
# prefix, zone, Chinese, English, people waiting, wait, windows
SERVICES: tuple[tuple[str, str, str, str, int, tuple[int, int] | None, str], ...] = (
    ("A", "A", "综合受理", "General matters", 9, (15, 25), "101 102 103"),
    ("B", "A", "遗失证照补办", "Replacing lost documents", 6, (15, 25), "104 105 106"),
    ("C", "A", "社保参保登记与转移", "Social insurance: joining, moving", 11, (15, 25), "107 108 109"),
    ("D", "A", "养老待遇资格认证", "Pension entitlement check", 4, (10, 20), "107 111 112"),
    ("E", "A", "社保卡申领补换", "Social insurance card", 7, (10, 20), "107 108 110"),
    ("F", "A", "医保报销", "Health insurance claims", 12, (30, 45), "113 114 115"),
    ("G", "A", "医保异地备案", "Health insurance elsewhere", 5, (10, 20), "116 113"),
    ("H", "B", "企业设立登记", "Company registration", 5, (20, 35), "201 202"),
    ("J", "B", "个体户登记", "Sole trader registration", 8, (20, 35), "203 204"),
    ("K", "B", "食品经营许可", "Food licence", 3, (15, 30), "205"),
    ("L", "B", "发票领用与申报", "Invoices and tax returns", 31, (30, 45), "207 208 211"),
    ("M", "B", "契税与不动产联办", "Deed tax with property", 4, (15, 25), "211 212"),
    ("N", "B", "公积金提取", "Housing fund withdrawal", 6, (35, 50), "215 216"),
    ("P", "C", "户口登记与迁移", "Household registration", 7, None, "301 302"),
    ("Q", "C", "居民身份证", "Identity card", 9, (15, 25), "303 304"),
    ("V", "C", "出入境证件申请", "Passport and travel permits", 6, None, "305"),
    ("W", "C", "出入境领证", "Collecting travel papers", 15, (10, 20), "306 308"),
    ("X", "C", "驾驶证换证", "Driving licence renewal", 8, None, "309 310"),
    ("R", "C", "不动产转移登记", "Property transfer", 11, (30, 45), "311 313"),
    ("S", "C", "不动产抵押登记", "Property mortgage", 6, (15, 30), "317"),
    ("T", "D", "结婚/离婚登记", "Marriage and divorce", 0, None, "401 402"),
    ("U", "D", "医师护士执业变更", "Doctors and nurses", 4, (15, 30), "403"),
    ("Y", "D", "建设项目审批", "Construction projects", 3, (15, 30), "408"),
    ("LQ", "D", "证照领取(出件)", "Collecting documents", 5, (10, 20), "412"),
    ("SF", "D", "统一收费", "Fees", 2, (0, 10), "412"),
)
HALL_FILE = Path(__file__).parents[2] / "demo/halls/linjiang/services.csv"
CLOSED = {"P": WhyClosed.ASK_DESK, "V": WhyClosed.ASK_DESK, "X": WhyClosed.STOPPED, "T": WhyClosed.ASK_DESK}
DEPARTMENTS: tuple[tuple[str, str, str, str], ...] = (
    ("ZH", "A", "综合(无差别)受理", "General intake"),
    ("RS", "A", "区人力社保局", "Human resources"),
    ("YB", "A", "区医保局", "Health insurance"),
    ("SJ", "B", "区市场监管局", "Market supervision"),
    ("SW", "B", "区税务局", "Tax bureau"),
    ("GJJ", "B", "住房公积金分中心", "Housing fund"),
    ("HJ", "C", "区公安局户籍", "Police: households"),
    ("BDC", "C", "区规划自然资源局(不动产登记)", "Property registration"),
    ("MZ", "D", "区民政局(婚姻登记)", "Civil affairs"),
    ("ZJ", "D", "区住房城乡建委", "Housing and construction"),
)


def at(**before: float) -> str:
    """The ISO time that long before the hall's present."""
    return (NOW - timedelta(**before)).isoformat().replace("+00:00", "Z")


def hall_card(**changed: Any) -> HallCard:
    card = HallCard(
        name=Words(zh="临江区政务服务中心", en="Linjiang District Service Centre"),
        day="2026-10-21",
        timezone="Asia/Shanghai",
        open=True,
        open_until="17:00",
        opens_next="2026-10-22 09:00",
        numbers_from=None,
        day_closed=False,
        zones=[ZoneOnHallCard(zone=z, floor=f, name=Words(zh=zh, en=en), voice_zone=z) for z, f, zh, en in ZONES],
        missed_rule=Words(
            zh="过号后往后排 3 位，半天内有效，最多两次。",
            en="Missed: 3 places back, within the half day, at most twice.",
        ),
        supervision_phone="0000-12345",
        messages=[
            Words(
                zh="10月24日星期六照常：综合受理、证照补办、出入境　09:00–12:00　13:00–16:00",
                en="Open on Saturday 24 October, 09:00–12:00 and 13:00–16:00",
            )
        ],
    )
    return card.model_copy(update=changed)


def line_card(place: int, row: tuple[str, str, str, str, int, tuple[int, int] | None, str], **changed: Any) -> LineCard:
    prefix, zone, zh, en, waiting, wait, windows = row
    why = CLOSED.get(prefix)
    card = LineCard(
        line=prefix,
        prefix=prefix,
        name=Words(zh=zh, en=en),
        department=None,
        zones=[zone],
        windows=windows.split(),
        open_windows=len(windows.split()),
        waiting=waiting,
        wait=wait,
        open=why is None,
        why=why,
        again=None,
        order=place,
    )
    return card.model_copy(update=changed)


def service_cards() -> list[ServiceCard]:
    """Plain words and what to bring, as the shipped sample hall has them."""
    with HALL_FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        ServiceCard(
            prefix=row["prefix"],
            plain=Words(zh=row["plain"], en=row["plain_en"]),
            bring=[Words(zh=zh, en=en) for zh, en in _pairs(row["bring"], row["bring_en"])],
        )
        for row in rows
    ]


def _pairs(zh: str, en: str) -> list[tuple[str, str]]:
    return list(zip(zh.split(";"), en.split(";"), strict=True))


def inquiry_cards() -> list[LineCard]:
    return [
        LineCard(
            line=f"Z-{code}",
            prefix="Z",
            name=Words(zh="咨询导办", en="Inquiries"),
            department=Words(zh=zh, en=en),
            zones=[zone],
            windows=["118"],
            open_windows=1,
            waiting=place % 3,
            wait=(5, 10),
            open=True,
            why=None,
            again=None,
            order=100 + place,
        )
        for place, (code, zone, zh, en) in enumerate(DEPARTMENTS)
    ]


def window_card(no: str, zone: str, zh: str, en: str, **changed: Any) -> WindowCard:
    card = WindowCard(
        window=no,
        zone=zone,
        floor={"A": "1F", "B": "2F", "C": "3F", "D": "4F"}[zone],
        department=Words(zh=zh, en=en),
        services=[],
        state=WindowState.CALLED,
        number=None,
        service=None,
        since=at(minutes=1),
        panel=None,
    )
    return card.model_copy(update=changed)


CALLED = (
    ("V031", "305", "区公安局出入境", "Exit and entry"),
    ("R062", "313", "不动产登记", "Property"),
    ("W118", "308", "区公安局出入境", "Exit and entry"),
    ("Q054", "303", "区公安局户籍", "Households"),
    ("S029", "317", "不动产登记", "Property"),
    ("P025", "301", "区公安局户籍", "Households"),
    ("W117", "306", "区公安局出入境", "Exit and entry"),
    ("X038", "309", "区公安局车驾管", "Vehicles"),
    ("R061", "311", "不动产登记", "Property"),
)


def calls_card(zone: str = "C") -> CallsCard:
    calls = [
        Call(call=900 - place, number=number, window=window, time=at(seconds=20 + 40 * place), recall=0)
        for place, (number, window, _, _) in enumerate(CALLED)
    ]
    return CallsCard(zone=zone, calls=calls)


def burst(count: int, first: int = 950) -> Cards:
    """The calls card after so many calls in one moment: B000 the earliest."""
    old, windows = calls_card(), [window for _, window, _, _ in CALLED]
    new = [
        Call(call=first + place, number=f"B{place:03}", window=windows[place % len(windows)], time=at(), recall=0)
        for place in reversed(range(count))
    ]
    return {"calls/C": old.model_copy(update={"calls": [*new, *old.calls]}).model_dump(mode="json")}


def public_cards(**of_the_hall: Any) -> Cards:
    """All public cards of the full hall."""
    cards: Cards = {"hall": hall_card(**of_the_hall).model_dump(mode="json")}
    lines = [line_card(place, row) for place, row in enumerate(SERVICES)] + inquiry_cards()
    cards |= {f"line/{line.line}": line.model_dump(mode="json") for line in lines}
    cards |= {f"service/{card.prefix}": card.model_dump(mode="json") for card in service_cards()}
    for _number, window, zh, en in CALLED:
        cards[f"window/{window}"] = window_card(window, "C", zh, en).model_dump(mode="json")
    cards["calls/C"] = calls_card().model_dump(mode="json")
    for zone in "ABD":
        cards[f"calls/{zone}"] = CallsCard(zone=zone, calls=[]).model_dump(mode="json")
    cards["prints/K1"] = PrintsCard(kiosk="K1", slips=[]).model_dump(mode="json")
    return cards


def issued(**changed: Any) -> dict[str, Any]:
    """The reply to taking a number in D."""
    reply = Issued(
        ticket=47,
        slip=147,
        number="D047",
        day="2026-10-21",
        line="D",
        service=Words(zh="养老待遇资格认证", en="Pension entitlement check"),
        place=Words(zh="一楼", en="1F"),
        windows=["107", "111", "112"],
        ahead=4,
        wait=(10, 20),
        taken_at=NOW,
        taken_local="14:32",
        missed_rule=hall_card().missed_rule,
        hall_name=hall_card().name,
    )
    return reply.model_copy(update=changed).model_dump(mode="json")


def issued_without_server() -> dict[str, Any]:
    """The same while the server is away, from the kiosk's own block."""
    return {**issued(number="K1-007", ahead=5, wait=None), "cut_since": at(minutes=3)}


def called(**changed: Any) -> dict[str, Any]:
    """The reply to calling the next."""
    reply = Called(
        ticket=987,
        visit=78,
        number="L087",
        line="L",
        service=Words(zh="发票领用与申报", en="Invoices"),
        reason="oldest",
    )
    return reply.model_copy(update=changed).model_dump(mode="json")
