"""What a profile can say, and how its mistakes are told: file, line, field."""

from pathlib import Path

import pytest
from click.testing import CliRunner

import paihao
from drivers.bus import Bus, KeyPress, LineState, ProfileRefused
from drivers.framing import Framer
from drivers.profile_check import check_profile, understood_by
from drivers.profiles.checks import check_bytes
from drivers.profiles.loader import Profiles, load_profile, profile_names, read_profile
from drivers.profiles.places import line_of
from drivers.profiles.profile import Event, Profile
from drivers.simulators.plain_strips import PlainStrips
from tests.drivers.far_end import FarEnd, await_fact
from tests.drivers.sample_profiles import SAMPLES

# The published check value of each, over the digits 1 to 9.
CHECKED = {
    "sum8": "DD", "neg8": "23", "inv8": "22", "xor8": "31", "sum16": "01DD", "crc8": "F4", "crc16-arc": "3DBB",
    "crc16-modbus": "374B", "crc16-xmodem": "31C3", "crc16-ccitt": "29B1", "sum-ascii": "4444", "xor-ascii": "3331",
}  # fmt: skip


EXAMPLES = Path(paihao.__file__).parent / "docs" / "examples"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A hall's own profiles."""
    for name, text in SAMPLES.items():
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    return tmp_path


def everywhere(folder: Path) -> list[Profile]:
    own = [read_profile(folder / f"{name}.toml") for name in SAMPLES]
    shipped = [load_profile(name) for name in profile_names()]
    return own + shipped + [read_profile(file) for file in sorted(EXAMPLES.glob("*.toml"))]


@pytest.mark.parametrize(("kind", "value"), CHECKED.items())
def test_a_check_has_its_published_value(kind: str, value: str) -> None:
    found = check_bytes(kind, b"123456789")  # type: ignore[arg-type]
    assert found.hex().upper() == value
    if kind.startswith("crc16"):
        assert check_bytes(kind, b"123456789", "low first") == check_bytes(kind, b"123456789", "high first")[::-1]  # type: ignore[arg-type]


@pytest.mark.parametrize("name", SAMPLES)
def test_each_shape_of_frame_can_be_written_down(folder: Path, name: str) -> None:
    assert [str(mistake) for mistake in check_profile(folder / f"{name}.toml")] == []


def test_every_profile_that_ships_passes_its_own_check() -> None:
    shipped = Path(paihao.__file__).parent / "drivers" / "profiles"
    files = sorted(shipped.glob("*.toml"))
    assert len(files) == len(profile_names()) >= 6
    assert [str(mistake) for file in files for mistake in check_profile(file)] == []


def events_of(profile: Profile, chunks: list[bytes]) -> list[Event]:
    framer = Framer([profile.frame_rx])
    frames = [frame for chunk in chunks for frame in framer.feed(chunk)] + framer.silence()
    return [event for frame in frames for event, _ in [understood_by(profile, frame)] if event is not None]


def test_a_stream_split_at_any_position_gives_the_same_events(folder: Path) -> None:
    for profile in everywhere(folder):
        stream = b"".join(vector.hex for vector in profile.vectors if vector.event is not None)
        wanted = [vector.event for vector in profile.vectors if vector.event is not None]
        assert events_of(profile, [stream]) == wanted
        for cut in range(len(stream) + 1):
            assert events_of(profile, [stream[:cut], stream[cut:]]) == wanted, (profile.id, cut)
        assert events_of(profile, [stream[at : at + 1] for at in range(len(stream))]) == wanted


@pytest.mark.parametrize(
    ("name", "line", "instead", "field", "reason"),
    [
        ("fixed-keypad", "7B 05 50 31 FF 7D", "7B 05 50 31 FE 7D", "vectors.0.hex", "the checksum is wrong"),
        ("fixed-keypad", '"34" = 1 }', '"34" = 3 }', "press", "a hole: no key for level 1"),
        ("fixed-keypad", '"33" = 3, ', "", "press", "a hole: no key for level 3"),
        ("fixed-keypad", "level = 4 }", "level = 5 }", "vectors.1.event", "it is read as: {'address': 5, 'level': 4}"),
        ("fixed-keypad", "size = 3", "size = 4", "vectors.0.hex", "these bytes are no frame"),
        ("fixed-keypad", "size = 3", "size = 0", "frame_rx.size", "greater than or equal to 1"),
        ("fixed-keypad", '"7B"', '"7"', "frame_rx.start", "hexadecimal"),
        ("fixed-keypad", 'check = "neg8"\ncheck_from = "frame"\n', 'tail2 = "00"\n', "frame_rx.tail2", "not permitted"),
        ("fixed-keypad", '\ntail = "7D"\ncheck = "neg8"\ncheck_from = "frame"', "", "frame_rx", "noise would make"),
        ("fixed-keypad", "[[vectors]]\nhex = \"7B 05 50 34 FC 7D\"\nevent = { address = 5, level = 1 }\n", "",
         "press.key_map.34", "no vector shows this key"),
        ("counted-keypad", "address = 5\nhex = ", "address = 6\nhex = ", "vectors.0.hex", "the profile sends 5A A5"),
        ("counted-keypad", "{len16le} {addr} 01 )", "{len16le} {addr} 02 )", "vectors.0.hex", "the profile sends"),
        ("counted-keypad", "crc16-modbus", "crc17", "check", "Input should be"),
        ("counted-keypad", "lowest = 1", "lowest = 100", "bus", "addresses of one byte"),
        ("escaped-keypad", '"5A" = "5B 02", ', "", "frame_rx", "the bytes of the tail must be in the table"),
        ("escaped-keypad", '"5B 01"', '"5B 02"', "frame_rx", "two bytes are escaped alike"),
        ("line-keypad", '"50 4A 3A"', '""', "frame_rx", "noise would make ratings"),
        ("line-keypad", 'id = "line-keypad"', 'id = "other"', "id", "must be the name of the file"),
        ("line-keypad", 'id = "line-keypad"', "id = ", "-", "Invalid value"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_file_line_and_field(
    folder: Path, name: str, line: str, instead: str, field: str, reason: str
) -> None:
    file = folder / f"{name}.toml"
    text = file.read_text(encoding="utf-8")
    assert line in text
    file.write_text(text.replace(line, instead, 1), encoding="utf-8")
    mistakes = check_profile(file)
    found = [mistake for mistake in mistakes if mistake.field == field and reason in mistake.en]
    assert found, [str(mistake) for mistake in mistakes]
    assert found[0].file == file.name and found[0].zh
    assert found[0].line == line_of(file.read_text(encoding="utf-8"), field.split("."))


def test_a_field_is_found_on_its_line() -> None:
    text = SAMPLES["fixed-keypad"].splitlines()
    for field, row in (
        ("press.key_map.32", "key_map ="), ("frame_rx.tail", "tail ="), ("vectors.1.event.level", "event ="),
        ("vectors.2", "[[vectors]]"), ("press", "[press]"), ("title.zh", "title ="), ("nothing", ""),
    ):  # fmt: skip
        line = line_of(SAMPLES["fixed-keypad"], field.split("."))
        assert text[line - 1].startswith(row), field
    assert text[line_of(SAMPLES["fixed-keypad"], ["vectors", 1, "event"]) - 2] == 'hex = "7B 05 50 32 FE 7D"'


def test_the_command_says_what_passed_and_what_did_not(folder: Path) -> None:
    good, bad = folder / "line-keypad.toml", folder / "fixed-keypad.toml"
    said = CliRunner().invoke(paihao.main, ["device", "check", str(good)])
    assert said.exit_code == 0
    assert (
        "line-keypad.toml: 6 个测试向量都通过 / vectors pass" in said.output and "Unverified on hardware" in said.output
    )
    bad.write_text(bad.read_text(encoding="utf-8").replace("31 FF", "31 00"), encoding="utf-8")
    said = CliRunner().invoke(paihao.main, ["device", "check", str(good), str(bad)])
    assert said.exit_code == 1
    assert "fixed-keypad.toml:36: vectors.0.hex: 校验不对 / the checksum is wrong" in said.output
    said = CliRunner().invoke(paihao.main, ["device", "check", str(folder / "none.toml")])
    assert said.exit_code == 1 and "cannot be read" in said.output


def test_a_halls_own_keypad_rates_without_a_line_of_code(folder: Path, far_end: FarEnd) -> None:
    presses: list[KeyPress] = []
    bus = Bus(str(far_end.link), profiles=Profiles(folder))
    bus.add_keypad("7", 5, "fixed-keypad", presses.append)
    bus.start()
    try:
        await_fact(lambda: bus.health().state is LineState.READY)
        far_end.say(bytes.fromhex("7B 05 50 34 FC 7D"))
        await_fact(lambda: bool(presses))
        assert [(press.window, press.level, press.raw) for press in presses] == [("7", 1, 0x34)]
        bus.invite("7")
        assert far_end.listen() == b"", "a keypad that wants no answer and no asking is sent nothing"
    finally:
        bus.stop()


def test_a_profile_of_another_kind_or_a_shipped_name_is_refused(folder: Path) -> None:
    bus = Bus("/dev/null", profiles=Profiles(folder))
    with pytest.raises(ProfileRefused, match="this is the profile of a keypad, not of a strip"):
        bus.add_strip("1", 1, "fixed-keypad")
    with pytest.raises(ProfileRefused, match="no such profile"):
        bus.add_strip("1", 1, "nothing")
    (folder / "ff68-pad.toml").write_text(SAMPLES["line-keypad"], encoding="utf-8")
    with pytest.raises(ProfileRefused, match="a profile called ff68-pad ships"):
        Profiles(folder).load("ff68-pad")


def test_strips_that_never_answer_show_what_they_should(far_end: FarEnd) -> None:
    bus = Bus(str(far_end.link))
    bus.add_strip("101", 5, "c0d-strip")
    bus.add_strip("102", 5, "aabb-strip")
    bus.start()
    strips = PlainStrips()
    heard = 0

    def shown() -> dict[tuple[str, int], str]:
        nonlocal heard
        stream = far_end.listen()
        strips.feed(stream[heard:])
        heard = len(stream)
        return strips.shown

    try:
        await_fact(lambda: bus.health().state is LineState.READY)
        for text in ("请A003号", "暂停服务", "B1 到 102"):
            bus.show("101", text)
            bus.show("102", text)
            await_fact(lambda text=text: shown() == {("c0d", 5): text, ("aabb", 5): text})  # type: ignore[misc]
        assert strips.refused == 0
        assert {device.state.value for device in bus.health().devices} == {"unheard"}
    finally:
        bus.stop()
