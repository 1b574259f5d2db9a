"""Call the same ticket again: at most so often, and not too soon."""

from contract.commands import Recall
from contract.replies import Done
from contract.words import Step
from server.actions.answers import done
from server.domain.window import check_recall, need_clerk, need_in_hand, need_seen
from server.storage.hall_now import HallNow
from server.storage.orders import Actor


def recall(now: HallNow, command: Recall, actor: Actor, now_ms: int) -> Done:
    """The boards show the call once more with its count."""
    day, no = now.day, command.window
    need_clerk(day, no)
    need_seen(day, no, command.visit)
    check_recall(day, no, now_ms)
    visit, ticket = need_in_hand(day, no, Step.RECALL)
    day.move(ticket, Step.RECALL)
    visit.recalls += 1
    visit.last_call_ms, visit.call = now_ms, day.revision
    day.put_in_hand(visit)
    day.board_call(visit, now_ms)
    now.facts = {"visit": visit.id, "recall": visit.recalls}
    return done(day, ticket, visit.id)
