"""Dead letters: what ended *refused* or *unknown*, what of it may be sent once more, and what waits to be sent.

A question may be shown again as long as it is the open one. Any other message is part of what was being said: it is sent
once more only while the person has not spoken since. What nobody waits for stays as it is, and `left` says why.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import and_, bindparam, case, func, or_, select, text, update
from sqlalchemy.orm import Session

from storage.database import Database
from storage.messages import DEAD, OutboxRow, Pace, open_rows
from storage.outbox import UNASKED, Kind, State
from storage.pace import STEP, WHOLE
from storage.paging import pages
from storage.sql import lock_chats
from storage.tables import Beneficiary, ChatLink, RunRow, table

Left = Literal["former", "fleeting", "nobody", "stopped", "unreachable", "over"]
PAGE: Final = 100  # rows in one transaction

_outbox = table(OutboxRow)
_people = table(Beneficiary)
_links = table(ChatLink)
_runs = table(RunRow)
_pace = table(Pace)


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A dead letter, without its content. `left`: why it is not sent once more; None where it may be."""

    seq: int
    bot_id: int
    chat_id: int
    kind: Kind
    state: State
    error: str | None
    attempts: int
    created_at: datetime
    beneficiary_id: UUID | None
    left: Left | None


@dataclass(frozen=True, slots=True)
class Paused:
    """A chat that Telegram has asked to wait; `whole`: all of them."""

    until: datetime
    whole: bool
    beneficiary_id: UUID | None


@dataclass(frozen=True, slots=True)
class Queue:
    """What is due and not sent yet: how many, since when the oldest waits, whom Telegram has asked to wait."""

    waiting: int
    since: datetime | None
    paused: list[Paused]


def undelivered(session: Session, bot_id: int, after: int = 0) -> list[Undelivered]:
    """A page of dead letters, the oldest first, from the one after `after`; those of a former bot too."""
    rows = session.connection().execute(_LETTERS, {"bot": bot_id, "after": after})
    return [Undelivered(**row._mapping) for row in rows]


def undelivered_pages(database: Database, bot_id: int) -> Iterator[list[Undelivered]]:
    """All of them, a few at a time."""
    return pages(database, lambda session, after: undelivered(session, bot_id, after), lambda letter: letter.seq)


def queue_again(session: Session, bot_id: int, now: datetime, after: int = 0) -> list[Undelivered]:
    """Queues what may be sent once more of a page, each at its place in its chat; gives back the page as it was.

    To be called from the last one's `seq` on until a page is empty, each time in a transaction of its own.
    """
    lock_chats(session, {(letter.bot_id, letter.chat_id) for letter in undelivered(session, bot_id, after)})
    page = undelivered(session, bot_id, after)  # as it is now that nobody speaks there
    again = [letter.seq for letter in page if letter.left is None]
    fresh: dict[str, Any] = {"state": "queued", "attempts": 0, "unheard": 0, "not_before": now, "priority": UNASKED}
    gone = {"expires_at": None, "error": None, "leased_by": None}
    session.connection().execute(update(_outbox).where(_outbox.c.seq.in_(again)).values(fresh | gone))
    return page


def queue(session: Session, bot_id: int, now: datetime) -> Queue:
    """What is due and has not left."""
    waits = session.connection().execute(_WAITING, {"bot": bot_id, "now": now}).one()
    told = session.connection().execute(_PAUSED, {"bot": bot_id, "now": now, "soon": now + STEP})
    return Queue(
        waits.number, waits.since, [Paused(row.paused_until, row.chat_id == WHOLE, row.beneficiary_id) for row in told]
    )


# ---------------------------------------------------------------------------------------------------------- statements
def _linked(chat: Any) -> Any:
    here = and_(_links.c.bot_id == chat.c.bot_id, _links.c.chat_id == chat.c.chat_id)
    return and_(here, _links.c.ended_at.is_(None))


_still_open = (
    select(_runs.c.id)
    .where(_runs.c.id == _outbox.c.run_id, _runs.c.visit == _outbox.c.visit, _runs.c.id == _people.c.active_run_id)
    .where(_runs.c.outcome.is_(None), _runs.c.paused.is_(False), _people.c.words_for.is_(None))
    .exists()
)
_asks = _outbox.c.run_id.is_not(None)
_LEFT = (  # the first that holds
    (_outbox.c.bot_id != bindparam("bot"), "former"),
    (_outbox.c.kind.not_in(("send", "edit")), "fleeting"),
    (or_(_outbox.c.beneficiary_id.is_(None), _links.c.id.is_(None)), "nobody"),
    (_people.c.stopped_at.is_not(None), "stopped"),
    (_people.c.unreachable_since.is_not(None), "unreachable"),
    (and_(_asks, ~_still_open), "over"),
    (and_(~_asks, _people.c.last_active_at > _outbox.c.created_at), "over"),
)
_theirs = and_(_linked(_outbox), _links.c.beneficiary_id == _outbox.c.beneficiary_id)
_LETTERS = (
    select(
        *(_outbox.c[name] for name in Undelivered.__slots__ if name in _outbox.c),
        case(*_LEFT, else_=None).label("left"),
    )
    .join_from(_outbox, _people, _people.c.id == _outbox.c.beneficiary_id, isouter=True)
    .join(_links, _theirs, isouter=True)
    .where(text(f"outbox.{DEAD}"), _outbox.c.seq > bindparam("after"))
    .order_by(_outbox.c.seq)
    .limit(PAGE)
)
_due = or_(_outbox.c.not_before <= bindparam("now"), _outbox.c.attempts > 0)
_WAITING = select(func.count().label("number"), func.min(_outbox.c.created_at).label("since")).where(
    _outbox.c.bot_id == bindparam("bot"), open_rows(), _due
)
_PAUSED = (
    select(_pace.c.chat_id, _pace.c.paused_until, _links.c.beneficiary_id)
    .join_from(_pace, _links, _linked(_pace), isouter=True)
    .where(_pace.c.bot_id == bindparam("bot"), _pace.c.paused_until > bindparam("now"))
    .where(_pace.c.paused_at <= bindparam("soon"))
    .order_by(_pace.c.paused_until)
)
