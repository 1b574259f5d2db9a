"""Whatever is sent by whoever may send it, the answer is a reply or a refusal, never a failure."""

import string
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.server.api.everybody import Everybody
from tests.server.api.running_server import HALL, RunningServer
from tests.server.api.test_rights import MAY

TEXT = st.text(alphabet=st.characters(codec="utf-8"), max_size=30)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), TEXT)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4), max_leaves=8
)
PATHS = [path for path in MAY if not path.startswith("admin/")] + ["admin/load_hall", "admin/invite_user", "live/pass"]


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(PATHS), value=VALUES, name=st.sampled_from(sorted({n for b, _ in MAY.values() for n in b})))
def test_a_wrong_value_is_refused(
    server: RunningServer, everybody: Everybody, path: str, value: Any, name: str
) -> None:
    body, may = MAY.get(path, ({"audience": "public"}, {"kiosk"}))
    answer = server.post(f"/{HALL}/{path}", {**body, name: value}, everybody.headers[min(may, default="nobody")])
    assert answer.status_code in ((200, 409, 422) if may else (401, 422)), answer.text


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=st.binary(max_size=200), path=st.sampled_from(PATHS))
def test_bytes_are_refused(server: RunningServer, everybody: Everybody, sent: bytes, path: str) -> None:
    headers = {"Content-Type": "application/json", "Idempotency-Key": "0" * 32}
    answer = server.http.post(f"{server.url}/{HALL}/{path}", data=sent, headers=headers, timeout=30)
    assert answer.status_code == 422


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    shown=st.text(alphabet=string.printable, max_size=60), name=st.sampled_from(["Authorization", "X-Session", "X-Via"])
)
def test_nonsense_lets_nobody_in(server: RunningServer, everybody: Everybody, shown: str, name: str) -> None:
    header = {name: "".join(sign for sign in shown if sign not in "\r\n\x0b\x0c").strip()}
    answer = server.post(f"/{HALL}/window/call_next", {"window": "101"}, header)
    assert answer.status_code == 401
