"""The cards of one window, as the server would send them."""

from datetime import UTC, datetime, timedelta
from typing import Any

CLERK = {"staff_no": "2001", "name": "陈", "title": None, "party": False, "honour": None, "promise": None}
SERVICE = {"zh": "企业开办", "en": "Starting a business"}


def iso(seconds: float = 0.0) -> str:
    """Now and so many seconds more, as the server writes it."""
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


def invitation(visit: int, seconds: float = 60.0, ended_by: str | None = None) -> dict[str, Any]:
    ended_at = iso() if ended_by else None
    return {
        "visit": visit,
        "number": "A012",
        "invited_at": iso(seconds - 60),
        "deadline": iso(seconds),
        "ended_at": ended_at,
        "ended_by": ended_by,
    }


def parked(ticket: int, number: str) -> dict[str, Any]:
    return {
        "ticket": ticket,
        "visit": None,
        "number": number,
        "service": SERVICE,
        "window": None,
        "kind": None,
        "reason": None,
        "since": iso(),
        "can_return": True,
    }


def work(window: str = "101", **changed: Any) -> dict[str, Any]:
    return {
        "window": window,
        "clerk": CLERK,
        "state": "free",
        "paused_reason": None,
        "paused_since": None,
        "ticket": None,
        "visit": None,
        "deeds": [],
        "invitation": None,
        "pending": [],
        "waiting": 7,
        "next_numbers": [],
        "held": [],
        "missed": [],
        "pass_on_to": [],
        "keypad": True,
        "finished_today": 0,
        **changed,
    }


def in_hand(number: str = "A012", visit: int = 5, state: str = "called") -> dict[str, Any]:
    """The part of a work card with a ticket at the window."""
    return {
        "state": state,
        "ticket": {
            "ticket": 12,
            "number": number,
            "line": "A",
            "service": SERVICE,
            "priority": None,
            "taken_at": iso(),
            "returns": 0,
            "reason": "first",
        },
        "visit": {"visit": visit, "state": state, "called_at": iso(), "started_at": None, "recalls": 0},
    }


def window_card(state: str, number: str | None = None, window: str = "101") -> dict[str, Any]:
    return {
        "window": window,
        "zone": "A",
        "floor": "1",
        "department": SERVICE,
        "services": [SERVICE],
        "state": state,
        "number": number,
        "service": None,
        "since": iso(),
        "panel": None,
    }
