"""The words of the migrations. It never changes: migrations of the past speak with it. Add, do not edit."""

from typing import Any

import sqlalchemy as sa
from alembic import op


def column(name: str, type_: Any, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, type_, nullable=null)


def uuid(name: str, null: bool = False) -> sa.Column[Any]:
    return column(name, sa.Uuid(), null)


def words(name: str, null: bool = False) -> sa.Column[Any]:
    return column(name, sa.String(), null)


def time(name: str, null: bool = False) -> sa.Column[Any]:
    return column(name, sa.DateTime(timezone=True), null)


def big(name: str, null: bool = False) -> sa.Column[Any]:
    """Telegram's identifiers."""
    return column(name, sa.BigInteger(), null)


def arrival(name: str) -> sa.Column[Any]:
    """Numbered by the database in order of arrival."""
    return column(name, sa.BigInteger().with_variant(sa.Integer(), "sqlite"))


def refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [to], name=op.f(f"fk_{table}_{column}"))


def unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def partial(name: str, table: str, columns: list[str], where: str, unique: bool = False, sqlite: str = "") -> None:
    """An index over the rows that satisfy `where`; `sqlite`: the same, as SQLite says it."""
    here, there = sa.text(where), sa.text(sqlite or where)
    op.create_index(name, table, columns, unique=unique, postgresql_where=here, sqlite_where=there)
