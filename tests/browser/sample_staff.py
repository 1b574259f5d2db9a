"""What windows and the desk see of the sample hall: window 211 in several states, its line, devices, slips.

Built from the contract's models like `sample_hall`, at the same moment.
"""

from typing import Any

from contract.cards import (
    AllowedDeed,
    DeviceOnCard,
    DevicesCard,
    InvitationOnCard,
    Panel,
    ParkedTicket,
    QueueCard,
    QueuedTicket,
    SlipTrouble,
    TicketAtWork,
    TicketInHand,
    VisitInHand,
    WorkCard,
)
from contract.replies import Words
from contract.words import HoldKind, WindowState
from tests.browser.sample_hall import Cards, at, public_cards, window_card


def queue_card(line: str, numbers: int, first: int = 87) -> QueueCard:
    queued = [
        QueuedTicket(
            ticket=1000 + place,
            number="K2-003" if place == 10 else f"{line}{first + place:03}",
            since=at(minutes=33 - 2 * place),
            returned=int(place == 6),
            priority=Words(zh="军人", en="Soldier") if place == 4 else None,
            transferred=place == 8,
            late=place == 10,
        )
        for place in range(numbers)
    ]
    return QueueCard(line=line, numbers=queued, held=[], missed=[], overdue_minutes=30)


def parked(ticket: int, number: str, minutes: int, kind: HoldKind | None, reason: str | None = None) -> ParkedTicket:
    return ParkedTicket(
        ticket=ticket,
        visit=ticket + 5000,
        number=number,
        service=Words(zh="发票领用与申报", en="Invoices"),
        window="211",
        kind=kind,
        reason=reason,
        since=at(minutes=minutes),
        can_return=kind is None,
    )


def deeds(*allowed: str, **why: str) -> list[AllowedDeed]:
    return [AllowedDeed(deed=d, allowed=True) for d in allowed] + [
        AllowedDeed(deed=d, allowed=False, why=w) for d, w in why.items()
    ]


def work_card(**changed: Any) -> WorkCard:
    """Window 211 while it serves L086."""
    numbers = [q.number for q in queue_card("L", 14).numbers]
    card = WorkCard(
        window="211",
        state=WindowState.SERVING,
        paused_reason=None,
        paused_since=None,
        clerk=Panel(staff_no="2011", name="何立新", title=None, party=False, honour=None, promise=None),
        ticket=TicketInHand(
            ticket=986,
            number="L086",
            line="L",
            service=Words(zh="发票领用与申报", en="Invoices and tax returns"),
            priority=Words(zh="军人", en="Soldier"),
            taken_at=at(minutes=40),
            returns=0,
            reason="priority_turn",
        ),
        visit=VisitInHand(
            visit=77, state="serving", called_at=at(minutes=5), started_at=at(minutes=3, seconds=41), recalls=1
        ),
        deeds=deeds(
            "finish",
            "hold",
            "pass_on",
            call_next="finish_first",
            recall="step_not_allowed",
            start_service="step_not_allowed",
            miss="step_not_allowed",
            undo_call="undo_too_late",
            sign_out="window_busy",
            pause_window="window_busy",
            reopen_window="not_paused",
            bring_back="window_busy",
            resume="window_busy",
        ),
        invitation=None,
        pending=[],
        waiting=37,
        next_numbers=numbers,
        held=[
            parked(71, "L071", 26, HoldKind.WITHOUT_PAPERS, "回去取公章"),
            parked(72, "M009", 41, HoldKind.WAITING, "刻章"),
        ],
        missed=[parked(80, "L080", 23, None), parked(84, "L084", 11, None)],
        pass_on_to=["A", "M", "L", "Z-SW"],
        keypad=True,
        finished_today=24,
        items_today=31,
        mean_handling_s=406,
    )
    return card.model_copy(update=changed)


def called_work(**changed: Any) -> WorkCard:
    """Window 211 after it called L087 a moment ago."""
    allowed = deeds(
        "start_service",
        "miss",
        "hold",
        "pass_on",
        call_next="start_or_missed",
        finish="step_not_allowed",
        sign_out="window_busy",
    )
    soon = AllowedDeed(deed="recall", allowed=False, allowed_from=at(seconds=-8), why="recall_too_soon")
    undo = AllowedDeed(deed="undo_call", allowed=True, until=at(seconds=-7))
    visit = VisitInHand(visit=78, state="called", called_at=at(seconds=3), started_at=None, recalls=0)
    return work_card(**{"state": WindowState.CALLED, "visit": visit, "deeds": [*allowed, soon, undo], **changed})


def free_work(**changed: Any) -> WorkCard:
    """Window 211 with nobody in hand."""
    start = {d: "visit_unknown" for d in ("recall", "start_service", "finish", "miss", "hold", "pass_on", "undo_call")}
    allowed = deeds("call_next", "pause_window", "sign_out", "bring_back", "resume", "return_missed", **start)
    return work_card(**{"state": WindowState.FREE, "ticket": None, "visit": None, "deeds": allowed, **changed})


def invitation() -> InvitationOnCard:
    return InvitationOnCard(visit=76, number="L085", invited_at=at(seconds=13), deadline=at(seconds=-47))


def staff_cards(work: WorkCard | None = None) -> Cards:
    """Public cards and what windows and desk see."""
    cards = public_cards()
    cards["window/211"] = window_card("211", "B", "区税务局", "Tax bureau").model_dump(mode="json")
    cards["work/211"] = (work or work_card()).model_dump(mode="json")
    queue = queue_card("L", 31).model_copy(
        update={
            "held": [parked(71, "L071", 26, HoldKind.WITHOUT_PAPERS, "回去取公章")],
            "missed": [parked(80, "L080", 23, None)],
        }
    )
    cards["queue/L"] = queue.model_dump(mode="json")
    devices = DevicesCard(
        devices=[
            DeviceOnCard(
                device="K1", kind="kiosk", windows=[], zone="A", health={"printer": "ready"}, since=at(minutes=300)
            ),
            DeviceOnCard(
                device="K2", kind="kiosk", windows=[], zone="B", health={"printer": "paper_out"}, since=at(minutes=6)
            ),
            DeviceOnCard(
                device="line-B",
                kind="window",
                windows=["211"],
                zone=None,
                health={"keypad/211": "silent"},
                since=at(minutes=2),
            ),
            DeviceOnCard(device="W211", kind="window", windows=["211"], zone=None, health={}, since=None),
        ],
        slips=[
            SlipTrouble(
                slip=31, ticket=1003, number="L090", kiosk="K2", outcome="failed", after=None, reason="paper_out"
            )
        ],
        at_work=[TicketAtWork(ticket=986, visit=77, number="L086", window="211", state="serving", since=at(minutes=3))],
    )
    cards["devices"] = devices.model_dump(mode="json")
    return cards
