"""What displays say of their voice becomes their health, and clerks of the zone see when nobody speaks."""

from typing import Any

from contract import commands as c
from contract import replies as r
from contract.words import DeviceKind
from server.domain.voice import VoiceState
from server.live.voices import LOST_AFTER_S, Voices
from tests.server.hall_kit import HallOnDisk, Halls


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def display(hall: HallOnDisk, name: str = "screen-A") -> None:
    hall.get(
        r.CodeGiven,
        c.EnrolDevice(kind=DeviceKind.DISPLAY, name=name, windows=[], zone="A", code_hash=name[-1].lower() * 64),
    )


def watched(hall: HallOnDisk) -> tuple[Voices, Clock]:
    clock = Clock()
    return Voices({hall.code: hall.now}, hall.give, clock), clock


def health(hall: HallOnDisk, name: str = "screen-A") -> dict[str, str]:
    return dict(hall.now.register.devices[name].health)


def no_voice(hall: HallOnDisk, window: str = "101") -> Any:
    return hall.card(f"work/{window}")["no_voice"]


def test_a_display_that_never_spoke_is_missed_by_nobody(hall: HallOnDisk) -> None:
    display(hall)
    voices, clock = watched(hall)
    clock.now += 60
    voices.look(hall.now)
    assert health(hall) == {} and no_voice(hall) is None


def test_a_page_that_falls_silent_is_told_to_every_clerk_of_its_zone_and_once(hall: HallOnDisk) -> None:
    display(hall)
    voices, clock = watched(hall)
    voices.heard(hall.code, "screen-A", "A", VoiceState.SPEAKS)
    voices.look(hall.now)
    assert health(hall) == {"voice/A": "speaks"} and no_voice(hall) is None
    clock.now += LOST_AFTER_S
    for _ in range(3):
        voices.look(hall.now)
    assert health(hall) == {"voice/A": "absent"}
    assert no_voice(hall) == no_voice(hall, "102") == {"zone": "A", "why": "absent"}
    entry = hall.entry()
    assert (entry["deed"], entry["via"], entry["facts"]["health"]) == ("report_device", "server", {"voice/A": "absent"})
    assert [one["deed"] for one in hall.select("journal")].count("report_device") == 2
    hall.check_cards()


def test_a_browser_that_lets_no_sound_out_is_another_matter_unless_somebody_else_speaks(hall: HallOnDisk) -> None:
    display(hall)
    display(hall, "screen-B")
    voices, _ = watched(hall)
    voices.heard(hall.code, "screen-A", "A", VoiceState.BLOCKED)
    voices.look(hall.now)
    assert no_voice(hall) == {"zone": "A", "why": "blocked"}
    voices.heard(hall.code, "screen-B", "A", VoiceState.SPEAKS)
    voices.look(hall.now)
    assert no_voice(hall) is None


def test_after_a_restart_a_display_has_as_long_to_come_back_as_a_lease_lasts(hall: HallOnDisk) -> None:
    display(hall)
    voices, _ = watched(hall)
    voices.heard(hall.code, "screen-A", "A", VoiceState.SPEAKS)
    voices.look(hall.now)
    hall.reopen()
    again, clock = watched(hall)
    again.look(hall.now)
    assert no_voice(hall) is None
    clock.now += LOST_AFTER_S
    again.look(hall.now)
    assert no_voice(hall) == {"zone": "A", "why": "absent"}


def test_a_display_that_is_revoked_is_missed_no_more(hall: HallOnDisk) -> None:
    display(hall)
    voices, _ = watched(hall)
    voices.heard(hall.code, "screen-A", "A", VoiceState.BLOCKED)
    voices.look(hall.now)
    hall.get(r.Done, c.RevokeDevice(name="screen-A"))
    assert no_voice(hall) is None
    voices.look(hall.now)
    hall.check_cards()


def test_in_a_silent_hall_nobody_is_missed(halls: Halls) -> None:
    hall = halls("demo", voice_silent=True)
    display(hall)
    voices, _ = watched(hall)
    voices.heard(hall.code, "screen-A", "A", VoiceState.BLOCKED)
    voices.look(hall.now)
    assert health(hall) == {"voice/A": "blocked"} and no_voice(hall) is None


def test_a_voice_zone_that_is_gone_is_forgotten(hall: HallOnDisk) -> None:
    display(hall)
    voices, _ = watched(hall)
    voices.heard(hall.code, "screen-A", "Q", VoiceState.SPEAKS)
    voices.look(hall.now)
    assert health(hall) == {}
