"""R17: a database of every released schema comes up with every row and invariant, lives on, and goes back; killed
before any statement of the way, the old schema is still there. The control is the way without its one transaction.
"""

from pathlib import Path

from server.storage.database import Database
from server.storage.schema import move, version_of, versions
from server.storage.upgrade import bring
from tests.promises.rounds import proving
from tests.server.hall_kit import HallOnDisk
from tests.server.storage.frozen_day import thaw
from tests.server.storage.test_upgrade import RELEASED, columns_of, findings, kills, rows
from tests.server.storage.upgrading_program import left

OLDEST = versions()[0]


def there_and_back(folder: Path, version: str) -> int:
    """Up, a bit of a day with the new program on a copy, down, up again; how many rows were carried."""
    file = thaw(version, folder)
    columns, before = columns_of(file), rows(file)
    bring(folder)
    assert rows(file, columns=columns) == before and findings(folder) == []
    bring(folder, version)
    assert (version_of(file), rows(file)) == (version, before)
    bring(folder)
    assert rows(file, columns=columns) == before
    hall = HallOnDisk(folder, Database(folder).newest_ms())
    hall.open()
    hall.finish("101")
    hall.take("A")
    hall.serve("101")
    hall.close()
    assert findings(folder) == []
    return sum(map(len, before.values()))


def test_every_released_database_is_carried_whole_or_not_at_all(tmp_path: Path) -> None:
    with proving("R17", "released schemas", len(RELEASED)) as result:
        carried = cuts = 0
        for version in RELEASED:
            folder = tmp_path / version
            folder.mkdir()
            carried += there_and_back(folder, version)
            cut = tmp_path / f"{version}-cut"
            cut.mkdir()
            file = thaw(version, cut)
            move(file, OLDEST)
            was, whole = left(file), rows(file)
            columns = columns_of(file)
            *killed, _ = kills(cut)
            assert killed and [one for one in killed if one != was] == []
            assert rows(file, columns=columns) == whole and findings(cut) == []
            cuts += len(killed)
            result.reached += 1

        loose = tmp_path / "loose"
        loose.mkdir()
        file = thaw(RELEASED[0], loose)
        move(file, OLDEST)
        was, half = left(file), kills(loose, "loose")[-1]
        assert half["schema"] == was["schema"] and half["holds"] != was["holds"], "the control left nothing half done"
        result.figure = (
            f"{carried:,} rows equal up, down and up again to {versions()[-1]}; killed before each of {cuts} "
            "statements: the old schema whole, the next start does it"
        )
        result.control = "without the one transaction a kill leaves half a schema"
