"""A database is brought to the schema of this code, once, by whoever comes first."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from storage.database import Database
from storage.errors import StorageError
from storage.migrate import upgrade
from storage.schema import METADATA
from tests.postgres import Server

BETWEEN_PARTS = re.compile(r"\n|,(?![^(]*\))")  # of a CREATE TABLE: the ends of lines, and commas outside brackets
SHAPES = {  # everything autogenerate does not compare: partial indexes, checks, identities
    "sqlite": ("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name NOT LIKE 'alembic%'",),
    "postgresql": (
        "SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name NOT LIKE 'alembic%'",
        "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename NOT LIKE 'alembic%'",
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text NOT LIKE 'alembic%'",
    ),
}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def empty_urls(request: pytest.FixtureRequest, tmp_path: Path) -> list[str]:
    """The addresses of two databases without anything in them."""
    if request.param == "sqlite":
        return [f"sqlite:///{tmp_path}/{name}/jalon.db" for name in ("one", "two")]
    server: Server = request.getfixturevalue("postgres_server")
    return [server.url(server.create()) for _ in range(2)]


@pytest.fixture
def empty(empty_urls: list[str]) -> Iterator[list[Database]]:
    databases = [Database(url) for url in empty_urls]
    yield databases
    for database in databases:
        database.close()


def shape(database: Database) -> list[str]:
    """The schema as the database tells it, without regard to the order in which constraints are written, nor to quotes:
    SQLite quotes the name of a table that was changed by copying it, and writes an added column on the last one's line."""
    with database.engine.connect() as connection:
        rows = [row for query in SHAPES[connection.dialect.name] for row in connection.execute(text(query))]
    told = [" ".join(map(str, row)).replace('"', "") for row in rows]
    return sorted("\n".join(sorted(filter(None, map(str.strip, BETWEEN_PARTS.split(row))))) for row in told)


def revision(database: Database) -> str:
    with database.engine.connect() as connection:
        return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one())


def test_the_migrations_make_what_the_models_say(empty: list[Database]) -> None:
    migrated, declared = empty
    upgrade(migrated)
    METADATA.create_all(declared.engine)
    assert shape(migrated) == shape(declared)
    with migrated.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_upgrading_again_changes_nothing(empty: list[Database]) -> None:
    database, _ = empty
    upgrade(database)
    before = shape(database)
    upgrade(database)
    assert shape(database) == before


def test_two_processes_starting_together_both_succeed(empty_urls: list[str], tmp_path: Path) -> None:
    lines = ("import sys", "from storage.database import Database", "from storage.migrate import upgrade")
    start = "; ".join((*lines, "database = Database(sys.argv[1])", "upgrade(database)", "database.close()"))
    command = [sys.executable, "-W", "error", "-c", start, empty_urls[0]]
    root = Path(__file__).parents[2]
    together = [subprocess.Popen(command, cwd=tmp_path, env={"PYTHONPATH": str(root)}, stderr=-1) for _ in range(3)]
    assert [process.communicate()[1] for process in together] == [b"", b"", b""]
    assert [process.returncode for process in together] == [0, 0, 0]


def test_a_database_from_the_future_is_refused(empty: list[Database]) -> None:
    database, _ = empty
    upgrade(database)
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    before = shape(database)
    with pytest.raises(StorageError, match=r"newer version of Jalon \(revision 9999\)"):
        upgrade(database)
    assert shape(database) == before
    assert revision(database) == "9999"


def test_a_migration_that_fails_leaves_nothing_behind(empty: list[Database]) -> None:
    database, _ = empty
    with database.engine.begin() as connection:
        connection.execute(text("CREATE TABLE transcript (somebody_elses INTEGER)"))
    before = shape(database)
    with pytest.raises(StorageError, match="cannot be prepared"):
        upgrade(database)
    assert shape(database) == before


def test_a_server_that_is_not_there_is_a_clear_error(tmp_path: Path) -> None:
    database = Database(f"postgresql://jalon:hunter2@/jalon?host={tmp_path}")
    with pytest.raises(StorageError, match="cannot be prepared") as refusal:
        upgrade(database)
    assert "hunter2" not in str(refusal.value)


NOBODY, BEFORE, SINCE, AFTER = None, *(f"2027-03-15 {hour}:00:00.000000" for hour in ("08", "09", "10"))
WRITERS = {  # who: since when they write to their counsellor, when they wrote; what their next words are for
    "nobody": (NOBODY, [BEFORE], None),
    "opens": (SINCE, [], "letter"),
    "opens again": (SINCE, [BEFORE], "letter"),
    "begins": (SINCE, [SINCE], "letter_begun"),
    "goes on": (SINCE, [BEFORE, AFTER], "letter_begun"),
}


def test_who_was_writing_to_their_counsellor_still_is_after_the_upgrade(empty: list[Database]) -> None:
    database, _ = empty
    upgrade(database, "0005")
    person = (
        "INSERT INTO beneficiary (id, name, language, zone, journey_id, journey_at, created_at, writing_since)"
        " VALUES (:id, :name, 'fr', 'Europe/Paris', 'journey', 'engaged', :made, :since)"
    )
    line = (
        "INSERT INTO transcript (id, beneficiary_id, direction, kind, content, at)"
        " VALUES (:id, :person, 'in', 'to_counsellor', :sealed, :at)"
    )
    with database.engine.begin() as connection:
        for name, (since, wrote, _) in WRITERS.items():
            id = uuid4().hex
            connection.execute(text(person), {"id": id, "name": name, "made": BEFORE, "since": since})
            for at in wrote:
                connection.execute(text(line), {"id": uuid4().hex, "person": id, "sealed": b"x", "at": at})
    upgrade(database)
    with database.engine.connect() as connection:
        kept = {row.name: row.words_for for row in connection.execute(text("SELECT name, words_for FROM beneficiary"))}
        lines = connection.execute(text("SELECT count(*) FROM transcript")).scalar_one()
    assert kept == {name: words for name, (_, _, words) in WRITERS.items()}
    assert lines == sum(len(wrote) for _, wrote, _ in WRITERS.values())
