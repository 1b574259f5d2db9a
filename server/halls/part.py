"""Opens part of a hall: only some of its windows, with what belongs to them."""

from collections.abc import Collection, Iterable

from server.halls.coverage import open_to_everybody
from server.halls.draft import Draft, Row
from server.halls.kinds import Value


def part_of(draft: Draft, only_windows: Collection[str]) -> Draft:
    """The draft without the other windows, and without the services, people and devices that only they needed.

    Rows keep their index, so that they are still found in their file.
    """
    windows = [row for row in draft["windows"] if row.text("window") in only_windows]
    kept_windows = {row.text("window") for row in windows}
    services = _services(draft, windows)
    staff = _staff(draft, windows)
    departments = _departments(draft, windows, services, staff)
    zones = {row.text("zone") for row in (*windows, *departments)}
    prefixes = {row.text("prefix") for row in services}
    staff_nos = {row.text("staff_no") for row in staff}
    part = Draft(dict(draft.rows), set(draft.broken))
    part.rows["zones"] = [row for row in draft["zones"] if row.text("zone") in zones]
    part.rows["departments"] = [_without_chief(row, staff_nos) for row in departments]
    part.rows["services"] = [_listing(_with_duties(row, windows), {"then": prefixes}) for row in services]
    part.rows["windows"] = [_listing(row, {"services": prefixes, "by_transfer": {*prefixes, "ALL"}}) for row in windows]
    part.rows["staff"] = [_at_kept_window(row, kept_windows) for row in staff]
    part.rows["hours"] = [*_sessions(draft, windows, prefixes)]
    part.rows["devices"] = [*_devices(draft, kept_windows, zones)]
    return part


def _services(draft: Draft, windows: list[Row]) -> list[Row]:
    served = {prefix for window in windows if open_to_everybody(window) for prefix in window.items("services")}
    return [row for row in draft["services"] if row.text("prefix") in served]


def _staff(draft: Draft, windows: list[Row]) -> list[Row]:
    clerks = {window.text(column) for window in windows for column in ("a_clerk", "b_clerk")}
    return [row for row in draft["staff"] if row.text("staff_no") in clerks]


def _departments(draft: Draft, *rows: list[Row]) -> list[Row]:
    named = {row.text("department") for group in rows for row in group}
    return [row for row in draft["departments"] if row.text("code") in named]


def _with_duties(service: Row, windows: list[Row]) -> Row:
    """The service with the marks for lunch and Saturday that one of the windows still stands for."""
    able = [w for w in windows if open_to_everybody(w) and service.text("prefix") in w.items("services")]
    lunch = service.flag("lunch") and any(window.flag("lunch_duty") for window in able)
    saturday = service.flag("saturday") and any(window.flag("saturday") for window in able)
    return Row(service.index, {**service.values, "lunch": lunch, "saturday": saturday})


def _sessions(draft: Draft, windows: list[Row], prefixes: set[str]) -> Iterable[Row]:
    """Sessions that still have a window and a service: an emptied list must not turn into "all"."""
    kept = {window.text("window") for window in windows}
    for row in draft["hours"]:
        on_duty = [w for w in windows if not row.items("windows") or w.text("window") in row.items("windows")]
        served = {prefix for w in on_duty if open_to_everybody(w) for prefix in w.items("services")}
        left = _listing(row, {"windows": kept, "services": served, "stop_taking_for": prefixes})
        if any(row.items(column) and not left.items(column) for column in ("windows", "services")):
            continue
        if row.items("stop_taking_for") and not left.items("stop_taking_for"):
            left = Row(left.index, {**left.values, "stop_taking": None})
        yield left


def _devices(draft: Draft, windows: set[str], zones: set[str]) -> Iterable[Row]:
    kiosks = [row for row in draft["devices"] if row.text("kind") == "kiosk" and row.text("zone") in zones]
    agents = {row.text("agent") for row in kiosks}
    for row in draft["devices"]:
        window, zone = row.text("window"), row.text("zone")
        if (window in windows) if window else (zone in zones if zone else row.text("agent") in agents):
            yield row


def _listing(row: Row, kept: dict[str, set[str]]) -> Row:
    lists: dict[str, Value] = {c: [item for item in row.items(c) if item in words] for c, words in kept.items()}
    return Row(row.index, {**row.values, **lists})


def _without_chief(row: Row, staff_nos: set[str]) -> Row:
    chief = row.text("chief_representative")
    return Row(row.index, {**row.values, "chief_representative": chief if chief in staff_nos else ""})


def _at_kept_window(row: Row, windows: set[str]) -> Row:
    main = row.text("window") if row.text("window") in windows else ""
    return _listing(Row(row.index, {**row.values, "window": main}), {"also_windows": windows})
