"""Who and what takes part in the demo of a hall: kiosks, lines, windows, and the people at windows and desk."""

from dataclasses import dataclass

from contract.words import Role
from demo.narrator import CannotStage
from server.domain.hall import Device, Hall, Person, Zone

MOST_WINDOWS = 12  # each is a program of its own
DESK_LOGIN = "desk1"  # where the hall's staff table names nobody for the desk
AT_LINE = ("keypad", "pad", "strip")


@dataclass(frozen=True, slots=True)
class KioskPart:
    """A kiosk by the name it is enrolled with. `raster`: its printer draws, else it prints text."""

    name: str
    zone: str
    raster: bool


@dataclass(frozen=True, slots=True)
class LinePart:
    """An agent that owns serial lines; `devices` are those on them."""

    agent: str
    lines: tuple[str, ...]
    windows: tuple[str, ...]
    devices: tuple[Device, ...]


@dataclass(frozen=True, slots=True)
class WindowPart:
    """A window, the agent that serves its page, and the clerk who sits there."""

    no: str
    agent: str
    clerk: str


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody. `desk_is_new`: the person at the desk has to be added first."""

    hall: Hall
    kiosks: tuple[KioskPart, ...]
    lines: tuple[LinePart, ...]
    windows: tuple[WindowPart, ...]
    desk: str
    desk_is_new: bool

    @property
    def zones(self) -> list[Zone]:
        """The zones that have windows: each has a board, which speaks."""
        used = {window.zone for window in self.hall.windows.values()}
        return [zone for zone in self.hall.zones.values() if zone.code in used]

    @property
    def logins(self) -> list[str]:
        """Everybody who needs a password."""
        return list(dict.fromkeys([self.desk, *(window.clerk for window in self.windows)]))

    def name_of(self, login: str) -> str:
        """A person's name; the login itself for somebody who is not in the staff table."""
        person = self.hall.staff.get(login)
        return person.name if person is not None else login


def cast_of(hall: Hall) -> Cast:
    """Raises CannotStage for a hall that is too large, or has nobody to sit at its windows."""
    if len(hall.windows) > MOST_WINDOWS:
        raise CannotStage(
            f"{hall.name.zh}有 {len(hall.windows)} 个窗口，演示最多 {MOST_WINDOWS} 个："
            "在 hall.toml 用 only_windows 选出几个",
            f"{hall.name.en} has {len(hall.windows)} windows, the demo shows at most {MOST_WINDOWS}: "
            "choose some with only_windows in hall.toml",
        )
    kiosks = [device for device in hall.devices if device.kind == "kiosk"]
    if not kiosks:
        raise CannotStage("大厅文件里没有取号机", "the hall files name no kiosk")
    desk = next((one.staff_no for one in hall.staff.values() if _may_stand_at_desk(one)), None)
    return Cast(
        hall=hall,
        kiosks=tuple(
            KioskPart(one.agent or one.code, one.zone, raster=at == 0 and len(kiosks) > 1)
            for at, one in enumerate(kiosks)
        ),
        lines=_lines(hall),
        windows=_windows(hall),
        desk=desk or DESK_LOGIN,
        desk_is_new=desk is None,
    )


def _may_stand_at_desk(person: Person) -> bool:
    return person.on_duty and {Role.GUIDE, Role.FLOOR_MANAGER} <= set(person.roles)


def _lines(hall: Hall) -> tuple[LinePart, ...]:
    on_lines = [one for one in hall.devices if one.kind in AT_LINE and one.line and one.agent]
    parts = []
    for agent in dict.fromkeys(one.agent for one in on_lines):
        own = tuple(one for one in on_lines if one.agent == agent)
        lines = tuple(dict.fromkeys(one.line for one in own))
        parts.append(LinePart(agent, lines, tuple(dict.fromkeys(one.window for one in own)), own))
    return tuple(parts)


def _windows(hall: Hall) -> tuple[WindowPart, ...]:
    taken: set[str] = set()
    parts = []
    for window in hall.windows.values():
        wanted = [window.a_clerk, window.b_clerk, *_colleagues(hall, window.department)]
        clerk = next((one for one in wanted if one and one not in taken and _may_serve(hall, one)), None)
        if clerk is None:
            raise CannotStage(f"{window.no} 号窗口没有人值守", f"nobody can sit at window {window.no}")
        taken.add(clerk)
        parts.append(WindowPart(window.no, f"W{window.no}", clerk))
    return tuple(parts)


def _colleagues(hall: Hall, department: str) -> list[str]:
    return [one.staff_no for one in hall.staff.values() if one.department == department and one.on_duty]


def _may_serve(hall: Hall, staff_no: str) -> bool:
    person = hall.staff.get(staff_no)
    return person is not None and (not person.roles or Role.CLERK in person.roles)
