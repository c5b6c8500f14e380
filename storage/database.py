"""Where the data is: SQLite by default, PostgreSQL for several workers. One session is one transaction."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Lock, get_ident
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlmodel import Session

from storage.clock import Clock, DatabaseClock, SystemClock
from storage.errors import StorageError
from storage.unit import Unit

BUSY_SECONDS = 5.0  # another process may be writing: its transactions last milliseconds
FORMS = StorageError("forms")  # a hole of others: the forms of an address, in the language of the sentence
SETUP = ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA foreign_keys=ON")


class Database:
    """The door to the tables. Synchronous and thread-safe: call it off the event loop.

    On SQLite the writers of this process queue for a lock and begin with BEGIN IMMEDIATE: a deferred begin that turns
    into a write fails with "database is locked" (47 of 272 transactions when tried). Readers see a snapshot and wait
    for nobody.
    """

    def __init__(self, url: str, clock: Clock | None = None, *, create: bool = True) -> None:
        """Raises `StorageError` when the address is not one of `FORMS`; without `create`, also where no file is."""
        self.url = parse(url)
        self.file = Path(str(self.url.database)) if self.is_sqlite else None
        if self.file and not create:
            _refuse_absent(self.file)
        self._writer, self._reader = _sqlite_engines(self.url) if self.is_sqlite else _postgresql_engines(self.url)
        self._clock = clock or (SystemClock() if self.is_sqlite else DatabaseClock(self._writer))
        self._turn = Lock()
        self._holder: int | None = None

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @property
    def engine(self) -> Engine:
        """For migrations and tools; the application uses `read` and `write`."""
        return self._writer

    def now(self) -> datetime:
        return self._clock.now()

    @contextmanager
    def write(self) -> Iterator[Unit]:
        """One unit of work: everything or nothing. It begins with its first statement. No `await` inside. Not nestable."""
        with self._alone(), Unit(self._writer, expire_on_commit=False) as unit, unit.begin():
            yield unit
            unit.settle()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A snapshot that cannot write."""
        with Session(self._reader, expire_on_commit=False) as session, session.begin():
            yield session

    def close(self) -> None:
        self._reader.dispose()
        self._writer.dispose()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if not self.is_sqlite:
            yield
            return
        if self._holder == get_ident():
            raise RuntimeError("a unit of work is already open in this thread")
        with self._turn:
            self._holder = get_ident()
            try:
                yield
            finally:
                self._holder = None


def parse(url: str) -> URL:
    """The address of a database. Raises `StorageError`, without the address: it may hold a password."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StorageError("url_unreadable", forms=FORMS) from None
    if parsed.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername != "sqlite":
        raise StorageError("url_unknown", forms=FORMS)
    if not parsed.database or parsed.database == ":memory:" or parsed.database.startswith("file:"):
        raise StorageError("url_memory", forms=FORMS)
    return parsed


# ------------------------------------------------------------------------------------------------------------ SQLite
def _sqlite_engines(url: URL) -> tuple[Engine, Engine]:
    _make_private(Path(str(url.database)))
    writer = _sqlite_engine(url, SETUP, "BEGIN IMMEDIATE", pool_size=1, max_overflow=2)
    return writer, _sqlite_engine(url, (*SETUP, "PRAGMA query_only=ON"), "BEGIN")


def _sqlite_engine(url: URL, setup: tuple[str, ...], begin: str, **options: Any) -> Engine:
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, hide_parameters=True, **options)

    @event.listens_for(engine, "connect")
    def connected(connection: sqlite3.Connection, _: Any) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself: `begin` below does
        for pragma in setup:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def begun(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _refuse_absent(file: Path) -> None:
    """Who only reads must not leave an empty database behind; one that was left so is none."""
    if not file.is_file() or file.stat().st_size == 0:
        raise StorageError("database_absent", file=file.absolute())


def _make_private(file: Path) -> None:
    """The file and its folder are for their owner only; SQLite gives its side files the same rights."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise StorageError("database_closed", file=file, why=error) from None


# -------------------------------------------------------------------------------------------------------- PostgreSQL
def _postgresql_engines(url: URL) -> tuple[Engine, Engine]:
    """Readers get what SQLite's get: one snapshot for the whole session."""
    engine = create_engine(url, isolation_level="READ COMMITTED", pool_pre_ping=True, hide_parameters=True)
    return engine, engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
