"""What a profile says about a device is what the program sends and understands."""

from pathlib import Path

import pytest

from drivers.callers import CALLERS
from drivers.framing import Frame, Framer
from drivers.keypads import KEYPADS
from drivers.profiles.loader import ProfileRefused, load_profile, profile_names, read_profile
from drivers.profiles.profile import Event, Profile, Vector
from drivers.screens import STRIPS
from drivers.screens.strip_text import compose

VECTORS = [
    pytest.param(name, vector, id=f"{name}-{number}")
    for name in profile_names()
    for number, vector in enumerate(load_profile(name).vectors)
]

# The examples the field has published, typed in once more: a profile cannot drop or change one unnoticed.
PUBLISHED = {
    "ff68-pad": (
        "FF 68 03 03 68 05 01 0C 12 16",
        "FF 68 04 04 68 05 01 05 0F 1A 16",
        "FF 68 08 08 68 05 02 01 02 03 04 0A 07 22 16",
        "FF 68 03 03 68 05 02 01 08 16",
        "FF 68 02 02 68 05 03 08 16",
    ),
    "ff68-keypad-5": ("FF 68 03 03 68 85 11 03 99 16",),
    "a090-strip": (
        "A0 90 05 A5 00 0E C7 EB 00 41 00 30 00 30 00 33 00 BA C5 00 8F",
        "A0 90 05 A1 00 00 A4",
    ),
}


def frames_of(profile: Profile, stream: bytes) -> list[Frame]:
    framer = Framer([profile.frame_rx])
    return framer.feed(stream) + framer.silence()


def sent_by(profile: Profile, vector: Vector) -> bytes:
    assert vector.sends is not None and vector.address is not None
    address = vector.address + profile.bus.offset
    if vector.sends == "show_digits":
        return CALLERS[profile.id]().show_digits(address, vector.digits)
    if profile.dialogue is not None:
        strip = STRIPS[profile.id]()
        asked = strip.ask(address) if vector.sends == "probe" else strip.show(address, strip.compose(vector.text))
        assert asked is not None
        return asked
    text = b"" if profile.encoding is None else compose(vector.text, profile.encoding).payload
    return profile.template(vector.sends).fill(address, text=text)


def understood_by(profile: Profile, frame: Frame) -> tuple[Event | None, bytes | None]:
    address = frame.address - profile.bus.offset
    if profile.id in KEYPADS:
        keypad = KEYPADS[profile.id]()
        level = keypad.level(frame)
        return (None, None) if level is None else (Event(address=address, level=level), keypad.acknowledge(frame))
    if profile.id in CALLERS:
        pad = CALLERS[profile.id]()
        key = pad.key(frame)
        if key is None:
            return None, None
        return Event(address=address, action=key[0].value, digits=key[1]), pad.acknowledge(frame)
    answer = STRIPS[profile.id]().meaning(frame)
    return (Event(address=address, success=True) if answer is not None and answer.done else None), None


@pytest.mark.parametrize(("name", "vector"), VECTORS)
def test_a_device_is_spoken_to_and_understood_as_its_profile_says(name: str, vector: Vector) -> None:
    profile = load_profile(name)
    if vector.sends is not None:
        assert sent_by(profile, vector).hex(" ") == vector.hex.hex(" ")
        return
    meanings = [understood_by(profile, frame) for frame in frames_of(profile, vector.hex)]
    wanted = [] if vector.event is None else [(vector.event, vector.acknowledged)]
    assert [meaning for meaning in meanings if meaning[0] is not None] == wanted


@pytest.mark.parametrize("name", [name for name in profile_names() if load_profile(name).frame_rx is not None])
def test_wherever_a_read_ends_a_device_has_said_the_same(name: str) -> None:
    profile = load_profile(name)
    stream = b"".join(vector.hex for vector in profile.vectors if vector.event is not None)
    whole = frames_of(profile, stream)
    assert whole
    for cut in range(len(stream) + 1):
        framer = Framer([profile.frame_rx])
        assert framer.feed(stream[:cut]) + framer.feed(stream[cut:]) + framer.silence() == whole


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_published_example_is_a_vector(name: str) -> None:
    held = {vector.hex for vector in load_profile(name).vectors}
    assert {bytes.fromhex(example) for example in PUBLISHED[name]} <= held


def test_every_profile_that_ships_can_be_chosen_in_exactly_one_table() -> None:
    assert sorted([*KEYPADS, *CALLERS, *STRIPS]) == profile_names()


@pytest.mark.parametrize("name", profile_names())
def test_a_profile_says_in_both_languages_that_no_device_has_confirmed_it(name: str) -> None:
    profile = load_profile(name)
    assert "未经真机验证" in profile.note.zh
    assert "nverified on hardware" in profile.note.en
    assert profile.confidence in ("A", "B")
    assert profile.source


@pytest.mark.parametrize(
    ("line", "instead", "reason"),
    [
        ('confidence = "B"', 'confidence = "B"\ncolour = "red"', "colour: Extra inputs are not permitted"),
        ("gap_ms = 80", "gap_ms = 80\nparrity = 1", "link.parrity: Extra inputs are not permitted"),
        ("gap_ms = 80", "gap_ms = 0", "link.gap_ms: Input should be greater than or equal to 4"),
        ('"04" = 5', '"04" = 6', "press.key_map.04: Input should be less than or equal to 5"),
        ("{addr} 01 ]", "{adr} 01 ]", "'{adr}' is neither a byte nor a known field"),
        ("( [ {addr}", "[ {addr}", "( ) must stand once where {check} is used"),
        ("[press]", "[pres]", "pres: Extra inputs are not permitted"),
        ('id = "ff68-keypad-5"', 'id = "other"', "must be the name of the file"),
        ('id = "ff68-keypad-5"', "id = ", "Invalid value"),
    ],
)
def test_a_mistake_in_a_profile_is_refused_with_file_and_reason(
    tmp_path: Path, line: str, instead: str, reason: str
) -> None:
    shipped = Path(__file__).parents[2] / "drivers/profiles/ff68-keypad-5.toml"
    text = shipped.read_text(encoding="utf-8")
    assert line in text
    file = tmp_path / "ff68-keypad-5.toml"
    file.write_text(text, encoding="utf-8")
    assert read_profile(file).id == "ff68-keypad-5"
    file.write_text(text.replace(line, instead, 1), encoding="utf-8")
    with pytest.raises(ProfileRefused) as refused:
        read_profile(file)
    assert refused.value.file == "ff68-keypad-5.toml"
    assert reason in refused.value.reason


def test_a_profile_that_does_not_exist_is_refused_by_name() -> None:
    with pytest.raises(ProfileRefused, match=r"pjq\.toml: no such profile; there are a090-strip"):
        load_profile("pjq")
