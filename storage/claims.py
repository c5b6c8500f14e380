"""Claiming rows of the outbox: one statement at a time, so that order and rates are exact for any number of workers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Row,
    TextClause,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import Session

from storage.errors import Unreadable
from storage.messages import OPEN, OutboxRow
from storage.outbox import LEASE, MOST_ATTEMPTS, WHEN_LOST, Kind
from storage.sql import hold_locks, lock_number
from storage.tables import ChatLink, table
from storage.vault import HOUSE, Vault

NO_MESSAGE: Final[tuple[Kind, ...]] = ("notice", "typing")  # Telegram limits messages, not these
STEP: Final = timedelta(seconds=10)  # a clock set back by less is being set right, and stops nothing for longer
LONGEST_RETRY: Final = timedelta(minutes=5)  # a row is tried again at least this often, whatever a clock once said

_outbox = table(OutboxRow)
_other = _outbox.alias("other")
_recent = _outbox.alias("recent")
_edited = _outbox.alias("edited")
_links = table(ChatLink)
_now: BindParameter[datetime] = bindparam("now")


@dataclass(frozen=True, slots=True)
class Limits:
    """How fast messages may leave. The numbers are Telegram's own advice (Bots FAQ, "My bot is hitting limits").

    `per_second`: over all chats. `chat_gap`: seconds between messages in one chat. `burst`: how many may leave in one
    chat within `burst * chat_gap` seconds, so that an answer in two messages does not stall.
    """

    per_second: int = 30
    chat_gap: float = 1.0
    burst: int = 1


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row leased to this worker. `message_id`: the message that `edits` became at Telegram, None if it never left."""

    id: UUID
    seq: int
    bot_id: int
    chat_id: int
    owner: UUID | None
    kind: Kind
    payload: dict[str, Any]
    attempts: int
    run_id: UUID | None
    step: str | None
    visit: int | None
    edits: UUID | None
    message_id: int | None


def claim(
    session: Session,
    vault: Vault,
    bot_id: int,
    worker: str,
    now: datetime,
    limits: Limits = Limits(),
) -> list[Claimed]:
    """Leases what may leave now: at most one message a chat, its oldest open one, within the limits, by priority.

    A row that is not due yet holds nobody up; one that waits to be retried holds up its own chat. What is no message (the
    answer to a press) neither waits for its chat nor counts against the limits. What belongs to a person whom the chat
    does not speak for any more is dropped. A clock that went back delays nothing beyond `STEP`, save retries: at most
    `LONGEST_RETRY`.
    """
    hold_locks(session, [lock_number("outbox", bot_id)])
    reclaim(session, bot_id, now)
    room = limits.per_second - _on_their_way(session, bot_id, now)
    if room <= 0:
        return []
    window = timedelta(seconds=limits.chat_gap * limits.burst)
    moment = {"bot": bot_id, "now": now, "chat_since": now - window, "soon": now + STEP, "burst": limits.burst}
    rows = session.connection().execute(_DUE, {**moment, "room": room}).all()
    taken = _lease(session, [row.seq for row in rows], worker, now + LEASE)
    return list(_opened(session, vault, [row for row in rows if row.seq in taken]))


def reclaim(session: Session, bot_id: int, now: datetime) -> None:
    """Leases that ran out are settled by kind; what has expired is dropped.

    A lease or a retry further ahead than this code ever sets one was set by a clock that has gone back since.
    """
    moment = {"bot": bot_id, "now": now}
    session.connection().execute(_LOST, {**moment, "furthest": now + LEASE + STEP})
    session.connection().execute(_TOO_FAR, {**moment, "furthest": now + LONGEST_RETRY})
    session.connection().execute(_EXPIRED, moment)


def release(session: Session, bot_id: int, now: datetime) -> None:
    """Settles every lease, whoever holds it: for the one process of SQLite, which finds at its start what a kill left."""
    held = update(_outbox).where(_outbox.c.bot_id == bot_id, _open(), _outbox.c.state == "leased")
    session.connection().execute(held.values(lease_until=now))
    reclaim(session, bot_id, now)


def next_due(session: Session, bot_id: int) -> datetime | None:
    """When the next queued row becomes due (perhaps already): how long a worker may sleep."""
    return session.connection().execute(_NEXT, {"bot": bot_id}).scalar_one_or_none()


def _on_their_way(session: Session, bot_id: int, now: datetime) -> int:
    """What left in the last second, plus what is about to."""
    moment = {"bot": bot_id, "second_ago": now - timedelta(seconds=1), "soon": now + STEP}
    return session.connection().execute(_BUSY, moment).scalar_one()


def _lease(session: Session, rows: list[int], worker: str, until: datetime) -> set[int]:
    """Takes those still queued: one may have been dropped since it was read."""
    if not rows:
        return set()
    values = {"state": "leased", "leased_by": worker, "lease_until": until, "attempts": _outbox.c.attempts + 1}
    queued = update(_outbox).where(_outbox.c.seq.in_(rows), _outbox.c.state == "queued").values(**values)
    return set(session.connection().execute(queued.returning(_outbox.c.seq)).scalars())


def _opened(session: Session, vault: Vault, rows: Sequence[Row[Any]]) -> Iterator[Claimed]:
    """The rows with their payload. One that cannot be opened (its key was destroyed) must not hold up the others."""
    for row in rows:
        if row.beneficiary_id and not row.linked:
            _drop(session, row.seq, "no longer linked")
            continue
        try:
            payload = vault.open_json(session, row.beneficiary_id or HOUSE, "outbox", row.id, "content", row.content)
        except Unreadable:
            _drop(session, row.seq, "unreadable")
            continue
        same = {name: getattr(row, name) for name in ("id", "seq", "bot_id", "chat_id", "kind", "run_id", "step")}
        yield Claimed(
            owner=row.beneficiary_id,
            payload=payload,
            attempts=row.attempts + 1,
            visit=row.visit,
            edits=row.edits,
            message_id=row.edited_message,
            **same,
        )


def _drop(session: Session, seq: int, error: str) -> None:
    gone = update(_outbox).where(_outbox.c.seq == seq)
    session.connection().execute(gone.values(state="dropped", error=error, lease_until=None))


# ---------------------------------------------------------------------------------------------------------- statements
def _open(alias: str = "outbox") -> TextClause:
    """Spelt as in the partial indexes, without parameters: that is how both planners recognise that they apply."""
    return text(f"{alias}.{OPEN}")


def _due(row: Any) -> ColumnElement[bool]:
    """Its moment has come. One queued for at once is due even where the clock says that this was in the future."""
    return or_(row.c.not_before <= _now, and_(row.c.attempts == 0, row.c.not_before <= row.c.created_at))


def _held_up() -> ColumnElement[bool]:
    """Its chat has a row in flight, or an older one that is due or being retried."""
    same_chat = and_(_other.c.bot_id == _outbox.c.bot_id, _other.c.chat_id == _outbox.c.chat_id, _open("other"))
    begun = or_(_due(_other), _other.c.attempts > 0)
    same_chat = and_(same_chat, _other.c.kind.not_in(NO_MESSAGE))
    before = or_(_other.c.state == "leased", and_(_other.c.seq < _outbox.c.seq, begun))
    return select(_other.c.seq).where(same_chat, before).exists()


def _sent_in_chat() -> ColumnElement[int]:
    same_chat = and_(_recent.c.bot_id == _outbox.c.bot_id, _recent.c.chat_id == _outbox.c.chat_id)
    lately = and_(_recent.c.sent_at > bindparam("chat_since"), _recent.c.sent_at <= bindparam("soon"))
    lately = and_(lately, _recent.c.kind.not_in(NO_MESSAGE))
    return select(func.count()).select_from(_recent).where(same_chat, lately).scalar_subquery()


def _linked() -> ColumnElement[bool]:
    """The chat still speaks for whose row it is."""
    chat = (_links.c.bot_id == _outbox.c.bot_id, _links.c.chat_id == _outbox.c.chat_id, _links.c.ended_at.is_(None))
    return select(_links.c.id).where(*chat, _links.c.beneficiary_id == _outbox.c.beneficiary_id).exists()


_mine = and_(_outbox.c.bot_id == bindparam("bot"), _open())
_DUE = (
    select(_outbox, _edited.c.message_id.label("edited_message"), _linked().label("linked"))
    .join_from(_outbox, _edited, _edited.c.id == _outbox.c.edits, isouter=True)
    .where(_mine, _outbox.c.state == "queued", _due(_outbox))
    .where(or_(_outbox.c.kind.in_(NO_MESSAGE), and_(~_held_up(), _sent_in_chat() < bindparam("burst"))))
    .order_by(_outbox.c.priority, _outbox.c.seq)
    .limit(bindparam("room"))
)
_by_kind = ((_outbox.c.kind == kind, state) for kind, state in WHEN_LOST.items())
_LOST = (
    update(_outbox)
    .where(_mine, _outbox.c.state == "leased")
    .where(or_(_outbox.c.lease_until <= _now, _outbox.c.lease_until > bindparam("furthest")))
    .values(
        state=case((_outbox.c.attempts >= MOST_ATTEMPTS, "unknown"), *_by_kind),
        lease_until=None,
        not_before=_now,
        error="the worker did not report in time",
    )
)
_TOO_FAR = (
    update(_outbox)
    .where(_mine, _outbox.c.state == "queued", _outbox.c.attempts > 0, _outbox.c.not_before > bindparam("furthest"))
    .values(not_before=bindparam("furthest"))
)
_EXPIRED = (
    update(_outbox)
    .where(_mine, _outbox.c.state == "queued", _outbox.c.expires_at <= _now)
    .values(state="dropped", error="expired")
)
_NEXT = select(func.min(_outbox.c.not_before)).where(_mine, _outbox.c.state == "queued")
_message = _outbox.c.kind.not_in(NO_MESSAGE)
_LATELY = and_(_outbox.c.bot_id == bindparam("bot"), _outbox.c.sent_at > bindparam("second_ago"), _message)
_LATELY = and_(_LATELY, _outbox.c.sent_at <= bindparam("soon"))
_BUSY = select(
    select(func.count()).select_from(_outbox).where(_LATELY).scalar_subquery()
    + select(func.count()).select_from(_outbox).where(_mine, _message, _outbox.c.state == "leased").scalar_subquery()
)
