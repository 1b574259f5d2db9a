"""Part of a hall: only some windows, with what belongs to them and nothing that leads nowhere."""

import pytest

from server.domain.hall import Hall
from server.halls.document import document_from, hall_from
from tests.server.halls.hall_folder import HallFolder


def opened(folder: HallFolder, *windows: str) -> Hall:
    listed = ", ".join(f'"{no}"' for no in windows)
    folder.edit("hall.toml", 'timezone = "Asia/Shanghai"', f"only_windows = [{listed}]")
    return folder.hall()


def test_services_chains_and_transfers_that_lead_nowhere_are_gone(linjiang: HallFolder) -> None:
    hall = opened(linjiang, "311", "405", "118")
    assert list(hall.services) == ["R", "S", "Z"]
    assert hall.services["R"].then == ()
    assert hall.windows["405"].by_transfer == ()
    assert hall.windows["118"].by_transfer == ("ALL",)
    assert list(hall.zones) == ["A", "C", "D"]


def test_only_the_clerks_of_its_windows_stay_and_their_departments(linjiang: HallFolder) -> None:
    hall = opened(linjiang, "405")
    assert sorted(hall.staff) == ["4011", "4012"]
    assert list(hall.departments) == ["NY", "JT"]


def test_a_chief_who_is_not_there_is_not_named(linjiang: HallFolder) -> None:
    assert opened(linjiang, "104").departments["ZH"].chief_representative == ""


def test_sessions_keep_only_its_windows_and_are_dropped_when_none_is_left(linjiang: HallFolder) -> None:
    hall = opened(linjiang, "104", "305")
    assert [session.code for session in hall.sessions] == [
        "workday_morning",
        "workday_lunch",
        "workday_afternoon",
        "saturday_morning",
        "saturday_afternoon",
    ]
    assert hall.sessions[1].windows == ("305",)
    assert hall.sessions[1].services == ("V", "W", "Z")
    assert hall.sessions[3].windows == ("305",)
    assert hall.sessions[0].stop_taking is None  # it held only for services that are gone
    assert hall.sessions[2].stop_taking is not None


def test_marks_for_lunch_and_saturday_go_with_the_windows_that_stood_for_them(linjiang: HallFolder) -> None:
    hall = opened(linjiang, "101", "104", "108")
    assert [prefix for prefix, service in hall.services.items() if service.lunch] == ["A", "B", "Z"]
    assert [prefix for prefix, service in hall.services.items() if service.saturday] == ["A", "B"]


def test_a_service_that_only_a_restricted_window_would_serve_is_gone(linjiang: HallFolder) -> None:
    hall = opened(linjiang, "104", "117")
    assert list(hall.services) == ["A", "B", "Z"]
    assert hall.windows["117"].services == ("A", "B", "Z")


def test_devices_of_other_windows_and_zones_are_gone(linjiang: HallFolder) -> None:
    hall = opened(linjiang, "401")
    assert [device.code for device in hall.devices] == ["K8", "P8", "B9", "B10", "KP401", "CP401", "LS401"]


def test_the_order_is_the_halls_own(linjiang: HallFolder) -> None:
    assert list(opened(linjiang, "113", "101").windows) == ["101", "113"]


@pytest.mark.parametrize("no", ["101", "117", "118", "210", "309", "405", "411", "412"])
def test_a_part_of_one_window_is_a_hall_or_says_why_not(linjiang: HallFolder, no: str) -> None:
    line = linjiang.edit("hall.toml", 'timezone = "Asia/Shanghai"', f'only_windows = ["{no}"]')
    found = linjiang.inspect()
    if found.hall is None:
        assert no in ("117", "411")  # only priority classes may go there
        assert [(m.file, m.line) for m in found.mistakes] == [("hall.toml", line)]
    else:
        assert hall_from(document_from(found.hall)) == found.hall


def test_mistakes_in_the_whole_hall_are_told_though_only_part_is_opened(demo: HallFolder) -> None:
    line = demo.edit("../linjiang/windows.csv", "4015,4016", "4015,4999")
    assert [(m.file, m.line) for m in demo.mistakes()] == [("../linjiang/windows.csv", line)]
