"""What is known of a play from outside the system, and the rows it left: all that the judge looks at."""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from PIL import Image

ACCOUNT = "account.jsonl"
SCENE = "scene.json"

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Scene:
    """What the judge has to know of the hall. `counters`: line and address of the window's keypad, by window."""

    hall: str
    after_ticket: int
    tickets: int  # how many citizens there were
    raster_kiosks: list[str]
    hotline: str
    counters: dict[str, tuple[str, int]]

    def write(self, folder: Path) -> None:
        (folder / SCENE).write_text(json.dumps(asdict(self), ensure_ascii=False), encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Evidence:
    """`told`: the citizens' and clerks' own account; `papers`: by kiosk, what the printer's own account says of each;
    `bus`: by line, what was on the wire."""

    folder: Path
    scene: Scene
    told: list[Row]
    papers: dict[str, list[Row]]
    bus: dict[str, list[Row]]
    tickets: dict[int, Row]
    visits: list[Row]
    slips: list[Row]
    ratings: list[Row]

    def said(self, what: str) -> Iterable[Row]:
        """The account's lines about one thing."""
        return (one for one in self.told if one["what"] == what)

    def picture(self, kiosk: str, paper: int) -> Image.Image | None:
        """What a drawing printer put on paper."""
        file = paper_file(self.folder, kiosk, paper)
        if not file.exists():
            return None
        with Image.open(file) as opened:
            return opened.convert("1")


def paper_file(folder: Path, kiosk: str, paper: int) -> Path:
    return folder / f"paper-{kiosk}-{paper}.png"


def read_evidence(folder: Path, database: Path) -> Evidence:
    """All of it. The database is only read."""
    scene = json.loads((folder / SCENE).read_text(encoding="utf-8"))
    scene["counters"] = {window: (line, address) for window, (line, address) in scene["counters"].items()}
    known = Scene(**scene)
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as rows:
        rows.row_factory = sqlite3.Row
        tickets = _rows(rows, "SELECT * FROM tickets WHERE hall = ? AND id > ?", known)
        return Evidence(
            folder=folder,
            scene=known,
            told=_lines(folder / ACCOUNT),
            papers={
                file.stem.removeprefix("printer-"): [one for one in _lines(file) if one["event"] == "paper"]
                for file in sorted(folder.glob("printer-*.jsonl"))
            },
            bus={file.stem.removeprefix("line-"): _lines(file) for file in sorted(folder.glob("line-*.jsonl"))},
            tickets={int(one["id"]): one for one in tickets},
            visits=_rows(rows, "SELECT * FROM visits WHERE hall = ? AND ticket > ?", known),
            slips=_rows(rows, "SELECT * FROM slips WHERE hall = ? AND ticket > ?", known),
            ratings=_rows(
                rows,
                "SELECT r.*, v.ticket FROM ratings r LEFT JOIN visits v ON v.hall = r.hall AND v.id = r.visit "
                "WHERE r.hall = ? AND (v.ticket IS NULL OR v.ticket > ?)",
                known,
            ),
        )


def _rows(connection: sqlite3.Connection, sql: str, scene: Scene) -> list[Row]:
    return [dict(row) for row in connection.execute(sql, (scene.hall, scene.after_ticket))]


def _lines(file: Path) -> list[Row]:
    if not file.exists():
        return []
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
