"""A rating tablet on the network: it rates once when it was asked, and never otherwise."""

import random
import socket
from collections.abc import Iterator

import pytest

from drivers.keypads.sundyn import HEARTBEAT, PAUSE, RATE, RESUME, SIGN_OUT, WELCOME, SundynTablet, sign_in
from drivers.simulators import sundyn_tablet

KEYS = {"1": 5, "2": 4, "3": 3, "4": 2, "5": 1}
PRESS = b"S02||1003||2||2026-10-12 09:00:00||E"


@pytest.fixture
def ours() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
        end.bind(("127.0.0.1", 0))
        end.settimeout(10)
        yield end


def test_commands_are_as_published() -> None:
    assert [HEARTBEAT, WELCOME, RATE, PAUSE, RESUME, SIGN_OUT] == [b"S95E", b"S01E", b"S02E", b"S03E", b"S06E", b"S05E"]
    assert sign_in("1003") == b"S041003E"
    for card in ("12E", "", "１２", "1" * 21):
        with pytest.raises(ValueError, match="a card"):
            sign_in(card)


def test_a_key_counts_once_and_only_when_it_was_asked_for() -> None:
    tablet = SundynTablet(KEYS)
    assert tablet.hear(PRESS, 1.0) is None
    tablet.invite()
    assert (tablet.hear(PRESS, 2.0), tablet.hear(PRESS, 2.1)) == (4, None)
    tablet.invite()
    tablet.cancel()
    assert tablet.hear(PRESS, 3.0) is None
    assert tablet.unexpected == 3


@pytest.mark.parametrize("cut", range(len(PRESS)))
def test_a_datagram_cut_short_never_says_another_level(cut: int) -> None:
    tablet = SundynTablet(KEYS)
    tablet.invite()
    whole = PRESS[:cut].count(b"||") >= 3
    assert tablet.hear(PRESS[:cut], 1.0) == (4 if whole else None)


def test_noise_is_no_rating() -> None:
    tablet, chance = SundynTablet(KEYS), random.Random(7791)
    for _ in range(20_000):
        tablet.invite()
        assert tablet.hear(chance.randbytes(chance.randrange(60)), 1.0) is None


@pytest.mark.parametrize("keys", [{"1": 5}, {"1": 5, "2": 5}, {"1": 5, "": 4}, {"1": 6, "2": 1}])
def test_a_key_map_with_a_hole_is_refused(keys: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="each level needs one key"):
        SundynTablet(keys)


def test_a_citizen_rates_on_the_simulated_tablet(ours: socket.socket) -> None:
    tablet = SundynTablet(KEYS)
    with sundyn_tablet.SundynTablet(ours.getsockname()[1]) as far:
        far.twice = True

        def say(datagram: bytes | None) -> int | None:
            assert datagram is not None
            ours.sendto(datagram, ("127.0.0.1", far.port))
            return tablet.hear(ours.recv(2048), 1.0)

        assert not tablet.is_present(1.0)
        assert say(tablet.due(0.0)) is None and tablet.due(5.0) is None
        assert tablet.is_present(1.0) and not tablet.is_present(60.0)
        assert say(sign_in("2001")) is None
        far.press("1")
        assert say(tablet.invite()) is None and far.page == "rate"
        far.press("5")
        assert [tablet.hear(ours.recv(2048), 2.0) for _ in range(2)] == [1, None]
        assert say(tablet.cancel()) is None and far.page == "welcome"
        assert far.commands == ["S95E", "S042001E", "S02E", "S01E"]
