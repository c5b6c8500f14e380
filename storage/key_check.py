"""Does this master key open this database? Asked before anything is sealed with another one, or put in its place."""

import sqlite3
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection, create_engine, func, select

from storage.errors import StorageError, Unreadable
from storage.keys import MasterKey
from storage.tables import DataKey, table
from storage.vault import unwrap

SAMPLE = 20  # data keys opened at each start: enough to see that the key is right, and done in a millisecond
_keys = table(DataKey)


def check_keys(connection: Connection, master: MasterKey, most: int | None = SAMPLE) -> list[UUID]:
    """The owners whose data key does not open, among the newest `most` (None: among all).

    Raises `StorageError` when a key was made under another master key, or when not one of them opens.
    """
    others = select(func.count()).where(_keys.c.master_id != master.id)
    if foreign := connection.execute(others).scalar_one():
        raise StorageError(
            f"{foreign} of the database's data keys were made under another master key: put back the one this database "
            "was used with (MASTER_KEY_FILE); without it that content cannot be read"
        )
    newest = select(_keys.c.owner_id, _keys.c.wrapped).order_by(_keys.c.created_at.desc()).limit(most)
    rows = connection.execute(newest).all()
    closed = [row.owner_id for row in rows if not _opens(master, row.owner_id, row.wrapped)]
    if closed and len(closed) == len(rows):
        raise StorageError(
            "the master key opens none of the database's data keys: the database is damaged; restore a backup"
        )
    return closed


def check_file(file: Path, master: MasterKey) -> list[UUID]:
    """`check_keys` for every key of a SQLite file that nobody uses, such as a backup."""
    address = f"{file.resolve().as_uri()}?mode=ro&immutable=1"
    engine = create_engine("sqlite://", creator=lambda: sqlite3.connect(address, uri=True))
    try:
        with engine.connect() as connection:
            return check_keys(connection, master, None)
    finally:
        engine.dispose()


def _opens(master: MasterKey, owner: UUID, wrapped: bytes) -> bool:
    try:
        unwrap(master, owner, wrapped)
    except Unreadable:
        return False
    return True
