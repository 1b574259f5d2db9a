"""Takes a picture of every page at the real size of its device: python -m tests.browser.pictures FOLDER [name part].

The hall is the sample hall at a fixed time, so that pictures differ only when the pages do.
"""

from gevent import monkey

monkey.patch_all()  # before anything opens a socket

import io  # noqa: E402
import sys  # noqa: E402
from collections.abc import Callable  # noqa: E402
from dataclasses import dataclass, field  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

from PIL import Image, ImageDraw  # noqa: E402
from playwright.sync_api import Browser, Page  # noqa: E402

from contract.cards import Panel  # noqa: E402
from contract.refusals import refuse  # noqa: E402
from contract.words import Code, WindowState  # noqa: E402
from kiosk.qr import qr_of  # noqa: E402
from tests.browser import sample_command as command  # noqa: E402
from tests.browser import sample_hall as hall  # noqa: E402
from tests.browser import sample_staff as staff  # noqa: E402
from tests.browser import test_window_screen as screens  # noqa: E402
from tests.browser.chromium import launched, new_page  # noqa: E402
from tests.browser.stand_in_agent import StandInAgent, kiosk_agent, window_agent  # noqa: E402
from tests.browser.stand_in_server import StandInServer  # noqa: E402
from tests.browser.window_page import dressed  # noqa: E402

STRIP, PANEL = (1920, 360), (1280, 720)
PORTRAIT, LANDSCAPE, WINDOW, BOARD, DESK, TABLET = (
    (1080, 1920),
    (1280, 1024),
    (1280, 800),
    (1920, 1080),
    (1440, 900),
    (1024, 768),
)
LINK = "https://q.example.gov.cn/LJ/ticket/4294967342#k7Qk7Qk7Qk7Qk7Qk7Qk7Qw"
FACE = ".photo:not(.photo-none)"
AT = hall.NOW.timestamp() * 1000


@dataclass
class Picture:
    """One picture: where the page comes from, its size, and what is done before the picture is taken."""

    name: str
    size: tuple[int, int]
    serve: Callable[[], Any]
    path: str = ""
    act: Callable[[Page, Any], None] = lambda page, source: None
    langs: tuple[str, ...] = ("zh", "en")
    storage: dict[str, str] = field(default_factory=dict)
    shot: Callable[[Page], Page] = lambda page: page  # which page the picture is taken of
    ready: str = (
        ".svc, .k-without, .k-none, .wp, .wp-sign, .b-row, .b-wait td, .dk-lines li, .dk-sign, .ix-links, .ws-win, .cmd"
    )


def _kiosk(cards: hall.Cards | None = None, **own: Any) -> Callable[[], StandInAgent]:
    def serve() -> StandInAgent:
        agent = kiosk_agent(hall.public_cards() if cards is None else cards, **own)
        agent.answer = lambda deed, body: {**hall.issued(), "qr": qr_of(LINK)}
        return agent

    return serve


def _take(outcome: str | None) -> Callable[[Page, Any], None]:
    def act(page: Page, agent: StandInAgent) -> None:
        page.click('[data-line="D"]')
        page.wait_for_selector(".got")
        slip = {"slip": 147, "ticket": 47, "number": "D047", "outcome": outcome, "after": None, "reason": None}
        printer = "paper_out" if outcome == "failed" else "ready"
        agent.tell(last_slip=slip, printer={"state": printer, "reason": None})
        page.wait_for_selector({None: ".got-printing", "printed": ".got-taken", "failed": ".got-none"}[outcome])

    return act


STANDBY = {"left": 43, "series": "K1-", "closed": {"X": "after_hours"}}


def _without_server() -> Callable[[], StandInAgent]:
    """The server is away for three minutes, and the kiosk has a block of numbers."""

    def serve() -> StandInAgent:
        agent = kiosk_agent(hall.public_cards(), connected=False, since=hall.at(minutes=3), standby=STANDBY)
        agent.answer = lambda deed, body: hall.issued_without_server()
        return agent

    return serve


def _click(*selectors: str) -> Callable[[Page, Any], None]:
    def act(page: Page, source: Any) -> None:
        for selector in selectors:
            page.locator(selector).first.click(force=True)

    return act


def _see(selector: str) -> Callable[[Page, Any], None]:
    def act(page: Page, source: Any) -> None:
        page.wait_for_selector(selector)

    return act


def _in_care(*selectors: str, outcome: str | None = None) -> Callable[[Page, Any], None]:
    """Care mode, then these keys; with `outcome` a number is taken by the last key and its slip ends so."""

    def act(page: Page, agent: StandInAgent) -> None:
        _click(".k-care", *selectors)(page, agent)
        if outcome:
            page.wait_for_selector(".got")
            slip = {"slip": 147, "ticket": 47, "number": "D047", "outcome": outcome, "after": None, "reason": None}
            state = "paper_out" if outcome == "failed" else "ready"
            agent.tell(last_slip=slip, printer={"state": state, "reason": None})
            page.wait_for_selector({"printed": ".got-taken", "failed": ".got-none"}[outcome])

    return act


def long_waits() -> hall.Cards:
    """The full hall with a long line for D and shorter ones of its kind."""
    place, row = next((place, row) for place, row in enumerate(hall.SERVICES) if row[0] == "D")
    line = hall.line_card(place, row, waiting=64, wait=(70, 95))
    return hall.public_cards() | {"line/D": line.model_dump(mode="json")}


def _both(name: str, cards: hall.Cards | None, act: Callable[[Page, Any], None]) -> list[Picture]:
    sizes = ((name, PORTRAIT), (f"{name}-landscape", LANDSCAPE))
    return [Picture(own, size, _kiosk(cards), act=act) for own, size in sizes]


def demo_hall() -> hall.Cards:
    """The seven services of one floor and inquiries, as the demonstration opens."""
    cards = hall.public_cards(zones=hall.hall_card().zones[:1])
    return {k: c for k, c in cards.items() if not k.startswith("line/") or c["zones"] == ["A"]}


def small_command() -> hall.Cards:
    """A hall of six windows and eight lines."""
    keep = {"window": {"101", "102", "103", "104", "107", "113"}, "line": set("ABCDEFG") | {"Z"}}
    return {
        key: card for key, card in command.manager_cards().items()
        if key.partition("/")[0] not in keep or key.partition("/")[2] in keep[key.partition("/")[0]]
    }  # fmt: skip


def eight_per_floor() -> hall.Cards:
    cards = {key: card for key, card in hall.public_cards().items() if not key.startswith("line/")}
    for place in range(32):
        row = (
            f"{chr(65 + place % 26)}",
            "ABCD"[place // 8],
            "业务名称八个字长",
            "A service of eight",
            300,
            (30, 45),
            "101",
        )
        cards[f"line/{place}"] = hall.line_card(place, row, line=str(place)).model_dump(mode="json")
    return cards


def _window(work: Any, **own: Any) -> Callable[[], StandInAgent]:
    def serve() -> StandInAgent:
        agent = window_agent(staff.staff_cards(work), **own)
        agent.answer = lambda deed, body: refuse(Code.RECALL_TOO_SOON, seconds=4).model_dump(mode="json")
        return agent

    return serve


def _server(cards: Callable[[], hall.Cards]) -> Callable[[], StandInServer]:
    def serve() -> StandInServer:
        server = StandInServer(cards(), clock=lambda: hall.NOW)
        server.answer = lambda place, deed, body: (
            hall.issued()
            if deed == "take_number"
            else refuse(Code.DAY_NOT_EMPTY, numbers=["L086"]).model_dump(mode="json")
        )
        server.halls = [
            {
                "code": "LJ",
                "name": hall.hall_card().name.model_dump(),
                "zones": [z.model_dump() for z in hall.hall_card().zones],
            }
        ]
        return server

    return serve


def _age(seconds: int) -> Callable[[Page, Any], None]:
    def act(page: Page, server: StandInServer) -> None:
        page.wait_for_selector(".seal-now")
        server.deaf = True
        page.clock.fast_forward(seconds * 1000)
        page.wait_for_selector(".b-stale")

    return act


def _bar(page: Page) -> Page:
    """The window page's bar, in its own size."""
    if len(page.context.pages) == 1:
        with page.context.expect_page():
            page.click(".wp-bar")
    bar = page.context.pages[-1]
    bar.set_viewport_size({"width": 320, "height": 88})
    bar.wait_for_selector(".bar")
    return dressed(bar)


def _on_bar(key: str) -> Callable[[Page, Any], None]:
    def act(page: Page, source: Any) -> None:
        _bar(page).keyboard.press(key)

    return act


def _bars() -> list[Picture]:
    """The bar in each of its states."""
    paused = staff.free_work(state=WindowState.PAUSED, paused_reason="就餐", paused_since=hall.at(minutes=6))
    chained = staff.work_card(deeds=staff.deeds("finish", "hold", "pass_on", "call_next", recall="step_not_allowed"))
    silent = {"devices": {"keypad": "silent", "strip": "ready", "pad": "none"}}
    states = {
        "free": (_window(staff.free_work()), None), "called": (_window(staff.called_work()), None),
        "serving": (_window(None), None), "chained": (_window(chained), None), "paused": (_window(paused), None),
        "empty": (_window(staff.free_work(waiting=0, next_numbers=[], deeds=NOBODY)), None),
        "fault": (_window(None, **silent), None), "cut": (_window(None, **CUT), None),
        "why": (_window(None), "F8"), "hold": (_window(None), "F6"), "transfer": (_window(None), "F7"),
    }  # fmt: skip
    return [
        Picture(f"bar-{name}", WINDOW, serve, act=_on_bar(key) if key else _nothing, shot=_bar)
        for name, (serve, key) in states.items()
    ]


def _nothing(page: Page, source: Any) -> None:
    """No deed before the picture."""


def _portrait() -> bytes:
    """A drawn head and shoulders: no photograph of a person."""
    picture = Image.new("RGB", (432, 576), (206, 214, 220))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((126, 110, 306, 320), fill=(150, 128, 112))
    draw.ellipse((40, 350, 392, 800), fill=(52, 70, 92))
    made = io.BytesIO()
    picture.save(made, "JPEG")
    return made.getvalue()


def _bare() -> Panel:
    return Panel(staff_no="2019", name="阎晓东", title=None, party=False, honour=None, promise=None)


def _screen(state: WindowState, panel: Panel | None = screens.WHO) -> Callable[[], StandInServer]:
    def serve() -> StandInServer:
        cards = hall.public_cards() | {"window/211": screens.window(state, panel)}
        near = hall.window_card("208", "B", "区税务局", "Tax bureau", state=WindowState.FREE)
        server = StandInServer(cards | {"window/208": near.model_dump(mode="json")}, clock=lambda: hall.NOW)
        server.portraits["2011"] = _portrait()
        return server

    return serve


def _age_of_window(seconds: int) -> Callable[[Page, Any], None]:
    def act(page: Page, server: StandInServer) -> None:
        page.wait_for_selector(".seal-now")
        server.deaf = True
        page.clock.fast_forward(seconds * 1000)
        page.wait_for_selector(".ws-stale")

    return act


def _programme() -> StandInServer:
    server = StandInServer(hall.public_cards(), clock=lambda: hall.NOW)
    notice = {"kind": "notice", "zh": "光荣榜：101 窗口", "en": "Honours: window 101"}
    server.programme = [{"kind": "picture", "file": "1.jpg"}, notice]
    server.files = {"1.jpg": _portrait()}
    return server


def _turn_of_picture(page: Page, server: StandInServer) -> None:
    page.wait_for_selector(".seal-now")
    page.clock.run_for(20_500)
    page.wait_for_selector(".b-media img")
    page.wait_for_selector(".seal-now")


def _turn_of_notice(page: Page, server: StandInServer) -> None:
    page.wait_for_selector(".seal-now")
    page.clock.run_for(12_500)
    page.wait_for_selector(".seal-now")


def _burst(page: Page, server: StandInServer) -> None:
    """Twenty calls in one moment."""
    page.wait_for_selector(".seal-now")
    server.change(hall.burst(20))
    page.wait_for_selector(".is-new .seal-now")


def _age_of_command(seconds: int) -> Callable[[Page, Any], None]:
    def act(page: Page, server: StandInServer) -> None:
        server.deaf = True
        page.clock.run_for(seconds * 1000)
        page.wait_for_selector(".cmd-ask" if seconds > 60 else ".cmd-old")

    return act


def _asked() -> hall.Cards:
    """Two citizens at kiosks ask for a guide."""
    cards = staff.staff_cards()
    since = hall.at(minutes=2)
    asked = [{"request": n, "kiosk": f"K{n}", "zone": zone, "since": since} for n, zone in ((1, "A"), (2, "B"))]
    return cards | {"devices": cards["devices"] | {"requests": asked}}


SESSION = {"paihao/session/LJ": '{"token": "7.session", "name": "刘敏", "roles": ["guide", "floor_manager"]}'}
CUT: dict[str, Any] = {"connected": False, "since": hall.at(minutes=1)}

NOBODY = staff.deeds(call_next="nobody_waiting")

PICTURES = [
    Picture("kiosk", PORTRAIT, _kiosk()),
    Picture("kiosk-landscape", LANDSCAPE, _kiosk()),
    Picture("kiosk-demo", PORTRAIT, _kiosk(demo_hall())),
    Picture("kiosk-demo-landscape", LANDSCAPE, _kiosk(demo_hall())),
    Picture("kiosk-eight", PORTRAIT, _kiosk(eight_per_floor()), langs=("zh",)),
    Picture("kiosk-eight-landscape", LANDSCAPE, _kiosk(eight_per_floor()), langs=("zh",)),
    Picture("kiosk-standby", PORTRAIT, _without_server()),
    Picture("kiosk-standby-landscape", LANDSCAPE, _without_server()),
    Picture("kiosk-standby-number", PORTRAIT, _without_server(), act=_take("printed")),
    Picture("kiosk-standby-number-landscape", LANDSCAPE, _without_server(), act=_take("printed")),
    Picture("kiosk-standby-noprinter", PORTRAIT, _without_server(), act=_take("failed")),
    Picture("kiosk-standby-noprinter-landscape", LANDSCAPE, _without_server(), act=_take("failed")),
    Picture("kiosk-done", PORTRAIT, _kiosk(), act=_take("printed")),
    Picture("kiosk-done-landscape", LANDSCAPE, _kiosk(), act=_take("printed"), langs=("zh",)),
    Picture("kiosk-printing", PORTRAIT, _kiosk(), act=_take(None), langs=("zh",)),
    Picture("kiosk-noprinter", PORTRAIT, _kiosk(), act=_take("failed")),
    Picture("kiosk-noprinter-landscape", LANDSCAPE, _kiosk(), act=_take("failed")),
    Picture("kiosk-voice", PORTRAIT, _kiosk(), act=_click(".k-voice")),
    Picture("kiosk-paper-out", PORTRAIT, _kiosk(printer={"state": "paper_out", "reason": None}), langs=("zh",)),
    Picture("kiosk-closed", PORTRAIT, _kiosk(), act=_click('[data-line="X"]')),
    Picture("kiosk-closed-landscape", LANDSCAPE, _kiosk(), act=_click('[data-line="P"]'), langs=("zh",)),
    Picture("kiosk-department", PORTRAIT, _kiosk(), act=_click(".k-more .key")),
    *_both("kiosk-look", None, _click(".k-more .key:nth-child(2)")),
    *_both("kiosk-bring", None, _click(".k-more .key:nth-child(2)", '[data-line="F"]')),
    *_both("kiosk-long", long_waits(), _click('[data-line="D"]')),
    *_both("kiosk-guide", None, _click(".k-guide")),
    *_both("care", None, _in_care()),
    *_both("care-word", None, _in_care('[data-lines="C D E"]')),
    *_both("care-department", None, _in_care(".k-more .key")),
    *_both("care-done", None, _in_care('[data-lines="N"]', outcome="printed")),
    *_both("care-noprinter", None, _in_care('[data-lines="N"]', outcome="failed")),
    *_both("care-closed", None, _in_care('[data-lines="X"]')),
    *_both("care-bring", None, _in_care(".k-more .key:nth-child(2)", '[data-lines="F G"]', '[data-lines="F"]')),
    *_both("care-long", long_waits(), _in_care('[data-lines="C D E"]', '[data-lines="D"]')),
    *_both("care-guide", None, _in_care(".k-guide")),
    Picture("kiosk-cut", PORTRAIT, _kiosk(**CUT)),
    Picture("kiosk-cut-landscape", LANDSCAPE, _kiosk(**CUT), langs=("zh",)),
    Picture(
        "kiosk-empty",
        PORTRAIT,
        _kiosk({"hall": hall.hall_card(open=False, numbers_from="13:00").model_dump(mode="json")}),
        langs=("zh",),
    ),
    Picture("kiosk-contrast", PORTRAIT, _kiosk(), act=_click(".k-foot .key"), langs=("zh",)),
    Picture("window", WINDOW, _window(None, devices={"keypad": "silent", "strip": "ready", "pad": "ready"})),
    Picture("window-called", WINDOW, _window(staff.called_work())),
    Picture("window-free", WINDOW, _window(staff.free_work(invitation=staff.invitation())), langs=("zh",)),
    Picture(
        "window-empty",
        WINDOW,
        _window(
            staff.free_work(
                waiting=0, next_numbers=[], held=[], missed=[], deeds=staff.deeds(call_next="nobody_waiting")
            )
        ),
        langs=("zh",),
    ),
    Picture(
        "window-paused",
        WINDOW,
        _window(
            staff.free_work(
                state=WindowState.PAUSED,
                paused_reason="就餐",
                paused_since=hall.at(minutes=6),
                deeds=staff.deeds("reopen_window", call_next="window_paused"),
            )
        ),
        langs=("zh",),
    ),
    Picture("window-hold", WINDOW, _window(None), act=_click('[data-deed="hold"]'), langs=("zh", "en")),
    Picture("window-pass-on", WINDOW, _window(None), act=_click('[data-deed="pass_on"]'), langs=("zh",)),
    Picture("window-why", WINDOW, _window(None), act=_click('.wp-keys [data-deed="recall"]'), langs=("zh",)),
    Picture("window-cut", WINDOW, _window(None, **CUT), langs=("zh",)),
    Picture("window-sign-in", WINDOW, _window(None, signed_in=False)),
    Picture("board", BOARD, _server(hall.public_cards), "/LJ/board?zone=C", _see(".seal-now")),
    *_bars(),
    Picture("board-hall", BOARD, _server(hall.public_cards), "/LJ/board", _see(".seal-now"), langs=("zh",)),
    Picture("board-stale", BOARD, _server(hall.public_cards), "/LJ/board?zone=C", _age(13), langs=("zh",)),
    Picture("board-lost", BOARD, _server(hall.public_cards), "/LJ/board?zone=C", _age(70), langs=("zh", "en")),
    Picture("board-quiet", BOARD, _server(hall.public_cards), "/LJ/board?zone=A", _see(".b-quiet"), langs=("zh",)),
    Picture("board-burst", BOARD, _server(hall.public_cards), "/LJ/board?zone=C", _burst, langs=("zh",)),
    Picture("board-unpaired", BOARD, _server(hall.public_cards), "/LJ/board?zone=C&voice=C", _see(".b-voice")),
    Picture("board-notice", BOARD, _programme, "/LJ/board?zone=C", _turn_of_notice),
    Picture("window-screen", STRIP, _screen(WindowState.CALLED), "/LJ/window/211", _see(FACE)),
    Picture("window-screen-serving", STRIP, _screen(WindowState.SERVING), "/LJ/window/211", langs=("zh",)),
    Picture("window-screen-paused", STRIP, _screen(WindowState.PAUSED), "/LJ/window/211"),
    Picture("window-screen-closed", STRIP, _screen(WindowState.CLOSED, None), "/LJ/window/211", langs=("zh",)),
    Picture("window-screen-free", PANEL, _screen(WindowState.FREE, _bare()), "/LJ/window/211"),
    Picture("window-screen-tall", PANEL, _screen(WindowState.CALLED), "/LJ/window/211", _see(FACE)),
    Picture("window-screen-stale", STRIP, _screen(WindowState.CALLED), "/LJ/window/211", _age_of_window(13), ("zh",)),
    Picture("window-screen-lost", STRIP, _screen(WindowState.CALLED), "/LJ/window/211", _age_of_window(70)),
    Picture("command", BOARD, _server(command.manager_cards), "/LJ/command", storage=SESSION),
    Picture("command-old", BOARD, _server(command.manager_cards), "/LJ/command", _age_of_command(13), ("zh",), SESSION),
    Picture(
        "command-lost", BOARD, _server(command.manager_cards), "/LJ/command", _age_of_command(70), ("en",), SESSION
    ),
    Picture("command-small", BOARD, _server(small_command), "/LJ/command", storage=SESSION),
    Picture("command-sign-in", BOARD, _server(command.manager_cards), "/LJ/command"),
    Picture("board-picture", BOARD, _programme, "/LJ/board?zone=C", _turn_of_picture, ("zh", "en")),
    Picture("index", DESK, _server(staff.staff_cards), "/"),
    Picture("desk-asked", DESK, _server(_asked), "/LJ/desk", _see(".dk-requests"), storage=SESSION),
    Picture("desk-sign-in", DESK, _server(staff.staff_cards), "/LJ/desk", langs=("zh",)),
    Picture("desk-first", DESK, _server(staff.staff_cards), "/LJ/desk#first", langs=("zh",)),
    Picture("desk", DESK, _server(staff.staff_cards), "/LJ/desk", _click('[data-line="L"]'), storage=SESSION),
    Picture(
        "desk-taken",
        DESK,
        _server(staff.staff_cards),
        "/LJ/desk",
        _click('[data-line="D"]', '[data-deed="take_number"]'),
        ("zh",),
        SESSION,
    ),
    Picture(
        "desk-ticket",
        DESK,
        _server(staff.staff_cards),
        "/LJ/desk",
        _click('[data-line="L"]', ".dk-queue tr:nth-child(3) button"),
        ("zh",),
        SESSION,
    ),
    Picture("desk-close", DESK, _server(staff.staff_cards), "/LJ/desk", _click(".dk-close-day"), ("zh",), SESSION),
    Picture(
        "desk-tablet",
        TABLET,
        _server(staff.staff_cards),
        "/LJ/desk",
        _click('[data-line="L"]', ".dk-queue tr:nth-child(3) button"),
        ("zh", "en"),
        SESSION,
    ),
]


def take(browser: Browser, picture: Picture, lang: str, folder: Path) -> list[str]:
    """Take one picture; returns what went wrong."""
    width, height = picture.size
    source = picture.serve()
    troubles: list[str] = []
    context = browser.new_context(viewport={"width": width, "height": height})
    try:
        page = new_page(context, troubles)
        page.clock.install(time=AT / 1000)
        for key, value in picture.storage.items():
            page.add_init_script(f"sessionStorage.setItem({key!r}, {value!r})")
        address = source.url + picture.path
        before, mark, after = address.partition("#")
        page.goto(f"{before}{'&' if '?' in before else '?'}lang={lang}{mark}{after}")
        page.wait_for_selector(picture.ready)
        picture.act(page, source)
        page.wait_for_timeout(200)
        page = picture.shot(page)
        page.evaluate("document.fonts.ready")
        page.screenshot(path=folder / f"{picture.name}-{lang}.png")
        troubles += [str(found) for found in page.evaluate("window.policyViolations ?? []")]
    finally:
        context.close()
        source.stop()
    return troubles


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    wanted = sys.argv[2] if len(sys.argv) > 2 else ""
    with launched() as browser:
        for picture in PICTURES:
            for lang in picture.langs:
                if wanted in picture.name:
                    for trouble in take(browser, picture, lang, folder):
                        print(f"{picture.name}-{lang}: {trouble}")


if __name__ == "__main__":
    main()
