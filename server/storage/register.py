"""Who may do what in a hall: devices, users, sessions and one-time codes, as one immutable value.

The edge reads it from what was published; only the writer makes a new one. Only hashes are kept.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TypeVar

from contract.words import DeviceKind, Role
from server.domain.voice import VoiceState, best_of

VOICE = "voice/"  # begins the keys of a display's health that are about voice zones
K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class DeviceEntry:
    """An enrolled agent or display. Times are epoch milliseconds."""

    name: str
    kind: DeviceKind
    windows: tuple[str, ...]
    zone: str | None
    token_hash: str | None  # None until its code is redeemed
    revoked: bool = False
    health: Mapping[str, str] = field(default_factory=dict)
    health_ms: int | None = None
    instance: str | None = None  # the installation that leases numbers under this token


@dataclass(frozen=True, slots=True)
class User:
    """A person with a login; `password_hash` is None until the first password is chosen."""

    login: str
    name: str
    roles: tuple[Role, ...]
    password_hash: str | None = None
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class SessionEntry:
    """Somebody signed in, at a window or (window None) on a server page."""

    id: int
    login: str
    window: str | None
    device: str | None
    started_ms: int


@dataclass(frozen=True, slots=True)
class OneTimeCode:
    """A code not yet used: for a device's enrolment or a user's first password."""

    code_hash: str
    purpose: str  # "device" | "password"
    subject: str  # device name or login
    until_ms: int


def _with(mapping: Mapping[K, V], key: K, value: V | None) -> Mapping[K, V]:
    copy = dict(mapping)
    if value is None:
        copy.pop(key, None)
    else:
        copy[key] = value
    return MappingProxyType(copy)


def _voices(devices: Mapping[str, DeviceEntry]) -> dict[str, VoiceState]:
    """From the displays' health, such as {"voice/A": "speaks"}."""
    said: dict[str, list[str]] = {}
    for device in devices.values():
        if device.kind is DeviceKind.DISPLAY and not device.revoked:
            for what, state in device.health.items():
                if what.startswith(VOICE):
                    said.setdefault(what.removeprefix(VOICE), []).append(state)
    return {zone: best for zone, states in said.items() if (best := best_of(states)) is not None}


@dataclass(frozen=True, slots=True)
class Register:
    """The whole register of a hall. Every `with_...` returns a new one."""

    devices: Mapping[str, DeviceEntry] = field(default_factory=dict)
    users: Mapping[str, User] = field(default_factory=dict)
    sessions: Mapping[int, SessionEntry] = field(default_factory=dict)
    codes: Mapping[str, OneTimeCode] = field(default_factory=dict)
    tokens: Mapping[str, str] = field(default_factory=dict)  # token hash -> device name
    voices: Mapping[str, VoiceState] = field(default_factory=dict)  # voice zone -> what its displays say of themselves

    @classmethod
    def of(
        cls,
        devices: Iterable[DeviceEntry],
        users: Iterable[User],
        sessions: Iterable[SessionEntry],
        codes: Iterable[OneTimeCode],
    ) -> "Register":
        """All at once."""
        by_name = {device.name: device for device in devices}
        return cls(
            MappingProxyType(by_name),
            MappingProxyType({user.login: user for user in users}),
            MappingProxyType({session.id: session for session in sessions}),
            MappingProxyType({code.code_hash: code for code in codes}),
            MappingProxyType({d.token_hash: d.name for d in by_name.values() if d.token_hash}),
            _voices(by_name),
        )

    def device_by_token(self, token_hash: str) -> DeviceEntry | None:
        """The device that holds this token, unless it was revoked."""
        device = self.devices.get(self.tokens.get(token_hash, ""))
        return device if device is not None and not device.revoked and device.token_hash == token_hash else None

    def with_device(self, device: DeviceEntry) -> "Register":
        """Add or replace a device."""
        tokens = _with(self.tokens, device.token_hash, device.name) if device.token_hash else self.tokens
        devices = _with(self.devices, device.name, device)
        voices = _voices(devices) if device.kind is DeviceKind.DISPLAY else self.voices
        return replace(self, devices=devices, tokens=tokens, voices=voices)

    def with_user(self, user: User) -> "Register":
        """Add or replace a user."""
        return replace(self, users=_with(self.users, user.login, user))

    def with_session(self, session: SessionEntry) -> "Register":
        """Somebody signed in."""
        return replace(self, sessions=_with(self.sessions, session.id, session))

    def without_session(self, session_id: int) -> "Register":
        """A session ended."""
        return replace(self, sessions=_with(self.sessions, session_id, None))

    def with_code(self, code: OneTimeCode) -> "Register":
        """A code was given."""
        return replace(self, codes=_with(self.codes, code.code_hash, code))

    def without_code(self, code_hash: str) -> "Register":
        """A code was used or ran out."""
        return replace(self, codes=_with(self.codes, code_hash, None))
