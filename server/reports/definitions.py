"""The halls in force in a data folder, read without a server."""

import json
from pathlib import Path

from sqlalchemy import func, select

from server.domain.hall import Hall
from server.halls.document import hall_from
from server.storage.tables import definitions
from server.storage.which import database_at


def halls_in_force(data: Path) -> list[Hall]:
    """Every hall's newest definition; none for a folder without a database."""
    database = database_at(data)
    if database.version() is None:
        return []
    newest = select(definitions.c.hall, func.max(definitions.c.revision)).group_by(definitions.c.hall)
    engine = database.reading_engine()
    try:
        with engine.connect() as connection:
            return [
                hall_from(json.loads(document))
                for hall, revision in connection.execute(newest).all()
                for document in connection.scalars(
                    select(definitions.c.document).where(definitions.c.hall == hall, definitions.c.revision == revision)
                )
            ]
    finally:
        engine.dispose()
