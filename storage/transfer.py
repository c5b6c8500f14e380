"""From SQLite to PostgreSQL: a snapshot of every table, row by row as it is, then counted and compared on both sides.

What is sealed stays sealed: the same master key opens it there. The source is only read, from one snapshot, also while
Jalon writes to it. The target gets everything or nothing: its transaction commits once all that arrived is the same.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg import sql
from sqlalchemy import Connection, Table, select, text
from sqlalchemy.exc import DBAPIError

from storage.database import Database
from storage.errors import StorageError
from storage.migrate import newest_revision, revision_of, upgrade
from storage.schema import METADATA

AT_ONCE: Final = 2_000  # rows read at a time
MODULUS: Final = 1 << 256
_LARGEST = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
_SET_NEXT = text("SELECT setval(pg_get_serial_sequence(:name, :column), :largest)")


@dataclass(frozen=True, slots=True)
class Copied:
    """A table that arrived whole. `digest`: the sum of its rows' hashes, whatever their order."""

    table: str
    rows: int
    digest: str


def transfer(source: Database, target: Database) -> list[Copied]:
    """Copies all rows of `source`, a SQLite database, to `target`, an empty PostgreSQL one.

    Raises `StorageError`, having left no row there, when the target holds anything, when either has another schema than
    this code's, or when what arrived is not what was sent.
    """
    if not source.is_sqlite or target.is_sqlite:
        raise StorageError("transfer_sides")
    with source.read() as session:
        reading = session.connection()
        _refuse_other_schema(reading, "transfer_source_schema")
        try:
            _prepare(target)
            with target.engine.begin() as writing:
                _take(writing)
                return [_copy(reading, writing, table) for table in METADATA.sorted_tables]
        except (DBAPIError, psycopg.Error) as error:
            told = error.orig if isinstance(error, DBAPIError) else error
            raise StorageError("transfer_broken", why=str(told).strip().partition("\n")[0]) from None


# ----------------------------------------------------------------------------------------------------- before anything
def _refuse_other_schema(connection: Connection, key: str) -> None:
    if (revision := revision_of(connection)) != newest_revision():
        raise StorageError(key, revision=revision or "-", ours=newest_revision())


def _prepare(target: Database) -> None:
    """Makes the tables where there are none; those of another version are left alone."""
    with target.engine.connect() as connection:
        new = revision_of(connection) is None
        if not new:
            _refuse_other_schema(connection, "transfer_target_schema")
    if new:
        upgrade(target)


def _take(writing: Connection) -> None:
    """Nobody else writes to the target from now on; nobody has before."""
    names = ", ".join(f'"{table.name}"' for table in METADATA.sorted_tables)
    writing.execute(text(f"LOCK TABLE {names} IN EXCLUSIVE MODE"))
    for table in METADATA.sorted_tables:
        if writing.execute(select(table).limit(1)).first() is not None:
            raise StorageError("transfer_occupied", table=table.name)


# -------------------------------------------------------------------------------------------------------------- copying
def _copy(reading: Connection, writing: Connection, table: Table) -> Copied:
    sent = _Census()
    columns = sql.SQL(", ").join(sql.Identifier(column.name) for column in table.columns)
    command = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table.name), columns)
    line: Any = writing.connection.dbapi_connection
    with line.cursor() as cursor, cursor.copy(command) as copy:
        for row in sent.counting(_rows(reading, table)):
            copy.write_row(row)
    _go_on_counting(reading, writing, table)
    arrived = _Census()
    for _ in arrived.counting(_rows(writing, table)):
        pass
    if arrived != sent:
        raise StorageError("transfer_differs", table=table.name, sent=sent.rows, arrived=arrived.rows)
    return Copied(table.name, sent.rows, f"{sent.digest:064x}")


def _rows(connection: Connection, table: Table) -> Iterator[tuple[Any, ...]]:
    """As Python sees them: the types of the columns make identifiers, instants and truth values of what is stored."""
    with connection.execute(select(table), execution_options={"yield_per": AT_ONCE}) as result:
        for row in result:
            yield tuple(row)


def _go_on_counting(reading: Connection, writing: Connection, table: Table) -> None:
    """Numbers given by the database go on after the last one given, be its row long gone."""
    if not table.dialect_options["sqlite"]["autoincrement"]:
        return
    column = table.primary_key.columns[0]
    largest: int | None = reading.execute(_LARGEST, {"name": table.name}).scalar_one_or_none()
    if largest is not None:
        writing.execute(_SET_NEXT, {"name": table.name, "column": column.name, "largest": largest})


# ------------------------------------------------------------------------------------------------------------ comparing
@dataclass
class _Census:
    """How many rows went by, and the sum of their hashes: the two databases sort names and identifiers differently."""

    rows: int = 0
    digest: int = 0

    def counting(self, rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
        for row in rows:
            self.rows += 1
            self.digest = (self.digest + _hash(row)) % MODULUS
            yield row


def _hash(row: tuple[Any, ...]) -> int:
    """Of the values with their types: the same instant, number or text is written the same wherever it came from."""
    return int.from_bytes(hashlib.sha256(repr(row).encode("utf-8", "surrogatepass")).digest())
