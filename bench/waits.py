"""How much PostgreSQL's sessions wait for each other: what its own view of them says, looked at all the while."""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Engine, create_engine, text

from storage.database import parse

EVERY = 0.02  # seconds between two looks
_AT_WORK = text(
    "SELECT count(*), count(*) FILTER (WHERE wait_event_type = 'Lock') FROM pg_stat_activity"
    " WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid()"
)


@dataclass
class Waits:
    """Sessions at work seen so far, and those of them that waited for a lock (pg_stat_activity, `wait_event_type`)."""

    seen: int = 0
    waiting: int = 0

    @property
    def share(self) -> float:
        return self.waiting / self.seen if self.seen else 0.0


@contextlib.contextmanager
def lock_waits(url: str) -> Iterator[Waits]:
    """Looks at the sessions of the database at `url` until the context ends; SQLite has none to look at."""
    waits, over = Waits(), threading.Event()
    if not url.startswith("postgresql"):
        yield waits
        return
    engine = create_engine(parse(url), isolation_level="AUTOCOMMIT")
    looking = threading.Thread(target=_look, args=(engine, waits, over))
    looking.start()
    try:
        yield waits
    finally:
        over.set()
        looking.join()
        engine.dispose()


def _look(engine: Engine, waits: Waits, over: threading.Event) -> None:
    with engine.connect() as connection:
        while not over.wait(EVERY):
            seen, waiting = connection.execute(_AT_WORK).one()
            waits.seen, waits.waiting = waits.seen + seen, waits.waiting + waiting
