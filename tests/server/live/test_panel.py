"""The identity panel: party marks and honours only under the hall's own rule."""

import pytest

from contract.words import Audience
from server.domain.hall import Rules
from tests.server.hall_kit import Halls


@pytest.mark.parametrize("party", [True, False])
@pytest.mark.parametrize("honours", [True, False])
def test_party_marks_and_honours_are_shown_only_when_the_hall_has_a_rule(
    halls: Halls, party: bool, honours: bool
) -> None:
    hall = halls("demo", show_party=party, show_honours=honours)
    hall.sit("101")
    for audience in (Audience.PUBLIC, Audience.STAFF):
        card = hall.cards(audience)["window/101"]
        assert card["panel"] == {
            "staff_no": "1003",
            "name": "周岚",
            "title": None,
            "party": party,
            "honour": "服务之星" if honours else None,
            "promise": "一次讲清",
        }
        assert card["honour"] == ("红旗窗口" if honours else None)
    assert hall.cards(Audience.STAFF)["work/101"]["clerk"]["party"] is party


def test_a_hall_that_says_nothing_shows_neither() -> None:
    assert (Rules().show_party, Rules().show_honours) == (False, False)
