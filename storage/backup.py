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

SIDE_FILES = ("-wal", "-shm", "-journal")  # SQLite applies what it finds there to whatever database has the name
LOCK = ".lock"  # beside the database, while Jalon runs
HEADER = b"SQLite format 3\0"
Census = dict[str, int]


def backup(database: Database, file: Path, *, force: bool = False, key_file: Path | None = None) -> None:
    """Writes a consistent copy to `file`, which appears only once whole and checked. Raises `StorageError`.

    Without `force` no file is replaced: it may be the only good copy. With it, only what looks like a former backup is:
    never what belongs to the database in use. Nothing is written to `key_file`, the master key's place, be it empty.
    """
    if database.file is None:
        raise StorageError("backup_postgresql")
    source = database.file.resolve()
    if file.resolve() in {source.with_name(source.name + suffix) for suffix in ("", LOCK, *SIDE_FILES)}:
        raise StorageError("backup_onto_itself", file=file)
    if key_file is not None and file.resolve() == key_file.resolve():
        raise StorageError("backup_onto_key", file=file)
    if file.exists() and not force:
        raise StorageError("backup_exists", file=file)
    if file.is_file() and not _is_database(file):
        raise StorageError("backup_over_another", file=file)
    if not file.parent.is_dir():
        raise StorageError("folder_absent", folder=file.parent)
    _replace(file, lambda new: _copy_live(source, new))


def restore(
    url: str, file: Path, now: datetime, *, force: bool = False, master: MasterKey | None = None
) -> Path | None:
    """Puts the backup in the place of the database; gives back where the replaced one was kept, if there was one.

    A log that a lost database left behind is kept too: it would be applied to the new one. Without `force` nothing is
    replaced. With `master`, only a backup that this key opens is restored. Raises
    `StorageError`, having changed nothing, when the backup is damaged or from a newer version, or when a process uses
    the database.
    """
    address = parse(url)
    if address.get_backend_name() != "sqlite":
        raise StorageError("restore_postgresql")
    if not file.is_file():
        raise StorageError("backup_absent", file=file)
    target = Path(str(address.database))
    occupied = target.exists() and target.stat().st_size > 0
    if occupied and not force:
        raise StorageError("restore_occupied", target=target)
    aside = target.with_name(f"{target.name}.replaced-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}")
    kept: list[Path] = []

    def before() -> None:
        if master is not None:
            _check_key(file, master)
        kept.extend(_keep_aside(target, aside, occupied=occupied))

    _make_folder(target)
    _replace(target, lambda new: _copy_file(file, new), before)
    return next(iter(kept), None)


def _check_key(file: Path, master: MasterKey) -> None:
    try:
        check_file(file, master)
    except StorageError as error:
        raise StorageError("restore_other_key", why=error) from None


# ------------------------------------------------------------------------------------------------------------- copying
def _make_folder(target: Path) -> None:
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError("unwritten", file=target, why=error) from None


def _replace(target: Path, write: Callable[[Path], None], before: Callable[[], None] = lambda: None) -> None:
    """Writes beside the target, checks, then renames: whoever looks sees the old file or the whole new one.

    Then it is opened once more under its name: what lies beside it must not have changed it.
    """
    try:
        handle, name = mkstemp(prefix=f".{target.name}.", dir=target.parent)  # mode 600
        os.close(handle)
    except OSError as error:
        raise StorageError("unwritten", file=target, why=error) from None
    new = Path(name)
    try:
        write(new)
        census = _check(new)
        _sync(new)
        before()
        os.replace(new, target)
        _sync(target.parent)
        _check_arrived(target, census)
    except OSError as error:
        raise StorageError("unwritten", file=target, why=error) from None
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
def _check(file: Path) -> Census:
    """Counts the rows of each table. Raises `StorageError` unless it is a whole database of a version we know."""
    try:
        with closing(sqlite3.connect(file)) as connection:
            damaged = connection.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",)
            orphans = connection.execute("PRAGMA foreign_key_check").fetchone() is not None
            revision = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            census = _census(connection)
    except sqlite3.DatabaseError:
        raise StorageError("file_foreign") from None
    if damaged or orphans:
        raise StorageError("file_damaged")
    if revision is None or revision[0] not in known_revisions():
        raise StorageError("file_newer")
    return census


def _census(connection: sqlite3.Connection) -> Census:
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}  # noqa: S608


def _check_arrived(target: Path, expected: Census) -> None:
    """Raises `StorageError` unless the database opens under its name, whole, with as many rows as were checked."""
    try:
        with closing(sqlite3.connect(target)) as connection:
            whole = connection.execute("PRAGMA integrity_check(1)").fetchone() == ("ok",)
            arrived = whole and _census(connection) == expected
    except sqlite3.DatabaseError:
        arrived = False
    if not arrived:
        raise StorageError("not_arrived", file=target)


def _is_database(file: Path) -> bool:
    try:
        with file.open("rb") as stream:
            return stream.read(len(HEADER)) == HEADER
    except OSError:
        return False


# ------------------------------------------------------------------------------------------------------- keeping aside
def _keep_aside(target: Path, aside: Path, *, occupied: bool) -> list[Path]:
    """Keeps what has the database's name, its log before all, or it would be applied to the new one; says where."""
    names = {target.with_name(target.name + suffix): aside.with_name(aside.name + suffix) for suffix in SIDE_FILES}
    for new in (aside, *names.values()):
        if new.exists():
            raise StorageError("restore_kept_exists", kept=new)
    kept = []
    if occupied:
        _fold(target)
        _link(target, aside)
        kept.append(aside)
    for side, new in names.items():  # left only by a database that is gone, or too damaged to be folded
        if side.exists():
            side.rename(new)
            kept.append(new)
    return kept


def _link(target: Path, aside: Path) -> None:
    try:
        os.link(target, aside)
    except OSError:  # a file system without links
        shutil.copyfile(target, aside)


def _fold(database: Path) -> None:
    """Brings the write-ahead log into the file, which SQLite does only for a connection that is alone."""
    try:
        with closing(sqlite3.connect(database, timeout=1.0)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
            raise StorageError("restore_in_use") from None
