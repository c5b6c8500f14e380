"""What tables are made of: a base, a time that is never naive, identifiers for both databases, partial indexes."""

from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import uuid4

from sqlalchemy import BigInteger, DateTime, Dialect, Index, Integer, MetaData, Table, text
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel


class UTCDateTime(TypeDecorator[datetime]):
    """An instant. Refuses naive datetimes, gives back aware ones in UTC.

    SQLite drops zones even with `DateTime(timezone=True)`: there the text is always UTC, and sorts as time does.
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

NAMES = {  # every constraint has the same name on both databases, so that migrations can speak of it
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(SQLModel):
    """What all tables of Jalon share: one metadata, with constraints named by rule."""

    metadata: ClassVar[MetaData] = MetaData(naming_convention=NAMES)


def table(model: type[SQLModel]) -> Table:
    """The table behind a model, for statements."""
    return Base.metadata.tables[str(model.__tablename__)]


def one_where(name: str, *columns: str, where: str, sqlite: str = "") -> Index:
    """A partial unique index: at most one row for these columns among those that satisfy `where`."""
    return Index(name, *columns, unique=True, sqlite_where=text(sqlite or where), postgresql_where=text(where))


def partial(name: str, *columns: str, where: str) -> Index:
    """An index over the rows that satisfy `where` only: its cost does not grow with the finished rows."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


def identifier() -> Any:
    return Field(default_factory=uuid4, primary_key=True)


def moment(*, index: bool = False) -> Any:
    return Field(sa_type=UTCDateTime, index=index)


def maybe_moment() -> Any:
    return Field(default=None, sa_type=UTCDateTime)


def telegram_id() -> Any:
    """Telegram's identifiers have up to 52 significant bits (Bot API, `User.id`)."""
    return Field(sa_type=BigInteger)


def maybe_telegram_id() -> Any:
    return Field(default=None, sa_type=BigInteger)


def arrival() -> Any:
    return Field(default=None, primary_key=True, sa_type=Arrival)
