"""The few statements that the two databases write differently."""

import hashlib
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Table, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session


def is_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


def insert_or_ignore(session: Session, table: Table) -> Any:
    """INSERT … ON CONFLICT DO NOTHING: the row count says whether the row is new."""
    insert = postgresql.insert if is_postgresql(session) else sqlite.insert
    return insert(table).on_conflict_do_nothing().execution_options(preserve_rowcount=True)


def upsert(session: Session, table: Table, key: list[str]) -> Any:
    """INSERT …, or UPDATE of the other columns where a row with this key exists."""
    insert = (postgresql.insert if is_postgresql(session) else sqlite.insert)(table)
    others = {column.name: insert.excluded[column.name] for column in table.c if column.name not in key}
    return insert.on_conflict_do_update(index_elements=key, set_=others)


_HOLD = text("SELECT pg_advisory_xact_lock(number) FROM unnest(CAST(:numbers AS bigint[])) AS number")


def lock_number(*names: object) -> int:
    """A 64-bit number for an advisory lock, the same in every process."""
    digest = hashlib.blake2b("\0".join(map(str, names)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


def hold_locks(session: Session, numbers: Iterable[int]) -> None:
    """Holds these locks until the transaction ends; in order, so that two holders never wait for each other.

    PostgreSQL only: the writer of SQLite is alone.
    """
    if is_postgresql(session):
        session.connection().execute(_HOLD, {"numbers": sorted(set(numbers))})


_FREE = text("SELECT number FROM unnest(CAST(:numbers AS bigint[])) AS number WHERE pg_try_advisory_xact_lock(number)")


def free_locks(session: Session, numbers: Iterable[int]) -> list[int]:
    """Those that nobody else holds; they are held until the transaction ends. None on SQLite, where nobody else is."""
    wanted = sorted(numbers)
    if not wanted or not is_postgresql(session):
        return []
    return list(session.connection().execute(_FREE, {"numbers": wanted}).scalars())


def lock_chat(session: Session, bot_id: int, chat_id: int) -> None:
    """One turn at a time in a chat, whichever worker makes it."""
    lock_chats(session, [(bot_id, chat_id)])


def lock_chats(session: Session, chats: Iterable[tuple[int, int]]) -> None:
    """The same for a batch of (bot id, chat id). Call it once a transaction: locks taken in two goes may deadlock."""
    hold_locks(session, (lock_number("chat", bot_id, chat_id) for bot_id, chat_id in chats))
