"""Checks that somebody serves each service: feature A8, for the hall as a whole, its sessions and its departments."""

from collections.abc import Iterator, Mapping

from server.domain.hall import Text
from server.halls.draft import Draft, Row
from server.halls.faults import Fault


def open_to_everybody(window: Row) -> bool:
    """Whether somebody is meant to sit there who takes any citizen."""
    return bool(window.text("a_clerk") or window.text("b_clerk")) and not window.text("only_for")


def unserved_services(draft: Draft) -> Iterator[Fault]:
    """Services that no staffed window, open to everybody, calls in any session."""
    for service in draft["services"]:
        prefix = service.text("prefix")
        callers = [window for window in draft["windows"] if prefix in window.items("services")]
        able = [window for window in callers if open_to_everybody(window)]
        if not callers:
            yield _unserved(service, f"没有窗口办理 {prefix}", f"no window serves {prefix}")
        elif not able:
            named = "、".join(window.text("window") for window in callers)
            yield _unserved(
                service,
                f"办理 {prefix} 的窗口（{named}）无人值守或只接优先人员",
                f"{prefix} is served only by windows that are unstaffed or restricted: {named.replace('、', ', ')}",
            )
        elif not any(_has(session, service, window) for session in draft["hours"] for window in able):
            yield _unserved(service, f"{prefix} 不在任何时段办理", f"{prefix} is served in no session")


def unserved_in_session(draft: Draft) -> Iterator[Fault]:
    """Services that a session names, but none of its windows serves."""
    known = draft.by_key("windows")
    windows = [window for window in draft["windows"] if open_to_everybody(window)]
    for session in draft["hours"]:
        if any(no not in known for no in session.items("windows")):
            continue  # told already
        on_duty = [w for w in windows if not session.items("windows") or w.text("window") in session.items("windows")]
        called = {prefix for window in on_duty for prefix in window.items("services")}
        for prefix in session.items("services"):
            if prefix not in called and any(prefix in window.items("services") for window in windows):
                yield Fault("hours", session.index, "services", Text(
                    f"这个时段没有值班窗口办理 {prefix}", f"no window on duty in this session serves {prefix}"
                ))  # fmt: skip


def unserved_duties(draft: Draft) -> Iterator[Fault]:
    """Services marked for lunch or Saturday that no such window serves."""
    duties = (("lunch", "lunch_duty", "午间", "lunch"), ("saturday", "saturday", "周六", "Saturday"))
    windows = [window for window in draft["windows"] if open_to_everybody(window)]
    for service in draft["services"]:
        prefix = service.text("prefix")
        able = [window for window in windows if prefix in window.items("services")]
        for mark, duty, zh, en in duties:
            if able and service.flag(mark) and not any(window.flag(duty) for window in able):
                yield Fault("services", service.index, mark, Text(
                    f"{prefix} 标为{zh}办理，但没有{zh}值班的窗口办理它",
                    f"{prefix} is marked for {en}, but no window with {en} duty serves it",
                ))  # fmt: skip


def departments_without_inquiry(draft: Draft) -> Iterator[Fault]:
    """Departments that have windows, none of which serves a service that every department answers for itself."""
    by_department: dict[str, list[Row]] = {}
    for window in draft["windows"]:
        by_department.setdefault(window.text("department"), []).append(window)
    known: Mapping[str, Row] = draft.by_key("departments")
    for service in draft["services"]:
        prefix = service.text("prefix")
        if service.text("department") != "ALL" or not any(prefix in w.items("services") for w in draft["windows"]):
            continue
        for code, windows in by_department.items():
            if code in known and not any(prefix in window.items("services") for window in windows):
                yield Fault("departments", known[code].index, "code", Text(
                    f"{code} 的窗口都不办理 {prefix}，而 {prefix} 由各部门分别办理",
                    f"no window of {code} serves {prefix}, which every department answers for itself",
                ))  # fmt: skip


def chains(draft: Draft) -> Iterator[Fault]:
    """Chains that lead back to where they began at once."""
    for service in draft["services"]:
        if service.text("prefix") in service.items("then"):
            yield Fault("services", service.index, "then", Text("业务链包含它自己", "the chain contains itself"))


def _has(session: Row, service: Row, window: Row) -> bool:
    windows, services = session.items("windows"), session.items("services")
    return (not windows or window.text("window") in windows) and (not services or service.text("prefix") in services)


def _unserved(service: Row, zh: str, en: str) -> Fault:
    return Fault("services", service.index, "prefix", Text(zh, en))
