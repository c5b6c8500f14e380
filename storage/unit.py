"""A unit of work: what it writes is gathered and written together, what it needs may be read ahead, many chats at once.

A statement costs about 0.1 ms in Python whatever it does; a turn of a hundred updates makes a dozen of them this way, and
a thousand otherwise. The rules that keep it right: every statement that is not gathered first writes what is, so that
reads see all that was said before them; a row is in the gathered writes once; what was read ahead is used once.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection, UpdateBase
from sqlalchemy.orm import Session as AnySession
from sqlmodel import Session

from storage.errors import Conflict

UNREAD: Final = object()
Rows = Sequence[Mapping[str, Any]]


class Unit(Session):
    """The session of a writer. `ahead`: values read for the whole batch, by key; see `foreseen`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ahead: dict[tuple[object, ...], Any] = {}
        self._gathered: dict[UpdateBase, list[Mapping[str, Any]]] = {}
        self._strict: set[UpdateBase] = set()
        self._held: set[object] = set()
        self._line: Connection | None = None

    def gather(self, statement: UpdateBase, rows: Rows, *, row: object = None, strict: bool = False) -> None:
        """Writes these rows later, with others of the same statement. Statements go in the order they were first named in,
        be it without rows: one that has to go before another is always named before it.

        `row`: what is written; a second write of it first settles the one before. `strict`: each must find its row.
        """
        if row is not None:
            if row in self._held:
                self.settle()
            self._held.add(row)
        self._gathered.setdefault(statement, []).extend(rows)
        if strict:
            self._strict.add(statement)

    def settle(self) -> None:
        """Writes what was gathered. Raises `Conflict` when a strict statement did not find all its rows."""
        if not self._gathered:
            return
        gathered, strict = self._gathered, self._strict
        self._gathered, self._strict, self._held = {}, set(), set()
        for statement, rows in ((statement, rows) for statement, rows in gathered.items() if rows):
            count = self._connected().execute(statement, rows).rowcount
            if statement in strict and count != len(rows):
                raise Conflict("row_moved")

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Everything in the block, or nothing of it."""
        self.settle()
        with self.begin_nested():
            try:
                yield
                self.settle()
            except BaseException:
                self._gathered, self._strict, self._held = {}, set(), set()
                raise

    def connection(self, *args: Any, **kwargs: Any) -> Connection:
        self.settle()
        return self._connected()

    def execute(self, *args: Any, **kwargs: Any) -> Any:
        self.settle()
        return super().execute(*args, **kwargs)

    def _connected(self) -> Connection:
        """The connection of this transaction; a unit has one transaction, so that it is looked up once."""
        if self._line is None:
            self._line = super().connection()
        return self._line


def gather(session: AnySession, statement: UpdateBase, rows: Rows, *, row: object = None, strict: bool = False) -> None:
    """`Unit.gather`, or at once in a session that is no unit."""
    if isinstance(session, Unit):
        session.gather(statement, rows, row=row, strict=strict)
    elif rows and session.connection().execute(statement, rows).rowcount != len(rows) and strict:
        raise Conflict("row_moved")


@contextmanager
def savepoint(session: AnySession) -> Iterator[None]:
    """`Unit.savepoint`, or the session's own."""
    with session.savepoint() if isinstance(session, Unit) else session.begin_nested():
        yield


def foreseen(session: AnySession, *key: object) -> Any:
    """What was read ahead under this key, once; `UNREAD` when it was not, or has been used: it may have changed since."""
    return session.ahead.pop(key, UNREAD) if isinstance(session, Unit) else UNREAD


def foresee(session: AnySession, values: Mapping[tuple[object, ...], Any]) -> None:
    """Keeps values for `foreseen`."""
    if isinstance(session, Unit):
        session.ahead.update(values)


def forget(session: AnySession) -> None:
    """Nothing read ahead counts any more: chats have changed hands."""
    if isinstance(session, Unit):
        session.ahead.clear()
