"""What survives a restart: one SQLite file of small JSON documents, written behind the answers.

Documents are serialised when they are written, so a chat changed a hundred times between two writes costs one row.
Writes are grouped: at most one commit every `PERIOD` seconds, WAL with synchronous=NORMAL, on a thread. So the
simulator may lose the last moments when it is itself killed without warning (a clean stop loses nothing); killing the
bot loses nothing here. Measured with `bench.py` on two cores: 5 000 requests/s so, 4 000 with a commit per change.
"""

import asyncio
import contextlib
import json
import logging
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Protocol

PERIOD: Final = 0.1  # seconds between two commits
VERSION: Final = 1  # of the documents' shape; a file of another one is refused

Key = tuple[str | int, ...]


class Keepable(Protocol):
    """A living object: what is kept of it is read when the commit comes."""

    def kept(self) -> dict[str, Any]: ...


Body = dict[str, Any] | Keepable
Documents = dict[tuple[str, Key], Body | None]

_log = logging.getLogger(__name__)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS document (
  kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, key)
) WITHOUT ROWID
"""
_UPSERT = "INSERT INTO document VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body"
_DELETE = "DELETE FROM document WHERE kind = ? AND key = ?"


class Store:
    """`path` None keeps everything in memory only."""

    def __init__(self, path: Path | None) -> None:
        self._dirty: Documents = {}
        self._closing = asyncio.Event()
        self._connection = _open(path) if path else None
        self._writing: asyncio.Task[None] | None = None

    def put(self, kind: str, key: Key, body: "Body | None") -> None:
        """Keep `body` under `kind` and `key`; None deletes. Reaches the disk with the next commit."""
        if self._connection:
            self._dirty[kind, key] = body

    def load(self, kind: str) -> Iterator[tuple[list[Any], Any]]:
        """Every kept (key, body) of this kind."""
        if self._connection:
            for key, body in self._connection.execute("SELECT key, body FROM document WHERE kind = ?", (kind,)):
                yield json.loads(key), json.loads(body)

    def start(self) -> None:
        """Begin writing behind, on the running loop."""
        if self._connection:
            self._writing = asyncio.create_task(self._write_behind())

    async def close(self) -> None:
        """Write what is left and close the file; raises if the disk refuses."""
        self._closing.set()
        if self._writing:
            await self._writing
        if self._connection:
            self._commit(*_rows(self._dirty))
            self._connection.close()
            self._connection = None

    async def _write_behind(self) -> None:
        # One writer, one commit at a time: an older document can never overwrite a newer one.
        while not self._closing.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), PERIOD)
            if self._dirty:
                await self._flush()

    async def _flush(self) -> None:
        taken, self._dirty = self._dirty, {}
        try:
            await asyncio.to_thread(self._commit, *_rows(taken))
        except sqlite3.Error:
            _log.exception("the simulator's file cannot be written; trying again")
            self._dirty = taken | self._dirty

    def _commit(self, rows: list[tuple[str, str, str]], gone: list[tuple[str, str]]) -> None:
        if self._connection is None:
            return
        with self._connection:
            self._connection.executemany(_UPSERT, rows)
            self._connection.executemany(_DELETE, gone)


def _rows(documents: Documents) -> tuple[list[tuple[str, str, str]], list[tuple[str, str]]]:
    """What to write and what to delete, as texts: made on the loop, where nothing changes meanwhile."""
    kept = [(kind, json.dumps(key), _text(body)) for (kind, key), body in documents.items() if body is not None]
    gone = [(kind, json.dumps(key)) for (kind, key), body in documents.items() if body is None]
    return kept, gone


def _text(body: Body) -> str:
    return json.dumps(body if isinstance(body, dict) else body.kept(), ensure_ascii=False)


def _open(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    # The write thread and the loop take turns: the loop reads at the start and writes last, at the end.
    connection = sqlite3.connect(path, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    if found not in (0, VERSION):
        connection.close()
        raise ValueError(f"{path} was written by another version of the simulator: remove it")
    connection.execute(_SCHEMA)
    connection.execute(f"PRAGMA user_version = {VERSION}")
    return connection
