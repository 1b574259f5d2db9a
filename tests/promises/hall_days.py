"""A hall's days as people live them, one after the other: opening, tickets, calls, ratings, the line cut at noon, the
close, and the night in which the day turns. What they did is counted here, from the answers they got."""

import json
import random
import socket
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import gevent
import requests

from drivers.simulators.rating_keypad import RatingKeypad
from server.domain.hall import DayKind, Device, Hall
from tests.benchmarks.bench_hall import HALL, WINDOWS
from tests.promises.asking import new_key
from tests.promises.keypads import press
from tests.promises.proving_hall import AGENT, DESKS, KIOSKS, LINES, SIDE_DOOR, ProvingServer, proving_hall, token_of

ZONE = ZoneInfo("Asia/Shanghai")
AT_KEYPADS = WINDOWS[:4]  # with real keypads on a real agent's line
AT_DESKS = WINDOWS[4:24]
BY_HTTP = AT_DESKS[-3:]
PAPER_KIOSK, HTTP_KIOSKS, DOOR_KIOSKS = KIOSKS[0], KIOSKS[1:4], KIOSKS[4:16]
FLOOR, PASSWORD = "floor1", "zhi-ban-1700"
SLICES = 32  # quarters of an hour from nine to five
QUARTER_S = 900.0
RATE_WITHIN_S = 600
LEVELS = (1, 2, 3, 4, 5)
PLANS = {"rated": 70, "silent": 27, "never told": 3}
MISSED, COMES_BACK = 0.08, 0.5
AWAKE_WITHIN_S = 20.0
Asked = tuple[str, str, dict[str, Any]]  # kiosk or window, deed, body
Body = dict[str, Any]


def hall_of_days() -> Hall:
    """The proving hall, open from nine to five on every day of the week."""
    hall = proving_hall((*AT_KEYPADS, *AT_DESKS), always_open=False, take_interval_s=0, rate_within_s=RATE_WITHIN_S)
    session = hall.sessions[0]
    weekend = [replace(session, code=kind.value, kind=kind) for kind in (DayKind.SATURDAY, DayKind.SUNDAY)]
    return replace(hall, sessions=(session, *weekend), devices=tuple(map(_looked_after, hall.devices)))


def _looked_after(device: Device) -> Device:
    """The keypads that are only told of belong to another agent than those on the line."""
    told = device.kind == "keypad" and device.window in AT_DESKS
    return replace(device, agent=DESKS, line="B") if told else device


@dataclass
class Done:
    """What people did on one day."""

    day: str
    taken: int = 0
    leased: int = 0
    finished: int = 0
    missed: int = 0
    returned: int = 0
    levels: Counter[int] = field(default_factory=Counter)  # pressed
    unsure: int = 0  # presses of which the keypad did not show that they were taken
    called: int = 0


class Door:
    """The client of the hurried server's other door. To be closed."""

    def __init__(self, server: ProvingServer) -> None:
        port = int((server.folder / SIDE_DOOR).read_text(encoding="ascii"))
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._line = self._socket.makefile("rwb")
        self.now_ms = 0
        self.ask()

    def close(self) -> None:
        self._line.close()
        self._socket.close()

    def ask(self, **asked: object) -> dict[str, Any]:
        """One line there and one back."""
        self._line.write(json.dumps(asked).encode() + b"\n")
        self._line.flush()
        said: dict[str, Any] = json.loads(self._line.readline())
        self.now_ms = said["now"]
        return said

    def later(self, seconds: float) -> None:
        self.ask(later=seconds)

    def wait_until(self, at: time) -> None:
        """The hall's next such hour."""
        now = self.now
        seconds = (datetime.combine(now.date(), at, ZONE) - now).total_seconds()
        self.later(seconds if seconds > 0 else seconds + 86_400)

    @property
    def now(self) -> datetime:
        """By the hall's clock, when last it was asked."""
        return datetime.fromtimestamp(self.now_ms / 1000, ZONE)

    def give(self, asked: Sequence[Asked]) -> list[Body]:
        """All at once; windows are the desks' agent's."""
        if not asked:
            return []
        told = [(who if who in KIOSKS else None, deed, body) for who, deed, body in asked]
        found: list[Body] = self.ask(give=told)["said"]
        return found


class Http:
    """The same people by HTTP, each on a connection of their own."""

    def __init__(self, server: ProvingServer) -> None:
        self._url = server.url
        self._sessions: dict[str, requests.Session] = {}
        self.desk = ""  # the floor manager's session

    def close(self) -> None:
        for session in self._sessions.values():
            session.close()

    def _session(self, who: str) -> requests.Session:
        if who not in self._sessions:
            self._sessions[who] = requests.Session()
            self._sessions[who].trust_env = False
        return self._sessions[who]

    def post(self, who: str, path: str, body: Body, headers: dict[str, str]) -> Body:
        """Raises AssertionError for what is neither accepted nor refused by a rule."""
        sent = {"Idempotency-Key": new_key(), **headers}
        answer = self._session(who).post(f"{self._url}/{HALL}/{path}", json=body, headers=sent, timeout=30)
        assert answer.status_code in (200, 409), answer.text
        said: Body = answer.json()
        return said

    def get(self, path: str) -> None:
        """As the floor manager's browser does."""
        headers = {"X-Session": self.desk}
        answer = self._session(FLOOR).get(f"{self._url}/{HALL}/{path}", headers=headers, timeout=30)
        assert answer.status_code == 200, answer.text

    def one(self, asked: Asked) -> Body:
        who, deed, body = asked
        if who in KIOSKS:
            return self.post(who, f"kiosk/{deed}", body, {"Authorization": f"Bearer {token_of(who)}"})
        token = token_of(AGENT) if who in AT_KEYPADS else self.desks_token
        return self.post(who, f"window/{deed}", body, {"Authorization": f"Bearer {token}", "X-Via": "call_pad"})

    def prepare(self, folder: Path) -> None:
        """Enrol the desks' agent; the floor manager chooses a password."""
        local = {"X-Local-Secret": json.loads((folder / "server.json").read_text(encoding="utf-8"))["local_secret"]}
        windows = [*AT_KEYPADS, *AT_DESKS]
        enrolled = {"kind": "window", "name": DESKS, "windows": windows, "zone": None}
        code = self.post(FLOOR, "admin/enrol_device", enrolled, local)["code"]
        self.desks_token = str(self.post(FLOOR, "device/enrol", {"code": code}, {})["token"])
        self.post(FLOOR, "admin/add_user", {"login": FLOOR, "name": "值班", "roles": ["floor_manager"]}, local)
        code = self.post(FLOOR, "admin/invite_user", {"login": FLOOR}, local)["code"]
        self.post(FLOOR, "account/first_password", {"login": FLOOR, "code": code, "password": PASSWORD}, {})

    def sign_in(self) -> None:
        """The floor manager, on the desk's page; nobody ever signs out there."""
        self.desk = str(self.post(FLOOR, "desk/sign_in", {"login": FLOOR, "password": PASSWORD}, {})["session"])

    def at_desk(self, deed: str) -> Body:
        return self.post(FLOOR, f"desk/{deed}", {}, {"X-Session": self.desk})


@dataclass
class HallDays:
    """The people of one hall. `keypads`: by window."""

    door: Door
    http: Http
    rng: random.Random
    tickets: int  # a day
    keypads: dict[str, RatingKeypad] = field(default_factory=dict)
    done: list[Done] = field(default_factory=list)
    _gone: list[int] = field(default_factory=list)  # missed, and on the way back

    @property
    def today(self) -> Done:
        return self.done[-1]

    def ask(self, asked: Sequence[Asked]) -> list[Body]:
        """At once, by HTTP or by the door; what they said, in the order of asking."""
        found: dict[int, Body] = {}
        by_http = [n for n, one in enumerate(asked) if one[0] in HTTP_KIOSKS or one[0] in BY_HTTP]
        by_door = [n for n in range(len(asked)) if n not in by_http]
        asking = {n: gevent.spawn(self.http.one, asked[n]) for n in by_http}
        found.update(zip(by_door, self.door.give([asked[n] for n in by_door]), strict=True))
        gevent.joinall(list(asking.values()), raise_error=True)
        found.update((n, one.get()) for n, one in asking.items())
        return [found[n] for n in range(len(asked))]

    def accepted(self, asked: Sequence[Asked]) -> list[Body]:
        """As `ask`; a refusal is a failure."""
        found = self.ask(asked)
        refused = [one for one in found if one["kind"] == "refused"]
        assert not refused, refused[0]
        return found

    # --- the day -----------------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Half past eight: the clerks sit down, the floor manager signs in, the first numbers are given."""
        self.door.wait_until(time(8, 45))
        self.done.append(Done(self.door.now.date().isoformat()))
        clerks = {no: str(1000 + place) for place, no in enumerate((*AT_KEYPADS, *AT_DESKS))}
        signing = [("", "sign_in", {"window": no, "staff_no": clerk}) for no, clerk in clerks.items()]
        assert all(said["kind"] == "signed_in" for said in self.door.give(signing))
        self.http.sign_in()
        self.door.wait_until(time(9))

    def quarter(self, share: int) -> None:
        """A quarter of an hour in which `share` numbers are taken and about as many citizens served."""
        self._take(share)
        at_keypads = [gevent.spawn(self._citizen_at_keypad, no, keypad) for no, keypad in self.keypads.items()]
        turns = -(-max(1, share - len(self.keypads)) // len(AT_DESKS))
        for turn in range(turns):
            left = share - len(self.keypads) - turn * len(AT_DESKS)
            self._serve(AT_DESKS[: max(1, min(left, len(AT_DESKS)))])
        gevent.joinall(at_keypads, raise_error=True)

    def _take(self, share: int) -> None:
        kiosks = (*HTTP_KIOSKS, *DOOR_KIOSKS)
        taking = [(kiosks[n % len(kiosks)], "take_number", {"line": self.rng.choice(LINES)}) for n in range(share)]
        slips = self.accepted(taking)
        self.today.taken += share
        printed = [(who, "record_slip", {"slip": slip["slip"], "outcome": "printed"})
                   for (who, _, _), slip in zip(taking, slips, strict=True)]  # fmt: skip
        self.accepted(printed)

    def _serve(self, windows: Sequence[str]) -> None:
        """Each window calls somebody; who is not there is missed; the others are served, and are asked."""
        back, self._gone = self._gone, []
        returning = self.ask([(AT_DESKS[0], "return_missed", {"ticket": one}) for one in back])
        self.today.returned += sum(said["kind"] == "done" for said in returning)
        called = {no: said for no, said in self._all(windows, "call_next", visit=None) if said["kind"] == "called"}
        self.today.called += len(called)
        away = [no for no in called if self.rng.random() < MISSED]
        self._each(away, called, "miss")
        self.today.missed += len(away)
        self._gone += [called[no]["ticket"] for no in away if self.rng.random() < COMES_BACK]
        there = [no for no in called if no not in away]
        self._each(there, called, "start_service")
        self._each(there, called, "finish")
        self.today.finished += len(there)
        self._rate([(no, called[no]["visit"]) for no in there])

    def _all(self, windows: Sequence[str], deed: str, **body: object) -> list[tuple[str, Body]]:
        return list(zip(windows, self.ask([(no, deed, {"window": no, **body}) for no in windows]), strict=True))

    def _each(self, windows: Sequence[str], called: dict[str, Body], deed: str) -> None:
        self.accepted([(no, deed, {"window": no, "visit": called[no]["visit"]}) for no in windows])

    def _rate(self, visits: Sequence[tuple[str, int]]) -> None:
        """Those with a keypad of which the server only hears; of some it never does."""
        now = datetime.fromtimestamp(self.door.now_ms / 1000, UTC).isoformat()
        asked: list[Asked] = []
        for no, visit in visits:
            plan = self.rng.choices(list(PLANS), list(PLANS.values()))[0]
            if plan == "rated":
                level = self.rng.choice(LEVELS)
                self.today.levels[level] += 1
                asked.append((no, "rate", {"visit": visit, "level": level, "pressed_at": now}))
            elif plan == "silent":
                asked.append((no, "not_rated", {"visit": visit, "reason": "no_press"}))
        self.accepted(asked)

    def _citizen_at_keypad(self, no: str, keypad: RatingKeypad) -> None:
        """One is served at a window with a real keypad; most press a key, when it is awake."""
        starts = keypad.starts
        called = self.http.one((no, "call_next", {"window": no, "visit": None}))
        if called["kind"] != "called":
            return
        self.today.called += 1
        for deed in ("start_service", "finish"):
            said = self.http.one((no, deed, {"window": no, "visit": called["visit"]}))
            assert said["kind"] != "refused", said
        self.today.finished += 1
        level = self.rng.choice((None, *LEVELS))
        if level is None:
            return
        assert keypad.wait_starts(starts + 1, AWAKE_WITHIN_S), f"nobody asked at {no}"
        pressed = press(keypad, level, even_asleep=False)
        self.today.levels[level] += pressed.acknowledged
        self.today.unsure += not pressed.acknowledged

    def close(self, *, by_hand: bool) -> None:
        """Five o'clock. By hand the floor manager ends the day; else some are still being served when it turns."""
        self._gone = []
        self.http.sign_in()  # nobody has touched that page since the morning
        self.http.get("desk/today.csv")
        if by_hand:
            said = self.http.at_desk("close_day")
            assert said["kind"] == "done", said
        else:
            called = {no: s for no, s in self._all(AT_DESKS[:2], "call_next", visit=None) if s["kind"] == "called"}
            self.today.called += len(called)
            self._each([no for no in called if no == AT_DESKS[0]], called, "start_service")
        self.door.wait_until(time(23))

    def night(self) -> None:
        """Four in the morning has passed; whoever looks finds the next day."""
        self.door.wait_until(time(4, 1))
