"""The simulators are a second opinion: they share no code with the drivers, and need no event loop."""

import ast
import subprocess
import sys
from pathlib import Path

import drivers.simulators
from drivers.simulators import SIMULATORS

FOLDER = Path(drivers.simulators.__file__).parent
OURS = {"contract", "server", "terminal", "kiosk", "window_client", "display", "drivers", "demo", "browser", "paihao"}

PLAIN_THREADS = """
import os, select, socket, sys
from drivers.simulators import EscposPrinter, Rs485Line

assert "gevent" not in sys.modules
with EscposPrinter() as printer, Rs485Line() as line:
    keypad = line.add_keypad(5)
    with socket.create_connection((printer.host, printer.port), 10) as host:
        host.sendall(b"A003\\n\\x1dV\\x00\\x1dr\\x01")
        print(host.recv(1), printer.wait_for_paper(1, 10).text)
    port = os.open(line.path, os.O_RDWR | os.O_NOCTTY)
    os.write(port, bytes.fromhex("6802026885018616"))
    print(keypad.wait_awake(10))
    keypad.press(4)
    select.select([port], [], [], 10)
    print(os.read(port, 100).hex())
    line.unplug()
    os.close(port)
"""


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return names


def test_simulators_import_nothing_of_ours_but_each_other() -> None:
    files = list(FOLDER.glob("*.py"))
    foreign = {
        (path.name, name)
        for path in files
        for name in imported(path)
        if name.split(".")[0] in OURS and not name.startswith("drivers.simulators.")
    }

    assert len(files) > 10
    assert not foreign


def test_simulators_work_in_plain_threads() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PLAIN_THREADS],
        cwd=FOLDER.parent.parent, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert done.stderr == ""
    assert done.stdout.splitlines() == ["b'\\x00' A003", "True", "ff680303688511039916"]


def test_the_table_names_what_there_is() -> None:
    assert set(SIMULATORS) == {"escpos_printer", "rs485_line"}
