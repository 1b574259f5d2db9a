"""What the demo says while it works: to the terminal in one or both languages, to its page the last lines."""

from collections import deque
from collections.abc import Callable

KEPT_LINES = 50


class CannotStage(Exception):
    """Why the demo does not start or had to stop, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")
        self.zh = zh
        self.en = en


class Narrator:
    """`lang` is zh, en or both; `write` puts a line where the person sees it."""

    def __init__(self, lang: str, write: Callable[[str], None]) -> None:
        self._lang = lang
        self._write = write
        self._lines: deque[str] = deque(maxlen=KEPT_LINES)

    @property
    def lines(self) -> list[str]:
        """The newest lines, newest last."""
        return list(self._lines)

    def text(self, zh: str, en: str) -> str:
        """A sentence in the language that was asked for."""
        return {"zh": zh, "en": en}.get(self._lang, f"{zh} / {en}")

    def say(self, zh: str, en: str) -> None:
        """Tell the terminal and the page."""
        line = self.text(zh, en)
        self._lines.append(line)
        self._write(line)

    def whisper(self, zh: str, en: str) -> None:
        """Tell the page only."""
        self._lines.append(self.text(zh, en))
