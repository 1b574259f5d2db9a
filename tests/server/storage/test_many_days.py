"""A hall with many days behind it starts quickly: what is read grows with the people, not with their square."""

from contextlib import closing
from pathlib import Path

from server.halls.document import hall_from
from server.storage.database import Database
from server.storage.hall_store import load, read_head
from tests.server.hall_kit import CODE
from tests.server.storage.year_of_data import grow

_A_LOOK = 1_000  # steps of SQLite's machine


def steps_to_load(folder: Path, a_day: int) -> int:
    """How many thousand steps SQLite takes to bring such a hall's working day into memory."""
    folder.mkdir()
    for _ in grow(folder, 3, a_day):
        pass
    looks = 0

    def look() -> int:
        nonlocal looks
        looks += 1
        return 0

    with closing(Database(folder).writer_connection()) as connection:
        connection.set_progress_handler(look, _A_LOOK)
        head = read_head(connection, CODE)
        assert head is not None
        day = load(connection, CODE, head, hall_from).day
        connection.set_progress_handler(None, 0)
    assert (len(day.tickets), len(day.rated)) == (a_day, 3 * a_day)
    return looks


def test_what_is_read_at_the_start_grows_with_the_people_and_not_with_their_square(tmp_path: Path) -> None:
    few, many = steps_to_load(tmp_path / "few", 200), steps_to_load(tmp_path / "many", 800)
    assert few and many < 6 * few
