"""`paihao demo`: a whole hall on this machine."""

import json
import secrets
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import gevent
import structlog

from demo.cast import Cast, WindowPart, cast_of
from demo.evidence import Scene, paper_file, read_evidence
from demo.folder import DemoFolder, listener_at
from demo.hardware import RealHardware, real_hardware
from demo.intentions import crowd, passers_by
from demo.judge import judge
from demo.narrator import CannotStage, Narrator
from demo.pace import CALM, HURRIED
from demo.play import Play
from demo.report import report
from demo.rows import Rows
from demo.stage import Stage
from server.domain.hall import Hall
from server.halls.reading import inspect_hall

DEMO_HALL = Path(__file__).resolve().parent / "halls" / "demo"
DEFAULT_DATA = Path(".paihao") / "demo"
DEFAULT_PORT = 8600
MOST_TICKETS = 100_000


@click.command("demo")
@click.option(
    "--port", default=DEFAULT_PORT, show_default=True, help="演示页面的端口，0 为任意 · port of the page, 0 for any."
)
@click.option("--hall", "file", type=click.Path(path_type=Path), default=DEMO_HALL, help="大厅文件 · hall file.")
@click.option("--data", type=click.Path(path_type=Path), help=f"数据目录 · data folder [{DEFAULT_DATA}].")
@click.option("--citizens/--no-citizens", default=True, help="模拟群众和窗口人员 · simulated citizens and clerks.")
@click.option("--lang", type=click.Choice(["zh", "en", "both"]), default="both", help="语言 · language.")
@click.option("--printer", "printers", multiple=True, help="真打印机 · K1=network:192.168.1.50:9100")
@click.option("--line", "lines", multiple=True, help="真串口 · A=/dev/ttyUSB0")
@click.option("--tickets", type=click.IntRange(1, MOST_TICKETS), help="演完若干个号再评判 · play so many, then judge.")
@click.option("--report", "report_file", type=click.Path(path_type=Path), help="评判报告 · report (JSON).")
@click.option("--seed", type=int, help="随机种子 · seed of everything that is drawn.")
def demo(
    port: int,
    file: Path,
    data: Path | None,
    citizens: bool,
    lang: str,
    printers: tuple[str, ...],
    lines: tuple[str, ...],
    tickets: int | None,
    report_file: Path | None,
    seed: int | None,
) -> None:
    """演示一个完整的大厅（Linux、macOS） · Show a whole hall on this machine: server, kiosks, windows, board, citizens.

    Linux and macOS only: the simulated serial lines are pseudo-terminals.
    """
    narrator = Narrator(lang, lambda line: click.echo(line))
    drawn = secrets.randbelow(1_000_000) if seed is None else seed
    try:
        cast = cast_of(_hall(file))
        kiosks, names = {kiosk.name for kiosk in cast.kiosks}, {name for line in cast.lines for name in line.lines}
        real = real_hardware(printers, lines, kiosks, names)
        if tickets is None:
            _show(cast, real, narrator, data or DEFAULT_DATA, port, drawn, citizens=citizens)
        else:
            _judge_a_play(cast, real, narrator, data, port, drawn, tickets, report_file)
    except CannotStage as error:
        raise click.ClickException(narrator.text(error.zh, error.en)) from error


def _hall(file: Path) -> Hall:
    found = inspect_hall(file)
    for mistake in found.mistakes:
        click.echo(f"{mistake.file}:{mistake.line}: {mistake.reason.zh} / {mistake.reason.en}", err=True)
    if found.hall is None:
        raise CannotStage(f"大厅文件 {file} 有错误", f"the hall file {file} has mistakes")
    return found.hall


@contextmanager
def _stage(
    cast: Cast, real: RealHardware, narrator: Narrator, data: Path, port: int, evidence: Path | None
) -> Iterator[Stage]:
    """A stage that runs; Ctrl-C and SIGTERM end it."""
    folder = DemoFolder(data)
    folder.take()
    try:
        with folder.log("stage").open("a", encoding="utf-8") as log:
            structlog.configure(logger_factory=structlog.PrintLoggerFactory(log))
            listener = listener_at(port)
            taken = int(listener.getsockname()[1])
            if port and taken != port:
                narrator.say(f"端口 {port} 被占用，改用 {taken}", f"port {port} is taken, using {taken}")
            stage = Stage(cast, folder, real, narrator, listener, evidence)
            watchers = [gevent.signal_handler(number, stage.ended.set) for number in (signal.SIGINT, signal.SIGTERM)]
            try:
                stage.start()
                yield stage
            finally:
                stage.stop()
                for watcher in watchers:
                    watcher.cancel()
                structlog.reset_defaults()
    finally:
        folder.leave()


def _show(
    cast: Cast, real: RealHardware, narrator: Narrator, data: Path, port: int, seed: int, *, citizens: bool
) -> None:
    """Until somebody ends it. The first window is left to whoever watches."""
    with _stage(cast, real, narrator, data, port, None) as stage:
        _say_where(stage, cast, narrator, citizens=citizens)
        play = None
        if citizens:
            windows = cast.windows[1:] or cast.windows
            play = _play(stage, cast, narrator, windows, seed, None, hurried=False)
        try:
            if play is not None:
                play.begin(stage.password)
                play.go_on(passers_by(cast, seed))
            stage.ended.wait()
            stage.check()
        finally:
            narrator.say("正在结束 ……", "ending ...")
            if play is not None:
                play.end()


def _play(
    stage: Stage,
    cast: Cast,
    narrator: Narrator,
    windows: tuple[WindowPart, ...],
    seed: int,
    evidence: Path | None,
    *,
    hurried: bool,
) -> Play:
    pace = HURRIED if hurried else CALM
    return Play(cast, stage.server_url, stage.pages, stage.devices, windows, pace, seed, evidence, narrator)


def _say_where(stage: Stage, cast: Cast, narrator: Narrator, *, citizens: bool) -> None:
    for name, url in stage.ports.items():
        click.echo(f"  {name:8} {url}")
    people = "，".join(f"{window.no}：{window.clerk}" for window in cast.windows)
    narrator.say(
        f"登录口令 {stage.password}（窗口 {people}；导办台：{cast.desk}）",
        f"password {stage.password} (desk: {cast.desk})",
    )
    if citizens and len(cast.windows) > 1:
        first = cast.windows[0]
        narrator.say(
            f"{first.no} 号窗口留给您：用 {first.clerk} 登录；其他窗口有模拟人员",
            f"window {first.no} is yours: sign in as {first.clerk}; simulated clerks sit at the others",
        )
    click.echo(f"\n    ==>  {stage.page.url}\n")
    narrator.say("按 Ctrl-C 结束", "Ctrl-C ends it")


def _judge_a_play(
    cast: Cast,
    real: RealHardware,
    narrator: Narrator,
    data: Path | None,
    port: int,
    seed: int,
    tickets: int,
    report_file: Path | None,
) -> None:
    """Exit code 1 for a bad verdict. Without `--data` a folder is made for it, and kept only then."""
    if real.any:
        raise CannotStage("--tickets 只用模拟设备", "--tickets plays with simulated devices only")
    folder = data or Path(tempfile.mkdtemp(prefix="paihao-demo-"))
    evidence = folder.absolute() / "evidence"
    shutil.rmtree(evidence, ignore_errors=True)
    evidence.mkdir(parents=True)
    found = _played(cast, real, narrator, folder, port, seed, tickets, evidence)
    text = json.dumps(found, ensure_ascii=False, indent=1)
    if report_file is not None:
        report_file.write_text(text + "\n", encoding="utf-8")
    good = found["verdict"] == "good"
    if good and data is None:
        shutil.rmtree(folder)
    _say_verdict(found, narrator, folder)
    if not good:
        raise SystemExit(1)


def _played(
    cast: Cast,
    real: RealHardware,
    narrator: Narrator,
    folder: Path,
    port: int,
    seed: int,
    tickets: int,
    evidence: Path,
) -> dict[str, Any]:
    database = folder.absolute() / "server" / "paihao.db"
    with _stage(cast, real, narrator, folder, port, evidence) as stage:
        narrator.say(f"演 {tickets} 个号，种子 {seed}", f"playing {tickets} tickets, seed {seed}")
        rows = Rows(database, cast.hall.code)
        play = _play(stage, cast, narrator, cast.windows, seed, evidence, hurried=True)
        began = time.monotonic()
        try:
            play.begin(stage.password)
            rows.watch_records()
            play.play_through(crowd(cast, tickets, seed), rows, cast.hall.rules.rate_within_s, stage.must_go_on)
            seconds = time.monotonic() - began
            memory = stage.memory()
        finally:
            play.end()
            rows.close()
        _keep(stage, cast, rows, tickets, evidence)
    narrator.say("评判 ……", "judging ...")
    known = read_evidence(evidence, database)
    broken = judge(known)
    return report(known, broken, recorded_at=rows.seen_at(), memory=memory, seconds=seconds, seed=seed)


def _keep(stage: Stage, cast: Cast, rows: Rows, tickets: int, evidence: Path) -> None:
    """What the judge needs besides the accounts."""
    raster = [kiosk.name for kiosk in cast.kiosks if kiosk.raster]
    for kiosk in raster:
        for paper in stage.devices.printers[kiosk].papers:
            paper.save(paper_file(evidence, kiosk, paper.number))
    keypads = {window: place for (kind, window), place in stage.devices.places.items() if kind == "keypad"}
    Scene(
        hall=cast.hall.code,
        after_ticket=rows.after_ticket,
        tickets=tickets,
        raster_kiosks=raster,
        hotline=cast.hall.supervision_phone,
        counters={window: (place.line, place.address) for window, place in keypads.items()},
    ).write(evidence)


def _say_verdict(found: dict[str, Any], narrator: Narrator, folder: Path) -> None:
    counts, times = found["counts"], found["times_ms"]
    click.echo(json.dumps({"counts": counts, "times_ms": times}, ensure_ascii=False))
    for one in found["broken"]:
        click.echo(f"{one['rule']}: {one['count']}")
        for example in one["examples"]:
            click.echo(f"    {example}")
    if found["verdict"] == "good":
        narrator.say(
            f"全部规则成立：{counts['tickets']} 个号，{counts['rated']} 个评价，{found['seconds']} 秒",
            f"every rule holds: {counts['tickets']} tickets, {counts['rated']} rated, {found['seconds']} s",
        )
    else:
        narrator.say(f"有规则被破坏，证据在 {folder}", f"rules are broken; the evidence is in {folder}")
