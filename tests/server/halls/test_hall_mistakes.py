"""Every kind of mistake in a hall file is told with its file, its line and its reason in both languages."""

import re

import pytest

from tests.server.halls.hall_folder import HallFolder

# file, what stands there, what is written instead, the English reason
ONE_MISTAKE = [
    ("hall.toml", 'code = "LJ"', 'code = "lj 1"', "code: 'lj 1' must be 1 to 16 capital letters"),
    ("hall.toml", "supervision_phone", "supervison_phone", "no key supervison_phone; did you mean supervision_phone"),
    ("hall.toml", '"Asia/Shanghai"', '"Asia/Linjiang"', "there is no time zone 'Asia/Linjiang'"),
    ("hall.toml", '"Asia/Shanghai"', '"Asia"', "there is no time zone 'Asia'"),
    ("hall.toml", "return_places = 3", "return_places = 0", "return_places: 0 is not within 1 to 50"),
    ("hall.toml", "rate_within_s = 60", "rate_within_s = 6000", "rate_within_s: 6000 is not within 10 to 600"),
    ("hall.toml", "undo_s = 10", 'undo_s = "ten"', "undo_s: 'ten' is not a whole number"),
    ("hall.toml", "finish_on_call = false", "finish_on_call = 0", "finish_on_call: '0' must be true or false"),
    ("hall.toml", 'return_rule = "places"', 'return_rule = "front"', "'front' must be one of: places tail void"),
    ("hall.toml", 'day_turns_at = "04:00"', 'day_turns_at = "4 am"', "'4 am' is no time of day"),
    ("hall.toml", "recall_limit", "recal_limit", "no key recal_limit; did you mean recall_limit"),
    ("hall.toml", 'devices = "devices.csv"', 'devises = "devices.csv"', "there is no table devises"),
    ("hall.toml", 'staff = "staff.csv"', "staff = 7", "must be the name of a file"),
    ("hall.toml", 'staff = "staff.csv"', 'staff = "people.csv"', "people.csv: there is no such file"),
    ("hall.toml", 'timezone = "Asia/Shanghai"', 'only_windows = ["999"]', "there is no window 999"),
    ("hall.toml", 'timezone = "Asia/Shanghai"', "only_windows = []", "names no window"),
    ("hall.toml", 'timezone = "Asia/Shanghai"', "only_windows = [410]", "these windows serve nothing"),
    ("hall.toml", 'timezone = "Asia/Shanghai"', 'missed_rule = "过号作废"', "give both missed_rule and missed_rule_en"),
    ("zones.csv", "guide_desks", "guide_desk", "no column 'guide_desk'; did you mean guide_desks"),
    ("zones.csv", "D,4F,", "D/1,4F,", "zone: 'D/1' must be 1 to 8 letters, digits or dashes"),
    ("departments.csv", "ZJ,区住房城乡建委", "ALL,区住房城乡建委", "ALL means every department"),
    ("departments.csv", "RS,区人力社保局,Human Resources and Social Security Bureau,A,",
     "RS,区人力社保局,Human Resources and Social Security Bureau,E,", "there is no zone E"),
    ("departments.csv", ",4,2,4007", ",4,2,9999", "there is no clerk 9999"),
    ("services.csv", ",YB,承诺,审批,20,12,30", ",YX,承诺,审批,20,12,30", "there is no department YX"),
    ("services.csv", ",18,40,60,50,off", ",0,40,60,50,off", "minutes: 0 is not within 1 to 480"),
    ("services.csv", ",18,40,60,50,off", ",18,40,many,50,off", "quota_am: 'many' is not a whole number"),
    ("services.csv", ",18,40,60,50,off", ",,40,60,50,off", "minutes: must not be empty"),
    ("services.csv", "M;SF;LQ", "M;SF;SG", "there is no service SG"),
    ("services.csv", "Payment notice;Bank card", "Bank card", "bring has 2 items, bring_en has 1"),
    ("services.csv", "缴费通知单;银行卡、手机或现金", "身份证;身份证", "bring: '身份证' stands twice in the list"),
    ("services.csv", "一窗受理,综合受理", "一窗受理,综合受理综合受理综", "plain: is longer than 8 characters"),
    ("services.csv", "M;SF;LQ", "M;SF;SF", "'SF' stands twice in the list"),
    ("services.csv", "M;SF;LQ", "M;R;LQ", "the chain contains itself"),
    ("services.csv", "off,required,no,no", "off,sometimes,no,no", "'sometimes' must be one of: first required"),
    ("services.csv", ",承诺,审批,1,18", ",快办,审批,1,18", "'快办' must be one of"),
    ("services.csv", "off,,no,no,,办理目标 30 分钟", "off,,no,yes,,", "N is marked for Saturday, but no window"),
    ("services.csv", "off,,no,no,,办理目标 30 分钟", "off,,yes,no,,", "N is marked for lunch, but no window"),
    ("windows.csv", "104,A,ZH", "104,Q,ZH", "there is no zone Q"),
    ("windows.csv", "104,A,ZH", "104,A,ZZ", "there is no department ZZ"),
    ("windows.csv", "104,A,ZH", "103,A,ZH", "window 103 stands twice"),
    ("windows.csv", "C;E;D;Z", "C;E;D;Z;CC", "there is no service CC"),
    ("windows.csv", "C;E;D;Z", "C;E;D;Z;", "must be one capital letter"),
    ("windows.csv", "1004,1009", "1003,1009", "1003 is the A clerk of window 101 already"),
    ("windows.csv", "1004,1009", "1004,1004", "the A and the B clerk are the same: 1004"),
    ("windows.csv", "1004,1009", "1004,8888", "there is no clerk 8888"),
    ("windows.csv", ",YX,", ",VIP,", "'VIP' must be one of"),
    ("windows.csv", "yes,yes,yes,1003", "yes,maybe,yes,1003", "saturday: 'maybe' must be yes or no"),
    ("staff.csv", "1009,向明辉", "1008,向明辉", "clerk 1008 stands twice"),
    ("staff.csv", "1009,向明辉,ZH", "1009,向明辉,HZ", "there is no department HZ"),
    ("staff.csv", "104,B,105", "104,B,1050", "there is no window 1050"),
    ("staff.csv", "clerk;guide;floor_manager", "clerk;king", "'king' must be one of"),
    ("zones.csv", "B,2,2,16,200,0,zh;en", "B,2,2,16,200,0,zh;EN", "languages: 'EN' must be 2 to 8 small letters"),
    ("zones.csv", "B,2,2,16,200,0,zh;en", "B,2,2,16,200,0,zh;en;zh", "languages: 'zh' stands twice in the list"),
    ("zones.csv", "B,2,2,16,200,0,zh;en", "B,2,2,16,200,0,zh;en;yue;min", "languages: at most 3, not 4"),
    ("zones.csv", "C,2,3,18,280,1,", "B,2,3,18,280,1,en;zh", "zone B shares the voice zone B and names other"),
    ("hall.toml", 'voice_languages = ["zh"]', 'voice_languages = ["zh", "en", "yue", "min"]', "at most 3, not 4"),
    ("hours.csv", "12:00,yes", "12:00,lunch", "silent: 'lunch' must be yes or no"),
    ("hours.csv", "13:30,17:00", "13:30,25:00", "closes: '25:00' is no time of day"),
    ("hours.csv", "13:30,17:00,ALL,ALL,16:45", "17:00,13:30,ALL,ALL,16:45", "it closes before it has opened"),
    ("hours.csv", "13:30,17:00,ALL,ALL,16:45", "13:30,17:00,ALL,ALL,17:45", "stop-taking lies outside the session"),
    ("hours.csv", "workday_lunch,workday,12:00", "workday_lunch,workday,11:30", "overlaps workday_morning"),
    ("hours.csv", "workday_lunch,workday", "workday_lunch,weekday", "days: 'weekday' must be one of"),
    ("hours.csv", "17:10,17:30,13:00", "16:10,17:30,13:00", "staff leave before it closes"),
    ("hours.csv", "17:10,17:30,13:00", "17:10,17:05,13:00", "the doors close too early"),
    ("hours.csv", "17:10,17:30,13:00", "17:10,17:30,13:40", "numbers are given only after opening"),
    ("hours.csv", "11:45,N;X;T;U;Y", ",N;X;T;U;Y", "stop_taking_for has no stop_taking time"),
    ("hours.csv", "12:00,101,A;B", "12:00,101,A;B;C", "no window on duty in this session serves C"),
    ("hours.csv", "12:00,101,A;B", "12:00,1010,A;B", "there is no window 1010"),
    ("hours.csv", "sunday_morning", "workday_lunch", "session workday_lunch stands twice"),
    ("calendar-2026.csv", "2026-10-10,周六", "2026-10-32,周六", "'2026-10-32' is no date"),
    ("calendar-2026.csv", "2026-10-10,周六", "2026/10/10,周六", "'2026/10/10' is no date"),
    ("calendar-2026.csv", "2026-10-10,周六", "2027-10-10,周日", "2027-10-10 is not in 2026"),
    ("calendar-2026.csv", "2026-10-10,周六", "2026-10-10,周日", "that day is 周六"),
    ("calendar-2026.csv", "2026-10-07,周三", "2026-10-06,周二", "date 2026-10-06 stands twice"),
    ("calendar-2026.csv", "2026-10-07,周三,off", "2026-10-07,周三,free", "'free' must be one of"),
    ("devices.csv", "KP102,keypad,,102,ff68-keypad-5,A,2,", "KP102,keypad,,102,ff68-keypad-5,A,1,",
     "address 1 on line A is used by KP101 already"),
    ("devices.csv", "KP102,keypad,,102,ff68-keypad-5,A,2,", "KP102,keypad,,102,ff68-keypad-5,A,128,",
     "address: 128 is not within 1 to 127"),
    ("devices.csv", "KP102,keypad,,102,", "KP102,keypad,,1020,", "there is no window 1020"),
    ("devices.csv", "KP102,keypad,,102,", "KP102,keypad,,,", "a keypad needs its window"),
    ("devices.csv", "KP102,keypad,,102,", "KP102,keypad,B,102,", "is not the zone of its window"),
    ("devices.csv", "KP102,keypad,,102,", "KP102,keypad,,101,", "window 101 has KP101 already"),
    ("devices.csv", "KP102,keypad,,102,", "KP101,keypad,,102,", "device KP101 stands twice"),
    ("devices.csv", "KP102,keypad,,102,", "KP102,buzzer,,102,", "'buzzer' must be one of"),
    ("devices.csv", "ff68-keypad-5,A,2,line-A", "ff68-keypad-5,A,2,", "a keypad needs its agent"),
    ("devices.csv", "ff68-keypad-5,A,2,line-A", "ff68-keypad-5,,2,line-A", "a keypad needs its line"),
    ("devices.csv", "ff68-keypad-5,A,2,line-A", "ff68-keypad-5,A,,line-A", "a keypad needs an address, 1 to 127"),
    ("devices.csv", "P1,printer,A,,network", "P1,printer,A,,parallel", "a printer is network, serial or file"),
    ("devices.csv", "P1,printer,A,,network", "P1,printer,A,101,network", "a printer belongs to no window"),
    ("devices.csv", "K1,kiosk,A,,,,,K1", "K1,kiosk,,,,,,K1", "a kiosk needs its zone"),
    ("devices.csv", "K1,kiosk,A,,,,,K1", "K1,kiosk,A,,,,,K1,K1", "has 9 cells, the header has 8"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "reason"), ONE_MISTAKE)
def test_one_mistake_is_told_once_at_its_line(linjiang: HallFolder, file: str, old: str, new: str, reason: str) -> None:
    line = linjiang.edit(file, old, new)
    found = linjiang.mistakes()
    assert [(m.file, m.line) for m in found if reason in m.reason.en] == [(file, line)], found
    assert all(re.search(r"[\u4e00-\u9fff]", mistake.reason.zh) for mistake in found)
    assert linjiang.inspect().hall is None


@pytest.mark.parametrize(
    ("prefix", "right"), [("I", False), ("O", False), ("AI", True), ("ABC", False), ("a", False), ("1", False)]
)
def test_a_prefix_is_one_letter_without_i_and_o_or_two(branch: HallFolder, prefix: str, right: bool) -> None:
    line = branch.edit("services.csv", "G,医保", f"{prefix},医保")
    branch.edit("windows.csv", "G;Z", f"{prefix};Z")
    told = [(mistake.file, mistake.line) for mistake in branch.mistakes()]
    assert (told == []) if right else (("services.csv", line) in told)


def test_a_service_nobody_calls_is_refused(branch: HallFolder) -> None:
    line = branch.edit("services.csv", "G,医保", "F,医保")
    branch.edit("windows.csv", "G;Z", "Z")
    assert [(m.file, m.line, m.reason.en) for m in branch.mistakes()] == [("services.csv", line, "no window serves F")]


def test_a_service_called_only_by_an_unstaffed_window_is_refused(branch: HallFolder) -> None:
    branch.edit("windows.csv", "1016,1029", ",")
    told = [(m.file, m.reason.en) for m in branch.mistakes()]
    assert told == [("services.csv", "G is served only by windows that are unstaffed or restricted: 4")]


def test_a_service_called_only_by_a_priority_window_is_refused(branch: HallFolder) -> None:
    branch.edit("windows.csv", "D,,1016", "D,YX,1016")
    told = [(m.file, m.reason.en) for m in branch.mistakes()]
    assert told == [("services.csv", "G is served only by windows that are unstaffed or restricted: 4")]


def test_a_service_in_no_session_is_refused(branch: HallFolder) -> None:
    text = (branch.folder / "hours.csv").read_text(encoding="utf-8")
    (branch.folder / "hours.csv").write_text(text.replace("ALL,ALL", "ALL,A;B;C;D;E;Z"), encoding="utf-8")
    assert [m.reason.en for m in branch.mistakes()] == ["G is served in no session"]


def test_a_department_whose_windows_answer_no_inquiry_is_refused(branch: HallFolder) -> None:
    branch.edit("windows.csv", "G;Z", "G")
    assert [(m.file, m.line, m.reason.en) for m in branch.mistakes()] == [
        ("departments.csv", 4, "no window of YB serves Z, which every department answers for itself")
    ]


def test_a_session_across_the_turn_of_the_day_is_refused(branch: HallFolder) -> None:
    branch.edit("hall.toml", "finish_on_call = true", "day_turns_at = 10:00:00")
    assert [(m.file, m.line, m.reason.en) for m in branch.mistakes()] == [
        ("hours.csv", 2, "the day turns within it (10:00)")
    ]


def test_sessions_at_one_time_for_different_windows_are_right(branch: HallFolder) -> None:
    branch.edit("hours.csv", "09:00,12:00,ALL", "09:00,12:00,1;2")
    branch.append("hours.csv", "early,workday,08:00,10:00,3;4,ALL,,,no,,,07:45")
    assert branch.mistakes() == []


def test_two_pcs_may_use_the_same_line_name_and_address(branch: HallFolder) -> None:
    branch.edit("devices.csv", "ff68-keypad-5,counter,2,PC1", "ff68-keypad-5,counter,1,PC2")
    assert branch.mistakes() == []


def test_a_row_of_empty_cells_is_no_row(branch: HallFolder) -> None:
    branch.append("devices.csv", ",,,,,,,,")
    branch.append("devices.csv", "")
    assert branch.mistakes() == []


def test_lines_are_counted_in_the_file_not_in_rows(branch: HallFolder) -> None:
    branch.edit("devices.csv", "P1,printer,A,,serial,,,K1,58 mm", '\nP1,printer,A,,serial,,,K1,"58 mm"\n')
    line = branch.append("devices.csv", "X1,strip,,9,a090-strip,counter,9,PC1,")
    assert [(m.line, m.reason.en) for m in branch.mistakes()] == [(line, "there is no window 9")]


def test_a_cell_with_line_breaks_moves_the_lines_below(branch: HallFolder) -> None:
    branch.edit("devices.csv", "P1,printer,A,,serial,,,K1,58 mm", 'P1,printer,A,,serial,,,K1,"58\nmm"')
    line = branch.append("devices.csv", "X1,strip,,9,a090-strip,counter,9,PC1,")
    assert [(m.line, m.reason.en) for m in branch.mistakes()] == [
        (3, "note: has control characters: 58?mm"),
        (line, "there is no window 9"),
    ]


def test_twenty_mistakes_in_eight_files_are_listed_at_once(linjiang: HallFolder) -> None:
    wanted = {
        (file, linjiang.edit(file, old, new), reason)
        for file, old, new, reason in (
            ("hall.toml", "recall_limit = 3", "recall_limit = 99", "recall_limit: 99 is not within 0 to 20"),
            ("hall.toml", 'call_order = "time"', 'call_order = "luck"', "call_order: 'luck' must be one of: time list"),
            ("hall.toml", "undo_s", "undo", "there is no key undo; did you mean undo_s"),
            ("zones.csv", ",280,1", ",lots,1", "capacity: 'lots' is not a whole number"),
            ("zones.csv", "A,3,3,18", "A;B,3,3,18", "voice_zone: 'A;B' must be 1 to 8 letters, digits or dashes"),
            ("departments.csv", "Health Commission,D", "Health Commission,E", "there is no zone E"),
            ("departments.csv", ",4,2,4007", ",4,2,4999", "there is no clerk 4999"),
            ("services.csv", "M;SF;LQ", "M;SF;LX", "there is no service LX"),
            ("services.csv", ",8,25,150,120,off", ",8,25,150,120,perhaps",
             "real_name: 'perhaps' must be one of: off optional required"),
            ("windows.csv", "1004,1009", "1002,1009", "1002 is the A clerk of window 103 already"),
            ("windows.csv", "118,A,FK,投诉", "118,A,FK,抱怨",
             "type: '抱怨' must be one of: 咨询 受理 收费 出件 投诉 综合"),
            ("windows.csv", "2013,2019", "2013,2999", "there is no clerk 2999"),
            ("staff.csv", "ZJ,408,A,411", "ZJ,408,A,4110", "there is no window 4110"),
            ("staff.csv", "2013,熊大海,SW,209,A,,no", "2013,熊大海,SW,209,A,,No", "party: 'No' must be yes or no"),
            ("hours.csv", "12:00,13:30,101", "12:00,14:30,101", "overlaps workday_lunch at the same windows"),
            ("hours.csv", "09:00,12:00,101,", "9,12:00,101,", "opens: '9' is no time of day (HH:MM)"),
            ("calendar-2026.csv", "2026-06-20,周六", "2026-06-31,周六", "date: '2026-06-31' is no date (YYYY-MM-DD)"),
            ("calendar-2026.csv", "2026-05-01,周五", "2026-05-01,周四", "that day is 周五"),
            ("devices.csv", "LS412,strip,,412,a090-strip,D,12", "LS412,strip,,412,a090-strip,D,11",
             "address 11 on line D is used by LS411 already"),
            ("devices.csv", "CP107,pad,,107", "CP107,pad,,707", "there is no window 707"),
        )
    }  # fmt: skip
    # The overlap is told at the later of the two sessions.
    overlap = ("hours.csv", 3, "overlaps workday_lunch at the same windows")
    wanted = (wanted - {overlap}) | {("hours.csv", 4, overlap[2])}
    told = [(m.file, m.line, m.reason.en) for m in linjiang.mistakes()]
    assert len(told) == 20
    assert set(told) == wanted
