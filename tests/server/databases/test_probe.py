"""Whether a server on PostgreSQL says truly that it can serve."""

from server.monitoring.postgres_probe import PostgresProbe
from server.monitoring.readiness import NotReady, Readiness
from server.storage.postgres import PostgresDatabase
from tests.server.private_postgres import PrivatePostgres


def test_a_database_that_is_there_of_another_schema_and_gone(postgres: PrivatePostgres) -> None:
    name = postgres.make()
    database = PostgresDatabase(postgres.url(name))
    database.look()
    probe = PostgresProbe(database)
    readiness = Readiness(probe, lambda: 0.0, in_thread=False)
    assert (readiness.reasons(), probe()) == ([], [])
    postgres.do("UPDATE alembic_version SET version_num = '0001'", name)
    assert probe() == [NotReady.SCHEMA]
    postgres.drop(name)
    assert probe() == [NotReady.DATABASE_AWAY]
    readiness.stopping()
