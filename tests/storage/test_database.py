"""Units of work: all or nothing, one writer at a time, readers who cannot write, times that are never naive."""

import signal
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from threading import Barrier, Thread
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from storage.clock import SystemClock
from storage.database import Database
from storage.errors import StorageError
from storage.people import create_beneficiary, dossier
from storage.records import facts_of, record_fact
from storage.sql import lock_chat
from storage.tables import Fact, Heartbeat, table
from tests.storage.conftest import START, abandoned

PARIS_SUMMER = timezone(timedelta(hours=2))


def rows(database: Database) -> int:
    with database.read() as session:
        return session.execute(select(func.count()).select_from(table(Fact))).scalar_one()


# -------------------------------------------------------------------------------------------------------- units of work
def test_what_fails_leaves_nothing(database: Database, person: UUID) -> None:
    with abandoned(database) as session:
        record_fact(session, person, "informed", START)
    assert rows(database) == 0


def test_a_reader_cannot_write(database: Database, person: UUID) -> None:
    with pytest.raises(DBAPIError, match=r"(?i)read-?only"), database.read() as session:
        record_fact(session, person, "informed", START)
    assert rows(database) == 0


def test_a_reader_sees_one_moment(database: Database, person: UUID) -> None:
    with database.read() as reader:
        before = facts_of(reader, person)
        with database.write() as session:
            record_fact(session, person, "informed", START)
        assert facts_of(reader, person) == before == []
    assert rows(database) == 1


def test_a_unit_of_work_inside_another_is_refused_not_awaited(sqlite: Database) -> None:
    with sqlite.write(), pytest.raises(RuntimeError, match="already open"), sqlite.write():
        pass
    with sqlite.write():
        pass


def test_many_writers_all_succeed(database: Database, person: UUID) -> None:
    writers, each = 6, 15
    together = Barrier(writers)

    def work() -> None:
        together.wait()
        for _ in range(each):
            with database.write() as session:
                seen = len(facts_of(session, person))  # a read first: this is what a deferred begin would not survive
                record_fact(session, person, f"fact {seen}", START)

    threads = [Thread(target=work) for _ in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rows(database) == writers * each


def test_writers_of_two_processes_wait_for_each_other(sqlite: Database, sqlite_url: str) -> None:
    other, done = Database(sqlite_url), []
    with sqlite.write() as session:
        session.execute(text("SELECT 1"))  # a write begins with its first statement, be it a read
        thread = Thread(target=lambda: done.append(write_once(other)))
        thread.start()
        thread.join(0.05)
        assert not done
    thread.join()
    other.close()
    assert done == [True]


def write_once(database: Database) -> bool:
    with database.write() as session:
        create_beneficiary(session, journey_id="j", journey_at="s", language="fr", now=START)
    return True


def test_a_commit_survives_the_power_cut(sqlite: Database) -> None:
    with sqlite.write() as session:
        settings = [session.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "synchronous")]
    assert settings == ["wal", 2]  # 2: FULL, the log is synced at each commit


def test_a_process_killed_in_mid_work_leaves_what_it_had_committed(sqlite: Database, sqlite_url: str) -> None:
    lines = (
        "import os, signal, sys",
        "from tests.storage.conftest import START, Database, someone",
        "from storage.records import record_fact",
        "database = Database(sys.argv[1])",
        "person = someone(database)",
        "with database.write() as session: record_fact(session, person, 'committed', START)",
        "with database.write() as session: record_fact(session, person, 'lost', START); os.kill(os.getpid(), signal.SIGKILL)",
    )
    killed = subprocess.run([sys.executable, "-c", "\n".join(lines), sqlite_url], cwd=Path(__file__).parents[2])
    assert killed.returncode == -signal.SIGKILL
    with sqlite.write() as session:
        assert session.execute(select(table(Fact).c.name)).scalars().all() == ["committed"]
        assert session.execute(text("PRAGMA integrity_check")).scalar() == "ok"


def test_a_row_cannot_refer_to_nobody(database: Database) -> None:
    with pytest.raises(IntegrityError), database.write() as session:
        record_fact(session, uuid4(), "informed", START)


def test_a_chat_is_locked_once_a_turn(database: Database) -> None:
    with database.write() as session:
        lock_chat(session, 1, 2)
        lock_chat(session, 1, 2)  # held already: no wait


@pytest.mark.postgresql
def test_turns_in_one_chat_take_turns(postgres_url: str) -> None:
    database, order = Database(postgres_url), []

    def other() -> None:
        with database.write() as session:
            lock_chat(session, 1, 2)
            order.append("second")

    with database.write() as session:
        lock_chat(session, 1, 2)
        thread = Thread(target=other)
        thread.start()
        thread.join(0.05)
        order.append("first")
    thread.join()
    database.close()
    assert order == ["first", "second"]


# --------------------------------------------------------------------------------------------------------------- times
def test_a_naive_time_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="without a zone"), database.write() as session:
        session.execute(insert(table(Heartbeat)), {"name": "bot", "at": datetime(2027, 3, 28, 2, 30)})  # noqa: DTZ001


def test_times_come_back_aware_in_utc_and_to_the_microsecond(database: Database, person: UUID) -> None:
    local = datetime(2027, 3, 28, 2, 30, 0, 123456, tzinfo=PARIS_SUMMER)
    with database.write() as session:
        record_fact(session, person, "informed", local)
        ((_, at),) = facts_of(session, person)
    assert at == local
    assert at.tzinfo is UTC


def test_times_sort_as_time_does_whatever_their_zone(database: Database, person: UUID) -> None:
    earlier, later = datetime(2027, 1, 1, 1, tzinfo=PARIS_SUMMER), datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    with database.write() as session:
        record_fact(session, person, "later", later)
        record_fact(session, person, "earlier", earlier)
        assert [name for name, _ in facts_of(session, person)] == ["earlier", "later"]


def test_the_clock_is_the_databases_unless_given(url: str) -> None:
    database = Database(url)
    assert abs(database.now() - SystemClock().now()) < timedelta(seconds=5)
    assert database.now().tzinfo is UTC
    database.close()


# ----------------------------------------------------------------------------------------------------------- addresses
@pytest.mark.parametrize(
    "url",
    ["", "nonsense", "mysql://u:hunter2@h/db", "sqlite://", "sqlite:///:memory:", "postgres+asyncpg://u:hunter2@h/db"],
)
def test_an_address_that_cannot_work_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(StorageError, match="write sqlite:///") as refusal:
        Database(url)
    assert "hunter2" not in str(refusal.value)


def test_a_new_database_is_private(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/new/jalon.db")
    with database.write() as session:
        session.execute(text("CREATE TABLE t (a)"))
        modes = {f.name: stat.S_IMODE(f.stat().st_mode) for f in (tmp_path / "new").iterdir()}
    database.close()
    assert set(modes) >= {"jalon.db", "jalon.db-wal"}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="cannot be opened"):
        Database(f"sqlite:///{tmp_path}/file/jalon.db")


def test_dossiers_are_found_by_their_id(database: Database, person: UUID) -> None:
    with database.read() as session:
        found = dossier(session, person)
        assert found is not None
        assert (found.id, found.language, found.zone) == (person, "fr", "Europe/Paris")
        assert dossier(session, uuid4()) is None
