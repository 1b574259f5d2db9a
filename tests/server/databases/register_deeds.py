"""Commands to a hall's register, drawn at random: people, their codes and sign-ins, devices; and another definition."""

import random
from collections.abc import Iterable
from typing import TypeVar

from contract import commands as c
from contract.words import DeviceKind, Role, Via
from server.domain.day import Day
from server.storage.hall_now import HallNow
from server.storage.orders import Actor
from tests.server.hall_kit import ADMIN, DESK, changed_document

T = TypeVar("T")
Given = tuple[c.Command, Actor]
_PEOPLE = ("new-1", "new-2", "new-3")
_SCREENS = ("board-1", "board-2")


class RegisterDeeds:
    """`now` is what the hall is at the moment, `now_ms` its clock."""

    now: HallNow
    day: Day
    now_ms: int

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng

    def _one(self, among: Iterable[T]) -> T | None:
        found = list(among)
        return self.rng.choice(found) if found else None

    def _digest(self) -> str:
        return f"{self.rng.getrandbits(256):064x}"

    def _report_device(self) -> Given | None:
        screen = self._one(d for d in self.now.register.devices.values() if not d.revoked)
        if screen is None:
            return None
        health = {self.rng.choice(["printer", "voice/A"]): self.rng.choice(["ok", "speaks", "blocked"])}
        return c.ReportDevice(health=health), Actor(Via.SERVER, device=screen.name)

    def _load_hall(self) -> Given:
        return c.LoadHall(document=changed_document("demo", supplement_days=self.rng.choice([1, 15]))), ADMIN

    def _add_user(self) -> Given:
        return c.AddUser(login=self.rng.choice(_PEOPLE), name="新人", roles=[Role.GUIDE]), ADMIN

    def _person(self) -> str | None:
        return self._one(login for login in _PEOPLE if login in self.now.register.users)

    def _invite_user(self) -> Given | None:
        login = self._person()
        reset = self.rng.random() < 0.5
        return (c.InviteUser(login=login, code_hash=self._digest(), reset=reset), ADMIN) if login else None

    def _set_password(self) -> Given | None:
        code = self._one(one for one in self.now.register.codes.values() if one.purpose == "password")
        return (c.SetPassword(login=code.subject, code_hash=code.code_hash, password_hash="x"), ADMIN) if code else None

    def _disable_user(self) -> Given | None:
        login = self._person()
        return (c.DisableUser(login=login, disabled=self.rng.random() < 0.5), ADMIN) if login else None

    def _set_roles(self) -> Given | None:
        login = self._person()
        role = self.rng.choice([Role.GUIDE, Role.INSPECTOR])
        return (c.SetRoles(login=login, roles=[role]), ADMIN) if login else None

    def _desk_sign_in(self) -> Given | None:
        login = self._person()
        return (c.DeskSignIn(login=login), DESK) if login else None

    def _desk_sign_out(self) -> Given | None:
        session = self._one(one for one in self.now.register.sessions.values() if one.window is None)
        return (c.DeskSignOut(), Actor(Via.DESK, login=session.login, session=session.id)) if session else None

    def _enrol_device(self) -> Given:
        return c.EnrolDevice(kind=DeviceKind.DISPLAY, name=self.rng.choice(_SCREENS), code_hash=self._digest()), ADMIN

    def _pair_display(self) -> Given:
        return c.PairDisplay(name=self.rng.choice(_SCREENS), zone="A", code_hash=self._digest()), ADMIN

    def _redeem_code(self) -> Given | None:
        code = self._one(one for one in self.now.register.codes.values() if one.purpose == "device")
        return (c.RedeemCode(code_hash=code.code_hash, token_hash=self._digest()), ADMIN) if code else None

    def _revoke_device(self) -> Given | None:
        name = self._one(name for name in _SCREENS if name in self.now.register.devices)
        return (c.RevokeDevice(name=name), ADMIN) if name else None
