"""Which workers are there, and which of them leads: told by advisory locks that PostgreSQL frees when a worker is gone.

A worker has a connection of its own. On it, it holds the lock of its name, and the leader's once that is free. The server
frees both when the connection ends: at once when the process dies, within `SILENCE` where the network vanished. SQLite
has one process: it leads.
"""

from typing import Final

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from storage.database import Database
from storage.sql import lock_number

LEADER: Final = lock_number("leader")
IDLE, BETWEEN, TRIES = 4, 2, 3  # seconds without a word, then between questions, and how many before the line is dead
SILENCE: Final = IDLE + BETWEEN * TRIES  # seconds after which the server gives up on a network that vanished
HERE: Final = IDLE + BETWEEN  # and we sooner: a leader that is cut off stops before another one begins

_KEEPALIVE: Final = {
    "connect_timeout": HERE,
    "keepalives_idle": IDLE,
    "keepalives_interval": 1,
    "keepalives_count": BETWEEN,
    "tcp_user_timeout": HERE * 1000,
}
_SERVERS: Final = {
    "tcp_keepalives_idle": IDLE,
    "tcp_keepalives_interval": BETWEEN,
    "tcp_keepalives_count": TRIES,
    "tcp_user_timeout": SILENCE * 1000,
}
_SET = text("SELECT set_config(:name, :value, false)")
_TAKE = text("SELECT number FROM unnest(CAST(:numbers AS bigint[])) AS number WHERE pg_try_advisory_lock(number)")


def lock_of(worker: str) -> int:
    """The number of the lock that a worker holds as long as it is there."""
    return lock_number("worker", worker)


class Presence:
    """This worker among the others. Synchronous: call it off the event loop, from one thread at a time."""

    def __init__(self, database: Database, worker: str) -> None:
        self._alone = database.is_sqlite
        self._mine = lock_of(worker)
        self._held: set[int] = set()
        self._line: Connection | None = None
        told = {**_KEEPALIVE, "application_name": f"jalon {worker}"}  # an operator sees it in pg_stat_activity
        self._engine = (
            database.engine
            if self._alone
            else create_engine(
                database.url, poolclass=NullPool, isolation_level="AUTOCOMMIT", hide_parameters=True, connect_args=told
            )
        )

    def leads(self) -> bool:
        """Whether this worker leads now. It takes the lead where that is free; to be asked about once a second.

        Raises `DBAPIError` when the database does not answer: nobody leads by a lock they may have lost.
        """
        if self._alone:
            return True
        try:
            wanted = [number for number in (self._mine, LEADER) if number not in self._held]
            self._held.update(self._connected().execute(_TAKE, {"numbers": wanted}).scalars())
        except DBAPIError:
            self.leave()
            raise
        return LEADER in self._held

    def leave(self) -> None:
        """Gives back what is held, so that another worker leads at once."""
        self._held.clear()
        line, self._line = self._line, None
        if line is not None:
            line.invalidate()  # closes it whatever its state, without another word to the server
            line.close()

    def _connected(self) -> Connection:
        if self._line is None:
            self._line = self._engine.connect()
            for name, value in _SERVERS.items():
                self._line.execute(_SET, {"name": name, "value": str(value)})
        return self._line
