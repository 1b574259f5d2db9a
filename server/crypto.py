"""All cryptography of the server: one key file, everything else derived from it or hashed.

What is derived (codes, tokens, links) is stored nowhere: the same request gets the same secret again.
"""

import base64
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from gevent.threadpool import ThreadPool

KEY_BYTES = 32
# Without 0, 1, I, O: a code is read from one screen and typed at another.
CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 6
# RFC 9106 asks for what the machine can bear; 19 MiB and two passes is OWASP's floor, two at a time on two cores.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_POOL_SIZE = 2


def new_token() -> str:
    """A random secret of 256 bit."""
    return secrets.token_urlsafe(KEY_BYTES)


def token_hash(token: str) -> str:
    """What is kept of a token: SHA-256, hex. A token has 256 bit, so it needs no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def same(one: str, other: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(one.encode("utf-8", "surrogateescape"), other.encode("utf-8", "surrogateescape"))


def read_or_make_key(file: Path) -> bytes:
    """The server's key from `file` (0600), made at the first start. Raises OSError, ValueError for a cut file."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        key = file.read_bytes()
        if len(key) != KEY_BYTES:
            raise ValueError(f"{file} 不是服务器密钥 / is not a server key") from None
        return key
    key = secrets.token_bytes(KEY_BYTES)
    with os.fdopen(descriptor, "wb") as out:
        out.write(key)
        out.flush()
        os.fsync(out.fileno())
    return key


class Vault:
    """Makes and checks all secrets of one server."""

    def __init__(self, key: bytes, *, alone: bool = True) -> None:
        self._key = key
        # What it signs dies with the process; with several, each takes what the others signed.
        self._passing = secrets.token_bytes(KEY_BYTES) if alone else self._mac("passing")
        self._pool = ThreadPool(_POOL_SIZE)
        self._nobody = _HASHER.hash(new_token())

    def close(self) -> None:
        """End the threads that hash passwords."""
        self._pool.kill()

    # --- codes and tokens ---------------------------------------------------------------------------------------

    def one_time_code(self, hall: str, key: str) -> str:
        """The six-character code given for the command under the idempotency key `key`."""
        return self._letters("code", hall, key)

    def code_hash(self, hall: str, code: str) -> str:
        """What is kept of a code. Keyed: six characters alone could be guessed from a plain hash."""
        tidy = code.upper().replace("-", "").replace(" ", "")
        return self._mac("code hash", hall, tidy).hex()

    def device_token(self, hall: str, code: str, key: str) -> str:
        """The token a device gets for its code; asking again under the same key gives the same one."""
        return _text(self._mac("device token", hall, code.upper(), key))

    def session_token(self, hall: str, session: int) -> str:
        """The token of a session: its number and a proof."""
        return f"{session}.{_text(self._mac('session', hall, str(session)))}"

    def session_of(self, hall: str, token: str) -> int | None:
        """The number of the session whose token this is, or None for a token we did not make for this hall."""
        number = token.partition(".")[0]
        if not (number.isascii() and number.isdigit() and len(number) <= 16):
            return None
        return int(number) if same(token, self.session_token(hall, int(number))) else None

    # --- a citizen's ticket -------------------------------------------------------------------------------------

    def ticket_link(self, hall: str, ticket: int) -> str:
        """The proof in the link of a ticket (URL fragment)."""
        return _text(self._mac("ticket", hall, str(ticket))[:16])

    def short_code(self, hall: str, ticket: int) -> str:
        """What a citizen types where the link cannot be used."""
        return self._letters("short code", hall, str(ticket))

    def person_key(self, hall: str, day: str) -> str:
        """The key, hex, under which a kiosk hashes the number of an ID card: another one for each hall and day, so
        that nothing tells who came again on another day."""
        return self._mac("person", hall, day).hex()

    # --- passes of live connections -------------------------------------------------------------------------------

    def seal(self, text: str) -> str:
        """`text` with a proof that this process wrote it."""
        body = base64.urlsafe_b64encode(text.encode()).decode()
        return f"{body}.{self._seal_of(body)}"

    def unseal(self, sealed: str) -> str | None:
        """The text of what `seal` made, or None."""
        body, _, proof = sealed.partition(".")
        if not same(proof, self._seal_of(body)):
            return None
        return base64.urlsafe_b64decode(body).decode()

    # --- passwords ------------------------------------------------------------------------------------------------

    def hash_password(self, password: str, *, login: str, key: str) -> str:
        """argon2id in a thread. The salt follows from the idempotency key, so that a repeat is the same command."""
        salt = self._mac("salt", login, key)[:16]
        hashed: str = self._pool.apply(_HASHER.hash, (password,), {"salt": salt})
        return hashed

    def password_fits(self, stored: str | None, password: str) -> bool:
        """Check a password in a thread; without a stored hash it takes as long and does not fit."""
        fits: bool = self._pool.apply(_fits, (stored or self._nobody, password))
        return fits and stored is not None

    # --- inside -----------------------------------------------------------------------------------------------------

    def _mac(self, *parts: str) -> bytes:
        # \x1f stands in no part: halls, keys and codes are checked before they come here.
        return hmac.digest(self._key, "\x1f".join(parts).encode("utf-8", "surrogateescape"), "sha256")

    def _letters(self, *parts: str) -> str:
        return "".join(CODE_ALPHABET[byte & 31] for byte in self._mac(*parts)[:CODE_LENGTH])

    def _seal_of(self, body: str) -> str:
        return _text(hmac.digest(self._passing, body.encode("utf-8", "surrogateescape"), "sha256"))


def _fits(stored: str, password: str) -> bool:
    try:
        return _HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
