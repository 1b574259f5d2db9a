"""A kiosk leases a block of numbers of its own series, to give them while the server is away."""

from dataclasses import replace

from contract.commands import LeaseNumbers
from contract.replies import Leased
from contract.words import Code
from server.actions.answers import utc
from server.actions.lookup import need_own_series
from server.domain.errors import Refusal
from server.domain.leasing import BLOCK, Block, until_ms
from server.storage.hall_now import HallNow
from server.storage.orders import Actor


def lease_numbers(now: HallNow, command: LeaseNumbers, actor: Actor, now_ms: int) -> Leased:
    """The next block of the day. One installation leases under one token: a second one is refused."""
    day, kiosk = now.day, actor.kiosk or ""
    if command.day != day.day:
        raise Refusal(Code.NOT_DUE)
    series = need_own_series(now, kiosk)
    device = now.register.devices[kiosk]
    last = day.leased.last(series)
    # Who knows of fewer numbers than were leased to it is a copy; a server restored from a copy knows of fewer itself.
    behind = device.instance == command.instance and command.after < last
    if device.instance not in (None, command.instance) or behind:
        raise Refusal(Code.LEASED_ELSEWHERE, kiosk=kiosk)
    if device.instance is None:
        now.put_device(replace(device, instance=command.instance))
    first = max(last, command.after) + 1
    block = Block(day.day.isoformat(), series, first, first + BLOCK - 1, kiosk, now_ms)
    day.lease(block)
    now.facts = {"series": series, "first": block.first, "last": block.last}
    return Leased(
        revision=day.revision,
        series=series,
        first=block.first,
        last=block.last,
        day=day.day,
        until=utc(until_ms(day.hall, day.day)),
    )
