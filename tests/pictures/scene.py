"""The running demo at the pictures' moment: python -m tests.pictures.scene FOLDER CLOCK SEED, under the set clock.

Plays the half hour, writes scene.json and the newest slip into FOLDER, and holds the hall until its input ends.
"""

from gevent import monkey

monkey.patch_all()

import json  # noqa: E402
import sys  # noqa: E402
from collections.abc import Mapping  # noqa: E402
from datetime import datetime  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402
from zoneinfo import ZoneInfo  # noqa: E402

import gevent.os  # noqa: E402

from contract.words import Audience  # noqa: E402
from demo import programs  # noqa: E402
from demo.cast import Cast, cast_of  # noqa: E402
from demo.command import DEMO_HALL  # noqa: E402
from demo.folder import DemoFolder, Settings, listener_at  # noqa: E402
from demo.hardware import RealHardware  # noqa: E402
from demo.narrator import Narrator  # noqa: E402
from demo.rows import Rows  # noqa: E402
from demo.stage import SERVER, Stage  # noqa: E402
from server.halls.reading import inspect_hall  # noqa: E402
from terminal.cards import Cards  # noqa: E402
from terminal.connection import Connection  # noqa: E402
from terminal.live import Live  # noqa: E402
from terminal.server_clock import ServerClock  # noqa: E402
from tests.pictures.clock import SetClock  # noqa: E402
from tests.pictures.half_hour import HalfHour  # noqa: E402

START = datetime(2026, 10, 21, 14, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
PUBLIC_URL = "https://paihao.example"  # so that slips carry a QR code, which a hall of loopback addresses has not


class PicturesFolder(DemoFolder):
    """The demo's folder, whose server knows an address for citizens' phones."""

    def write_settings(self, name: str, settings: Settings) -> Path:
        more: Mapping[str, str] = {"public_url": PUBLIC_URL} if name == SERVER else {}
        return super().write_settings(name, {**settings, **more})


def main() -> None:
    folder, clock, seed = Path(sys.argv[1]), SetClock(Path(sys.argv[2])), int(sys.argv[3])
    hall = inspect_hall(DEMO_HALL).hall
    assert hall is not None
    cast = cast_of(hall)
    demo = PicturesFolder(folder / "demo")
    demo.take()
    stage = Stage(cast, demo, RealHardware({}, {}), Narrator("en", lambda line: None), listener_at(0), None)
    programs.PAIHAO = Path(__file__).with_name("still_paihao.py")
    try:
        stage.start()
        heard = ServerClock()
        connection = Connection(stage.server_url, hall.code, "display", token=None)
        live = Live(connection, Audience.PUBLIC, Cards(), heard)
        live.start()
        rows = Rows(demo.server / "paihao.db", hall.code)
        half_hour = HalfHour(stage, cast, clock, START, seed, heard.now)
        half_hour.run(rows)
        connection.stop()
        live.stop()
        connection.close()
        _write(folder, stage, half_hour, rows, cast)
        rows.close()
        print("ready", flush=True)
        gevent.os.tp_read(sys.stdin.fileno(), 1)
    finally:
        stage.stop()
        demo.leave()


def _write(folder: Path, stage: Stage, half_hour: HalfHour, rows: Rows, cast: Cast) -> None:
    kiosk = stage.devices.printers["K1"]  # the first kiosk, which draws
    kiosk.papers[-1].save(folder / "slip.png")
    known: dict[str, Any] = {
        "server": stage.server_url,
        "demo": stage.page.url,
        "pages": {name: page.url for name, page in stage.pages.items()},
        "called": {"window": cast.windows[0].no, "agent": cast.windows[0].agent},
        "desk": cast.desk,
        "password": stage.password,
        "link": half_hour.newest["link"],
        "states": rows.states(),
        "records": rows.records(),
        "told": half_hour.told,
    }
    (folder / "scene.json").write_text(json.dumps(known, ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
