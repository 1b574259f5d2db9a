"""What a new definition changes is said in sentences; whoever would be left in a line that is gone is named."""

from dataclasses import replace

import pytest

from server.domain.hall import Hall, lines_of
from server.halls.changes import changes, endangered
from tests.server.halls.hall_folder import HallFolder


def said(old: Hall, new: Hall) -> list[str]:
    return [sentence.en for sentence in changes(old, new)]


def test_an_equal_hall_changes_nothing(branch: HallFolder) -> None:
    assert changes(branch.hall(), branch.hall()) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "en", "zh"),
    [
        ("hall.toml", "return_places = 2", "return_places = 4",
         "rule return_places: 2 → 4", "规则 return_places：2 → 4"),
        ("hall.toml", "finish_on_call = true", "", "rule finish_on_call: yes → no", "规则 finish_on_call：是 → 否"),
        ("hall.toml", '"12345"', '"12388"', "supervision phone: 12345 → 12388", "监督电话：12345 → 12388"),
        ("services.csv", "审批,,8,25", "审批,,9,25", "service C, expected minutes: 8 → 9", "业务 C 的预计分钟：8 → 9"),
        ("windows.csv", "2,A,ZH,综合,B;A;Z", "2,A,ZH,综合,B;Z",
         "window 2, services: B, A, Z → B, Z", "窗口 2 的办理业务"),
        ("windows.csv", "1016,1029", "1016,", "window 4, B clerk: 1029 → (none)", "窗口 4 的B 岗：1029 → （空）"),
        ("staff.csv", "on_duty,区中心派驻\n1029", "on_leave,\n1029",
         "clerk 1027, on duty: yes → no", "人员 1027 的在岗"),
        ("hours.csv", "12:00,ALL", "12:30,ALL", "session workday_morning, closes: 12:00 → 12:30", "12:00 → 12:30"),
        ("devices.csv", "LS4,strip", "LS9,strip", "device LS9 added", "新增设备 LS9"),
        ("devices.csv", "counter,3,PC1,四键", "counter,5,PC1,", "device KP3, address: 3 → 5", "设备 KP3 的地址：3 → 5"),
        ("../linjiang/calendar-2026.csv", "2026-10-10,周六,work", "2026-10-10,周六,off",
         "calendar 2026-10-10: workday → off", "日历 2026-10-10：workday → off"),
    ],
)  # fmt: skip
def test_one_edit_is_one_sentence(branch: HallFolder, file: str, old: str, new: str, en: str, zh: str) -> None:
    before = branch.hall()
    branch.edit(file, old, new)
    sentences = changes(before, branch.hall())
    assert [sentence for sentence in sentences if en in sentence.en and zh in sentence.zh], sentences


def test_a_window_that_moves_to_another_floor_is_one_edit_and_its_devices_follow(linjiang: HallFolder) -> None:
    before = linjiang.hall()
    linjiang.edit("windows.csv", "104,A,ZH", "104,D,ZH")
    assert said(before, linjiang.hall()) == [
        "window 104, zone: A → D",
        "device KP104, zone: A → D",
        "device CP104, zone: A → D",
        "device LS104, zone: A → D",
    ]


def test_windows_that_come_and_go_are_named(branch: HallFolder) -> None:
    before = branch.hall()
    branch.edit("windows.csv", "2,A,ZH", "5,A,ZH")
    branch.edit("staff.csv", "ZH,1,A,2", "ZH,1,A,5")
    branch.edit("staff.csv", "ZH,2,A,1", "ZH,5,A,1")
    for code in ("KP2,keypad", "CP2,pad", "LS2,strip"):
        branch.edit("devices.csv", f"{code},,2", f"{code},,5")
    sentences = said(before, branch.hall())
    assert sentences[:2] == ["window 2 removed", "window 5 added"]
    assert "device KP2, window: 2 → 5" in sentences


def test_a_service_put_between_others_moves_nobody(branch: HallFolder) -> None:
    before = branch.hall()
    services = dict(before.services)
    row = services.pop("G")
    other = {"A": services.pop("A"), "G": row, **services}
    numbered = {prefix: replace(service, order=order) for order, (prefix, service) in enumerate(other.items())}
    after = replace(before, services=numbered, lines=lines_of(numbered, before.windows))
    assert said(before, after) == ["the order of the services changes"]
    without = {prefix: service for prefix, service in before.services.items() if prefix != "C"}
    assert said(replace(before, services=without), before) == ["service C added"]


def test_people_in_a_line_that_would_go_are_named(branch: HallFolder) -> None:
    before = branch.hall()
    branch.edit("services.csv", "G,医保异地备案", "F,医保报销")
    branch.edit("windows.csv", "G;Z,D", "F,D")
    branch.edit("windows.csv", "2,A,ZH,综合,B;A;Z", "2,A,ZH,综合,B;A")
    branch.edit("services.csv", "咨询导办,Enquiries and Guidance,ALL", "咨询导办,Enquiries and Guidance,ZH")
    after = branch.hall()
    assert endangered(before, after, {"A": 5, "G": 0, "B": 1}) == []
    sentences = endangered(before, after, {"A": 2, "G": 1, "Z-YB": 3, "Z-RS": 0})
    assert [sentence.en.replace("Medical Care in Another Place: Registration", "…") for sentence in sentences] == [
        "1 person waits in G (…), which no window of the new definition calls",
        "3 people wait in Z-YB (Enquiries and Guidance), which no window of the new definition calls",
    ]
    assert [sentence.zh for sentence in sentences] == [
        "G（医保异地备案）还有 1 人等候，新定义中没有窗口呼叫这个队列",
        "Z-YB（咨询导办）还有 3 人等候，新定义中没有窗口呼叫这个队列",
    ]


def test_people_in_a_line_that_nobody_calls_any_more_are_named(branch: HallFolder) -> None:
    before = branch.hall()
    windows = {no: replace(w, services=tuple(p for p in w.services if p != "D")) for no, w in before.windows.items()}
    after = replace(before, windows=windows, lines=lines_of(before.services, windows))
    assert [s.en for s in endangered(before, after, {"D": 4})] == [
        "4 people wait in D (Pension Eligibility Check), which no window of the new definition calls"
    ]
