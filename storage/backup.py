"""Copies of a SQLite database, made while it is used, and bringing one back.

The master key is in none of them: a copy without it is unreadable, which is the point. Keep the key elsewhere.
"""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkstemp

from storage.database import Database, parse
from storage.errors import StorageError
from storage.key_check import check_file
from storage.keys import MasterKey
from storage.migrate import known_revisions

KEY_REMINDER = (
    "The master key is not in the backup, and without it nothing can be read: keep it safe, in another place."
)
SIDE_FILES = ("-wal", "-shm")


def backup(database: Database, file: Path, *, force: bool = False) -> None:
    """Writes a consistent copy to `file`, which appears only once whole and checked. Raises `StorageError`.

    Without `force` no file is replaced: it may be the only good copy.
    """
    if database.file is None:
        raise StorageError('PostgreSQL makes its own backups: pg_dump --format=custom --file=FILE "$DATABASE_URL"')
    if file.resolve() == database.file.resolve():
        raise StorageError(f"{file} is the database itself: give the backup another name")
    if file.exists() and not force:
        raise StorageError("{file} exists already: give the backup another name, or replace it with --force", file=file)
    source = database.file
    _replace(file, lambda new: _copy_live(source, new))


def restore(
    url: str, file: Path, now: datetime, *, force: bool = False, master: MasterKey | None = None
) -> Path | None:
    """Puts the backup in the place of the database; gives back where the replaced one was kept, if there was one.

    Without `force` nothing is replaced. With `master`, only a backup that this key opens is restored. Raises
    `StorageError`, having changed nothing, when the backup is damaged or from a newer version, or when a process uses
    the database.
    """
    address = parse(url)
    if address.get_backend_name() != "sqlite":
        raise StorageError('PostgreSQL restores its own: pg_restore --clean --if-exists --dbname="$DATABASE_URL" FILE')
    if not file.is_file():
        raise StorageError(f"there is no backup at {file}")
    target = Path(str(address.database))
    occupied = target.exists() and target.stat().st_size > 0
    if occupied and not force:
        raise StorageError(f"there is a database at {target}: force replaces it, and keeps it beside the new one")
    kept = target.with_name(f"{target.name}.replaced-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}") if occupied else None

    def before() -> None:
        if master is not None:
            _check_key(file, master)
        _keep_aside(target, kept)

    _replace(target, lambda new: _copy_file(file, new), before)
    return kept


def _check_key(file: Path, master: MasterKey) -> None:
    try:
        check_file(file, master)
    except StorageError as error:
        raise StorageError(
            f"the backup does not go with the master key at hand; nothing was replaced: {error}"
        ) from None


# ------------------------------------------------------------------------------------------------------------- copying
def _replace(target: Path, write: Callable[[Path], None], before: Callable[[], None] = lambda: None) -> None:
    """Writes beside the target, checks, then renames: whoever looks sees the old file or the whole new one."""
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = mkstemp(prefix=f".{target.name}.", dir=target.parent)  # mode 600
        os.close(handle)
    except OSError as error:
        raise StorageError(f"{target} cannot be written: {error.strerror}") from None
    new = Path(name)
    try:
        write(new)
        _check(new)
        _sync(new)
        before()
        os.replace(new, target)
        _sync(target.parent)
    except OSError as error:
        raise StorageError(f"{target} cannot be written: {error.strerror}") from None
    finally:
        new.unlink(missing_ok=True)


def _copy_live(source: Path, new: Path) -> None:
    """SQLite's online backup: a snapshot, while writers go on. The copy is a single file without a write-ahead log."""
    reading = f"{source.resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(reading, uri=True)) as live, closing(sqlite3.connect(new)) as copy:
        live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")


def _copy_file(source: Path, new: Path) -> None:
    shutil.copyfile(source, new)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# ------------------------------------------------------------------------------------------------------------ checking
def _check(file: Path) -> None:
    """Raises `StorageError` unless the file is a whole database of a version that this code knows."""
    try:
        with closing(sqlite3.connect(file)) as connection:
            damaged = connection.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",)
            orphans = connection.execute("PRAGMA foreign_key_check").fetchone() is not None
            revision = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError:
        raise StorageError("the file is damaged, or not a database of Jalon; nothing was replaced") from None
    if damaged or orphans:
        raise StorageError("the file is damaged; nothing was replaced")
    if revision is None or revision[0] not in known_revisions():
        raise StorageError("the backup comes from a newer version of Jalon: install that version; nothing was replaced")


def _keep_aside(target: Path, kept: Path | None) -> None:
    """Keeps the database about to be replaced; its log must go with it, or it would be applied to the new one."""
    if kept is None:
        return
    if kept.exists():
        raise StorageError(f"{kept} exists already; nothing was replaced")
    _fold(target)
    try:
        os.link(target, kept)
    except OSError:  # a file system without links
        shutil.copyfile(target, kept)
    for suffix in SIDE_FILES:  # left only by a database too damaged to be folded
        side = target.with_name(target.name + suffix)
        if side.exists():
            side.rename(kept.with_name(kept.name + suffix))


def _fold(database: Path) -> None:
    """Brings the write-ahead log into the file, which SQLite does only for a connection that is alone."""
    try:
        with closing(sqlite3.connect(database, timeout=1.0)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
            raise StorageError("a process is using the database: stop Jalon first; nothing was replaced") from None
