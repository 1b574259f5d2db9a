"""A scanner at its port, serial or typing, as a kiosk has it; and an ID-card reader that stays silent."""

from collections.abc import Callable
from pathlib import Path
from time import monotonic

import pytest

from drivers import card_reader
from drivers.card_reader import CardReader
from drivers.code_reader import CodeReader, serial_scanner, wedge_scanner
from drivers.line_health import DeviceState
from drivers.simulators.keyboard_device import typed
from drivers.simulators.on_port import OnPort
from tests.drivers.far_end import FarEnd, await_fact

LINK = "https://pk.example/LJ/ticket/4294967301?lang=en#kq3J-0aWYw_d2V0cGx"
KINDS: dict[str, tuple[Callable[..., CodeReader], Callable[[str], bytes]]] = {
    "serial": (lambda port, hear: serial_scanner(port, hear, baud=19200), lambda code: code.encode() + b"\r"),
    "keyboard": (lambda port, hear: wedge_scanner(port, hear, grab=False), lambda code: typed(code + "\n")),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_code_is_read_once_and_again_after_the_plug(tmp_path: Path, kind: str) -> None:
    make, bytes_of = KINDS[kind]
    codes: list[str] = []
    with OnPort(lambda data: b"", link=tmp_path / "scanner") as far:
        reader = make(far.path, codes.append)
        reader.start()
        try:
            await_fact(lambda: reader.device_state is DeviceState.UNHEARD)
            far.say(bytes_of(LINK))
            await_fact(lambda: codes == [LINK], lambda: str(codes))
            assert reader.device_state is DeviceState.READY
            far.unplug()
            await_fact(lambda: reader.device_state is DeviceState.UNPLUGGED)
            far.plug()
            await_fact(lambda: reader.device_state is DeviceState.UNHEARD)
            far.say(bytes_of(LINK)[:40])
            far.say(bytes_of(LINK)[40:])
            await_fact(lambda: codes == [LINK, LINK], lambda: str(codes))
        finally:
            reader.stop()


def test_a_reader_that_says_nothing_is_offline_one_at_another_speed_unfit_and_without_a_key_no_card_is_asked_for(
    far_end: FarEnd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(card_reader, "_SILENT_AFTER_S", 0.3)
    key: list[bytes] = []
    reader = CardReader(str(far_end.link), lambda: key[0] if key else None, lambda card: None, lambda why: None)
    reader.start()
    try:
        await_fact(lambda: reader.device_state is DeviceState.UNHEARD)
        until = monotonic() + 0.5
        await_fact(lambda: monotonic() > until)
        assert far_end.listen() == b"" and reader.device_state is DeviceState.UNHEARD
        key.append(b"the day's key")
        far_end.await_bytes(bytes.fromhex("AA AA AA 96 69 00 03 20 01 22"), 2)
        await_fact(lambda: reader.device_state is DeviceState.OFFLINE)
        far_end.say(bytes.fromhex("00 E0 1C 80 FC 00") * 8)
        await_fact(lambda: reader.device_state is DeviceState.UNFIT)
    finally:
        reader.stop()
