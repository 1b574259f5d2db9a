"""One hall as the writer works on it: the day, the register, and what must be written of both."""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from server.domain.day import Day
from server.storage.register import DeviceEntry, OneTimeCode, Register, SessionEntry, User


@dataclass(slots=True)
class RegisterChanged:
    """Rows of the register that a batch touched."""

    devices: dict[str, DeviceEntry] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    sessions: dict[int, tuple[SessionEntry, int | None]] = field(default_factory=dict)  # with its end
    new_codes: dict[str, OneTimeCode] = field(default_factory=dict)
    used_codes: set[str] = field(default_factory=set)


class HallNow:
    """What an action gets to decide on: `day` and `register`; what it changes is remembered here."""

    def __init__(self, day: Day, register: Register) -> None:
        self.day = day
        self.register = register
        self.changed = RegisterChanged()
        self.new_documents: list[tuple[int, str]] = []  # revision, JSON
        self.new_days: list[tuple[date, int]] = []  # day, first revision
        self.facts: dict[str, Any] = {}  # what the deed adds to its journal entry
        self.why = ""

    def written(self) -> None:
        """All of it stands in the transaction."""
        self.changed = RegisterChanged()
        self.new_documents, self.new_days = [], []

    def replace_register(self, register: Register) -> None:
        """As another process left it."""
        voices, self.register = self.register.voices, register
        self.day.changed.devices = True
        self.day.voices_changed({zone for zone, _ in voices.items() ^ register.voices.items()})

    def put_device(self, device: DeviceEntry) -> None:
        """Add or replace a device."""
        voices = self.register.voices
        self.register = self.register.with_device(device)
        self.changed.devices[device.name] = device
        self.day.changed.devices = True
        self.day.voices_changed({zone for zone, _ in voices.items() ^ self.register.voices.items()})

    def put_user(self, user: User) -> None:
        """Add or replace a user."""
        self.register = self.register.with_user(user)
        self.changed.users[user.login] = user

    def open_session(self, session: SessionEntry) -> None:
        """Somebody signed in."""
        self.register = self.register.with_session(session)
        self.changed.sessions[session.id] = (session, None)

    def end_session(self, session_id: int, now_ms: int) -> None:
        """A session ended; nothing happens if it had."""
        session = self.register.sessions.get(session_id)
        if session is not None:
            self.register = self.register.without_session(session_id)
            self.changed.sessions[session_id] = (session, now_ms)

    def end_sessions_of(self, login: str, now_ms: int) -> None:
        """All of a person's sessions end."""
        self._end_sessions([s for s in self.register.sessions.values() if s.login == login], now_ms)

    def end_sessions_on(self, device: str, now_ms: int) -> None:
        """All sessions opened on a device end."""
        self._end_sessions([s for s in self.register.sessions.values() if s.device == device], now_ms)

    def _end_sessions(self, sessions: list[SessionEntry], now_ms: int) -> None:
        """Seats are free for somebody else at once, or as soon as nothing is in hand there."""
        for session in sessions:
            self.end_session(session.id, now_ms)
            window = self.day.windows.get(session.window or "")
            if window is None or window.session != session.id:
                continue
            window.session = None
            self.day.save_window(window)
            if window.visit is None:
                self.day.vacate(window, now_ms)

    def shut_out(self, user: User, now_ms: int) -> None:
        """The person may not sign in any more."""
        self.end_sessions_of(user.login, now_ms)
        self.put_user(replace(user, disabled=True))

    def give_code(self, code: OneTimeCode) -> None:
        """A one-time code was made; older codes for the same subject are void."""
        for old in [c for c in self.register.codes.values() if (c.purpose, c.subject) == (code.purpose, code.subject)]:
            self.use_code(old.code_hash)
        self.register = self.register.with_code(code)
        self.changed.new_codes[code.code_hash] = code
        self.changed.used_codes.discard(code.code_hash)

    def use_code(self, code_hash: str) -> None:
        """A code is worth nothing any more."""
        self.register = self.register.without_code(code_hash)
        if self.changed.new_codes.pop(code_hash, None) is None:
            self.changed.used_codes.add(code_hash)
