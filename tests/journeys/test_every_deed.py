"""Every deed twice, late, out of order, by the wrong person, for another hall: a clear refusal, and nothing changed."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from contract.commands import COMMANDS
from contract.words import Code
from server.halls.command import document_to_load
from server.identity.rights import RIGHTS, By, Place
from tests.journeys.deeds import OUT_OF_ORDER, STEPS, STRANGERS, Known, Step
from tests.journeys.hall import HALL, PASSWORD, ROOT, Hall, press_id
from tests.journeys.staging import open_hall
from tests.terminal.hall_outside import until

OTHER_HALL = "LJ-SD"
Headers = dict[str, str]


@dataclass
class Callers:
    """Headers by who calls. Sessions come and go with the steps."""

    hall: Hall
    tokens: dict[str, str]
    local_secret: str
    other_session: str
    known: Known
    sessions: dict[str, str] = field(default_factory=dict)

    def device(self, name: str) -> Headers:
        return {"authorization": f"Bearer {self.tokens[name]}"}

    def right(self, step: Step) -> Headers:
        """Who may do it."""
        by = RIGHTS[step.place][step.deed].by
        own = self.device("K1" if step.place is Place.KIOSK else "W101")
        if by is By.CLERK:
            return {**own, "x_session": self.sessions["clerk"]}
        if by is By.SESSION:
            return {"x_session": self.sessions["desk"]}
        if by is By.TICKET:
            return {"x_ticket_proof": self.known.proofs[self.known.ticket]}
        if by is By.LOCAL:
            return {"x_local_secret": self.local_secret}
        return own if by in (By.DEVICE, By.PASSWORD_AT_DEVICE) else {}

    def stranger(self, who: str, step: Step) -> Headers:
        """Who may not."""
        kiosk, own = step.place is Place.KIOSK, self.known.ticket
        headers: dict[str, Headers] = {
            "nobody": {},
            "other_hall": {
                **self.device("other K1" if kiosk else "other W1"),
                "x_session": self.other_session,
            },
            "other_device": {**self.device("W101" if kiosk else "K1"), "x_session": self.sessions.get("clerk", "")},
            "device_alone": self.device("W101"),
            "desk_at_device": {**self.device("W101"), "x_session": self.sessions["guide"]},
            "clerk": {"x_session": self.sessions.get("clerk", "")},
            "desk": {"x_session": self.sessions["guide"]},
            "other_ticket": {"x_ticket_proof": next((v for k, v in self.known.proofs.items() if k != own), "")},
        }
        return headers[who]

    def ask(self, step: Step, body: Any, headers: Headers, key: str | None = None) -> requests.Response:
        return self.hall.post(step.path, body, key=key, **headers)

    def revisions(self) -> list[tuple[Any, ...]]:
        """Everything that a deed could have changed has its place in a hall's journal."""
        return self.hall.rows("SELECT hall, revision, head_hash FROM halls ORDER BY hall")


@pytest.fixture(scope="module")
def callers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callers]:
    folder = tmp_path_factory.mktemp("hall")
    with open_hall(
        folder, recall_limit=1, recall_interval_s=1, undo_s=60, return_same_half_day=False, return_limit=5
    ) as hall:
        hall.paihao("hall", "load", str(ROOT / "demo" / "halls" / "branch" / "hall.toml"))
        secret = json.loads((hall.data / "server.json").read_text(encoding="utf-8"))["local_secret"]
        yield prepared(hall, secret)


def prepared(hall: Hall, secret: str) -> Callers:
    """Devices and people of both halls, by the administrator's interface."""

    def admin(deed: str, body: dict[str, Any], code: str = HALL) -> dict[str, Any]:
        answer = hall.post(f"admin/{deed}", body, hall=code, x_local_secret=secret)
        assert answer.status_code == 200, answer.text
        reply: dict[str, Any] = answer.json()
        return reply

    def enrolled(kind: str, name: str, windows: list[str], code: str = HALL) -> str:
        asked = {"kind": kind, "name": name, "windows": windows, "zone": None}
        given = {"code": admin("enrol_device", asked, code)["code"]}
        return str(hall.post("device/enrol", given, hall=code).json()["token"])

    def signed_in(login: str, code: str = HALL) -> str:
        asked = {"login": login, "code": admin("invite_user", {"login": login}, code)["code"], "password": PASSWORD}
        assert hall.post("account/first_password", asked, hall=code).status_code == 200
        said = {"login": login, "password": PASSWORD}
        return str(hall.post("desk/sign_in", said, hall=code).json().get("session", ""))

    tokens = {
        "K1": enrolled("kiosk", "K1", []),
        "W101": enrolled("window", "W101", ["101"]),
        "other K1": enrolled("kiosk", "K1", [], OTHER_HALL),
        "other W1": enrolled("window", "W1", ["1"], OTHER_HALL),
    }
    admin("add_user", {"login": "guide", "name": "导办", "roles": ["guide"]})
    asked: dict[str, Any] = {"kind": "kiosk", "name": "K2", "windows": [], "zone": None}
    codes = {"K2": admin("enrol_device", asked)["code"], "1021": admin("invite_user", {"login": "1021"})["code"]}
    codes |= {name: hall.post("device/offer", {}).json()["code"] for name in ("S1", "S2")}
    known = Known(codes, document_to_load(hall.folder / "hall" / "hall.toml"))
    made = Callers(hall, tokens, secret, signed_in("1009", OTHER_HALL), known)
    made.sessions["guide"] = signed_in("guide")
    for login in ("1003", "1001"):
        signed_in(login)
    return made


def test_the_steps_leave_no_deed_out() -> None:
    listed = {(place, deed) for place, deeds in RIGHTS.items() for deed in deeds}
    assert {(step.place, step.deed) for step in STEPS} == listed


def test_deeds_out_of_order_are_refused_and_change_nothing(callers: Callers) -> None:
    hall, clock = callers.hall, datetime.now(UTC)
    login = {"window": "101", "staff_no": "1003", "password": PASSWORD}
    agent, kiosk = callers.device("W101"), callers.device("K1")
    session = done(hall.post("window/sign_in", login, **agent))["session"]
    clerk = {**agent, "x_session": session}
    manager = {"x_session": done(hall.post("desk/sign_in", {"login": "1001", "password": PASSWORD}))["session"]}
    headers = {"window": clerk, "desk": manager, "kiosk": kiosk}
    in_hand, waiting = (done(hall.post("kiosk/take_number", {"line": "A"}, **kiosk))["ticket"] for _ in range(2))
    names: dict[object, object] = {
        "<waiting>": waiting,
        "<in hand>": in_hand,
        "<now>": clock.isoformat(),
        "<an hour ago>": (clock - timedelta(hours=1)).isoformat(),
        "<in an hour>": (clock + timedelta(hours=1)).isoformat(),
    }

    def clerk_does(deed: str, **body: Any) -> dict[str, Any]:
        return done(hall.post(f"window/{deed}", {"window": "101", **body}, **clerk))

    def all_refused(state: str) -> None:
        before = callers.revisions()
        for path, said, code in OUT_OF_ORDER[state]:
            place, _, deed = path.partition("/")
            own = {"window": "101"} if place == "window" and "window" in COMMANDS[deed].model_fields else {}
            body = own | {name: names.get(value, value) for name, value in said.items()}
            answer = hall.post(path, body, **headers[place])
            assert clear(answer) == (409, code), f"{state}, {path} {body}: {answer.text}"
        assert callers.revisions() == before, f"something changed while {state}"

    all_refused("free")
    names["<visit>"] = clerk_does("call_next")["visit"]
    all_refused("called")
    clerk_does("start_service", visit=names["<visit>"])
    all_refused("serving")
    clerk_does("finish", visit=names["<visit>"])
    all_refused("finished")
    clerk_does("pause_window")
    all_refused("paused")
    clerk_does("sign_out")
    done(hall.post("desk/abandon", {"ticket": waiting, "reason": "测试"}, **manager))


# The last of its steps close the day and load the hall again: it comes last.
def test_each_deed_is_done_once_by_whoever_may_and_by_nobody_else(callers: Callers) -> None:
    for number, step in enumerate(STEPS):
        where = f"step {number}: {step.path}"
        refused_to_strangers(callers, step, where)
        once(callers, step, where)
    callers.hall.doctor()


def done(answer: requests.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    reply: dict[str, Any] = answer.json()
    return reply


def refused_to_strangers(callers: Callers, step: Step, where: str) -> None:
    body, before = step.body(callers.known), callers.revisions()
    right = RIGHTS[step.place][step.deed]
    for who, expected in STRANGERS[right.by].items():
        answer = callers.ask(step, body, callers.stranger(who, step))
        assert clear(answer) == expected, f"{where}, {who}: {answer.text}"
    if right.by is By.SESSION and "guide" not in right.roles:
        answer = callers.ask(step, body, callers.stranger("desk", step))
        assert clear(answer) == (403, Code.WRONG_ROLE), f"{where}, guide: {answer.text}"
    if "password" in body and right.by is not By.CODE:
        answer = callers.ask(step, {**body, "password": "not the right one"}, callers.right(step))
        assert clear(answer) == (401, Code.WRONG_PASSWORD), f"{where}: {answer.text}"
    keyless = requests.post(
        f"{callers.hall.url}/{HALL}/{step.path}",
        json=dict(body),
        headers={name.replace("_", "-"): value for name, value in callers.right(step).items()},
        timeout=30,
    )
    assert clear(keyless) == (422, Code.KEY_MISSING), f"{where} without a key: {keyless.text}"
    elsewhere = callers.hall.post(step.path, body, hall="NOWHERE", **callers.right(step))
    assert clear(elsewhere)[1] in (Code.HALL_UNKNOWN, Code.WRONG_HALL, Code.WRONG_ROLE), f"{where}: {elsewhere.text}"
    assert callers.revisions() == before, f"{where} changed something"


def once(callers: Callers, step: Step, where: str) -> None:
    """Do it; then the same press again, its key for something else, and a second press."""
    body, headers, before = step.body(callers.known), callers.right(step), callers.revisions()
    tries: list[tuple[str, requests.Response]] = []

    def answered() -> bool:
        key = press_id()
        tries.append((key, callers.ask(step, body, headers, key)))
        return step.when is None or tries[-1][1].json().get("code") != step.when

    until(answered, where, 20)
    key, answer = tries[-1]
    assert answer.status_code == 200, f"{where}: {answer.text}"
    after = callers.revisions()
    assert [row[1] - old[1] for row, old in zip(after, before, strict=True)] == [1, 0], where
    reply = answer.json()
    callers.known.learn(reply)
    if "session" in reply:
        callers.sessions["clerk" if step.place is Place.WINDOW else "desk"] = reply["session"]

    if "sign_out" not in step.deed:  # the session that may ask is over
        again = callers.ask(step, body, headers, key)
        assert (again.status_code, again.content) == (200, answer.content), f"{where} repeated: {again.text}"
        assert again.headers["Idempotent-Replay"] == "true"
        other = callers.hall.post("kiosk/take_number", {"line": "B"}, key=key, **callers.device("K1"))
        assert clear(other) == (422, Code.KEY_REUSED), f"{where} with its key used again: {other.text}"
    assert callers.revisions() == after, f"{where} repeated changed something"
    if step.again is not None:
        second = callers.ask(step, body, headers)
        assert clear(second)[1] == step.again, f"{where} pressed again: {second.text}"
        assert callers.revisions() == after, f"{where} pressed again changed something"


def clear(answer: requests.Response) -> tuple[int, Code]:
    """Status and code of a refusal that says in both languages what happened and what to do."""
    said = answer.json()
    assert said["kind"] == "refused", answer.text
    assert all(said[part][lang] for part in ("sentence", "what_to_do") for lang in ("zh", "en")), said
    return answer.status_code, Code(said["code"])
