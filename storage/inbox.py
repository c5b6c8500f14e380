"""Updates, noted once: the key (bot, `update_id`) absorbs what Telegram repeats.

How long a note is kept. Telegram keeps an update for 24 hours at most (Bot API, "Getting updates"): nothing is repeated
later than that. After a week without updates it numbers the next ones at random (Bot API, `Update.update_id`): a note
older than that week could hide a new update. Three days lie well between the two.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, select, text, update
from sqlalchemy.orm import Session

from storage.database import Database
from storage.errors import Unreadable
from storage.messages import InboxRow
from storage.paging import pages
from storage.sql import insert_or_ignore
from storage.tables import table
from storage.unit import savepoint
from storage.vault import HOUSE, Vault

KEEP = timedelta(days=3)
PAGE = 100  # parked updates opened at a time
_inbox = table(InboxRow)
_HERE = (_inbox.c.bot_id == bindparam("bot"), _inbox.c.update_id == bindparam("number"))


@dataclass(frozen=True, slots=True)
class Parked:
    """An update that made the code fail. `error` names the exception's type and place, never content.

    `raw`: None when no key could seal it, or opens it any more.
    """

    bot_id: int
    update_id: int
    raw: str | None
    kind: str
    error: str
    attempts: int
    received_at: datetime
    arrival: int
    beneficiary_id: UUID | None = None


def note_update(
    session: Session,
    bot_id: int,
    update_id: int,
    now: datetime,
    *,
    kind: str,
    chat_id: int | None = None,
    beneficiary_id: UUID | None = None,
) -> bool:
    """Notes an update as done, in the transaction of what it does; False when it was noted before: do nothing then.

    The update itself is not kept: what it said is in the transcript. Only a parked one keeps it (`park`).
    """
    key = {"bot_id": bot_id, "update_id": update_id, "chat_id": chat_id, "beneficiary_id": beneficiary_id}
    row = {**key, "kind": kind, "received_at": now, "state": "done", "attempts": 1}
    return bool(session.connection().execute(insert_or_ignore(session, _inbox), row).rowcount)


def note_updates(
    session: Session, bot_id: int, updates: Iterable[tuple[int, str, int | None]], now: datetime
) -> set[int]:
    """`note_update` for many (`update_id`, kind, chat id) at once: the ids that were not noted before."""
    same = {"bot_id": bot_id, "beneficiary_id": None, "received_at": now, "state": "done", "attempts": 1}
    rows = [{**same, "update_id": number, "kind": kind, "chat_id": chat} for number, kind, chat in updates]
    if not rows:
        return set()
    noted = insert_or_ignore(session, _inbox).returning(_inbox.c.update_id)
    return set(session.connection().execute(noted, rows).scalars())


def park(
    session: Session,
    vault: Vault,
    bot_id: int,
    update_id: int,
    now: datetime,
    *,
    raw: str | None,
    error: BaseException,
    kind: str,
    chat_id: int | None = None,
    beneficiary_id: UUID | None = None,
) -> bool:
    """Puts an update aside with its content and the place of its error, after its own work was rolled back.

    Sealed for its sender, or for the house when the sender is not known or their key is unreadable. False when no key
    could seal it: it is noted without its content then. Parking it again counts one more attempt.
    """
    sealed = _sealed(session, vault, beneficiary_id, f"{bot_id}:{update_id}", raw)
    note_update(session, bot_id, update_id, now, kind=kind, chat_id=chat_id, beneficiary_id=beneficiary_id)
    parked = {"state": "parked", "content": sealed, "error": where(error), "beneficiary_id": beneficiary_id}
    counted = {"attempts": _inbox.c.attempts + (_inbox.c.state == "parked").cast(_inbox.c.attempts.type)}
    statement = update(_inbox).where(*_HERE).values(**parked, **counted)
    session.connection().execute(statement, {"bot": bot_id, "number": update_id})
    return sealed is not None


def _sealed(session: Session, vault: Vault, sender: UUID | None, place: str, raw: str | None) -> bytes | None:
    for owner in (sender or HOUSE, HOUSE):
        with suppress(Unreadable), savepoint(session):
            return vault.seal(session, owner, "inbox", place, "content", raw)
    return None


def where(error: BaseException) -> str:
    """The exception's type and the innermost place it came from: what may be written down without quoting anyone."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f" at {trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__qualname__}{place}"


def parked(
    session: Session, vault: Vault, bot_id: int | None = None, after: int = 0, limit: int = PAGE
) -> list[Parked]:
    """The updates put aside, of one bot or of all, in the order of their arrival, from the one after `after`."""
    waiting = select(_inbox).where(text("state = 'parked'"), _inbox.c.arrival > after).order_by(_inbox.c.arrival)
    mine = waiting if bot_id is None else waiting.where(_inbox.c.bot_id == bot_id)
    return [_parked(session, vault, row) for row in session.connection().execute(mine.limit(limit)).all()]


def parked_pages(database: Database, vault: Vault, bot_id: int | None = None) -> Iterator[list[Parked]]:
    """All of them, a few at a time; between two pages they may be worked on."""
    return pages(database, lambda session, after: parked(session, vault, bot_id, after), lambda update: update.arrival)


def parked_of(session: Session, beneficiary_id: UUID) -> list[datetime]:
    """When the updates of a person that are still aside were received."""
    waiting = select(_inbox.c.received_at).where(_inbox.c.beneficiary_id == beneficiary_id, _inbox.c.state == "parked")
    return list(session.connection().execute(waiting.order_by(_inbox.c.arrival)).scalars())


def settle(session: Session, bot_id: int, update_id: int) -> bool:
    """A parked update has been dealt with: its content goes, its note stays. False when it was not parked."""
    statement = update(_inbox).where(*_HERE, _inbox.c.state == "parked").values(state="done", content=None, error=None)
    return bool(session.connection().execute(statement, {"bot": bot_id, "number": update_id}).rowcount)


def prune(session: Session, now: datetime, keep: timedelta = KEEP) -> int:
    """Forgets notes older than `keep`, never parked updates; says how many. Call it before the first update of all."""
    old = delete(_inbox).where(_inbox.c.received_at < now - keep, _inbox.c.state == "done")
    return session.connection().execute(old).rowcount


def _parked(session: Session, vault: Vault, row: Any) -> Parked:
    raw = _opened(session, vault, row)
    head = (row.bot_id, row.update_id, raw, row.kind, row.error, row.attempts, row.received_at, row.arrival)
    return Parked(*head, row.beneficiary_id)


def _opened(session: Session, vault: Vault, row: Any) -> str | None:
    for owner in (row.beneficiary_id or HOUSE, HOUSE):
        with suppress(Unreadable):
            return vault.open(session, owner, "inbox", f"{row.bot_id}:{row.update_id}", "content", row.content)
    return None
