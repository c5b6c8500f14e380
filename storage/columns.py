"""Column types: a time that is never naive, and identifiers that fit both databases."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer
from sqlalchemy.types import TypeDecorator


class UTCDateTime(TypeDecorator[datetime]):
    """An instant. Refuses naive datetimes, gives back aware ones in UTC.

    SQLite drops zones even with `DateTime(timezone=True)`: there the text is UTC by construction and sorts as time does.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored: pass an aware datetime, like datetime.now(UTC)")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        instant: datetime = value
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


# A number given by the database in order of arrival. SQLite numbers only INTEGER PRIMARY KEY columns (64 bits as well).
Arrival = BigInteger().with_variant(Integer(), "sqlite")
