"""One-time codes: the first password of a person, the token of a device."""

from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint
from pydantic import BaseModel, ConfigDict

from contract.commands import Login, RedeemCode, SetPassword
from contract.replies import Done, Enrolled
from contract.words import Via
from server.api.door import Door, HallPath, blueprint, idempotency_key
from server.api.pairing import add_offering
from server.api.passwords import OneTime, Password, check_strength, limits
from server.crypto import token_hash
from server.identity.offers import Offers
from server.storage.orders import Actor


class FirstPassword(BaseModel):
    """The code from `paihao user invite`, and the password one chooses."""

    model_config = ConfigDict(extra="forbid")
    login: Login
    code: OneTime
    password: Password


class Enrol(BaseModel):
    """The code from `paihao device enrol`."""

    model_config = ConfigDict(extra="forbid")
    code: OneTime


def account_api(door: Door) -> APIBlueprint:
    """The endpoint of people who have a code."""
    api = blueprint("account", "账号 / accounts: a one-time code")

    @api.post("/first_password", responses={200: Done})
    def first_password(path: HallPath, body: FirstPassword) -> Response:
        """Choose the first password with the one-time code."""
        key = idempotency_key(request.environ)
        check_strength(body.password, body.login, door.settings.passwords.min_length)
        door.gate.hall(path.hall)
        tries = limits(door, f"code {path.hall} {body.login}")
        door.throttle.begin(tries)
        command = SetPassword(
            login=body.login,
            code_hash=door.vault.code_hash(path.hall, body.code),
            password_hash=door.vault.hash_password(body.password, login=body.login, key=key),
        )
        answer = door.submit(path.hall, Actor(via=Via.DESK, login=body.login), command, request.environ)
        if answer.status_code == 200:
            door.throttle.succeeded(tries)
        return answer

    return api


def device_api(door: Door, offers: Offers) -> APIBlueprint:
    """The endpoints of agents that have a code, and of displays that show one."""
    api = blueprint("device", "终端登记 / enrolment: a one-time code")

    @api.post("/enrol", responses={200: Enrolled})
    def enrol(path: HallPath, body: Enrol) -> Response:
        """Trade an enrolment code for the device's token."""
        key = idempotency_key(request.environ)
        door.gate.hall(path.hall)
        tries = limits(door, f"enrol {path.hall} {door.source()}")
        door.throttle.begin(tries)
        token = door.vault.device_token(path.hall, body.code, key)
        command = RedeemCode(code_hash=door.vault.code_hash(path.hall, body.code), token_hash=token_hash(token))

        def add(reply: dict[str, object]) -> None:
            reply["token"] = token

        answer = door.submit(path.hall, Actor(via=Via.COMMAND_LINE), command, request.environ, add)
        if answer.status_code == 200:
            door.throttle.succeeded(tries)
        return answer

    add_offering(api, door, offers)
    return api
