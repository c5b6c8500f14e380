"""A copy made while the database is used is whole; bringing it back never destroys what was there."""

import os
import shutil
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Event, Thread
from uuid import UUID

import pytest
from sqlalchemy import func, select, text

from storage.backup import backup, restore
from storage.database import Database
from storage.errors import StorageError
from storage.keys import MasterKey
from storage.people import dossier
from storage.records import record_fact
from storage.tables import Fact, table
from tests.storage.conftest import START, someone


@pytest.fixture
def copy(sqlite: Database, tmp_path: Path) -> Path:
    """A backup of a database with one person in it."""
    someone(sqlite)
    (tmp_path / "backups").mkdir()
    backup(sqlite, tmp_path / "backups" / "jalon.db")
    return tmp_path / "backups" / "jalon.db"


def people(url: str) -> int:
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        count: int = connection.execute("SELECT count(*) FROM beneficiary").fetchone()[0]
    return count


def files(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


def test_a_backup_comes_back(copy: Path, tmp_path: Path) -> None:
    assert restore(f"sqlite:///{tmp_path}/new/jalon.db", copy, START) is None
    assert people(f"sqlite:///{tmp_path}/new/jalon.db") == 1


def test_a_backup_is_one_private_file(copy: Path) -> None:
    assert files(copy.parent) == {"jalon.db"}
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert people(f"sqlite:///{copy}") == 1
    assert files(copy.parent) == {"jalon.db"}


def test_a_backup_made_between_writes_is_one_moment(sqlite: Database, tmp_path: Path) -> None:
    person, stop = someone(sqlite), Event()

    def write() -> None:
        while not stop.is_set():
            with sqlite.write() as session:  # always two together
                record_fact(session, person, "one", START)
                record_fact(session, person, "two", START)

    thread = Thread(target=write)
    thread.start()
    try:
        for number in range(5):
            backup(sqlite, tmp_path / f"{number}.db")
    finally:
        stop.set()
        thread.join()
    for number in range(5):
        copied = Database(f"sqlite:///{tmp_path}/{number}.db")
        with copied.read() as session:
            count = session.execute(select(func.count()).select_from(table(Fact))).scalar_one()
            assert dossier(session, person) is not None
        copied.close()
        assert count % 2 == 0


def test_nothing_is_replaced_without_force(copy: Path, sqlite: Database, sqlite_url: str) -> None:
    someone(sqlite)
    sqlite.close()
    with pytest.raises(StorageError, match="force replaces it"):
        restore(sqlite_url, copy, START)
    assert people(sqlite_url) == 2


def test_what_is_replaced_is_kept(copy: Path, sqlite: Database, sqlite_url: str) -> None:
    someone(sqlite)
    sqlite.close()
    kept = restore(sqlite_url, copy, START, force=True)
    assert kept is not None
    assert kept.name == "jalon.db.replaced-20270315T093000Z"
    assert (people(sqlite_url), people(f"sqlite:///{kept}")) == (1, 2)


def test_the_log_of_the_replaced_database_is_not_applied_to_the_new_one(
    copy: Path, sqlite: Database, sqlite_url: str, tmp_path: Path
) -> None:
    someone(sqlite)  # still in the log: copied away, as a process killed now would leave it
    crashed = tmp_path / "crashed"
    shutil.copytree(tmp_path / "data", crashed)
    assert "jalon.db-wal" in files(crashed)
    url = f"sqlite:///{crashed}/jalon.db"
    kept = restore(url, copy, START, force=True)
    assert (people(url), people(f"sqlite:///{kept}")) == (1, 2)


@pytest.mark.parametrize("left", [Path.unlink, lambda file: file.write_bytes(b"")], ids=["gone", "emptied"])
def test_the_log_of_a_lost_database_is_kept_aside_and_not_applied(
    copy: Path, sqlite: Database, tmp_path: Path, left: Callable[[Path], None]
) -> None:
    for _ in range(40):
        someone(sqlite)
    lost = tmp_path / "lost"
    shutil.copytree(tmp_path / "data", lost)
    left(lost / "jalon.db")
    log = (lost / "jalon.db-wal").read_bytes()
    assert log
    url = f"sqlite:///{lost}/jalon.db"
    kept = restore(url, copy, START)
    assert kept is not None
    assert kept.name == "jalon.db.replaced-20270315T093000Z-wal"
    assert kept.read_bytes() == log
    with closing(sqlite3.connect(lost / "jalon.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert people(url) == 1


def test_a_damaged_database_can_be_replaced_and_is_kept(copy: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.db"
    damaged.write_bytes(b"not a database at all" * 300)
    kept = restore(f"sqlite:///{damaged}", copy, START, force=True)
    assert kept is not None
    assert kept.read_bytes().startswith(b"not a database")
    assert people(f"sqlite:///{damaged}") == 1


def test_a_database_in_use_is_not_replaced(copy: Path, sqlite: Database, sqlite_url: str) -> None:
    someone(sqlite)
    with pytest.raises(StorageError, match="stop Jalon first"):
        restore(sqlite_url, copy, START, force=True)
    assert people(sqlite_url) == 2


def damage_in_the_middle(file: Path) -> None:
    with file.open("r+b") as stream:
        stream.seek(4096)
        stream.write(os.urandom(12_000))


def cut(file: Path) -> None:
    with file.open("r+b") as stream:
        stream.truncate(9_000)


def from_the_future(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")


def somebody_elses(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE notes (a)")


@pytest.mark.parametrize("spoil", [damage_in_the_middle, cut, from_the_future, somebody_elses, Path.unlink])
def test_a_bad_backup_changes_nothing(copy: Path, sqlite: Database, sqlite_url: str, spoil, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    sqlite.close()
    spoil(copy)
    before = files(tmp_path / "data")
    with pytest.raises(StorageError, match=r"damaged|newer|no backup"):
        restore(sqlite_url, copy, START, force=True)
    assert people(sqlite_url) == 1
    assert files(tmp_path / "data") == before


@pytest.mark.parametrize("suffix", ["", "-wal", "-shm", "-journal", ".lock"])
def test_a_backup_over_the_database_is_refused(sqlite: Database, suffix: str) -> None:
    assert sqlite.file is not None
    before = files(sqlite.file.parent)
    with pytest.raises(StorageError, match="another name"):
        backup(sqlite, Path(f"{sqlite.file}{suffix}"), force=True)
    assert files(sqlite.file.parent) == before


def test_only_a_backup_is_replaced(sqlite: Database, tmp_path: Path) -> None:
    MasterKey.create(tmp_path / "keys" / "master.key")
    key = (tmp_path / "keys" / "master.key").read_bytes()
    with pytest.raises(StorageError, match="only a backup is replaced"):
        backup(sqlite, tmp_path / "keys" / "master.key", force=True)
    assert (tmp_path / "keys" / "master.key").read_bytes() == key


def test_a_backup_makes_no_folder(sqlite: Database, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"there is no folder .*: make it first"):
        backup(sqlite, tmp_path / "bakcups" / "jalon.db")
    assert "bakcups" not in files(tmp_path)


def test_a_backup_is_not_replaced_by_accident(copy: Path, sqlite: Database) -> None:
    someone(sqlite)
    with pytest.raises(StorageError, match="exists already: give the backup another name, or replace it with --force"):
        backup(sqlite, copy)
    assert people(f"sqlite:///{copy}") == 1
    backup(sqlite, copy, force=True)
    assert people(f"sqlite:///{copy}") == 2


def test_a_backup_that_cannot_be_written_says_why(sqlite: Database, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="no folder"):
        backup(sqlite, tmp_path / "file" / "jalon.db")
    with pytest.raises(StorageError, match="cannot be written: File name too long"):
        backup(sqlite, tmp_path / ("x" * 250))


def test_a_folder_in_the_place_of_the_backup_is_left_alone(sqlite: Database, tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    for force, refusal in ((False, "exists already"), (True, "cannot be written")):
        with pytest.raises(StorageError, match=refusal):
            backup(sqlite, tmp_path / "taken", force=force)
    assert files(tmp_path) >= {"taken", "data"}
    assert not [name for name in files(tmp_path) if name.startswith(".")]


@pytest.mark.postgresql
def test_postgresql_has_its_own_tools(postgres_url: str, copy: Path, tmp_path: Path) -> None:
    database = Database(postgres_url)
    with database.read() as session:
        session.execute(text("SELECT 1"))
    with pytest.raises(StorageError, match="pg_dump --format=custom"):
        backup(database, tmp_path / "copy")
    database.close()
    with pytest.raises(StorageError, match="pg_restore"):
        restore(postgres_url, copy, START)


def test_an_earlier_person_is_the_same_person(copy: Path, sqlite: Database, tmp_path: Path) -> None:
    with sqlite.read() as session:
        (id,) = session.execute(text("SELECT id FROM beneficiary")).scalars()
    restored = Database(f"sqlite:///{copy}")
    with restored.read() as session:
        assert dossier(session, UUID(id)) is not None
    restored.close()
