"""Reading many rows a few at a time."""

from collections.abc import Callable, Iterator
from typing import TypeVar

from sqlalchemy.orm import Session

from storage.database import Database

T = TypeVar("T")


def pages(database: Database, read: Callable[[Session, int], list[T]], place: Callable[[T], int]) -> Iterator[list[T]]:
    """Page after page of what `read` finds after a place; between two, the rows may be worked on."""
    after = 0
    while True:
        with database.read() as session:
            page = read(session, after)
        if not page:
            return
        yield page
        after = place(page[-1])
