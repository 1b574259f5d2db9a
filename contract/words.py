"""The words everybody shares. Standard library only, so that the rules in `server/domain` may use them.

Each enum is one vocabulary of the field; its values are what stands in JSON, in the database and in the journal.
"""

from enum import IntEnum, StrEnum


class State(StrEnum):
    """Where a ticket is in its life."""

    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    HELD = "held"
    MISSED = "missed"
    DONE = "done"
    ABANDONED = "abandoned"
    CANCELLED = "cancelled"


FINAL_STATES = frozenset({State.DONE, State.ABANDONED, State.CANCELLED})


class Step(StrEnum):
    """What moves a ticket from one state to the next."""

    CALL = "call"
    RECALL = "recall"
    START = "start"
    FINISH = "finish"
    PASS_ON = "pass_on"
    HOLD = "hold"
    RESUME = "resume"
    MISS = "miss"
    RETURN = "return"
    BRING_BACK = "bring_back"
    UNDO_CALL = "undo_call"
    RELEASE = "release"
    REROUTE = "reroute"
    ABANDON = "abandon"
    CANCEL = "cancel"
    CLOSE_DAY = "close_day"
    TURN_OF_DAY = "turn_of_day"
    LATE_FINISH = "late_finish"  # it was finished while the line was cut, and the server did something else meanwhile


class Doubt(StrEnum):
    """What staff should know of a number that a kiosk gave while the server was away."""

    CLOCK = "clock"  # the kiosk's clock was wrong: the time is not the one it told
    LINE_CLOSED = "line_closed"  # the line takes no numbers any more
    LINE_GONE = "line_gone"  # the line is not there any more: it stands in another
    DAY_OVER = "day_over"  # its day had ended before the server heard of it


class Level(IntEnum):
    """The five levels of a rating, best is 5 (国办发〔2019〕51号; wording fixed)."""

    VERY_DISSATISFIED = 1
    DISSATISFIED = 2
    FAIRLY_SATISFIED = 3
    SATISFIED = 4
    VERY_SATISFIED = 5


LEVEL_WORDS = {
    Level.VERY_SATISFIED: ("非常满意", "Very satisfied"),
    Level.SATISFIED: ("满意", "Satisfied"),
    Level.FAIRLY_SATISFIED: ("基本满意", "Fairly satisfied"),
    Level.DISSATISFIED: ("不满意", "Dissatisfied"),
    Level.VERY_DISSATISFIED: ("非常不满意", "Very dissatisfied"),
}


class NotRated(StrEnum):
    """Why a rateable visit has no level at the counter."""

    NO_PRESS = "no_press"
    NO_KEYPAD = "no_keypad"
    KEYPAD_AWAY = "keypad_away"
    NEXT_CITIZEN = "next_citizen"
    TERMINAL_LOST = "terminal_lost"


class Outcome(StrEnum):
    """What the clerk says came of a visit (办理结果)."""

    FINISHED = "finished"  # 办结
    ACCEPTED = "accepted"  # 受理（承诺件）
    SUPPLEMENT = "supplement"  # 补件
    RETURNED = "returned"  # 退件
    REFUSED = "refused"  # 不予受理
    CONSULTED = "consulted"  # 咨询
    REFERRED = "referred"  # 转办


class VisitEnd(StrEnum):
    """How a visit ended; only `FINISHED` is rateable."""

    FINISHED = "finished"
    PASSED_ON = "passed_on"
    MISSED = "missed"
    UNDONE = "undone"
    RELEASED = "released"
    HANDED_OVER = "handed_over"
    ABANDONED = "abandoned"
    CANCELLED = "cancelled"


class HoldKind(StrEnum):
    """The three kinds of hold (挂起)."""

    WITHOUT_PAPERS = "without_papers"  # 不持件挂起
    WITH_PAPERS = "with_papers"  # 持件挂起
    WAITING = "waiting"  # 等待挂起


class PassOnRank(StrEnum):
    """Where a transferred ticket stands in its new line."""

    ORIGINAL = "original"
    FRONT = "front"
    END = "end"


class SlipOutcome(StrEnum):
    """What became of a slip that was reserved with its number. Only `PRINTED` is sure to be paper in a hand."""

    PRINTED = "printed"
    SENT = "sent"  # the printer has no back channel
    UNKNOWN = "unknown"
    FAILED = "failed"


class SlipAfter(StrEnum):
    """What was done about it afterwards."""

    REPRINTED = "reprinted"
    SHOWN = "shown"
    WITHDRAWN = "withdrawn"


class Priority(StrEnum):
    """Priority classes of the desk; the codes are those of the hall files."""

    ELDERLY = "LN"  # 老年人
    SOLDIER = "JR"  # 军人
    DISABLED = "CJ"  # 残疾人
    PREGNANT = "YF"  # 孕妇、抱婴
    CARE = "YX"  # 爱心
    GREEN_CHANNEL = "GC"  # 绿色通道


class Via(StrEnum):
    """How a deed reached the server."""

    KIOSK = "kiosk"
    DESK = "desk"
    PAGE = "page"
    CALL_PAD = "call_pad"
    KEYPAD = "keypad"
    PHONE = "phone"  # the citizen's own, with the link or the code of the slip
    SERVER = "server"
    COMMAND_LINE = "command_line"


class Role(StrEnum):
    """What a person may do; no account holds more than one of the three administrators."""

    CLERK = "clerk"
    GUIDE = "guide"
    FLOOR_MANAGER = "floor_manager"
    HALL_MANAGER = "hall_manager"
    INSPECTOR = "inspector"
    SYSTEM_ADMINISTRATOR = "system_administrator"
    SECURITY_ADMINISTRATOR = "security_administrator"
    AUDIT_ADMINISTRATOR = "audit_administrator"


ADMINISTRATORS = frozenset({Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDIT_ADMINISTRATOR})


class DeviceKind(StrEnum):
    """What an enrolled agent is."""

    KIOSK = "kiosk"
    WINDOW = "window"
    DISPLAY = "display"


class Audience(StrEnum):
    """Who sees which cards; every audience sees all of the one before it."""

    PUBLIC = "public"
    STAFF = "staff"
    MANAGER = "manager"


class WindowState(StrEnum):
    """What a window shows to the hall."""

    CLOSED = "closed"  # nobody signed in
    FREE = "free"
    CALLED = "called"
    SERVING = "serving"
    PAUSED = "paused"


class WhyClosed(StrEnum):
    """Why no number is given for a line now."""

    BEFORE_HOURS = "before_hours"
    AFTER_HOURS = "after_hours"
    BREAK = "break"
    NO_SESSION_TODAY = "no_session_today"
    DAY_CLOSED = "day_closed"
    STOPPED = "stopped"  # 停止取号, by the floor manager
    STOP_TAKING = "stop_taking"  # the stop-taking time of the session
    NO_WINDOW = "no_window"
    ASK_DESK = "ask_desk"  # needs ID, booking or priority: please see the desk


class Code(StrEnum):
    """Refusal codes. The catalogue of sentences is `contract/refusals.py`."""

    # the command itself
    BAD_REQUEST = "bad_request"
    KEY_MISSING = "key_missing"
    KEY_REUSED = "key_reused"
    KEY_UNKNOWN = "key_unknown"
    BODY_TOO_LARGE = "body_too_large"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    # who asks
    NOT_ENROLLED = "not_enrolled"
    NOT_SIGNED_IN = "not_signed_in"
    WRONG_ROLE = "wrong_role"
    WRONG_PLACE = "wrong_place"
    WRONG_HALL = "wrong_hall"
    FOREIGN_ORIGIN = "foreign_origin"
    FORGED_HOST = "forged_host"
    PAGE_SECRET = "page_secret"
    WRONG_PASSWORD = "wrong_password"
    WEAK_PASSWORD = "weak_password"
    TOO_MANY_TRIES = "too_many_tries"
    CODE_INVALID = "code_invalid"
    PASS_INVALID = "pass_invalid"
    TICKET_PROOF = "ticket_proof"
    # taking a number
    LINE_UNKNOWN = "line_unknown"
    LINE_CLOSED = "line_closed"
    ASK_DESK = "ask_desk"
    TOO_SOON = "too_soon"
    HAS_NUMBER = "has_number"
    PERSON_LIMIT = "person_limit"
    REASON_MISSING = "reason_missing"
    # numbers leased to a kiosk
    LEASED_ELSEWHERE = "leased_elsewhere"
    SERIES_TAKEN = "series_taken"
    NUMBER_CLASH = "number_clash"
    BLOCK_USED_UP = "block_used_up"
    # a ticket's life
    TICKET_UNKNOWN = "ticket_unknown"
    VISIT_UNKNOWN = "visit_unknown"
    STEP_NOT_ALLOWED = "step_not_allowed"
    STALE = "stale"
    RECALL_TOO_SOON = "recall_too_soon"
    RECALL_LIMIT = "recall_limit"
    UNDO_TOO_LATE = "undo_too_late"
    RETURN_TOO_LATE = "return_too_late"
    RETURN_LIMIT = "return_limit"
    CANNOT_SERVE = "cannot_serve"
    HELD_ELSEWHERE = "held_elsewhere"
    # a window
    WINDOW_UNKNOWN = "window_unknown"
    WINDOW_BUSY = "window_busy"
    WINDOW_TAKEN = "window_taken"
    WINDOW_PAUSED = "window_paused"
    NOT_PAUSED = "not_paused"
    START_OR_MISSED = "start_or_missed"
    FINISH_FIRST = "finish_first"
    NOBODY_WAITING = "nobody_waiting"
    CLERK_ELSEWHERE = "clerk_elsewhere"
    # ratings and slips
    NOT_RATEABLE = "not_rateable"
    ALREADY_RATED = "already_rated"
    RATED_TOO_LATE = "rated_too_late"
    RATING_PENDING = "rating_pending"
    NOT_RATED_YET = "not_rated_yet"
    SUPPLEMENT_TOO_LATE = "supplement_too_late"
    REASONS_GIVEN = "reasons_given"
    REASON_UNKNOWN = "reason_unknown"
    SLIP_UNKNOWN = "slip_unknown"
    SLIP_SETTLED = "slip_settled"
    # the day
    DAY_NOT_EMPTY = "day_not_empty"
    DAY_CLOSED = "day_closed"
    NOT_DUE = "not_due"
    # help at a kiosk
    REQUEST_OVER = "request_over"
    # administration
    HALL_UNKNOWN = "hall_unknown"
    HALL_FILE = "hall_file"
    USER_UNKNOWN = "user_unknown"
    USER_EXISTS = "user_exists"
    USER_DISABLED = "user_disabled"
    DEVICE_UNKNOWN = "device_unknown"
    DEVICE_NAME_TAKEN = "device_name_taken"
    ROLES_CLASH = "roles_clash"
    # the machine
    DISK_FULL = "disk_full"
    DATABASE_AWAY = "database_away"
    BUSY = "busy"
    NOT_CONFIRMED = "not_confirmed"
    NO_SERVER = "no_server"
    PRINTER_NOT_READY = "printer_not_ready"
    INTERNAL = "internal"
