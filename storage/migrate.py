"""Bringing a database to the schema of this code, when the application starts.

A new migration is one more file in migrations/versions, written by hand with the words of `storage.migrations.words`. A test
compares what the migrations make with what the models say, on both databases.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from storage.database import Database
from storage.errors import StorageError
from storage.sql import lock_number

MIGRATIONS = Path(__file__).parent / "migrations"
WAIT_SECONDS = 60  # another process may be migrating; ours then finds nothing left to do


def upgrade(database: Database, to: str = "head") -> None:
    """Applies the missing migrations (up to one, if it is named), all or none.

    Processes that start together take turns; each succeeds.
    Raises `StorageError` when the database comes from a newer version of Jalon, or cannot be reached.
    """
    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with _reaching(), _alone(database) as connection:
        refuse_newer(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, to)
        _check_references(connection)


@contextmanager
def first_start(database: Database) -> Iterator[None]:
    """Workers that start together on an empty database take turns: one makes the master key, the others then need it.

    Raises `StorageError` when the database cannot be reached.
    """
    if database.is_sqlite:
        yield
        return
    with _reaching(), database.engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": lock_number("first start")})
        yield


@contextmanager
def _reaching() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise StorageError("unprepared", why=_first_line(error)) from None


def refuse_newer(connection: Connection) -> None:
    """Raises `StorageError` unless this code knows the revision of the database (or it has none yet)."""
    unknown = set(MigrationContext.configure(connection).get_current_heads()) - known_revisions()
    if unknown:
        raise StorageError("newer_database", revision=", ".join(sorted(unknown)))


def revision_of(connection: Connection) -> str | None:
    """Where the schema of a database stands; None before its first migration."""
    return MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str:
    """Where this code brings it to."""
    return str(ScriptDirectory(str(MIGRATIONS)).get_current_head())


def known_revisions() -> frozenset[str]:
    """The revisions this code can bring to its schema, its own included."""
    return frozenset(script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions())


@contextmanager
def _alone(database: Database) -> Iterator[Connection]:
    """One transaction that no other migration runs beside."""
    with database.engine.connect() as connection:
        if database.is_sqlite:
            connection.detach()  # closed afterwards: its settings are not those of a working connection
            raw = connection.connection.cursor()  # outside any transaction, where these have effect
            raw.execute(f"PRAGMA busy_timeout = {WAIT_SECONDS * 1000}")
            raw.execute("PRAGMA foreign_keys = OFF")  # a table changed by copying must not take its children along
        with connection.begin():
            if not database.is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": lock_number("migrations")})
            yield connection


def _check_references(connection: Connection) -> None:
    if connection.dialect.name == "sqlite" and connection.execute(text("PRAGMA foreign_key_check")).first():
        raise StorageError("loose_rows")


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).strip().splitlines()[0]
