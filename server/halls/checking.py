"""All checks of a definition, in the order of reading. They see a draft, so files and documents obey the same rules."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from server.domain.hall import Text
from server.halls import coverage, places, references, times
from server.halls.draft import Draft
from server.halls.faults import Fault


def missed_rule_in_both_languages(draft: Draft) -> Iterator[Fault]:
    """A hall's own sentence for missed numbers comes in both languages."""
    for hall in draft["hall"]:
        if bool(hall.text("missed_rule")) != bool(hall.text("missed_rule_en")):
            yield Fault("hall", 0, "missed_rule", Text(
                "missed_rule 和 missed_rule_en 要么都写，要么都不写",
                "give both missed_rule and missed_rule_en, or neither"
            ))  # fmt: skip


def what_to_bring_in_both_languages(draft: Draft) -> Iterator[Fault]:
    """What to bring is said in English as often as in Chinese, or not in English at all."""
    for service in draft["services"]:
        zh, en = service.items("bring"), service.items("bring_en")
        if en and len(en) != len(zh):
            yield Fault("services", service.index, "bring_en", Text(
                f"bring 有 {len(zh)} 项，bring_en 有 {len(en)} 项",
                f"bring has {len(zh)} items, bring_en has {len(en)}"
            ))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Check:
    """A check and the tables without which it would only repeat that they are broken."""

    find: Callable[[Draft], Iterator[Fault]]
    needs: frozenset[str] = frozenset()


CHECKS = (
    Check(missed_rule_in_both_languages),
    Check(what_to_bring_in_both_languages),
    Check(references.doubles),
    Check(references.unknown_references),
    Check(places.names_of_departments),
    Check(places.clerks_of_windows),
    Check(places.languages_of_voice_zones),
    Check(places.incomplete_devices, frozenset({"devices", "windows"})),
    Check(places.shared_addresses),
    Check(places.second_devices),
    Check(places.kiosk_series_apart),
    Check(coverage.unserved_services, frozenset({"services", "windows", "hours"})),
    Check(coverage.unserved_in_session, frozenset({"windows"})),
    Check(coverage.unserved_duties, frozenset({"windows"})),
    Check(coverage.departments_without_inquiry, frozenset({"services", "windows", "departments"})),
    Check(coverage.chains),
    Check(times.session_times),
    Check(times.overlapping_sessions),
    Check(times.weekdays),
)


def check(draft: Draft) -> list[Fault]:
    """Everything that is wrong between the rows of a draft."""
    return [fault for check in CHECKS if not check.needs & draft.broken for fault in check.find(draft)]
