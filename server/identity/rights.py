"""Who may do what, and where: the one table. Every endpoint that gives a command looks here, nothing else decides.

What depends on the state (whose visit it is, whether the day is over) is decided by the rules in `server/domain`.
"""

from dataclasses import dataclass
from enum import StrEnum

from contract.words import Audience, DeviceKind, Role


class Place(StrEnum):
    """Where a command comes from: the second part of its path."""

    KIOSK = "kiosk"
    WINDOW = "window"
    DESK = "desk"
    ACCOUNT = "account"
    DEVICE = "device"
    CITIZEN = "citizen"
    ADMIN = "admin"


class By(StrEnum):
    """What a caller shows."""

    DEVICE = "device"  # the token of an enrolled device
    CLERK = "clerk"  # the token of a window agent, and the session of the clerk signed in at that window
    PASSWORD_AT_DEVICE = "password_at_device"  # the token of a window agent, and a password
    PASSWORD = "password"
    SESSION = "session"  # the session of a page of the desk
    CODE = "code"  # a one-time code
    TICKET = "ticket"  # the link or the short code on the slip of that ticket
    LOCAL = "local"  # the secret in the data folder, from this machine


@dataclass(frozen=True, slots=True)
class Right:
    """What is asked of who gives a deed at a place: a kind of device, one of some roles."""

    by: By
    kind: DeviceKind | None = None
    roles: frozenset[Role] = frozenset()


_KIOSK = Right(By.DEVICE, DeviceKind.KIOSK)
_WINDOW = Right(By.DEVICE, DeviceKind.WINDOW)
_CLERK = Right(By.CLERK, DeviceKind.WINDOW, frozenset({Role.CLERK}))
_GUIDE = Right(By.SESSION, roles=frozenset({Role.GUIDE, Role.FLOOR_MANAGER}))
_FLOOR = Right(By.SESSION, roles=frozenset({Role.FLOOR_MANAGER}))
DESK_ROLES = frozenset({Role.GUIDE, Role.FLOOR_MANAGER, Role.HALL_MANAGER})
_DESK = Right(By.SESSION, roles=DESK_ROLES)
_MANAGERS = Right(By.SESSION, roles=frozenset({Role.FLOOR_MANAGER, Role.HALL_MANAGER}))
_LOCAL = Right(By.LOCAL)
_TICKET = Right(By.TICKET)

RIGHTS: dict[Place, dict[str, Right]] = {
    Place.KIOSK: {
        "take_number": _KIOSK,
        "record_slip": _KIOSK,
        "report_device": _KIOSK,
        "call_guide": _KIOSK,
        "lease_numbers": _KIOSK,
        "record_leased": _KIOSK,
    },
    Place.WINDOW: {
        "sign_in": Right(By.PASSWORD_AT_DEVICE, DeviceKind.WINDOW, frozenset({Role.CLERK})),
        "sign_out": _CLERK,
        "call_next": _CLERK,
        "recall": _CLERK,
        "start_service": _CLERK,
        "finish": _CLERK,
        "pass_on": _CLERK,
        "hold": _CLERK,
        "resume": _CLERK,
        "miss": _CLERK,
        "bring_back": _CLERK,
        "undo_call": _CLERK,
        "return_missed": _CLERK,
        "pause_window": _CLERK,
        "reopen_window": _CLERK,
        "rate": _WINDOW,
        "not_rated": _WINDOW,
        "record_finish": _WINDOW,
        "report_device": _WINDOW,
    },
    Place.DESK: {
        "desk_sign_in": Right(By.PASSWORD, roles=DESK_ROLES),
        "desk_sign_out": _DESK,
        "take_number": _GUIDE,
        "reroute": _GUIDE,
        "return_missed": _GUIDE,
        "cancel": _GUIDE,
        "reprint_slip": _GUIDE,
        "attend_kiosk": _GUIDE,
        "release": _FLOOR,
        "abandon": _FLOOR,
        "stop_line": _FLOOR,
        "close_day": _FLOOR,
        "pair_display": _MANAGERS,
    },
    Place.ACCOUNT: {"set_password": Right(By.CODE)},
    Place.DEVICE: {"redeem_code": Right(By.CODE)},
    Place.CITIZEN: {
        "cancel": _TICKET,
        "rate_later": _TICKET,
        "add_reasons": _TICKET,
    },
    Place.ADMIN: {
        "load_hall": _LOCAL,
        "add_user": _LOCAL,
        "invite_user": _LOCAL,
        "disable_user": _LOCAL,
        "set_roles": _LOCAL,
        "enrol_device": _LOCAL,
        "pair_display": _LOCAL,
        "revoke_device": _LOCAL,
    },
}

# Reading: which devices and which roles see an audience's cards. The public sees the public ones.
AUDIENCE_KINDS: dict[Audience, frozenset[DeviceKind]] = {
    Audience.STAFF: frozenset({DeviceKind.WINDOW}),
    Audience.MANAGER: frozenset({DeviceKind.DISPLAY}),
}
AUDIENCE_ROLES: dict[Audience, frozenset[Role]] = {
    Audience.STAFF: DESK_ROLES,
    Audience.MANAGER: frozenset({Role.FLOOR_MANAGER, Role.HALL_MANAGER}),
}


def device_sees(kind: DeviceKind, zone: str | None, audience: Audience) -> bool:
    """Whether an enrolled device sees an audience's cards. A display of one zone sees only what is public."""
    if kind is DeviceKind.DISPLAY and zone is not None:
        return False
    return kind in AUDIENCE_KINDS[audience]


EXPORT_ROLES = frozenset({Role.FLOOR_MANAGER, Role.HALL_MANAGER})
