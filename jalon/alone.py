"""One process at a time for a SQLite database: two would both deliver its messages, and poll Telegram in turns."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jalon.words import NotReady
from storage.database import parse


@contextmanager
def alone(url: str) -> Iterator[None]:
    """Holds the lock beside the database at `url`; a kill frees it too. PostgreSQL needs none: it coordinates workers.

    Raises `NotReady` when another process holds it.
    """
    address = parse(url)
    if address.get_backend_name() != "sqlite":
        yield
        return
    handle = _open(Path(f"{address.database}.lock"))
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise NotReady("already_running", database=address.database) from None
    finally:
        os.close(handle)


def _open(file: Path) -> int:
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise NotReady("lock_closed", file=file, why=error) from None
