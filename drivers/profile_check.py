"""Whether a profile does what it says: its fields, and its test vectors run in both directions."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from drivers.callers.call_pad import CallPad
from drivers.framing import Frame, Framer
from drivers.keypads.rating_keypad import RatingKeypad
from drivers.profiles.places import as_written, line_of
from drivers.profiles.profile import Event, Profile, Vector
from drivers.screens import StripDriver, strip_driver_of

_NAMED = re.compile(r"Value error, ([a-z_]+): ")  # what is about several fields begins with the one to look at
Field = tuple[str | int, ...]
Fault = tuple[Field, str, str]  # where, and why in both languages


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong where: ``line`` from 1, ``field`` like `vectors.3.hex`, the reason in both languages."""

    file: str
    line: int
    field: str
    zh: str
    en: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.field}: {self.zh} / {self.en}"


def check_profile(file: Path) -> list[Mistake]:
    """Every mistake of a profile's file; none if it can be used."""
    try:
        text = file.read_text(encoding="utf-8")
        raw = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        return [Mistake(file.name, 1, "-", "读不了这个文件", f"cannot be read: {error}")]
    except tomllib.TOMLDecodeError as error:
        return [Mistake(file.name, _line_in(str(error)), "-", "不是正确的 TOML", str(error))]
    try:
        profile = Profile.model_validate(raw)
    except ValidationError as error:
        return [_of_schema(file.name, text, tuple(fault["loc"]), fault["msg"]) for fault in error.errors()]
    found = faults_of(profile)
    if file.stem != profile.id:
        found.insert(0, (("id",), "必须与文件名相同", "must be the name of the file"))
    return [Mistake(file.name, line_of(text, field), _dotted(field), zh, en) for field, zh, en in found]


def _dotted(field: Field) -> str:
    return ".".join(map(str, field)) or "-"


def _line_in(message: str) -> int:
    """The line that a TOML error names."""
    _, named, rest = message.partition("at line ")
    return int(rest.split(",")[0]) if named and rest.split(",")[0].isdigit() else 1


def _of_schema(file: str, text: str, loc: Field, message: str) -> Mistake:
    field = as_written(loc)
    named = _NAMED.match(message)
    if not field and named is not None:
        field = (named[1],)
    return Mistake(file, line_of(text, field), _dotted(field), "这一项不对", message)


def faults_of(profile: Profile) -> list[Fault]:
    """Vectors that the profile does not fulfil, and what no vector shows."""
    found: list[Fault] = []
    for number, vector in enumerate(profile.vectors):
        found += [(("vectors", number, field), zh, en) for field, zh, en in _faults_of(profile, vector)]
    levels = {vector.event.level for vector in profile.vectors if vector.event is not None}
    for key, level in () if profile.press is None else profile.press.key_map.items():
        if level not in levels:
            found.append((("press", "key_map", key), "没有测试向量用到这个键", "no vector shows this key"))
    sent = {vector.sends for vector in profile.vectors}
    for command in profile.commands:
        if command not in sent:
            found.append((("commands", command), "没有测试向量用到这条命令", "no vector shows this command"))
    return found


def _faults_of(profile: Profile, vector: Vector) -> Iterator[tuple[str, str, str]]:
    if vector.sends is not None:
        try:
            sent = sent_by(profile, vector)
        except (KeyError, ValueError) as error:
            yield "sends", "这条命令发不出", f"cannot be sent: {error}"
            return
        if sent != vector.hex:
            yield "hex", f"按配置发出的是 {_hex(sent)}", f"the profile sends {_hex(sent)}"
        return
    framer = Framer([profile.frame_rx])
    frames = framer.feed(vector.hex) + framer.silence()
    meant = [(event, answer) for frame in frames for event, answer in [understood_by(profile, frame)] if event]
    wanted = [] if vector.event is None else [(vector.event, vector.acknowledged)]
    if meant == wanted:
        return
    if not frames and framer.counts.bad_checksums:
        yield "hex", "校验不对", "the checksum is wrong"
    elif not frames:
        yield "hex", "这些字节不成一帧", "these bytes are no frame"
    elif [event for event, _ in meant] != [event for event, _ in wanted]:
        said = "; ".join(str(event.model_dump(exclude_defaults=True)) for event, _ in meant) or "nothing"
        yield "event", f"读出的是：{said}", f"it is read as: {said}"
    else:
        said = _hex(meant[0][1] or b"") or "nothing"
        yield "acknowledged", f"应答是 {said}", f"the answer is {said}"


def _hex(raw: bytes) -> str:
    return raw.hex(" ").upper()


def sent_by(profile: Profile, vector: Vector) -> bytes:
    """The bytes that the program sends for a vector. Raises KeyError or ValueError if it cannot."""
    assert vector.sends is not None and vector.address is not None
    address = profile.bus.on_line(vector.address)
    if vector.sends == "show_digits":
        return CallPad(profile).show_digits(address, vector.digits)
    if profile.dialogue is not None:
        return _said_by(strip_driver_of(profile), vector, address)
    text = strip_driver_of(profile).compose(vector.text).payload if profile.kind == "strip" else b""
    return profile.template(vector.sends).fill(address, text=text)


def _said_by(strip: StripDriver, vector: Vector, address: int) -> bytes:
    said = strip.ask(address) if vector.sends == "probe" else None
    if vector.sends == "show_text":
        said = strip.show(address, strip.compose(vector.text))
    if said is None:
        raise KeyError(str(vector.sends))
    return said


def understood_by(profile: Profile, frame: Frame) -> tuple[Event | None, bytes | None]:
    """What the program makes of a frame, and what it answers."""
    address = frame.address - profile.bus.on_line(0)
    if profile.kind == "keypad":
        keypad = RatingKeypad(profile)
        level = keypad.level(frame)
        return (None, None) if level is None else (Event(address=address, level=level), keypad.acknowledge(frame))
    if profile.kind == "pad":
        pad = CallPad(profile)
        key = pad.key(frame)
        if key is None:
            return None, None
        return Event(address=address, action=key[0].value, digits=key[1]), pad.acknowledge(frame)
    answer = strip_driver_of(profile).meaning(frame)
    return (Event(address=address, success=True) if answer is not None and answer.done else None), None
