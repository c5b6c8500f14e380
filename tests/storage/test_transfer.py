"""What moves from SQLite to PostgreSQL arrives as it was, all of it or nothing, and the source does not change."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Boolean, Column, DateTime, LargeBinary, Table, Uuid, delete, insert, select, text

from storage.clock import SetClock
from storage.columns import UTCDateTime
from storage.database import Database
from storage.errors import StorageError
from storage.inbox import note_update
from storage.messages import InboxRow
from storage.schema import METADATA
from storage.tables import table
from storage.transfer import transfer
from tests.postgres import Server
from tests.storage.conftest import START

pytestmark = pytest.mark.postgresql

ROWS = 3  # of each table; the first has nothing where nothing may stand
WORDS = {  # for columns that take certain words only
    "kind": {"invitation": "enrol", "outbox": "send"},
    "state": {"inbox": "done", "outbox": "sent"},
    "direction": {"transcript": "in"},
    "how": {"answer": "given"},
    "words_for": {"beneficiary": "letter"},
}
INSTANTS = [START, START + timedelta(microseconds=1), datetime(2027, 3, 28, 3, 30, tzinfo=timezone(timedelta(hours=2)))]
LARGE = 2**52 - 1  # Telegram's largest identifiers


@pytest.fixture
def source(sqlite_url: str, clock: SetClock) -> Iterator[Database]:
    """At least a row of every table, with every kind of value."""
    opened = Database(sqlite_url, clock)
    with opened.engine.begin() as connection:
        for each in METADATA.sorted_tables:
            connection.execute(insert(each), [row(each, number) for number in range(ROWS)])
    yield opened
    opened.close()


@pytest.fixture
def target(postgres_server: Server) -> Iterator[Database]:
    opened = Database(postgres_server.url(postgres_server.create()))
    yield opened
    opened.close()


def row(each: Table, number: int) -> dict[str, Any]:
    return {column.name: value(each, column, number) for column in each.columns}


def value(each: Table, column: Column[Any], number: int) -> Any:
    if number == 0 and column.nullable and not column.primary_key:
        return None
    if word := WORDS.get(column.name, {}).get(each.name):
        return word
    match column.type:
        case Uuid():
            return UUID(int=number + 1)
        case UTCDateTime() | DateTime():
            return INSTANTS[number]
        case Boolean():
            return bool(number % 2)
        case LargeBinary():
            return bytes([number, 0, 255]) * 50
    if column.type.python_type is int:
        return LARGE - number if "id" in column.name else number + 1
    return f"Zoé n°{number} — « ça »\n\t\\ 🙂"


def content(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    with database.read() as session:
        return {
            each.name: sorted((tuple(found) for found in session.execute(select(each))), key=repr)
            for each in METADATA.sorted_tables
        }


def test_every_value_of_every_table_arrives_as_it_was(source: Database, target: Database) -> None:
    copied = transfer(source, target)
    assert {each.table: each.rows for each in copied} == dict.fromkeys(METADATA.tables, ROWS)
    sent, arrived = content(source), content(target)
    assert arrived == sent
    assert [list(map(type, each)) for rows in arrived.values() for each in rows] == [
        list(map(type, each)) for rows in sent.values() for each in rows
    ]
    assert {at.tzinfo for at in (each[-1] for each in arrived["heartbeat"])} == {UTC}


def test_numbers_go_on_after_the_last_one_given(source: Database, target: Database) -> None:
    inbox = table(InboxRow)
    with source.write() as session:
        note_update(session, 1, 1, START, kind="message")
        last = session.execute(select(inbox.c.arrival).where(inbox.c.update_id == 1)).scalar_one()
        session.execute(delete(inbox).where(inbox.c.update_id == 1))
    transfer(source, target)
    with target.write() as session:
        note_update(session, 1, 2, START, kind="message")
        assert session.execute(select(inbox.c.arrival).where(inbox.c.update_id == 2)).scalar_one() == last + 1


def test_the_source_is_only_read_and_may_be_written_to_meanwhile(source: Database, target: Database) -> None:
    before, file = content(source), Path(str(source.file)).read_bytes()
    with source.read() as session:
        session.execute(text("SELECT 1"))
        transfer(source, target)
        with source.write() as writing:
            note_update(writing, 1, 1, START, kind="message")
    assert Path(str(source.file)).read_bytes() == file
    assert content(target) == before != content(source)


def test_a_target_that_holds_anything_is_refused_and_left_alone(source: Database, target: Database) -> None:
    transfer(source, target)
    before = content(target)
    with pytest.raises(StorageError, match=r"is not empty \(table \w+\)"):
        transfer(source, target)
    assert content(target) == before


def test_another_schema_is_refused_on_either_side(source: Database, target: Database, postgres_url: str) -> None:
    other = Database(postgres_url)
    older = "UPDATE alembic_version SET version_num = '0001'"
    with other.engine.begin() as connection:
        connection.execute(text(older))
    with pytest.raises(StorageError, match="copy to is at revision 0001"):
        transfer(source, other)
    other.close()
    with source.engine.begin() as connection:
        connection.execute(text(older))
    with pytest.raises(StorageError, match="database to copy is at revision 0001"):
        transfer(source, target)
    with target.engine.connect() as connection:
        assert connection.execute(text("SELECT to_regclass('beneficiary')")).scalar_one() is None


ALTERATIONS = {
    "a row changed": "NEW.name := upper(NEW.name); RETURN NEW",
    "a row left out": "RETURN CASE WHEN NEW.id = '00000000-0000-0000-0000-000000000002' THEN NULL ELSE NEW END",
}


@pytest.mark.parametrize("change", ALTERATIONS)
def test_what_arrives_otherwise_is_noticed_and_undone(source: Database, postgres_url: str, change: str) -> None:
    target = Database(postgres_url)
    with target.engine.begin() as connection:
        body = f"CREATE FUNCTION alter_it() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN {ALTERATIONS[change]}; END'"
        connection.execute(text(body.replace("'0", "''0").replace("2'", "2''")))
        connection.execute(
            text("CREATE TRIGGER meddling BEFORE INSERT ON counsellor FOR EACH ROW EXECUTE FUNCTION alter_it()")
        )
    with pytest.raises(StorageError, match="counsellor did not arrive as it was"):
        transfer(source, target)
    assert not any(content(target).values())
    target.close()


def test_what_postgresql_cannot_hold_is_told_and_nothing_arrives(source: Database, target: Database) -> None:
    with source.engine.begin() as connection:
        connection.execute(text("UPDATE counsellor SET name = 'a' || char(0)"))
    with pytest.raises(StorageError, match="broke off, and nothing has arrived"):
        transfer(source, target)
    assert not any(content(target).values())


def test_the_sides_are_not_to_be_mistaken(source: Database, target: Database) -> None:
    for one, two in ((target, source), (source, source), (target, target)):
        with pytest.raises(StorageError, match="copies a SQLite database"):
            transfer(one, two)
