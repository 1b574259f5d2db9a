"""What a machine says to the person in front of it: sentences with places for numbers, as tokens of a voice pack.

What stands between the places is one clip; its text is its token. Names that a hall gives its services are no part of a
shipped pack: a hall's own pack may have a clip `service/<prefix>` for each, else the letter is said that stands on the
key.
"""

import re
from collections.abc import Callable, Mapping, Sequence

from drivers.voices.counting import chinese, chinese_of, english_of, english_room, signs

PAUSE = "pause"

# Prompt → Chinese, English. A citizen reads the same on the screen.
PROMPTS: Mapping[str, tuple[str, str]] = {
    "ask": ("您要办什么业务？请按屏幕上的业务", "Choose a service on the screen"),
    "ask_care": ("您要办哪一类事？", "What is it about?"),
    "ask_line": ("要办哪一件？", "Which of these?"),
    "ask_department": ("您要问哪个部门？", "Which department?"),
    "look": ("看哪项业务要带什么？", "What to bring. Choose a service"),
    "no_services": ("现在没有可以取号的业务", "There are no services here now"),
    "no_printer": ("本机打不出小票，号码会显示在屏幕上", "No slips here now. Your number is shown on the screen"),
    "chosen": ("您选的业务是{service}", "The service you chose is {service}"),
    "number": ("您的号是{number}", "Your number is {number}"),
    "where": ("请到{floor}楼{windows}号窗口", "Please go to floor {floor}, window {windows}"),
    "where_window": ("请到{windows}号窗口", "please go to window {windows}"),
    "where_floor": ("请到{floor}楼，窗口写在屏幕上", "Please go to floor {floor}. The windows are on the screen"),
    "where_screen": ("去哪里写在屏幕上", "Where to go is on the screen"),
    "ahead": ("前面还有{people}人", "People ahead of you {people}"),
    "wait": ("大约等{low}到{high}分钟", "The wait is about {low} to {high} minutes"),
    "wait_most": ("最多等{high}分钟", "The wait is at most {high} minutes"),
    "take_slip": ("请取走小票", "Please take your slip"),
    "no_slip": ("小票没有打出来，请拍照或记下号码", "Your slip was not printed. Please note the number"),
    "closed": ("现在不能取号", "No numbers at this time"),
    "at_desk": ("请到导办台取号", "Please see the desk for a number"),
    "why_ask_desk": ("要核对证件或预约", "Your ID or a booking is checked first"),
    "why_after_hours": ("今天的取号时间已过", "Taking has ended for today"),
    "why_before_hours": ("还没有到取号时间", "Taking has not begun yet"),
    "why_break": ("现在是休息时间", "It is the break now"),
    "why_day_closed": ("今天的服务已结束", "Service has ended for today"),
    "why_no_session_today": ("今天不办理这项业务", "This service is not given today"),
    "why_no_window": ("现在没有窗口办理", "No window serves it now"),
    "why_stop_taking": ("已到停止取号时间", "The time to stop taking has come"),
    "why_stopped": ("工作人员暂停了取号", "Staff have stopped taking for now"),
    "again_today": ("今天{time}再开", "It opens again today at {time}"),
    "again_date": ("{month}月{day}日{time}再开", "It opens again on {month} {day} at {time}"),
    "again_next": ("下一个工作日再开", "It opens again on the next working day"),
    "again_unknown": ("恢复时间还没有定", "Not known yet when it opens"),
    "long": ("大约要等{low}到{high}分钟，还取号吗？", "The wait is about {low} to {high} minutes. Take a number?"),
    "bring": ("要带的东西写在屏幕上", "What to bring is on the screen"),
    "too_soon": ("刚刚取过号，请稍候", "A number was taken just now"),
    "not_confirmed": ("没有得到确认，请到导办台", "It was not confirmed. Please go to the desk"),
    "no_number": ("没有取到号，原因写在屏幕上", "No number was taken. See the screen"),
    "guide": ("已经告诉导办员，请在这里等", "A guide has been told. Please stay here"),
    "no_guide": ("没有叫到导办员，请到导办台", "No guide was told. Please go to the desk"),
    "cut": ("本机不能取号，请到导办台", "No numbers here now. Please go to the desk"),
}
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip

_PLACE = re.compile(r"\{(\w+)\}")
_LIKE: Mapping[str, re.Pattern[str]] = {
    "service": re.compile(r"[0-9A-Z]{1,4}"),
    "number": re.compile(r"[0-9A-Z-]{1,12}"),
    "windows": re.compile(r"[0-9A-Z-]{1,6}(,[0-9A-Z-]{1,6}){0,7}"),
    "floor": re.compile(r"[1-9][0-9]?"),
    "people": re.compile(r"[0-9]{1,4}"),
    "low": re.compile(r"[0-9]{1,4}"),
    "high": re.compile(r"[0-9]{1,4}"),
    "month": re.compile(r"[1-9]|1[0-2]"),
    "day": re.compile(r"[1-9]|[12][0-9]|3[01]"),
    "time": re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]"),
}


class NotSayable(ValueError):
    """No such prompt, a place without its value, or a value that is none."""


def prompt_tokens(sentences: str, prompt: str, values: Mapping[str, str], *, by_name: bool = False) -> tuple[str, ...]:
    """The tokens of a prompt in the order of words of a pack's `sentences`. `by_name`: the service by its own clip.

    Raises NotSayable.
    """
    if prompt not in PROMPTS:
        raise NotSayable(prompt)
    say = _CHINESE if sentences == "zh" else _ENGLISH
    tokens: list[str] = []
    for place, part in enumerate(_PLACE.split(PROMPTS[prompt][0 if sentences == "zh" else 1])):
        if place % 2 == 0:
            tokens += [text] if (text := _clip(part)) else []
        elif _LIKE[part].fullmatch(value := values.get(part, "")):
            tokens += [f"service/{value}"] if part == "service" and by_name else say[part](value)
        else:
            raise NotSayable(f"{prompt}.{part}")
    return tuple(tokens)


def prompt_clips(sentences: str) -> dict[str, str]:
    """Token → file name without its ending, for all that stands between the places of all prompts."""
    found: dict[str, str] = {}
    for prompt, texts in PROMPTS.items():
        parts = [text for part in _PLACE.split(texts[0 if sentences == "zh" else 1])[::2] if (text := _clip(part))]
        for place, text in enumerate(parts):
            found.setdefault(text, f"say_{prompt}" if len(parts) == 1 else f"say_{prompt}_{place + 1}")
    return found


def every_prompt_token(sentences: str) -> list[str]:
    """All tokens that prompts can need, names of services apart."""
    numbers = [*"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
    if sentences == "zh":
        return [PAUSE, *numbers, "十", "百", "两", "点", "分", *prompt_clips("zh")]
    whole = [str(value) for value in (*range(10, 20), *range(20, 100, 10))]
    return [PAUSE, *numbers, *whole, "hundred", "o'clock", *MONTHS, *prompt_clips("en")]


def _clip(part: str) -> str:
    return part.strip(" ，,.")


def _listed(windows: str, one: Callable[[int], list[str]]) -> list[str]:
    """Window after window with a pause between them; what is no plain number sign by sign."""
    tokens: list[str] = []
    for no in windows.split(","):
        plain = re.fullmatch("[1-9][0-9]{0,2}", no) is not None
        tokens += [PAUSE, *(one(int(no)) if plain else signs(no))]
    return tokens[1:]


def _chinese_time(at: str) -> Sequence[str]:
    hour, minute = (int(part) for part in at.split(":"))
    minutes = [*(["0"] if minute < 10 else []), *chinese(minute), "分"] if minute else []
    return [*chinese_of(hour), "点", *minutes]


def _english_time(at: str) -> Sequence[str]:
    hour, minute = (int(part) for part in at.split(":"))
    if not minute:
        return [*english_room(hour), "o'clock"]
    return [*english_room(hour), *(["0"] if minute < 10 else []), *english_room(minute)]


_CHINESE: Mapping[str, Callable[[str], Sequence[str]]] = {
    "service": signs,
    "number": signs,
    "windows": lambda windows: _listed(windows, chinese),
    "floor": lambda value: chinese(int(value)),
    "people": lambda value: chinese_of(int(value)),
    "low": lambda value: chinese_of(int(value)),
    "high": lambda value: chinese_of(int(value)),
    "month": lambda value: chinese(int(value)),
    "day": lambda value: chinese(int(value)),
    "time": _chinese_time,
}
_ENGLISH: Mapping[str, Callable[[str], Sequence[str]]] = {
    "service": signs,
    "number": signs,
    "windows": lambda windows: _listed(windows, english_room),
    "floor": lambda value: english_room(int(value)),
    "people": lambda value: english_of(int(value)),
    "low": lambda value: english_of(int(value)),
    "high": lambda value: english_of(int(value)),
    "month": lambda value: [MONTHS[int(value) - 1]],
    "day": lambda value: english_room(int(value)),
    "time": _english_time,
}
