"""The catalogue of refusals: for each code what happened and what to do, in Chinese and English.

`{names}` are filled from the refusal's details. Server and agents share it, so that a refusal reads the same wherever
it is made.
"""

import re

from contract.replies import Refused, Words
from contract.words import Code

_C = Code

SENTENCES: dict[Code, tuple[tuple[str, str], tuple[str, str]]] = {
    _C.BAD_REQUEST: (("请求的内容不正确：{where}", "The request is not right: {where}"), ("请更正后再提交", "Correct it and send it again")),
    _C.KEY_MISSING: (("请求没有带幂等键", "The request has no Idempotency-Key"), ("请带上 32 位十六进制的 Idempotency-Key", "Send a header Idempotency-Key of 32 hex digits")),
    _C.KEY_REUSED: (("同一个幂等键用于了不同的请求", "The same key was used for a different request"), ("新的操作请用新的键", "Use a new key for a new deed")),
    _C.KEY_UNKNOWN: (("这个请求没有到达过服务器", "This request never reached the server"), ("如仍需要，请重新操作", "Do it again if it is still wanted")),
    _C.BODY_TOO_LARGE: (("请求内容过大", "The request is too large"), ("请减少内容后再提交", "Send less")),
    _C.NOT_FOUND: (("没有这个地址", "There is nothing at this address"), ("请检查地址", "Check the address")),
    _C.METHOD_NOT_ALLOWED: (("这个地址不支持这种访问方式", "This address does not take this method"), ("请检查请求方法", "Check the method")),
    _C.NOT_ENROLLED: (("这台设备没有登记，或登记已被撤销", "This device is not enrolled, or was revoked"), ("请管理员用 paihao device enrol 重新登记", "Ask the administrator to enrol it: paihao device enrol")),
    _C.NOT_SIGNED_IN: (("还没有登录，或登录已失效", "Nobody is signed in, or the session has ended"), ("请先登录", "Sign in first")),
    _C.WRONG_ROLE: (("您的角色不能做这件事", "Your role may not do this"), ("请找有权限的人员办理", "Ask somebody who may")),
    _C.WRONG_PLACE: (("这台设备不负责这个窗口或分区", "This device does not look after that window or zone"), ("请在对应的设备上操作", "Use the device of that place")),
    _C.WRONG_HALL: (("这个凭据属于另一个大厅", "This credential belongs to another hall"), ("请检查大厅代码", "Check the hall's code")),
    _C.FOREIGN_ORIGIN: (("来自其他网站的请求不被接受", "Requests from another site are not accepted"), ("请从本系统的页面操作", "Use this system's own page")),
    _C.FORGED_HOST: (("请求的主机名不在允许列表中", "The host name is not on the list"), ("请用登记过的地址访问，或在设置 hosts 中加入", "Use a listed address, or add it to the setting hosts")),
    _C.PAGE_SECRET: (("页面没有带本机口令", "The page did not show its secret"), ("请从终端程序打开的页面操作", "Use the page opened by the terminal program")),
    _C.WRONG_PASSWORD: (("工号或密码不对", "The number or the password is wrong"), ("请重新输入；忘记密码请找管理员重置", "Try again, or ask the administrator for a reset")),
    _C.WEAK_PASSWORD: (("密码太简单：{why}", "The password is too weak: {why}"), ("请用至少 10 个字符的密码", "Use at least 10 characters")),
    _C.TOO_MANY_TRIES: (("尝试次数过多", "Too many tries"), ("请在 {seconds} 秒后再试", "Try again in {seconds} seconds")),
    _C.CODE_INVALID: (("这个代码不对、已用过或已过期", "This code is wrong, used or expired"), ("请管理员重新生成一个代码", "Ask the administrator for a new code")),
    _C.PASS_INVALID: (("连接凭证无效或已用过", "The pass is invalid or was used"), ("页面会自动重新获取", "The page fetches a new one by itself")),
    _C.TICKET_PROOF: (("这个链接或查询码与号码不符", "This link or code is not that of the number"), ("请核对小票上的查询码，或重新扫小票上的二维码", "Check the code on the slip, or scan its QR code again")),
    _C.LINE_UNKNOWN: (("没有这个业务队列：{line}", "There is no such line: {line}"), ("请重新选择业务", "Choose the service again")),
    _C.LINE_CLOSED: (("{service} 现在不取号：{why}", "No numbers for {service_en} now: {why_en}"), ("{again}", "{again_en}")),
    _C.ASK_DESK: (("{service} 请到导办台取号", "For {service_en} please see the desk"), ("请带上证件到导办台", "Bring your documents to the desk")),
    _C.TOO_SOON: (("刚刚取过号，请稍候", "A number was taken just now"), ("请在 {seconds} 秒后再取", "Try again in {seconds} seconds")),
    _C.HAS_NUMBER: (("这张身份证的 {number} 还有效", "{number} of this ID card is still valid"), ("请凭 {number} 等候；小票不见了请到导办台补打", "Wait with {number}; the desk prints a lost slip again")),
    _C.PERSON_LIMIT: (("这张身份证今天已取 {limit} 个号", "{limit} numbers were taken with this ID card today"), ("还要办理请到导办台", "For more, please see the desk")),
    _C.REASON_MISSING: (("需要填写原因", "A reason is needed"), ("请填写原因后再提交", "Give the reason and send it again")),
    _C.LEASED_ELSEWHERE: (("另一台机器正以 {kiosk} 的身份预留号码", "Another machine leases numbers in the name of {kiosk}"), ("请停用其中一台，或用 paihao device enrol 重新登记这一台", "Stop one of them, or enrol this one again: paihao device enrol")),
    _C.SERIES_TAKEN: (("{device} 的号段 {series} 与 {other} 相同", "{device} would number its tickets {series} as {other} does"), ("请给其中一台取号机换个名字", "Give one of the kiosks another name")),
    _C.NUMBER_CLASH: (("{number} 已由另一次取号占用", "{number} was given to somebody else"), ("请看导办台：这台取号机的身份可能被复制了", "See the desk: this kiosk's identity may have been copied")),
    _C.BLOCK_USED_UP: (("和服务器的连接断了，本机预留的号也发完了", "The line to the server is cut, and the numbers kept here are used up"), ("请到导办台取号", "Please take your number at the desk")),
    _C.TICKET_UNKNOWN: (("今天没有这个号", "There is no such ticket today"), ("请核对号码", "Check the number")),
    _C.VISIT_UNKNOWN: (("没有这次办理记录", "There is no such visit"), ("请刷新后再试", "Refresh and try again")),
    _C.STEP_NOT_ALLOWED: (("{number} 现在的状态是「{state}」，不能这样操作", "{number} is {state_en}; this cannot be done now"), ("请看当前状态后再操作", "Look at its present state first")),
    _C.STALE: (("窗口的情况已经变了", "Things have changed at the window"), ("请看最新状态后再操作", "Look again, then press again")),
    _C.RECALL_TOO_SOON: (("重呼间隔太短", "It was called a moment ago"), ("请在 {seconds} 秒后再呼", "Call again in {seconds} seconds")),
    _C.RECALL_LIMIT: (("已重呼 {limit} 次，达到上限", "It was recalled {limit} times, which is the limit"), ("请开始办理，或按过号", "Start, or press missed")),
    _C.UNDO_TOO_LATE: (("超过 {seconds} 秒，不能撤回叫号", "A call can be taken back only within {seconds} seconds"), ("请开始办理，或按过号", "Start, or press missed")),
    _C.RETURN_TOO_LATE: (("已过了可返回的半天", "The half day in which it may return is over"), ("请重新取号", "Please take a new number")),
    _C.RETURN_LIMIT: (("这个号已返回 {limit} 次", "This ticket has returned {limit} times"), ("请重新取号", "Please take a new number")),
    _C.CANNOT_SERVE: (("这个窗口不办理 {service}", "This window does not serve {service_en}"), ("请选择其他号或转到对应窗口", "Choose another ticket, or pass it on")),
    _C.HELD_ELSEWHERE: (("材料在 {window} 号窗口，只能在那里继续", "The papers are at window {window}; it goes on there"), ("请到 {window} 号窗口办理", "Send the citizen to window {window}")),
    _C.WINDOW_UNKNOWN: (("没有这个窗口：{window}", "There is no window {window}"), ("请检查窗口号", "Check the window's number")),
    _C.WINDOW_BUSY: (("{window} 号窗口还有号在办理", "Window {window} still has a ticket in hand"), ("请先办结、过号或挂起", "Finish, miss or hold it first")),
    _C.WINDOW_TAKEN: (("{window} 号窗口已有人登录", "Somebody else is signed in at window {window}"), ("请先让对方退出", "They must sign out first")),
    _C.WINDOW_PAUSED: (("窗口正在暂停服务", "The window is paused"), ("请先恢复服务", "Reopen it first")),
    _C.NOT_PAUSED: (("窗口没有暂停", "The window is not paused"), ("不需要恢复", "Nothing to reopen")),
    _C.START_OR_MISSED: (("{number} 已呼叫，还没有开始", "{number} is called and not yet started"), ("请按开始或过号", "Start, or missed?")),
    _C.FINISH_FIRST: (("{number} 还在办理", "{number} is still being served"), ("请先办结", "Finish it first")),
    _C.NOBODY_WAITING: (("现在没有人等候", "Nobody is waiting"), ("有人取号后再呼叫", "Call when somebody has taken a number")),
    _C.CLERK_ELSEWHERE: (("您还在 {window} 号窗口登录", "You are still signed in at window {window}"), ("请先在那里退出", "Sign out there first")),
    _C.NOT_RATEABLE: (("这次办理不能评价", "This visit cannot be rated"), ("只有办结的办理可以评价", "Only a finished visit can be rated")),
    _C.ALREADY_RATED: (("这次办理已有评价记录", "This visit already has its record"), ("一次办理只记一次", "One record for one visit")),
    _C.RATED_TOO_LATE: (("评价时间已过", "The time to rate is over"), ("可以稍后扫码补充评价", "It may be rated later by QR code")),
    _C.RATING_PENDING: (("窗口的评价还没有记下结果", "The counter's rating is not settled yet"), ("请过几分钟再评价", "Rate in a few minutes")),
    _C.NOT_RATED_YET: (("这次办理还没有评价", "This visit has no rating yet"), ("请先评价，再写原因", "Rate it first, then say why")),
    _C.SUPPLEMENT_TOO_LATE: (("已过补充评价的期限：办结后 {days} 天内", "The time to rate later is over: within {days} days after the visit"), ("有意见请拨打监督电话", "Please call the supervision phone instead")),
    _C.REASONS_GIVEN: (("原因已经记下", "The reasons were given already"), ("一次评价只记一次原因", "Reasons are taken once for a rating")),
    _C.REASON_UNKNOWN: (("所选原因不属于这一级评价", "A reason chosen does not belong to this level"), ("请在列出的原因中选择", "Choose among the reasons listed")),
    _C.SLIP_UNKNOWN: (("没有这张号票", "There is no such slip"), ("请核对号码", "Check the number")),
    _C.SLIP_SETTLED: (("这张号票已有结果", "This slip already has its outcome"), ("不需要再记", "Nothing more to record")),
    _C.DAY_NOT_EMPTY: (("还有号没有办完：{numbers}", "Tickets are still at work: {numbers}"), ("请先办结、释放或弃号", "Finish, release or abandon them first")),
    _C.DAY_CLOSED: (("今天已经结束", "The day is closed"), ("请下一个工作日再来", "Come back on the next working day")),
    _C.NOT_DUE: (("还没有到时间", "It is not time yet"), ("到时间后会自动执行", "It happens by itself in time")),
    _C.REQUEST_OVER: (("这次求助已经有人处理了", "Somebody has seen to this request already"), ("不需要再处理", "Nothing more to do")),
    _C.HALL_UNKNOWN: (("没有这个大厅：{hall}", "There is no hall {hall}"), ("请检查大厅代码，或用 paihao hall load 装入", "Check its code, or load it: paihao hall load")),
    _C.HALL_FILE: (("大厅文件有错误：{mistakes}", "The hall file has mistakes: {mistakes_en}"), ("请用 paihao hall check 查看并改正", "See them with paihao hall check, and correct them")),
    _C.USER_UNKNOWN: (("没有这个用户：{login}", "There is no user {login}"), ("请检查工号", "Check the number")),
    _C.USER_EXISTS: (("用户已存在：{login}", "User {login} exists already"), ("请换一个登录名", "Choose another name")),
    _C.USER_DISABLED: (("这个用户已停用：{login}", "User {login} is disabled"), ("请找管理员启用", "Ask the administrator")),
    _C.DEVICE_UNKNOWN: (("没有这台设备：{device}", "There is no device {device}"), ("用 paihao device list 查看", "See paihao device list")),
    _C.DEVICE_NAME_TAKEN: (("{device} 是另一种终端的名字", "{device} is the name of another kind of device"), ("请换一个名字", "Choose another name")),
    _C.ROLES_CLASH: (("系统、安全、审计管理员不能由一个人兼任", "One account cannot hold two of the three administrators"), ("请分给不同的人", "Give them to different people")),
    _C.DISK_FULL: (("服务器磁盘已满，没有记下", "The server's disk is full; nothing was recorded"), ("请管理员清理磁盘后再试", "Ask the administrator to free space, then try again")),
    _C.DATABASE_AWAY: (("服务器连不上数据库，不能确定是否记下", "The server cannot reach its database; whether it was recorded is not certain"), ("数据库恢复后会自动继续，请用同一操作再试", "It goes on by itself when the database is back; try the same again")),
    _C.BUSY: (("系统正忙", "The system is busy"), ("请稍后再试", "Try again shortly")),
    _C.NOT_CONFIRMED: (("没有得到服务器的确认", "The server did not confirm"), ("正在核对，请看最新状态", "Checking; look at the present state")),
    _C.NO_SERVER: (("和服务器的连接断了", "The line to the server is cut"), ("恢复后再操作", "Try again when it is back")),
    _C.PRINTER_NOT_READY: (("打印机不能用：{reason}", "The printer is not ready: {reason}"), ("请看屏幕上的号码", "Your number is on the screen")),
    _C.INTERNAL: (("服务器出了错，没有记下", "The server failed; nothing was recorded"), ("请再试一次；如仍不行请告诉管理员", "Try again; if it stays, tell the administrator")),
}  # fmt: skip

_NAME = re.compile(r"\{(\w+)\}")


def _fill(sentence: str, details: dict[str, str | int | list[str]]) -> str:
    def value(match: re.Match[str]) -> str:
        found = details.get(match[1], "")
        return "、".join(found) if isinstance(found, list) else str(found)

    return _NAME.sub(value, sentence)


def refuse(code: Code, **details: str | int | list[str]) -> Refused:
    """Build the refusal for `code`, its sentences filled from `details`."""
    said, todo = SENTENCES[code]
    return Refused(
        code=code,
        sentence=Words(zh=_fill(said[0], details), en=_fill(said[1], details)),
        what_to_do=Words(zh=_fill(todo[0], details), en=_fill(todo[1], details)),
        details=details,
    )
