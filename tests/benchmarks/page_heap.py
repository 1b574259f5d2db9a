"""page-heap: the board's live objects through 10,000 calls, against the same page after 1,000."""

from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import CDPSession, expect

from contract.cards import Call
from tests.benchmarks.figures import Figure
from tests.browser import sample_hall
from tests.browser.chromium import find, launched
from tests.browser.stand_in_server import StandInServer

_FEW, _CALLS, _AT_ONCE = 100, 10_000, 100


def page_heap(_folder: Path) -> list[Figure]:
    """Not measured where there is no Chromium."""
    if find() is None:
        return []
    server = StandInServer(sample_hall.public_cards(), clock=lambda: datetime.now(UTC))
    with launched() as browser:
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        page.goto(server.url + "/LJ/board?zone=C")
        expect(page.locator(".b-row")).to_have_count(7)
        session = page.context.new_cdp_session(page)
        calls = list(sample_hall.calls_card().calls)
        heaps = {}
        for number in range(1, _CALLS + 1):
            calls = [_call(number), *calls[:11]]
            card = sample_hall.calls_card().model_copy(update={"calls": calls})
            server.change({"calls/C": card.model_dump(mode="json")})
            if number % _AT_ONCE == 0:  # so that nothing piles up on the way
                expect(page.locator(".b-calls")).to_contain_text(_call(number).number)
            if number in (_FEW, _CALLS):
                heaps[number] = _heap(session)
    server.stop()
    grown = (heaps[_CALLS] - heaps[_FEW]) / 1e6
    told = f"+{grown:.2f} MB through {_CALLS:,} calls"
    baseline = f"{heaps[_FEW] / 1e6:.1f} MB after {_FEW}"
    return [Figure("page-heap", told, baseline, heaps[_CALLS] / heaps[_FEW], "<= 5 MB", grown)]


def _call(number: int) -> Call:
    time = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    window = str(301 + number % 8)
    return Call(call=1_000 + number, number=f"P{number % 1000:03}", window=window, time=time, recall=0)


def _heap(session: CDPSession) -> int:
    """Bytes of live objects, after the rubbish was collected."""
    session.send("HeapProfiler.collectGarbage")
    return int(session.send("Runtime.getHeapUsage")["usedSize"])
