"""The time is passed in: the system's with SQLite, the database's with PostgreSQL, a controlled one in tests."""

from datetime import UTC, datetime, timedelta
from typing import Protocol

from sqlalchemy import Engine, text


class Clock(Protocol):
    def now(self) -> datetime:
        """The present instant, aware and in UTC."""
        ...


class SystemClock:
    """This machine's clock: right when there is one machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class DatabaseClock:
    """PostgreSQL's clock: the one that several machines share for leases and rates. One round trip a reading."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")

    def now(self) -> datetime:
        with self._engine.connect() as connection:
            instant: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
        return instant.astimezone(UTC)


class SetClock:
    """A clock that moves only when told to."""

    def __init__(self, now: datetime) -> None:
        self._now = now.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def advance(self, by: timedelta) -> datetime:
        """Moves on and returns the new time."""
        self._now += by
        return self._now
