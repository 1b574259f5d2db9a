"""The slip's own words, in both languages. The hall's words (its name, services, rule) come with the ticket."""

from dataclasses import dataclass
from typing import Literal

Language = Literal["zh", "en"]


@dataclass(frozen=True)
class SlipWords:
    date: str  # strftime
    taken: str
    where: str
    ahead: str
    nobody: str
    one_person: str
    people: str
    wait: str
    minutes: str
    at_most: str
    until: str
    reprint: str
    scan: str
    rate: str
    code: str
    turn: str
    hotline: str
    cut: str
    cut_stands: str
    at_least: str
    then: str
    not_known: str


WORDS: dict[Language, SlipWords] = {
    "zh": SlipWords(
        date="{0.year}年{0.month}月{0.day}日",
        taken="{0:%H:%M} 取号",
        where="到哪里",
        ahead="前面",
        nobody="没有人",
        one_person=" 人",
        people=" 人",
        wait="约等",
        minutes=" 分钟",
        at_most="不到 ",
        until="–",
        reprint="补打",
        scan="扫码看前面几人",
        rate="办完也扫它来评价",
        code="查询码 {}",
        turn="屏幕上您的号盖上红印，就轮到您。",
        hotline="监督电话 {}",
        cut="和服务器的连接断了",
        cut_stands="这个号照样有效：从取号这一刻起排队，恢复后按取号时间排。",
        at_least="至少 ",
        then="（{0:%H:%M} 断线时）",
        not_known="现在还不知道",
    ),
    "en": SlipWords(
        date="{0.day} {0:%B} {0.year}",
        taken="taken {0:%H:%M}",
        where="Where",
        ahead="Ahead",
        nobody="nobody",
        one_person=" person",
        people=" people",
        wait="Wait",
        minutes=" min",
        at_most="under ",
        until="–",
        reprint="Reprint 补打",
        scan="Scan to see who is ahead",
        rate="and to rate us afterwards",
        code="Code {}",
        turn="When the screen shows your number in a red seal, it is your turn.",
        hotline="Complaints {}",
        cut="The line to the server is cut",
        cut_stands="Your number is good: it stands in the line from this moment, by the time it was taken.",
        at_least="at least ",
        then=" (at {0:%H:%M}, when it was cut)",
        not_known="not known now",
    ),
}
