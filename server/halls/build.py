"""Makes a Hall of a draft without faults, filling in what the definition leaves to its rules."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from server.domain import hall as domain
from server.domain.hall import DayKind, Hall, ReturnRule, Rules, Text
from server.halls.draft import Draft, Row
from server.halls.missed_rule import missed_rule
from server.halls.tables import HEAD


def build(draft: Draft) -> Hall:
    """The hall that the draft defines. The draft must have passed all checks."""
    head = draft["hall"][0]
    rules = _rules(draft["rules"][0] if draft["rules"] else Row(0, {}))
    services = {row.text("prefix"): _service(row, order) for order, row in enumerate(draft["services"])}
    windows = {row.text("window"): _window(row) for row in draft["windows"]}
    own_sentence = Text(head.text("missed_rule"), head.text("missed_rule_en"))
    return Hall(
        code=head.text("code"),
        name=_name(head),
        timezone=ZoneInfo(head.text("timezone") or str(HEAD.by_name["timezone"].default)),
        rules=rules,
        supervision_phone=head.text("supervision_phone"),
        missed_rule=own_sentence if own_sentence.zh else missed_rule(rules),
        zones={row.text("zone"): _zone(row) for row in draft["zones"]},
        departments={row.text("code"): _department(row) for row in draft["departments"]},
        services=services,
        windows=windows,
        staff={row.text("staff_no"): _person(row) for row in draft["staff"]},
        sessions=tuple(_session(row, rules) for row in draft["hours"]),
        calendar={date.fromisoformat(row.text("date")): DayKind(row.text("day")) for row in draft["calendar"]},
        devices=tuple(_device(row, windows) for row in draft["devices"]),
        messages=tuple(Text(row.text("zh"), row.text("en")) for row in draft["messages"]),
        lines=domain.lines_of(services, windows),
    )


def _name(row: Row) -> Text:
    return Text(row.text("name"), row.text("name_en") or row.text("name"))


def _rules(row: Row) -> Rules:
    given = {f.name: row.values[f.name] for f in fields(Rules) if f.name in row.values}
    given["day_turns_at"] = row.clock("day_turns_at") or Rules().day_turns_at  # type: ignore[assignment]
    given["return_rule"] = ReturnRule(row.text("return_rule") or Rules().return_rule)
    given["voice_languages"] = tuple(row.items("voice_languages"))  # type: ignore[assignment]
    return Rules(**given)  # type: ignore[arg-type]  # each value was read by its column's kind


def _zone(row: Row) -> domain.Zone:
    capacity = row.number("capacity") or 0
    languages = tuple(row.items("languages"))
    return domain.Zone(row.text("zone"), row.text("floor"), _name(row), row.text("voice_zone"), capacity, languages)


def _department(row: Row) -> domain.Department:
    return domain.Department(row.text("code"), _name(row), row.text("zone"), row.text("chief_representative"))


def _service(row: Row, order: int) -> domain.Service:
    return domain.Service(
        prefix=row.text("prefix"),
        name=_name(row),
        department=row.text("department"),
        kind=row.text("kind"),
        report_class=row.text("report_class"),
        minutes=row.number("minutes") or 0,
        overdue_wait_minutes=row.number("overdue_wait_minutes") or 0,
        real_name=row.text("real_name"),
        booking=row.text("booking"),
        lunch=row.flag("lunch"),
        saturday=row.flag("saturday"),
        then=tuple(row.items("then")),
        order=order,
        plain=Text(row.text("plain"), row.text("plain_en") or row.text("plain")),
        bring=_both(row.items("bring"), row.items("bring_en")),
    )


def _both(zh: list[str], en: list[str]) -> tuple[Text, ...]:
    return tuple(Text(*pair) for pair in zip(zh, en or zh, strict=True))


def _window(row: Row) -> domain.Window:
    return domain.Window(
        no=row.text("window"),
        zone=row.text("zone"),
        department=row.text("department"),
        types=tuple(row.items("type")),
        services=tuple(row.items("services")),
        by_transfer=tuple(row.items("by_transfer")),
        only_for=row.text("only_for"),
        a_clerk=row.text("a_clerk"),
        b_clerk=row.text("b_clerk"),
        honour=row.text("honour"),
        sunday_booked=row.flag("sunday_booked"),
        lunch_duty=row.flag("lunch_duty"),
        saturday=row.flag("saturday"),
    )


def _person(row: Row) -> domain.Person:
    return domain.Person(
        staff_no=row.text("staff_no"),
        name=row.text("name"),
        department=row.text("department"),
        party=row.flag("party"),
        title=row.text("title"),
        roles=tuple(row.items("roles")),
        honour=row.text("honour"),
        promise=row.text("promise"),
        on_duty=row.text("status") == "on_duty",
    )


def _session(row: Row, rules: Rules) -> domain.Session:
    opens = row.clock("opens") or time()
    return domain.Session(
        code=row.text("session"),
        kind=DayKind(row.text("days")),
        opens=opens,
        closes=row.clock("closes") or time(),
        windows=tuple(row.items("windows")),
        services=tuple(row.items("services")),
        stop_taking=row.clock("stop_taking"),
        stop_taking_for=tuple(row.items("stop_taking_for")),
        booked_only=row.flag("booked_only"),
        staff_leave=row.clock("staff_leave"),
        doors_close=row.clock("doors_close"),
        numbers_from=row.clock("numbers_from") or _before(opens, rules),
        silent=row.flag("silent"),
    )


def _before(opens: time, rules: Rules) -> time:
    """So many minutes before it opens, but not before the day has turned."""
    day = date(2000, 1, 1)
    moment = datetime.combine(day, opens) - timedelta(minutes=rules.numbers_from_minutes)
    earliest = datetime.combine(day, min(rules.day_turns_at, opens))
    return max(moment, earliest).time()


def _device(row: Row, windows: Mapping[str, domain.Window]) -> domain.Device:
    window = row.text("window")
    return domain.Device(
        code=row.text("code"),
        kind=row.text("kind"),
        zone=windows[window].zone if window else row.text("zone"),
        window=window,
        profile=row.text("profile"),
        line=row.text("line"),
        address=row.number("address"),
        agent=row.text("agent"),
    )
