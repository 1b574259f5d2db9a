"""A board's memory after many calls: the page must live for months. PAIHAO_BOARD_CALLS=100000 plays two of them."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from playwright.sync_api import CDPSession, expect

from contract.cards import Call
from tests.browser import sample_hall as hall
from tests.browser.conftest import Open
from tests.browser.stand_in_server import StandInServer

CALLS = int(os.environ.get("PAIHAO_BOARD_CALLS", "10000"))
AT_ONCE = 200  # then the page is asked how far it is, so that nothing piles up on the way
GROWTH = 20_000_000  # bytes


def heap(session: CDPSession) -> int:
    """Bytes of live objects on the page, after its rubbish was collected."""
    session.send("HeapProfiler.collectGarbage")
    return int(session.send("Runtime.getHeapUsage")["usedSize"])


def test_many_calls_leave_the_page_as_small_as_before(serve: Callable[[Any], Any], open_page: Open) -> None:
    server: StandInServer = serve(StandInServer(hall.public_cards(), clock=lambda: datetime.now(UTC)))
    page = open_page(server.url + "/LJ/board?zone=C", (1920, 1080), clock=False)
    expect(page.locator(".b-row")).to_have_count(7)
    session = page.context.new_cdp_session(page)
    calls = hall.calls_card().calls

    def play(first: int, last: int) -> None:
        nonlocal calls
        for number in range(first, last):
            time = datetime.now(UTC).isoformat().replace("+00:00", "Z")
            new = Call(
                call=1_000 + number, number=f"P{number % 1000:03}", window=str(301 + number % 8), time=time, recall=0
            )
            calls = [new, *calls[:11]]
            server.change({"calls/C": hall.calls_card().model_copy(update={"calls": calls}).model_dump(mode="json")})
            if number % AT_ONCE == AT_ONCE - 1:
                expect(page.locator(".b-calls")).to_contain_text(f"P{number % 1000:03}", timeout=30_000)

    play(0, 1_000)
    before = heap(session)
    play(1_000, CALLS)
    grown = heap(session) - before
    print(f"{CALLS} calls: the heap grew by {grown / 1e6:.2f} MB from {before / 1e6:.2f} MB")
    assert grown < GROWTH
    assert page.evaluate("document.querySelectorAll('*').length") < 450
