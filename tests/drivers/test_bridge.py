"""A bridge of the hall's own: one JSON object a line; a press counts once, and only where somebody was asked."""

import json
import random

import pytest

from drivers.bridge import Answer, Bridge, Press, Repeat, Said, State
from drivers.simulators.bridge_program import BridgeProgram

PRESS = b'{"event":"press","device":"keypad/101","invite":1,"level":4,"press":"p1"}\n'


def test_the_lines_are_as_documented() -> None:
    bridge = Bridge()
    assert bridge.ask("show", "strip/101", "请A003号") == (
        1,
        '{"id":1,"do":"show","device":"strip/101","text":"请A003号"}\n'.encode(),
    )
    assert bridge.ask("invite", "keypad/101") == (2, b'{"id":2,"do":"invite","device":"keypad/101"}\n')
    assert bridge.hear(b'{"id":1,"ok":true}\n{"id":2,"ok":false,"why":"no library"}\n') == [
        Answer(1, ok=True, why=""),
        Answer(2, ok=False, why="no library"),
    ]
    assert bridge.hear(b'{"event":"state","device":"strip/101","state":"silent"}\n') == [State("strip/101", "silent")]
    press = Press("keypad/101", 4, "p1", 2)
    assert bridge.hear(PRESS.replace(b":1,", b":2,")) == [press]
    assert bridge.taken(press) == b'{"taken":"p1"}\n'


def test_where_a_read_ends_changes_nothing() -> None:
    stream = b'{"event":"state","device":"strip/1","state":"ready"}\n' + PRESS + b'{"id":1,"ok":true}\n'
    for cut in range(len(stream) + 1):
        bridge = Bridge()
        bridge.ask("invite", "keypad/101")
        found = bridge.hear(stream[:cut]) + bridge.hear(stream[cut:])
        assert found == [State("strip/1", "ready"), Press("keypad/101", 4, "p1", 1), Answer(1, ok=True, why="")]


def test_a_press_counts_once_and_only_for_the_invitation_that_it_names() -> None:
    bridge = Bridge()
    over = Repeat("p1", 1)
    assert bridge.hear(PRESS) == [over], "nobody was asked: the bridge is told to say it no more"
    assert bridge.unexpected == 1
    bridge = Bridge()
    bridge.ask("invite", "keypad/101")
    assert bridge.hear(PRESS + PRESS) == [Press("keypad/101", 4, "p1", 1), Repeat("p1", 1, in_hand=True)]
    bridge.ask("invite", "keypad/101")
    bridge.taken(over)
    assert bridge.hear(PRESS) == [over], "the same press is not the next citizen's"
    assert bridge.hear(PRESS.replace(b"p1", b"p2")) == [Repeat("p2", 1)], "nor another one of that time"
    assert bridge.hear(PRESS.replace(b":1,", b":2,")) == [Press("keypad/101", 4, "p1", 2)], "names may come again"
    bridge.ask("cancel", "keypad/101")
    assert bridge.hear(PRESS.replace(b":1,", b":2,").replace(b"p1", b"p3")) == [Repeat("p3", 2)]


def test_a_press_that_could_not_be_kept_gets_another_chance() -> None:
    bridge = Bridge()
    bridge.ask("invite", "keypad/101")
    press = Press("keypad/101", 4, "p1", 1)
    assert bridge.hear(PRESS) == [press]
    bridge.not_taken(press)
    assert bridge.hear(PRESS) == [press]


def test_a_bridge_that_was_away_is_asked_under_the_same_id() -> None:
    bridge = Bridge(after=700)
    _, line = bridge.ask("invite", "keypad/101")
    bridge.hear(b'{"event":"press","device":')
    bridge.connected()
    assert bridge.ask_again("keypad/101") == (701, line) and b'"id":701' in line
    assert bridge.hear(PRESS.replace(b":1,", b":701,")) == [Press("keypad/101", 4, "p1", 701)]
    assert bridge.ask_again("keypad/101") is None


@pytest.mark.parametrize(
    "line",
    [
        PRESS.replace(b"4", b"6"), PRESS.replace(b"4", b'"4"'), PRESS.replace(b"4", b"4.0"),
        PRESS.replace(b"4", b"true"), PRESS.replace(b":1,", b":true,"), PRESS.replace(b'"invite":1,', b""),
        PRESS.replace(b'"p1"', b"1"), PRESS.replace(b'"p1"', b'""'), PRESS.replace(b'"keypad/101"', b"101"),
        b"[1]\n", b"null\n", b"{\n", b"\n", b"\xff\n", b'{"id":9,"ok":true}\n', b'{"id":1,"ok":1}\n',
        b"[" * 4000 + b"\n",
        b'{"event":"state","device":"a","state":"fine"}\n', b"x" * 9000 + b"\n", PRESS[:-5] + b" " * 5000 + PRESS[-5:],
    ],
)  # fmt: skip
def test_what_is_not_as_documented_means_nothing(line: bytes) -> None:
    bridge = Bridge()
    bridge.ask("invite", "keypad/101")
    assert bridge.hear(line) == []
    assert bridge.unexpected == 1
    assert len(bridge.hear(PRESS)) == 1


def test_noise_is_no_rating() -> None:
    chance, bridge = random.Random(10), Bridge()
    bridge.ask("invite", "keypad/101")
    assert bridge.hear(chance.randbytes(100_000)) == []
    for _ in range(3_000):
        bridge = Bridge()
        bridge.ask("invite", "keypad/101")
        at = chance.randrange(len(PRESS) - 1)
        spoiled = PRESS[:at] + bytes([chance.randrange(256)]) + PRESS[at + 1 :]
        for said in bridge.hear(spoiled):
            # Text has no check: over a line that spoils bytes the level itself could change, so TCP or a pipe it is.
            assert isinstance(said, Repeat) or (isinstance(said, Press) and json.loads(spoiled)["level"] == said.level)


def test_a_bridge_program_shows_and_rates() -> None:
    bridge, program = Bridge(), BridgeProgram("strip/101", "keypad/101")

    def say(line: bytes) -> list[Said]:
        return bridge.hear(program.hear(line[:7]) + program.hear(line[7:]))

    assert say(bridge.ask("show", "strip/101", "暂停服务")[1]) == [Answer(1, ok=True, why="")]
    assert program.shown["strip/101"] == "暂停服务"
    assert say(bridge.ask("show", "strip/9", "A")[1]) == [Answer(2, ok=False, why="no device strip/9")]
    assert say(bridge.ask("invite", "keypad/101")[1]) == [Answer(3, ok=True, why="")]
    assert program.asked == {"keypad/101"}
    found = bridge.hear(program.press("keypad/101", 1))
    assert found == [Press("keypad/101", 1, "p1", 3)]
    assert bridge.hear(program.repeat()) == [Repeat("p1", 3, in_hand=True)]
    assert isinstance(found[0], Press) and say(bridge.taken(found[0])) == []
    assert program.repeat() == b""
