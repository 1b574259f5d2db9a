"""An agent's settings: one TOML file, all mistakes reported at once, a misspelt name never passed in silence."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from contract.replies import Words

T = TypeVar("T")
LOG_LEVELS: Final = ("debug", "info", "warning", "error")


@dataclass(frozen=True, slots=True)
class Shape:
    """What a text must look like, and how a person is told."""

    pattern: re.Pattern[str]
    zh: str
    en: str


URL: Final = Shape(re.compile(r"https?://[^/?#\s]+"), "http://主机:端口 这样的地址", "an address like http://host:port")
HOST: Final = Shape(re.compile(r"[^/?#\s]+"), "主机:端口", "host:port")
CODE: Final = Shape(
    re.compile(r"[0-9A-Za-z\-]{1,20}"), "最多 20 个字母、数字或横线", "up to 20 letters, figures, dashes"
)
ANY: Final = Shape(re.compile(r"\S.*"), "一段文字", "some text")


class SettingsRefused(Exception):
    """All mistakes of the file, in both languages."""

    def __init__(self, file: Path, mistakes: list[Words]) -> None:
        self.mistakes = mistakes
        super().__init__("\n".join(f"{file}: {mistake.zh} / {mistake.en}" for mistake in mistakes))


@dataclass(frozen=True, slots=True)
class TerminalSettings:
    """What every agent needs. `server`: http://host:port. `page_port`: 0 takes a free one."""

    server: str
    hall: str
    data_dir: Path
    log_level: str
    hosts: tuple[str, ...]
    origins: tuple[str, ...]
    frame_ancestors: tuple[str, ...]
    page_port: int
    ca: Path | None = None


class Table:
    """One table of the file. Each asking notes the name as known and a wrong value as a mistake."""

    def __init__(self, content: dict[str, Any], where: str, mistakes: list[Words]) -> None:
        self._content = content
        self._where = where
        self._mistakes = mistakes
        self._known: set[str] = set()

    def text(self, name: str, default: str | None = None, *, like: Shape = ANY) -> str:
        """Without a default the setting is required."""
        value = self._take(name, default)
        if isinstance(value, str) and like.pattern.fullmatch(value):
            return value
        return self._wrong(name, value, like.zh, like.en, "")

    def choice(self, name: str, among: Sequence[str], default: str | None = None) -> str:
        value = self._take(name, default)
        if value in among:
            return str(value)
        return self._wrong(name, value, "、".join(among) + " 之一", "one of " + ", ".join(among), among[0])

    def whole(self, name: str, default: int | None, least: int, most: int) -> int:
        value = self._take(name, default)
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        return self._wrong(name, value, f"{least} 到 {most} 的整数", f"a whole number from {least} to {most}", least)

    def seconds(self, name: str, default: float, most: float) -> float:
        value = self._take(name, default)
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= most:
            return float(value)
        return self._wrong(name, value, f"大于 0、不超过 {most} 的秒数", f"seconds above 0, at most {most}", default)

    def switch(self, name: str, default: bool) -> bool:
        value = self._take(name, default)
        return value if isinstance(value, bool) else self._wrong(name, value, "true 或 false", "true or false", default)

    def texts(self, name: str, default: Sequence[str] | None = (), *, like: Shape = ANY) -> tuple[str, ...]:
        value = self._take(name, None if default is None else list(default))
        fit = isinstance(value, list) and all(isinstance(one, str) and like.pattern.fullmatch(one) for one in value)
        if fit and len(set(value)) == len(value) and (value or default is not None):
            return tuple(value)
        return self._wrong(name, value, f"不重复的列表，每项为{like.zh}", f"a list without repeats, each {like.en}", ())

    def table(self, name: str) -> "Table | None":
        """A table inside this one; None when it is not there."""
        value = self._take(name, {})
        if not isinstance(value, dict):
            self._wrong(name, value, "一个表", "a table", None)
            return None
        return Table(value, f"{self._where}{name}.", self._mistakes) if name in self._content else None

    def tables(self, name: str) -> dict[str, "Table"]:
        """The tables [name.<key>], by their keys."""
        outer = self.table(name)
        found = {} if outer is None else {key: outer.table(key) for key in outer._content}
        return {key: table for key, table in found.items() if table is not None}

    def texts_by(self, name: str, *, like: Shape) -> dict[str, str]:
        """A table of texts under names of their own, at least one."""
        found = self._by(name, like.zh, like.en)
        wrong = [key for key, one in found.items() if not isinstance(one, str) or not like.pattern.fullmatch(one)]
        for key in wrong:
            self._wrong(f"{name}.{key}", found.pop(key), like.zh, like.en, "")
        return found

    def wholes_by(self, name: str, least: int, most: int) -> dict[str, int]:
        """A table of whole numbers under names of their own, at least one."""
        zh, en = f"{least} 到 {most} 的整数", f"a whole number from {least} to {most}"
        found = self._by(name, zh, en)
        wrong = [key for key, one in found.items() if type(one) is not int or not least <= one <= most]
        for key in wrong:
            self._wrong(f"{name}.{key}", found.pop(key), zh, en, least)
        return found

    def _by(self, name: str, zh: str, en: str) -> dict[str, Any]:
        value = self._take(name, None)
        if isinstance(value, dict) and value:
            return dict(value)
        return self._wrong(name, value, f"一个表，每项为{zh}", f"a table, each {en}", {})

    @property
    def name(self) -> str:
        """Where it stands in the file, with a dot behind it; empty for the file itself."""
        return self._where

    def mistake(self, zh: str, en: str) -> None:
        self._mistakes.append(Words(zh=zh, en=en))

    def done(self) -> None:
        """Everything that may stand in this table was asked for: the rest is unknown."""
        for name in sorted(self._content.keys() - self._known):
            self.mistake(f"没有 {self._where}{name} 这个设置", f"there is no setting {self._where}{name}")

    def _take(self, name: str, default: Any) -> Any:
        self._known.add(name)
        return self._content.get(name, default)

    def _wrong(self, name: str, value: Any, zh: str, en: str, instead: T) -> T:
        """Note the mistake; `instead` lets the reading go on to the next one."""
        full = self._where + name
        if value is None:
            self.mistake(f"缺少设置 {full}（应为{zh}）", f"the setting {full} is missing ({en})")
        else:
            self.mistake(
                f"设置 {full} = {value!r} 不对，应为{zh}", f"the setting {full} = {value!r} is wrong, it must be {en}"
            )
        return instead


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """An open settings file: ask `top`, then `finish`."""

    file: Path
    top: Table
    mistakes: list[Words]

    def finish(self) -> None:
        """Raises SettingsRefused with every mistake that was found."""
        self.top.done()
        if self.mistakes:
            raise SettingsRefused(self.file, self.mistakes)


def open_settings(file: Path) -> SettingsFile:
    """Raises SettingsRefused when the file is not there or is not TOML."""
    mistakes: list[Words] = []
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsRefused(
            file, [Words(zh=f"设置文件读不了：{error}", en=f"the file cannot be read: {error}")]
        ) from error
    return SettingsFile(file, Table(content, "", mistakes), mistakes)


def terminal_settings(opened: SettingsFile) -> TerminalSettings:
    """The part that every agent has. A relative `data_dir` is meant from the settings file's folder."""
    top = opened.top
    page = top.table("page")
    ca = top.text("ca", "-")
    if ca != "-" and not (opened.file.parent / ca).is_file():
        top.mistake(f"没有 ca 所说的文件 {ca}", f"there is no file {ca}, which ca names")
    settings = TerminalSettings(
        server=top.text("server", like=URL),
        hall=top.text("hall", like=CODE),
        data_dir=opened.file.parent / top.text("data_dir"),
        log_level=top.choice("log_level", LOG_LEVELS, "info"),
        hosts=top.texts("hosts", like=HOST),
        origins=top.texts("origins", like=URL),
        frame_ancestors=top.texts("frame_ancestors", like=URL),
        ca=None if ca == "-" else opened.file.parent / ca,
        page_port=0 if page is None else page.whole("port", 0, 0, 65535),
    )
    if page is not None:
        page.done()
    return settings
