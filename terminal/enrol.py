"""An agent's enrolment: a six-character code is traded once for a token that only its owner may read."""

from dataclasses import dataclass

from contract.replies import Enrolled
from contract.words import DeviceKind
from terminal.connection import Connection, NotConfirmed, new_key
from terminal.data_dir import DataDir
from terminal.settings import TerminalSettings

TOKEN_FILE = "token"


class EnrolRefused(Exception):
    """Why there is no token, in both languages."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """Who this agent is: the device's name in the hall, what it looks after, and its token."""

    device: str
    hall: str
    windows: frozenset[str]
    zone: str | None
    token: str


def enrol(settings: TerminalSettings, data: DataDir, kind: DeviceKind, code: str) -> Enrolment:
    """Redeem the code. Raises EnrolRefused."""
    connection = Connection(settings.server, settings.hall, "device", token=None, ca=settings.ca)
    try:
        answer = connection.send("enrol", {"code": code.strip().upper()}, key=new_key())
    except NotConfirmed as error:
        raise EnrolRefused(
            f"服务器 {settings.server} 没有应答 / the server {settings.server} does not answer"
        ) from error
    finally:
        connection.close()
    if answer.refused is not None:
        said, todo = answer.refused.sentence, answer.refused.what_to_do
        raise EnrolRefused(f"{said.zh}。{todo.zh} / {said.en}. {todo.en}")
    enrolled = Enrolled.model_validate(answer.body)
    if enrolled.device_kind != kind or enrolled.token is None:
        raise EnrolRefused(
            f"这个代码是给 {enrolled.device_kind} 用的，不是 {kind}"
            f" / this code is for a {enrolled.device_kind}, not a {kind}"
        )
    data.write_private(TOKEN_FILE, {"hall": settings.hall, **enrolled.model_dump(mode="json")})
    return enrolment(settings, data)


def enrolment(settings: TerminalSettings, data: DataDir) -> Enrolment:
    """Who this agent is. Raises EnrolRefused when it was not enrolled in this hall."""
    kept = data.read(TOKEN_FILE)
    if kept is None or kept.get("hall") != settings.hall:
        raise EnrolRefused(
            "这台终端还没有登记，请用 --enrol 代码 登记 / this terminal is not enrolled; enrol it with --enrol CODE"
        )
    return Enrolment(kept["device"], kept["hall"], frozenset(kept["windows"]), kept["zone"], kept["token"])
