"""A simulated ESC/POS ticket printer on a TCP port, a pty, or both, with a fault menu.

A second implementation, written from docs/hardware.md and printers' manuals: it shares nothing with the drivers.
"""

import random
import threading
from collections import Counter
from dataclasses import asdict, replace
from pathlib import Path
from types import TracebackType
from typing import Self, Unpack, cast

from drivers.simulators.device_port import DevicePort
from drivers.simulators.escpos_execute import EscposExecutor
from drivers.simulators.escpos_mishaps import Happening, Mishap
from drivers.simulators.escpos_status import (
    FaultChanges,
    PrinterFaults,
    automatic_status,
    identity,
    paper_sensor,
    real_time_status,
)
from drivers.simulators.escpos_stream import Command
from drivers.simulators.event_log import EventLog
from drivers.simulators.paper import Paper, PaperEnd, Strip
from drivers.simulators.paper_tray import PaperTray
from drivers.simulators.printer_model import PrinterModel
from drivers.simulators.receive_buffer import ReceiveBuffer

SLOW_BYTES_PER_SECOND = 2000
NONSENSE_BYTES = 16384


class EscposPrinter:
    """Bytes in; papers out. `start` it, or use it in a ``with`` block.

    While offline for any reason it keeps what comes and prints it when the reason is gone; a power cycle loses it.
    Half a command left by a lost host stays, and swallows the beginning of what the next host sends, as it does in
    real printers. Paper changed in the middle of a slip is joined to the rest and marked as interrupted.
    """

    def __init__(
        self,
        model: PrinterModel | None = None,
        *,
        tcp: bool = True,
        host: str = "127.0.0.1",
        port: int = 0,
        pty: bool = False,
        link: Path | None = None,
        log: Path | str | None = None,
    ) -> None:
        self.model = model if model is not None else PrinterModel()
        self._changed = threading.Condition()
        self._log = EventLog(log)
        self._faults = PrinterFaults()
        self._buffer = ReceiveBuffer(self.model.buffer_bytes)
        self._bytes_to_paper_end: int | None = None
        self._automatic_status = False
        self._stopping = False
        self._tray = PaperTray(self._changed, self._log)
        self._mishap = Mishap()
        self._executor = EscposExecutor(self.model, cut=self._paper_comes_off)
        self._port = DevicePort(
            received=self._receive,
            noted=self._log.write,
            may_read=self._may_read,
            pty=pty,
            link=link,
            tcp=tcp,
            host=host,
            port=port,
        )
        self._thread = threading.Thread(target=self._work, name="simulated printer", daemon=True)

    # Life and plugs

    def start(self) -> None:
        self._port.start()
        self._thread.start()

    def stop(self) -> None:
        """Switch off; what is not printed stays unprinted."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._port.stop()
        self._thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def host(self) -> str:
        return self._port.host

    @property
    def port(self) -> int:
        return self._port.port

    @property
    def path(self) -> str:
        """The serial port's path, for a printer on a pty."""
        return self._port.path

    def unplug(self) -> None:
        """Pull the cable: the host is dropped, new ones are refused; the printer goes on with what it has."""
        self._port.unplug()
        self._log.write("unplugged")

    def plug(self) -> None:
        self._port.plug()
        self._log.write("plugged")

    def power_cycle(self) -> None:
        """Off and on: the host is dropped, the buffer and all modes are lost, paper under the head is torn off."""
        self._port.unplug()
        self._forget_all()
        self._port.plug()

    def _forget_all(self) -> None:
        with self._changed:
            self._buffer.drop_all()
            self._executor.reset()
            self._automatic_status = False
            if self._executor.strip.marked:
                self._paper_comes_off("torn")
        self._log.write("power cycle")

    def after_bytes(self, count: int, what: Happening) -> None:
        """So many received bytes from now it happens; `wait_unplugged` waits for a plug or the power to go."""
        with self._changed:
            self._mishap.plan(count, what)

    @property
    def happening(self) -> Happening | None:
        """What `after_bytes` has planned and did not happen yet."""
        with self._changed:
            return None if self._mishap.left is None else self._mishap.what

    def forget_happening(self) -> None:
        with self._changed:
            self._mishap.left = None

    def wait_unplugged(self) -> None:
        """Raises TimeoutError."""
        self._port.wait_unplugged()

    # The fault menu

    @property
    def faults(self) -> PrinterFaults:
        with self._changed:
            return self._faults

    def set_faults(self, **changes: Unpack[FaultChanges]) -> None:
        """Change some entries of the menu; the others stay as they are."""
        with self._changed:
            self._change_faults(changes)

    def clear_faults(self) -> None:
        self.set_faults(**cast(FaultChanges, asdict(PrinterFaults())))

    def _change_faults(self, changes: FaultChanges) -> None:
        before = automatic_status(self._faults)
        self._faults = replace(self._faults, **changes)
        if "paper_out_after_bytes" in changes:
            self._bytes_to_paper_end = changes["paper_out_after_bytes"]
        if self._faults.stopped and self._executor.strip.marked:
            self._executor.strip.interrupted = True
        self._log.write("fault", **changes)
        if self._automatic_status and automatic_status(self._faults) != before:
            self._answer("status changed", automatic_status(self._faults))
        self._changed.notify_all()
        self._port.wake()

    # What came out

    @property
    def papers(self) -> list[Paper]:
        return self._tray.papers()

    def wait_for_paper(self, number: int, timeout: float) -> Paper:
        """Wait for the number-th paper (from 1). Raises TimeoutError after ``timeout`` seconds."""
        return self._tray.wait_for(number, timeout)

    @property
    def unknown(self) -> Counter[str]:
        """How often each command came that this printer does not carry out, by name."""
        with self._changed:
            return self._executor.unknown.copy()

    @property
    def beeps(self) -> int:
        with self._changed:
            return self._executor.beeps

    @property
    def waiting_bytes(self) -> int:
        """Bytes received and not executed, an unfinished command included."""
        with self._changed:
            return self._buffer.waiting_bytes

    def wait_for_bytes(self, count: int, timeout: float) -> None:
        """Wait until at least that many received bytes stand unexecuted. Raises TimeoutError."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._buffer.waiting_bytes >= count, timeout):
                raise TimeoutError(f"fewer than {count} bytes waiting after {timeout} s")

    # Receiving (the port's thread)

    def _may_read(self) -> bool:
        with self._changed:
            return not self._faults.full_buffer and not self._buffer.full

    def _receive(self, data: bytes) -> None:
        with self._changed:
            before, what, behind = self._mishap.split(data)
            self._take_in(before)
            if what is None:
                return
            if not isinstance(what, str):
                self._change_faults(what)
                self._take_in(behind)
                return
            if what == "power off":
                self._forget_all()
            self._port.unplug_soon()

    def _take_in(self, data: bytes) -> None:
        for command in self._buffer.take_in(data):
            self._obey_at_once(command)
        if self._faults.nonsense is not None:
            self._port.send(random.Random(self._faults.nonsense).randbytes(NONSENSE_BYTES))
        self._changed.notify_all()

    def _obey_at_once(self, command: Command) -> None:
        kind = command.arguments[0]
        if command.name == "DLE EOT":
            status = real_time_status(kind, self._faults)
            if status is None:
                self._executor.unknown[f"DLE EOT {kind}"] += 1
            else:
                self._answer(f"DLE EOT {kind}", bytes((status,)))
        elif command.name == "DLE ENQ":
            if kind == 2 and self._faults.error:
                self._buffer.drop_commands()
                self._port.wake()
            if self._faults.error == "cutter":
                self._change_faults({"error": ""})
        elif kind == 1:
            self._executor.drawer_pulses += 1

    def _answer(self, asked: str, data: bytes) -> None:
        silent = self._faults.silent or self._faults.nonsense is not None
        self._log.write("status asked", what=asked, answer="" if silent else data.hex(" "))
        if not silent:
            self._port.send(data)

    # Executing (the printer's own thread)

    def _work(self) -> None:
        with self._changed:
            while not self._stopping:
                if (command := self._buffer.first) is not None and not self._faults.stopped:
                    self._do_next(command)
                elif not self._changed.wait_for(self._has_work, self._idle_wait()):
                    self._executor.print_line()
                    self._paper_comes_off("idle")

    def _has_work(self) -> bool:
        return self._stopping or (self._buffer.first is not None and not self._faults.stopped)

    def _idle_wait(self) -> float | None:
        begun = self._executor.strip.marked or self._executor.line_begun
        return self.model.idle_end if self.model.idle_end and begun and not self._faults.stopped else None

    def _do_next(self, command: Command) -> None:
        if self._delayed(command):
            return
        if self._bytes_to_paper_end is not None:
            if command.size > self._bytes_to_paper_end:
                self._change_faults({"paper_out": True, "paper_out_after_bytes": None})
                return
            self._bytes_to_paper_end -= command.size
        was_full = self._buffer.full
        self._buffer.pop()
        if was_full:
            self._port.wake()
        self._execute(command)

    def _delayed(self, command: Command) -> bool:
        """Take the time the command takes; true if something else happened to it meanwhile."""
        speeds = [self.model.throughput] if self.model.throughput else []
        if self._faults.slow:
            speeds.append(SLOW_BYTES_PER_SECOND)
        if not speeds:
            return False
        return self._changed.wait_for(
            lambda: self._stopping or self._faults.stopped or self._buffer.first is not command,
            command.size / min(speeds),
        )

    def _execute(self, command: Command) -> None:
        if command.name == "GS a":
            self._automatic_status = command.arguments != b"\x00"
            if self._automatic_status:
                self._answer("GS a", automatic_status(self._faults))
        elif command.name == "GS r":
            kind = command.arguments[0] % 48
            self._answer(f"GS r {kind}", bytes((paper_sensor(self._faults) if kind == 1 else 0,)))
        elif command.name == "GS I":
            reply = identity(command.arguments[0])
            if reply is None:
                self._executor.unknown["GS I"] += 1
            else:
                self._answer("GS I", reply)
        else:
            self._executor.execute(command)

    def _paper_comes_off(self, ended_by: PaperEnd) -> None:
        strip, self._executor.strip = self._executor.strip, Strip(self.model.width_dots)
        self._tray.catch(strip, ended_by)
