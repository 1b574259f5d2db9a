"""What a hall needs before its programs start: its definition, its devices enrolled, its people's passwords."""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import requests

from contract.words import DeviceKind, Role
from demo.cast import Cast
from demo.folder import DemoFolder
from demo.narrator import CannotStage, Narrator
from display.agent import DisplaySettings
from kiosk.settings import KioskSettings
from kiosk.settings import read_settings as read_kiosk
from server.command.local_client import LocalClient, RefusedByServer
from server.halls.document import document_from
from server.storage.data_folder import DataFolder
from terminal.connection import Connection, NotConfirmed, new_key
from terminal.data_dir import DataDir
from terminal.enrol import TOKEN_FILE, EnrolRefused, enrol
from window_client.settings import WindowSettings
from window_client.settings import read_settings as read_window

READ: dict[DeviceKind, Callable[[Path], KioskSettings | WindowSettings | DisplaySettings]] = {
    DeviceKind.KIOSK: read_kiosk,
    DeviceKind.WINDOW: read_window,
    DeviceKind.DISPLAY: DisplaySettings,
}


@dataclass(frozen=True, slots=True)
class AgentPart:
    """An agent to be enrolled: its name, kind, settings file and what it looks after."""

    name: str
    kind: DeviceKind
    settings: Path
    windows: tuple[str, ...] = ()
    zone: str | None = None


class Opening:
    """Goes the same ways as an administrator: the local command line's interface, one-time codes, enrolment."""

    def __init__(self, folder: DemoFolder, cast: Cast, narrator: Narrator) -> None:
        self._folder = folder
        self._cast = cast
        self._say = narrator.say
        self._hall = cast.hall.code

    def load_hall(self) -> None:
        """Put the hall file in force, unless it is in force already. Raises CannotStage."""
        document = document_from(self._cast.hall)
        digest = hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
        memory = self._folder.memory()
        with self._client() as client:
            if memory.hall_digest == digest and self._hall in client.health()["halls"]:
                return
            client.do(self._hall, "load_hall", {"document": document})
        self._folder.remember(replace(memory, hall_digest=digest))
        self._say(f"装入大厅：{self._cast.hall.name.zh}", f"hall loaded: {self._cast.hall.name.en}")

    def enrol(self, agents: list[AgentPart]) -> None:
        """Enrol whoever holds no token yet. Raises CannotStage."""
        with self._client() as client:
            known = {one["name"]: one for one in client.list(self._hall, "devices")}
            for agent in agents:
                if self._is_enrolled(agent, known.get(agent.name)):
                    continue
                asked = {"kind": agent.kind, "name": agent.name, "windows": agent.windows, "zone": agent.zone}
                code = client.do(self._hall, "enrol_device", asked)["code"]
                self._redeem(agent, code)
        self._say(f"已登记 {len(agents)} 个终端程序", f"{len(agents)} agents are enrolled")

    def _is_enrolled(self, agent: AgentPart, listed: dict[str, Any] | None) -> bool:
        """By the server's list, for these windows, and with the token still there."""
        if listed is None or listed["state"] != "enrolled" or set(listed["windows"]) != set(agent.windows):
            return False
        return (self._folder.agent(agent.name) / TOKEN_FILE).exists()

    def _redeem(self, agent: AgentPart, code: str) -> None:
        terminal = READ[agent.kind](agent.settings).terminal
        data = DataDir(terminal.data_dir)
        data.take()
        try:
            enrol(terminal, data, agent.kind, code)
        except EnrolRefused as error:
            raise CannotStage(f"{agent.name} 登记失败：{error}", f"{agent.name} cannot be enrolled: {error}") from error
        finally:
            data.leave()

    def give_passwords(self, server: str) -> None:
        """Invite everybody who has no password yet; they choose the demo's. Raises CannotStage."""
        memory = self._folder.memory()
        with self._client() as client:
            if self._cast.desk_is_new and self._cast.desk not in {u["login"] for u in client.list(self._hall, "users")}:
                roles = [Role.GUIDE, Role.FLOOR_MANAGER]
                client.do(self._hall, "add_user", {"login": self._cast.desk, "name": "导办台", "roles": roles})
            users = {one["login"]: one for one in client.list(self._hall, "users")}
            for login in self._cast.logins:
                if login in memory.given_to and users[login]["has_password"]:
                    continue
                asked = {"login": login, "reset": users[login]["has_password"]}
                code = client.do(self._hall, "invite_user", asked)["code"]
                self._choose_password(server, login, code, memory.password)
                memory = replace(memory, given_to=(*memory.given_to, login))
        self._folder.remember(memory)

    def _choose_password(self, server: str, login: str, code: str, password: str) -> None:
        account = Connection(server, self._hall, "account", token=None)
        try:
            said = {"login": login, "code": code, "password": password}
            answer = account.send("first_password", said, key=new_key())
        except NotConfirmed as error:
            raise CannotStage("服务器没有应答", "the server does not answer") from error
        finally:
            account.close()
        if answer.refused is not None:
            sentence = answer.refused.sentence
            raise CannotStage(f"{login} 不能设置密码：{sentence.zh}", f"{login} gets no password: {sentence.en}")

    @contextmanager
    def _client(self) -> Iterator[LocalClient]:
        address = DataFolder(self._folder.server).read_address()
        if address is None:
            raise CannotStage("服务器没有运行", "the server does not run")
        client = LocalClient(address)
        try:
            yield client
        except (RefusedByServer, requests.RequestException) as error:
            raise CannotStage(f"服务器没有接受：{error}", f"the server refused: {error}") from error
        finally:
            client.close()
