"""From the server's reply to what stands on the slip."""

from datetime import datetime

from contract.replies import Issued, Words
from kiosk.slip import SlipContent, Wording


def content_of(issued: Issued, *, kiosk: str, hotline: str | None) -> SlipContent:
    """`hotline`: the hall's supervision phone, as its card has it."""
    return SlipContent(
        hall=_wording(issued.hall_name),
        number=issued.number,
        service=_wording(issued.service),
        place=_wording(issued.place),
        people_ahead=issued.ahead,
        wait_minutes=issued.wait,
        taken=datetime.fromisoformat(issued.taken_local),
        missed_rule=_wording(issued.missed_rule),
        department=None if issued.department is None else _wording(issued.department),
        priority=None if issued.priority is None else _wording(issued.priority),
        follow_url=issued.link,
        short_code=issued.short_code,
        is_reprint=issued.reprint,
        kiosk=kiosk,
        hotline=hotline,
        cut_since=None if issued.cut_since is None else issued.cut_since.replace(tzinfo=None),
        language="en" if issued.language == "en" else "zh",
    )


def _wording(words: Words) -> Wording:
    return Wording(words.zh, words.en)
