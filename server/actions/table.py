"""Every deed and the file that does it. A command without a line here cannot be given."""

from collections.abc import Callable
from typing import TypeVar

from contract import commands as c
from contract.replies import Reply
from server.actions.abandon import abandon
from server.actions.add_reasons import add_reasons
from server.actions.add_user import add_user
from server.actions.announce_call import announce_call
from server.actions.attend_kiosk import attend_kiosk
from server.actions.bring_back import bring_back
from server.actions.call_guide import call_guide
from server.actions.call_next import call_next
from server.actions.cancel import cancel
from server.actions.clock_set import clock_set
from server.actions.close_day import close_day
from server.actions.desk_sign_in import desk_sign_in
from server.actions.desk_sign_out import desk_sign_out
from server.actions.disable_user import disable_user
from server.actions.enrol_device import enrol_device
from server.actions.finish import finish
from server.actions.hold import hold
from server.actions.invite_user import invite_user
from server.actions.lease_numbers import lease_numbers
from server.actions.load_hall import load_hall
from server.actions.miss import miss
from server.actions.not_rated import not_rated
from server.actions.pair_display import pair_display
from server.actions.pass_on import pass_on
from server.actions.pause_window import pause_window
from server.actions.rate import rate
from server.actions.rate_later import rate_later
from server.actions.recall import recall
from server.actions.record_finish import record_finish
from server.actions.record_leased import record_leased
from server.actions.record_slip import record_slip
from server.actions.redeem_code import redeem_code
from server.actions.release import release
from server.actions.reopen_window import reopen_window
from server.actions.report_device import report_device
from server.actions.reprint_slip import reprint_slip
from server.actions.reroute import reroute
from server.actions.resume import resume
from server.actions.return_missed import return_missed
from server.actions.revoke_device import revoke_device
from server.actions.session_turn import session_turn
from server.actions.set_password import set_password
from server.actions.set_roles import set_roles
from server.actions.sign_in import sign_in
from server.actions.sign_out import sign_out
from server.actions.start_service import start_service
from server.actions.stop_line import stop_line
from server.actions.take_number import take_number
from server.actions.terminal_lost import terminal_lost
from server.actions.turn_of_day import turn_of_day
from server.actions.undo_call import undo_call
from server.storage.deciding import Action
from server.storage.hall_now import HallNow
from server.storage.orders import Actor, Order

C = TypeVar("C", bound=c.Command)


def _deed(kind: type[C], act: Callable[[HallNow, C, Actor, int], Reply]) -> Action:
    def action(now: HallNow, order: Order, now_ms: int) -> Reply:
        if not isinstance(order.command, kind):
            raise TypeError(f"{order.command.deed} is not a {kind.__name__}")
        return act(now, order.command, order.actor, now_ms)

    return action


ACTIONS: dict[str, Action] = {
    "take_number": _deed(c.TakeNumber, take_number),
    "call_next": _deed(c.CallNext, call_next),
    "recall": _deed(c.Recall, recall),
    "start_service": _deed(c.StartService, start_service),
    "finish": _deed(c.Finish, finish),
    "pass_on": _deed(c.PassOn, pass_on),
    "hold": _deed(c.Hold, hold),
    "resume": _deed(c.Resume, resume),
    "miss": _deed(c.Miss, miss),
    "bring_back": _deed(c.BringBack, bring_back),
    "undo_call": _deed(c.UndoCall, undo_call),
    "return_missed": _deed(c.ReturnMissed, return_missed),
    "release": _deed(c.Release, release),
    "reroute": _deed(c.Reroute, reroute),
    "abandon": _deed(c.Abandon, abandon),
    "cancel": _deed(c.Cancel, cancel),
    "close_day": _deed(c.CloseDay, close_day),
    "stop_line": _deed(c.StopLine, stop_line),
    "lease_numbers": _deed(c.LeaseNumbers, lease_numbers),
    "record_leased": _deed(c.RecordLeased, record_leased),
    "record_finish": _deed(c.RecordFinish, record_finish),
    "call_guide": _deed(c.CallGuide, call_guide),
    "attend_kiosk": _deed(c.AttendKiosk, attend_kiosk),
    "turn_of_day": _deed(c.TurnOfDay, turn_of_day),
    "session_turn": _deed(c.SessionTurn, session_turn),
    "sign_in": _deed(c.SignIn, sign_in),
    "sign_out": _deed(c.SignOut, sign_out),
    "pause_window": _deed(c.PauseWindow, pause_window),
    "reopen_window": _deed(c.ReopenWindow, reopen_window),
    "rate": _deed(c.Rate, rate),
    "not_rated": _deed(c.NotRatedAtCounter, not_rated),
    "rate_later": _deed(c.RateLater, rate_later),
    "add_reasons": _deed(c.AddReasons, add_reasons),
    "terminal_lost": _deed(c.TerminalLost, terminal_lost),
    "announce_call": _deed(c.AnnounceCall, announce_call),
    "clock_set": _deed(c.ClockSet, clock_set),
    "record_slip": _deed(c.RecordSlip, record_slip),
    "reprint_slip": _deed(c.ReprintSlip, reprint_slip),
    "report_device": _deed(c.ReportDevice, report_device),
    "load_hall": _deed(c.LoadHall, load_hall),
    "add_user": _deed(c.AddUser, add_user),
    "invite_user": _deed(c.InviteUser, invite_user),
    "set_password": _deed(c.SetPassword, set_password),
    "disable_user": _deed(c.DisableUser, disable_user),
    "set_roles": _deed(c.SetRoles, set_roles),
    "desk_sign_in": _deed(c.DeskSignIn, desk_sign_in),
    "desk_sign_out": _deed(c.DeskSignOut, desk_sign_out),
    "enrol_device": _deed(c.EnrolDevice, enrol_device),
    "pair_display": _deed(c.PairDisplay, pair_display),
    "redeem_code": _deed(c.RedeemCode, redeem_code),
    "revoke_device": _deed(c.RevokeDevice, revoke_device),
}
