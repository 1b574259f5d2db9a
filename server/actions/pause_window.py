"""暂停服务, with its reason (feature C11)."""

from contract.commands import PauseWindow
from contract.replies import Done
from server.actions.answers import done
from server.domain.window import check_pause
from server.storage.hall_now import HallNow
from server.storage.orders import Actor


def pause_window(now: HallNow, command: PauseWindow, actor: Actor, now_ms: int) -> Done:
    """The window calls nobody until it is reopened."""
    day, no = now.day, command.window
    check_pause(day, no, now_ms)
    window = day.windows[no]
    window.paused_ms, window.paused_reason, window.since_ms = now_ms, command.reason or "", now_ms
    day.save_window(window)
    day.touch_lines_of(no)
    now.why = command.reason or ""
    now.facts = {"window": no}
    return done(day)
