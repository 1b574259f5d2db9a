"""Where a process spends its processor time: its stack, looked at after every 2 ms of work (setitimer(2), PROF)."""

import signal
from collections import Counter
from types import FrameType

_EVERY_S = 0.002
# By the innermost frame that belongs to one of these; what is called by it (json, enum, …) counts for it.
_STAGES = (
    ("server/storage/", "rows, journal, commit"),
    ("server/domain/", "deciding"),
    ("server/actions/", "deciding"),
    ("contract/", "command and reply models"),
    ("pydantic", "command and reply models"),
    ("server/live/", "cards and frames"),
    ("server/api/", "our edge: guards, door, keys"),
    ("server/identity/", "our edge: guards, door, keys"),
    ("server/crypto", "our edge: guards, door, keys"),
    ("/flask", "Flask, Werkzeug"),
    ("/werkzeug", "Flask, Werkzeug"),
    ("/socketio/", "Flask, Werkzeug"),
    ("/engineio/", "Flask, Werkzeug"),
    ("/gevent/", "HTTP and event loop (gevent)"),
)
_ELSE = "everything else"


class Sampler:
    """One look at a time, in the main thread; `begin` and `end` may be called again and again."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()
        self._known: dict[str, str | None] = {}
        signal.signal(signal.SIGPROF, self._look)

    def begin(self) -> None:
        """From now on."""
        self._seen.clear()
        signal.setitimer(signal.ITIMER_PROF, _EVERY_S, _EVERY_S)

    def end(self) -> dict[str, int]:
        """Looks by stage since `begin`."""
        signal.setitimer(signal.ITIMER_PROF, 0)
        return dict(self._seen)

    def _look(self, _number: int, frame: FrameType | None) -> None:
        while frame is not None:
            stage = self._stage(frame.f_code.co_filename)
            if stage is not None:
                self._seen[stage] += 1
                return
            frame = frame.f_back
        self._seen[_ELSE] += 1

    def _stage(self, file: str) -> str | None:
        if file not in self._known:
            self._known[file] = next((stage for part, stage in _STAGES if part in file), None)
        return self._known[file]
