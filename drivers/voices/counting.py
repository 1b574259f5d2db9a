"""Numbers as tokens of a voice pack, in Chinese and English."""

import re

YAO = "幺"
TWO_OF = "两"


def signs(text: str) -> list[str]:
    """Sign by sign; zeros are never dropped, dashes are not said."""
    return re.findall(r"[0-9A-Z]", text.upper())


def chinese(value: int) -> list[str]:
    """0 – 999 as a whole: 一百零一, 一百一十, 二十; 十二 without 一 before it."""
    if value == 0:
        return ["0"]
    hundreds, rest = divmod(value, 100)
    tens, ones = divmod(rest, 10)
    words = [str(hundreds), "百"] if hundreds else []
    if tens:
        words += ["十"] if tens == 1 and not hundreds else [str(tens), "十"]
    elif hundreds and ones:
        words.append("0")
    return [*words, str(ones)] if ones else words


def chinese_of(value: int) -> list[str]:
    """So many of something: 两 for two, above 999 sign by sign."""
    if value > 999:
        return signs(str(value))
    return [TWO_OF] if value == 2 else chinese(value)


def english_room(value: int) -> list[str]:
    """0 – 999: up to 99 as a whole; above, as rooms are read: one zero one."""
    if value < 20 or (value < 100 and value % 10 == 0):
        return [str(value)]
    if value < 100:
        return [str(value // 10 * 10), str(value % 10)]
    return list(str(value))


def english_of(value: int) -> list[str]:
    """So many of something: three hundred five; above 999 sign by sign."""
    if value < 100 or value > 999:
        return english_room(value) if value < 100 else signs(str(value))
    hundreds, rest = divmod(value, 100)
    return [str(hundreds), "hundred", *(english_room(rest) if rest else [])]
