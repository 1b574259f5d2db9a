"""R10, the plug: a keypad is back within three seconds, a printer within five, and nothing from before comes again.

The agents' own parts over simulated devices behind a link, as behind /dev/serial/by-path: each time it is another pty.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from drivers.bus import Bus, LineState
from drivers.printers.layout import Text
from drivers.printers.ticket_printer import Outcome, PrintResult
from drivers.simulators.escpos_printer import EscposPrinter
from drivers.simulators.printer_model import PrinterModel
from drivers.simulators.rs485_line import Rs485Line
from kiosk.printing import Job, Printing, printer_of
from kiosk.settings import PrinterSettings
from tests.promises.rounds import proving, rounds, time_is_up
from tests.terminal.hall_outside import until

REPLUGS = rounds(3, 100)
KEYPAD_WITHIN_S = 3.0
PRINTER_WITHIN_S = 5.0
SETTLED_WITHIN_S = 30.0


def back_after(plug: Callable[[], None], is_back: Callable[[], bool], what: str, within_s: float) -> float:
    """Seconds from the plug to the fact."""
    plugged = time.monotonic()
    plug()
    until(is_back, what, within_s)
    return time.monotonic() - plugged


@contextmanager
def invited(line: Rs485Line, heard: list[int]) -> Iterator[Bus]:
    """The line's keypad waits for a press."""
    bus = Bus(line.path)
    bus.add_keypad("101", 1, "ff68-keypad-5", lambda press: heard.append(press.level))
    bus.start()
    try:
        until(lambda: bus.health().state is LineState.READY, "ready", SETTLED_WITHIN_S)
        bus.invite("101")
        yield bus
    finally:
        bus.stop()


def test_a_keypad_is_back_within_three_seconds_and_says_nothing_twice(tmp_path: Path) -> None:
    heard: list[int] = []
    pressed: list[int] = []
    in_vain = 0
    slowest = 0.0
    with proving("R10", "replugs", 100, "keypad") as proof, Rs485Line(link=tmp_path / "line") as line:
        keypad = line.add_keypad(1)
        with invited(line, heard) as bus:
            assert keypad.wait_starts(1, SETTLED_WITHIN_S)
            for replug in range(REPLUGS):
                line.unplug()
                until(lambda: bus.health().state is not LineState.READY, "seen to be away", SETTLED_WITHIN_S)
                if replug % 2 == 0:
                    assert keypad.press(proof.rng.randint(1, 5), even_asleep=True).wait_settled(SETTLED_WITHIN_S)
                    in_vain += 1
                asked = partial(lambda starts: keypad.starts > starts, keypad.starts)
                slowest = max(slowest, back_after(line.replug, asked, "invited again", KEYPAD_WITHIN_S))
                pressed.append(proof.rng.randint(1, 5))
                assert keypad.press(pressed[-1], even_asleep=True).wait_acknowledged(SETTLED_WITHIN_S)
                proof.reached = replug + 1
                if time_is_up():
                    break
            until(lambda: len(heard) >= len(pressed), "all are heard", SETTLED_WITHIN_S)
        assert heard == pressed, "each once, and none that was pressed while the plug was out"
        proof.figure = f"invited again {slowest:.2f} s after the plug at most; {len(heard)} presses, each heard once"
        proof.control = f"{in_vain} presses while the plug was out stand in the keypad's log, and were not heard"


def test_a_printer_is_back_within_five_seconds_and_prints(tmp_path: Path) -> None:
    slowest = 0.0
    ended: list[PrintResult | None] = []
    with (
        proving("R10", "replugs", 100, "printer") as proof,
        EscposPrinter(PrinterModel(), tcp=False, link=tmp_path / "printer") as simulated,
    ):
        settings = PrinterSettings("serial", simulated.path, 0, 9600, 80, "text", "escpos", 5.0)
        printing = Printing(printer_of(settings), lambda state: None)
        printing.start()

        def is_ready() -> bool:
            return printing.state.state == "ready"

        try:
            until(is_ready, "ready", SETTLED_WITHIN_S)
            for replug in range(REPLUGS):
                simulated.unplug()
                until(lambda: printing.state.state == "offline", "seen to be away", SETTLED_WITHIN_S)
                slowest = max(slowest, back_after(simulated.plug, is_ready, "ready again", PRINTER_WITHIN_S))
                printing.print(Job((Text(f"第 {replug} 次"),), begins=lambda: None, ended=ended.append))
                until(partial(lambda n: len(ended) == n, replug + 1), "ended", SETTLED_WITHIN_S)
                proof.reached = replug + 1
                if time_is_up():
                    break
        finally:
            printing.stop()
        assert {result and result.outcome for result in ended} == {Outcome.PRINTED}
        assert len(simulated.papers) == len(ended)
        proof.figure = f"ready {slowest:.2f} s after the plug at most, and {len(ended)} slips printed, each once"
        proof.control = f"{proof.reached} times seen to be away before"
