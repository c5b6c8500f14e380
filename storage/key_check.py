"""Does this master key open this database? Asked before anything is sealed with another one, or put in its place."""

import sqlite3
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection, create_engine, func, select, update

from storage.errors import StorageError, Unreadable
from storage.keys import MasterKey
from storage.tables import DataKey, table
from storage.vault import rewrap, unwrap

SAMPLE = 20  # data keys opened at each start: enough to see that the key is right, and done in a millisecond
_keys = table(DataKey)


def check_keys(connection: Connection, master: MasterKey, most: int | None = SAMPLE) -> list[UUID]:
    """The owners whose data key does not open, among the newest `most` (None: among all).

    Raises `StorageError` when a key was made under another master key, or when not one of them opens.
    """
    count = func.count()
    counted = connection.execute(select(_keys.c.master_id, count).group_by(_keys.c.master_id))
    made: dict[str, int] = {row[0]: row[1] for row in counted}
    ours = made.pop(master.id, 0)
    if made:
        foreign = sum(made.values())
        raise StorageError("keys_mixed" if ours else "keys_foreign", foreign=foreign, total=ours + foreign)
    newest = select(_keys.c.owner_id, _keys.c.wrapped).order_by(_keys.c.created_at.desc()).limit(most)
    rows = connection.execute(newest).all()
    closed = [row.owner_id for row in rows if not _opens(master, row.owner_id, row.wrapped)]
    if closed and len(closed) == len(rows):
        raise StorageError("keys_damaged")
    return closed


def adopt_keys(connection: Connection, former: MasterKey, master: MasterKey) -> int:
    """The data keys made under `former` are wrapped by `master` from now on; how many. What they seal stays as it is.

    Raises `Unreadable`, and the caller's transaction changes nothing, when one of them is damaged.
    """
    theirs = select(_keys.c.owner_id, _keys.c.wrapped).where(_keys.c.master_id == former.id)
    rows = connection.execute(theirs).all() if former.id != master.id else []
    for row in rows:
        values = {"wrapped": rewrap(former, master, row.owner_id, row.wrapped), "master_id": master.id}
        connection.execute(update(_keys).where(_keys.c.owner_id == row.owner_id).values(values))
    return len(rows)


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
