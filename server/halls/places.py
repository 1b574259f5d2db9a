"""Checks of windows, clerks and devices: who sits where, and what hangs on which line."""

from collections.abc import Iterator

from server.domain.hall import Text
from server.domain.leasing import kiosk_series
from server.halls.draft import Draft, Row
from server.halls.faults import Fault

ON_LINES = frozenset({"keypad", "pad", "strip"})
PRINTER_KINDS = frozenset({"network", "serial", "file"})


def clerks_of_windows(draft: Draft) -> Iterator[Fault]:
    """A clerk is the A clerk of one window only, and not the B clerk of the same."""
    first: dict[str, str] = {}
    for window in draft["windows"]:
        no, a_clerk = window.text("window"), window.text("a_clerk")
        if not a_clerk:
            continue
        if a_clerk == window.text("b_clerk"):
            yield Fault("windows", window.index, "b_clerk", Text(
                f"A 岗和 B 岗是同一个人：{a_clerk}", f"the A and the B clerk are the same: {a_clerk}"
            ))  # fmt: skip
        if first.setdefault(a_clerk, no) != no:
            yield Fault("windows", window.index, "a_clerk", Text(
                f"{a_clerk} 已是 {first[a_clerk]} 号窗口的 A 岗",
                f"{a_clerk} is the A clerk of window {first[a_clerk]} already"
            ))  # fmt: skip


def names_of_departments(draft: Draft) -> Iterator[Fault]:
    """`ALL` means every department, so none may be called so."""
    for department in draft["departments"]:
        if department.text("code") == "ALL":
            yield Fault("departments", department.index, "code", Text(
                "ALL 表示所有部门，不能用作部门代码", "ALL means every department and cannot be the code of one"
            ))  # fmt: skip


def languages_of_voice_zones(draft: Draft) -> Iterator[Fault]:
    """Zones that share a voice zone are spoken to by one voice: all that say in which languages say the same."""
    first: dict[str, Row] = {}
    for zone in draft["zones"]:
        if not zone.items("languages"):
            continue
        other = first.setdefault(zone.text("voice_zone"), zone)
        if other.items("languages") != zone.items("languages") and "languages" not in zone.wrong | other.wrong:
            voice, named = zone.text("voice_zone"), other.text("zone")
            yield Fault("zones", zone.index, "languages", Text(
                f"与分区 {named} 同属语音分区 {voice}，播报语言要相同",
                f"zone {named} shares the voice zone {voice} and names other languages"
            ))  # fmt: skip


def incomplete_devices(draft: Draft) -> Iterator[Fault]:
    """What a device of its kind must say, and must not say."""
    windows, zones = draft.by_key("windows"), draft.by_key("zones")
    for device in draft["devices"]:
        kind = device.text("kind")
        if not kind:
            continue
        needed = {"kiosk": ("zone", "agent"), "printer": ("profile", "agent"), "board": ("zone",)}.get(
            kind, ("window", "profile", "line", "agent")
        )
        for column in needed:
            if not device.text(column) and column not in device.wrong:
                yield _device(device, column, f"{kind} 需要 {column}", f"a {kind} needs its {column}")
        if kind in ON_LINES and device.number("address") is None and "address" not in device.wrong:
            yield _device(device, "address", f"{kind} 需要 1 到 127 的 address", f"a {kind} needs an address, 1 to 127")
        if kind == "printer" and device.text("profile") and device.text("profile") not in PRINTER_KINDS:
            yield _device(device, "profile", "应为 network、serial 或 file", "a printer is network, serial or file")
        if kind not in ON_LINES and device.text("window"):
            yield _device(device, "window", f"{kind} 不属于窗口", f"a {kind} belongs to no window")
        window = windows.get(device.text("window"))
        zone = window.text("zone") if window else ""
        if zone in zones and device.text("zone") not in ("", zone):
            yield _device(device, "zone", "与所在窗口的分区不同", "is not the zone of its window")


def shared_addresses(draft: Draft) -> Iterator[Fault]:
    """Two devices of one kind with one address on one line.

    A keypad, a pad and a strip of the same counter share its address: their families tell them apart.
    """
    first: dict[tuple[str, str, str, int], str] = {}
    for device in draft["devices"]:
        address = device.number("address")
        if device.text("kind") not in ON_LINES or address is None:
            continue
        place = (device.text("agent"), device.text("line"), device.text("kind"), address)
        other = first.setdefault(place, device.text("code"))
        if other != device.text("code"):
            yield _device(
                device,
                "address",
                f"线路 {place[1]} 上的地址 {address} 已由 {other} 使用",
                f"address {address} on line {place[1]} is used by {other} already",
            )


def kiosk_series_apart(draft: Draft) -> Iterator[Fault]:
    """Each kiosk numbers the tickets that it gives without the server in a series of its own."""
    first: dict[str, str] = {}
    for device in draft["devices"]:
        code = device.text("code")
        if device.text("kind") != "kiosk" or not code:
            continue
        series = kiosk_series(code)
        other = first.setdefault(series, code)
        if other != code:
            zh = f"断线取号的号段 {series} 与 {other} 相同"
            yield _device(device, "code", zh, f"would number tickets {series} as {other} does")


def second_devices(draft: Draft) -> Iterator[Fault]:
    """A window has one keypad, one pad and one strip at the most: its agent tells them apart by kind."""
    first: dict[tuple[str, str], str] = {}
    for device in draft["devices"]:
        kind, window = device.text("kind"), device.text("window")
        if kind not in ON_LINES or not window:
            continue
        other = first.setdefault((kind, window), device.text("code"))
        if other != device.text("code"):
            yield _device(
                device, "window", f"{window} 号窗口已有 {kind}：{other}", f"window {window} has {other} already"
            )


def _device(device: Row, column: str, zh: str, en: str) -> Fault:
    return Fault("devices", device.index, column, Text(zh, en))
