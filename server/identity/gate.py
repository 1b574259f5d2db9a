"""Who asks: device token or session token to an `Actor`, against what was published; and whether it is still so."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from contract.words import Audience, Code, DeviceKind, Role, Via
from server.crypto import Vault, same, token_hash
from server.domain.errors import Refusal
from server.identity.edge import Edge, Environ
from server.identity.rights import AUDIENCE_ROLES, RIGHTS, By, Place, Right, device_sees
from server.settings import Sessions
from server.storage.orders import Actor
from server.storage.published import Published
from server.storage.register import DeviceEntry, Register, SessionEntry, User

MS_PER_MINUTE = 60_000


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose live connection it is: a device by its token's hash, a session by its number, or the public."""

    token_hash: str | None = None
    session: int | None = None


class Gate:
    """Establishes actors. Raises Refusal with the codes that `server/api/answers.py` maps to 401, 403 and 404."""

    def __init__(
        self,
        halls: Mapping[str, Published],
        vault: Vault,
        edge: Edge,
        limits: Sessions,
        local_secret: str,
        now_ms: Callable[[], int],
    ) -> None:
        self._halls = halls
        self._vault = vault
        self._edge = edge
        self._hours_ms = limits.hours * 60 * MS_PER_MINUTE
        self._idle_ms = limits.desk_idle_minutes * MS_PER_MINUTE
        self._local_secret = local_secret
        self._now_ms = now_ms
        self._seen_ms: dict[tuple[str, int], int] = {}  # desk sessions: when they last asked

    def hall(self, code: str) -> Published:
        """What is published of the hall. Raises Refusal(HALL_UNKNOWN)."""
        if code not in self._halls:
            raise Refusal(Code.HALL_UNKNOWN, hall=code)
        return self._halls[code]

    def head(self, hall: str) -> int:
        """The hall's published revision; 0 for a hall that is not there (yet)."""
        return self._halls[hall].head if hall in self._halls else 0

    def actor(self, hall: str, place: Place, deed: str, environ: Environ, window: str | None = None) -> Actor:
        """The actor of a deed by token, session or local secret, checked against the table of rights."""
        right = RIGHTS[place][deed]
        if right.by is By.LOCAL:
            return self.local(environ)
        register = self.hall(hall).register
        if right.by is By.SESSION:
            return self.desk(hall, right.roles, environ)
        device = self.device(hall, right, environ, window)
        if right.by is By.CLERK:
            return self._clerk(hall, register, device, right, environ, window)
        return _of_device(device, Via.KIOSK if device.kind is DeviceKind.KIOSK else Via.KEYPAD)

    def device(self, hall: str, right: Right, environ: Environ, window: str | None = None) -> DeviceEntry:
        """The device whose token the request shows, of the right kind and looking after `window`."""
        hashed = _bearer(environ)
        device = self.hall(hall).register.device_by_token(hashed) if hashed else None
        if device is None:
            elsewhere = any(p.register.device_by_token(hashed) for p in self._halls.values()) if hashed else False
            raise Refusal(Code.WRONG_HALL if elsewhere else Code.NOT_ENROLLED)
        if device.kind is not right.kind or (window is not None and window not in device.windows):
            raise Refusal(Code.WRONG_PLACE)
        return device

    def session(self, hall: str, environ: Environ) -> tuple[SessionEntry, User]:
        """The session whose token the request shows, and its person. Raises NOT_SIGNED_IN, WRONG_HALL."""
        token = environ.get("HTTP_X_SESSION", "")
        number = self._vault.session_of(hall, token)
        if number is None:
            elsewhere = any(self._vault.session_of(other, token) is not None for other in self._halls)
            raise Refusal(Code.WRONG_HALL if elsewhere else Code.NOT_SIGNED_IN)
        return self._open_session(hall, number)

    def holder(self, hall: str, audience: Audience, environ: Environ) -> Holder:
        """Who may see this audience's cards. Raises Refusal where the request shows no such right."""
        register = self.hall(hall).register
        if audience is Audience.PUBLIC:
            return Holder()
        hashed = _bearer(environ)
        if hashed is None:
            return Holder(session=self.desk(hall, AUDIENCE_ROLES[audience], environ).session)
        device = register.device_by_token(hashed)
        if device is None:
            raise Refusal(Code.NOT_ENROLLED)
        if not device_sees(device.kind, device.zone, audience):
            raise Refusal(Code.WRONG_PLACE)
        return Holder(token_hash=hashed)

    def agent(self, hall: str, environ: Environ) -> str | None:
        """The name of the device whose token the request shows, if any."""
        hashed = _bearer(environ)
        device = self.hall(hall).register.device_by_token(hashed) if hashed else None
        return device.name if device is not None else None

    def speaker(self, hall: str, zones: Collection[str], environ: Environ) -> DeviceEntry:
        """The paired display that may speak to these zones: its own is one of them, or it has none.

        Raises Refusal(NOT_ENROLLED, WRONG_HALL, WRONG_PLACE).
        """
        display = self.device(hall, Right(By.DEVICE, DeviceKind.DISPLAY), environ)
        if display.zone is not None and display.zone not in zones:
            raise Refusal(Code.WRONG_PLACE)
        return display

    def still_holds(self, hall: str, audience: Audience, holder: Holder) -> bool:
        """Whether a live connection's right is still there: not revoked, not ended, not disabled."""
        if hall not in self._halls:
            return False
        if holder.token_hash is not None:
            device = self._halls[hall].register.device_by_token(holder.token_hash)
            return device is not None and device_sees(device.kind, device.zone, audience)
        if holder.session is not None:
            try:
                _, user = self._open_session(hall, holder.session)
            except Refusal:
                return False
            return not AUDIENCE_ROLES[audience].isdisjoint(user.roles)
        return audience is Audience.PUBLIC

    def local(self, environ: Environ) -> Actor:
        """The command line of this machine, which read the local secret from the data folder."""
        if not self._edge.is_local(environ) or not same(environ.get("HTTP_X_LOCAL_SECRET", ""), self._local_secret):
            raise Refusal(Code.WRONG_ROLE)
        return Actor(via=Via.COMMAND_LINE)

    def desk(self, hall: str, roles: frozenset[Role], environ: Environ) -> Actor:
        """Somebody signed in on a page of the desk who holds one of the roles."""
        register = self.hall(hall).register
        session, user = self.session(hall, environ)
        if session.window is not None:
            raise Refusal(Code.WRONG_PLACE)
        if roles.isdisjoint(user.roles):
            raise Refusal(Code.WRONG_ROLE)
        self._seen_ms[hall, session.id] = self._now_ms()
        self._seen_ms = {
            seen: ms for seen, ms in self._seen_ms.items() if seen[0] != hall or seen[1] in register.sessions
        }
        return Actor(via=Via.DESK, login=user.login, roles=frozenset(user.roles), session=session.id)

    def _clerk(
        self, hall: str, register: Register, device: DeviceEntry, right: Right, environ: Environ, window: str | None
    ) -> Actor:
        """The clerk who is signed in; a call pad's press belongs to whoever sits at that window."""
        by_pad = environ.get("HTTP_X_VIA") == Via.CALL_PAD.value
        if by_pad:
            at_window = [s.id for s in register.sessions.values() if s.window is not None and s.window == window]
            if not at_window:
                raise Refusal(Code.NOT_SIGNED_IN)
            session, user = self._open_session(hall, at_window[-1])
        else:
            session, user = self.session(hall, environ)
            if session.device != device.name or session.window is None or (window or session.window) != session.window:
                raise Refusal(Code.WRONG_PLACE)
        if right.roles.isdisjoint(user.roles):
            raise Refusal(Code.WRONG_ROLE)
        return Actor(
            via=Via.CALL_PAD if by_pad else Via.PAGE,
            device=device.name,
            windows=frozenset(device.windows),
            login=user.login,
            roles=frozenset(user.roles),
            session=session.id,
        )

    def _open_session(self, hall: str, number: int) -> tuple[SessionEntry, User]:
        register = self._halls[hall].register
        session = register.sessions.get(number)
        user = register.users.get(session.login) if session else None
        if session is None or user is None or user.disabled or self._ran_out(hall, session):
            raise Refusal(Code.NOT_SIGNED_IN)
        return session, user

    def _ran_out(self, hall: str, session: SessionEntry) -> bool:
        now = self._now_ms()
        if now - session.started_ms >= self._hours_ms:
            return True
        seen = self._seen_ms.get((hall, session.id), session.started_ms)
        return session.window is None and now - seen >= self._idle_ms


def _bearer(environ: Environ) -> str | None:
    scheme, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    return token_hash(token.strip()) if scheme.lower() == "bearer" and token.strip() else None


def _of_device(device: DeviceEntry, via: Via) -> Actor:
    kiosk = device.name if device.kind is DeviceKind.KIOSK else None
    return Actor(via=via, device=device.name, windows=frozenset(device.windows), kiosk=kiosk)
