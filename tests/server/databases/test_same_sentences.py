"""What holds in a hall on a SQLite file holds in one on PostgreSQL: the very same tests, given the other hall."""

import pytest

from tests.server.actions.test_calling import (
    test_a_call_takes_the_oldest_out_of_the_line_and_shows_it_everywhere,
    test_calling_while_serving_finishes_first_where_the_hall_says_so,
)
from tests.server.actions.test_later_ratings import (
    test_a_rating_at_the_counter_may_get_its_reasons_too,
    test_a_visit_is_rated_later_once_and_never_over_the_counters_press,
    test_own_words_stand_in_their_row_alone,
    test_reasons_come_once_and_only_with_a_rating,
)
from tests.server.actions.test_leased_numbers import (
    test_a_kiosk_enrolled_anew_leases_behind_the_blocks_of_before,
    test_a_number_given_meanwhile_stands_where_its_time_says,
    test_a_number_told_after_its_day_has_ended_counts_there,
    test_gaps_are_explained,
    test_one_press_has_one_number_the_server_s_own_is_taken_out,
    test_telling_it_again_changes_nothing_and_brings_what_became_of_the_paper,
    test_the_same_number_for_somebody_else_is_a_clash_and_takes_nobody_s_place,
)
from tests.server.actions.test_load_hall import (
    test_staff_who_left_are_shut_out_and_new_staff_may_come,
    test_waiting_tickets_survive_with_their_places,
)
from tests.server.actions.test_people import test_a_reset_forgets_the_password_and_ends_the_sessions
from tests.server.actions.test_ratings import (
    test_a_rating_of_yesterday_counts_for_yesterday,
    test_a_visit_is_rated_once,
    test_nobody_rates_for_the_person_before,
)
from tests.server.actions.test_record_finish import test_after_the_turn_of_the_day_the_visit_and_its_rating_still_count
from tests.server.actions.test_slips import test_a_reprint_has_the_same_number_and_settles_the_doubtful_slip
from tests.server.actions.test_take_number import (
    test_a_card_is_kept_only_where_the_service_asks_for_one,
    test_a_closed_day_gives_none_and_names_what_is_still_at_work,
    test_with_an_id_card_a_person_has_one_open_number_of_a_service_and_two_a_day,
)
from tests.server.actions.test_waiting_again import (
    test_a_ticket_given_up_says_why_and_leaves_nothing_open,
    test_papers_that_stay_at_a_window_go_on_there_only,
)
from tests.server.actions.test_windows import test_one_clerk_sits_at_one_window_and_one_window_has_one_clerk
from tests.server.storage.test_crashes import test_a_restarted_server_shows_the_same_and_goes_on_the_same
from tests.server.storage.test_forgetting import (
    test_a_key_of_71_hours_ago_still_gets_its_answer_and_one_of_four_days_ago_is_gone,
    test_much_is_forgotten_in_small_pieces_and_only_keys_are,
)
from tests.server.storage.test_idempotency import (
    test_a_refusal_is_a_reply_too_and_stays_what_it_was,
    test_the_same_key_again_gets_the_same_bytes_and_does_nothing,
    test_the_same_key_for_something_else_in_one_batch_disturbs_nobody,
    test_the_same_key_in_one_batch_has_one_effect,
)
from tests.server.storage.test_only_known import (
    test_a_command_that_arrived_is_answered_as_then,
    test_what_was_asked_for_in_vain_is_not_done_when_it_arrives_after_all,
)
from tests.server.storage.test_writer import (
    test_a_broken_command_is_not_stored_and_may_be_given_again,
    test_a_command_that_breaks_breaks_only_itself,
    test_many_at_once_share_commits_and_each_is_on_disk_before_its_answer,
    test_stopping_commits_what_stands_in_the_line,
)

pytestmark = pytest.mark.databases
__all__ = [
    "test_a_broken_command_is_not_stored_and_may_be_given_again",
    "test_a_call_takes_the_oldest_out_of_the_line_and_shows_it_everywhere",
    "test_a_card_is_kept_only_where_the_service_asks_for_one",
    "test_a_closed_day_gives_none_and_names_what_is_still_at_work",
    "test_a_command_that_arrived_is_answered_as_then",
    "test_a_command_that_breaks_breaks_only_itself",
    "test_a_key_of_71_hours_ago_still_gets_its_answer_and_one_of_four_days_ago_is_gone",
    "test_a_kiosk_enrolled_anew_leases_behind_the_blocks_of_before",
    "test_a_number_given_meanwhile_stands_where_its_time_says",
    "test_a_number_told_after_its_day_has_ended_counts_there",
    "test_a_rating_at_the_counter_may_get_its_reasons_too",
    "test_a_rating_of_yesterday_counts_for_yesterday",
    "test_a_refusal_is_a_reply_too_and_stays_what_it_was",
    "test_a_reprint_has_the_same_number_and_settles_the_doubtful_slip",
    "test_a_reset_forgets_the_password_and_ends_the_sessions",
    "test_a_restarted_server_shows_the_same_and_goes_on_the_same",
    "test_a_ticket_given_up_says_why_and_leaves_nothing_open",
    "test_a_visit_is_rated_later_once_and_never_over_the_counters_press",
    "test_a_visit_is_rated_once",
    "test_after_the_turn_of_the_day_the_visit_and_its_rating_still_count",
    "test_calling_while_serving_finishes_first_where_the_hall_says_so",
    "test_gaps_are_explained",
    "test_many_at_once_share_commits_and_each_is_on_disk_before_its_answer",
    "test_much_is_forgotten_in_small_pieces_and_only_keys_are",
    "test_nobody_rates_for_the_person_before",
    "test_one_clerk_sits_at_one_window_and_one_window_has_one_clerk",
    "test_one_press_has_one_number_the_server_s_own_is_taken_out",
    "test_own_words_stand_in_their_row_alone",
    "test_papers_that_stay_at_a_window_go_on_there_only",
    "test_reasons_come_once_and_only_with_a_rating",
    "test_staff_who_left_are_shut_out_and_new_staff_may_come",
    "test_stopping_commits_what_stands_in_the_line",
    "test_telling_it_again_changes_nothing_and_brings_what_became_of_the_paper",
    "test_the_same_key_again_gets_the_same_bytes_and_does_nothing",
    "test_the_same_key_for_something_else_in_one_batch_disturbs_nobody",
    "test_the_same_key_in_one_batch_has_one_effect",
    "test_the_same_number_for_somebody_else_is_a_clash_and_takes_nobody_s_place",
    "test_waiting_tickets_survive_with_their_places",
    "test_what_was_asked_for_in_vain_is_not_done_when_it_arrives_after_all",
    "test_with_an_id_card_a_person_has_one_open_number_of_a_service_and_two_a_day",
]
