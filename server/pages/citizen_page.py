"""The citizen's page of one ticket, made whole by the server: it needs no script and no cookie.

The address carries no secret. Whose ticket it is, the page is told in the body of a form: the short code that somebody
typed, or the proof from the link's fragment, which a small script puts in. Without either nothing can be done, so no
other site's form can do anything.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from flask import Blueprint, Response, render_template, request
from pydantic import ValidationError
from werkzeug.datastructures import MultiDict

from contract.citizen import TicketStatus
from contract.commands import AddReasons, Cancel, RateLater
from contract.options import options_of
from contract.refusals import refuse
from contract.replies import Refused
from contract.words import LEVEL_WORDS, Code, Level, State
from server.domain.errors import Refusal
from server.identity.edge import Environ
from server.pages.citizen_words import LANGUAGES, day_text, pick, say
from server.storage.published import Published

Deed = Cancel | RateLater | AddReasons
ASKS_REASONS = frozenset({Level.VERY_DISSATISFIED, Level.DISSATISFIED})
MOST_WINDOWS = 6
_STATUS = {Code.TICKET_PROOF: 401, Code.TICKET_UNKNOWN: 404, Code.TOO_MANY_TRIES: 429}


class AsksForCitizens(Protocol):
    """What the page needs of the endpoints."""

    def status(self, hall: str, ticket: int, shown: str) -> TicketStatus:
        """How the ticket stands. Raises Refusal."""

    def give(self, hall: str, command: Deed, shown: str, environ: Environ) -> Response:
        """Do the deed; the answer is JSON. Raises Refusal."""


@dataclass(frozen=True, slots=True)
class Form:
    """What came in a form. `code` was typed and goes on from page to page; `proof` comes from the script each time."""

    fields: MultiDict[str, str]

    def text(self, name: str) -> str:
        """A field, empty if it is not there; a key's own value stands behind the hidden field of the same name."""
        return (self.fields.getlist(name) or [""])[-1]

    @property
    def shown(self) -> str:
        """What is shown for the ticket."""
        return self.text("proof") or self.text("code")


def citizen_page(halls: Mapping[str, Published], citizens: AsksForCitizens) -> Blueprint:
    """GET shows the form for the short code; POST shows the ticket, and does what a key of the page asks for."""
    routes = Blueprint("citizen_page", __name__, template_folder="templates")

    @routes.get("/<hall>/ticket/<int:ticket>")
    def ask(hall: str, ticket: int) -> Response:
        if hall not in halls:
            raise Refusal(Code.HALL_UNKNOWN, hall=hall)
        return _page("ask", halls[hall], Form(request.args))

    @routes.post("/<hall>/ticket/<int:ticket>")
    def show(hall: str, ticket: int) -> Response:
        if hall not in halls:
            raise Refusal(Code.HALL_UNKNOWN, hall=hall)
        form = Form(request.form)
        if not form.shown:
            return _page("ask", halls[hall], form)
        do = form.text("do")
        try:
            refused = _do(citizens, hall, ticket, form) if do in ("cancel", "rate", "reasons") else None
            status = citizens.status(hall, ticket, form.shown)
        except Refusal as no:
            return _page("ask", halls[hall], form, refused=refuse(no.code, **no.details))
        view = _view(status, do, done=do in ("rate", "reasons") and refused is None)
        return _page(view, halls[hall], form, status=status, refused=refused)

    return routes


def _do(citizens: AsksForCitizens, hall: str, ticket: int, form: Form) -> Refused | None:
    """The deed a key asked for; why it was not done, or None. Raises Refusal for a wrong proof."""
    try:
        command = _command(ticket, form)
    except ValidationError:
        return refuse(Code.REASON_MISSING if form.text("do") == "reasons" else Code.BAD_REQUEST, where=form.text("do"))
    environ = {**request.environ, "HTTP_IDEMPOTENCY_KEY": form.text("key")}
    answer = citizens.give(hall, command, form.shown, environ)
    return None if answer.status_code == 200 else Refused.model_validate_json(answer.get_data())


def _command(ticket: int, form: Form) -> Deed:
    if form.text("do") == "cancel":
        return Cancel(ticket=ticket)
    if form.text("do") == "rate":
        return RateLater.model_validate({"ticket": ticket, "visit": form.text("visit"), "level": form.text("level")})
    said = " ".join(form.text("text").split())[:150]
    fields = {"ticket": ticket, "visit": form.text("visit"), "text": said or None}
    return AddReasons.model_validate({**fields, "codes": form.fields.getlist("reason")})


def _view(status: TicketStatus, do: str, *, done: bool) -> str:
    """Which page this is."""
    if do == "cancel_ask" and status.may_cancel:
        return "cancel"
    if status.state is State.CALLED and status.call is not None:
        return "now"
    rating = status.rating
    if status.state is not State.DONE or rating is None:
        return "waiting" if status.state is State.WAITING and status.today else "state"
    if rating.may_rate:
        return "rate"
    if rating.may_add_reasons and rating.level in ASKS_REASONS:
        return "reasons"
    return "thanks" if done or rating.level is not None else "state"


def _page(
    view: str, hall: Published, form: Form, status: TicketStatus | None = None, refused: Refused | None = None
) -> Response:
    lang = form.text("lang") if form.text("lang") in LANGUAGES else "zh"
    values: dict[str, Any] = {
        "t": say(lang),
        "pick": pick(lang),
        "day": day_text(lang),
        "lang": lang,
        "other_lang": "en" if lang == "zh" else "zh",
        "care": form.text("care") == "1",
        "code": "" if form.text("proof") or status is None else form.text("code"),
        "new_key": lambda: secrets.token_hex(16),
        "hall_name": hall.definition.name,
        "status": status,
        "refused": refused,
        "levels": [(int(level), zh if lang == "zh" else en) for level, (zh, en) in LEVEL_WORDS.items()],
        "options": options_of(status.rating.level) if status and status.rating and status.rating.level else [],
        "most_windows": MOST_WINDOWS,
        "now": f"{datetime.now(hall.definition.timezone):%H:%M}",
    }
    answer = Response(render_template(f"citizen/{view}.html", **values), content_type="text/html; charset=utf-8")
    answer.status_code = _STATUS.get(refused.code, 200) if refused is not None and status is None else 200
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "same-origin"  # else a form's Origin is "null", and is not known as our own
    return answer
