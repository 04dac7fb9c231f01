"""How a database on a server stands: whether it can be used, and which migrations it lacks. Nothing is changed."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import psycopg
from procrastinate.schema import SchemaManager
from psycopg import Connection

from adapters.database import config
from adapters.database.config import PostgreSQLServer
from adapters.database.migrate import MigrationError, missing
from adapters.database.schema import MIGRATIONS_TABLE

JOBS = "procrastinate"
"""Under which name the migrations of the job tables are recorded, and told."""
NO_EVENTS = "no_events"
"""Our own one among them."""
_OLDEST = 130000
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
_APPLIED = "SELECT app, name FROM tortoise_migrations"
_READ_ONLY = "SELECT pg_is_in_recovery() OR current_setting('default_transaction_read_only')::bool"


def waiting_at(server: PostgreSQLServer) -> tuple[bool, tuple[str, ...]]:
    """Whether there is anything yet, and the names of the migrations that are lacking.

    Raises psycopg's errors where the server cannot be used, and MigrationError for somebody else's database.
    """
    with psycopg.connect(**server.connecting(), autocommit=True) as connection:
        _check(connection, server.name)
        tables = [name for (name,) in connection.execute(TABLES)]
        applied = set(connection.execute(_APPLIED)) if MIGRATIONS_TABLE in tables else set()
    return bool(tables), lacking(tables, applied, server.name)


def lacking(tables: Collection[str], applied: Collection[tuple[str, str]], name: str) -> tuple[str, ...]:
    """The names of the migrations that are lacking where these were applied, by app. Raises MigrationError as above."""
    place = f"The database {name}"
    own = missing(tables, {name for app, name in applied if app == config.APP}, place)
    for_jobs = {name for app, name in applied if app == JOBS}
    known = {*job_migrations(), NO_EVENTS}
    if not for_jobs <= known:
        raise MigrationError(f"{place} was used by a newer version of this program and was left as it was: use that.")
    return (*own, JOBS) if for_jobs < known else own


def job_migrations() -> dict[str, Path]:
    """The migrations of the job tables by name, in order."""
    return {file.stem: file for file in sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))}


def _check(connection: Connection, name: str) -> None:
    version, encoding = connection.info.server_version, connection.info.parameter_status("server_encoding")
    if version < _OLDEST:
        raise MigrationError(f"The server of the database {name} is older than PostgreSQL 13: use a newer one.")
    if encoding != "UTF8":
        raise MigrationError(f"The database {name} cannot hold every character: make it again with the encoding UTF8.")
    if connection.execute(_READ_ONLY).fetchone() == (True,):
        raise psycopg.errors.ReadOnlySqlTransaction
