"""Go on after a pause."""

from contract.commands import ReopenWindow
from contract.replies import Done
from server.actions.answers import done
from server.domain.window import check_reopen
from server.storage.hall_now import HallNow
from server.storage.orders import Actor


def reopen_window(now: HallNow, command: ReopenWindow, actor: Actor, now_ms: int) -> Done:
    """The window may call again."""
    day, no = now.day, command.window
    check_reopen(day, no, now_ms)
    window = day.windows[no]
    now.facts = {"window": no, "paused_ms": now_ms - (window.paused_ms or now_ms)}
    window.paused_ms, window.paused_reason, window.since_ms = None, "", now_ms
    day.save_window(window)
    day.touch_lines_of(no)
    return done(day)
