"""Claiming rows of the outbox: one statement at a time, so that order and rates are exact for any number of workers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Row, and_, bindparam, case, func, or_, select, update
from sqlalchemy.orm import Session

from storage import pace
from storage.errors import Unreadable
from storage.messages import OutboxRow, Pace, open_rows
from storage.outbox import LEASE, Kind
from storage.pace import TELEGRAM, Limits
from storage.sql import hold_locks, lock_number
from storage.tables import ChatLink, table
from storage.vault import HOUSE, Vault

NO_MESSAGE: Final[tuple[Kind, ...]] = ("notice", "typing")  # Telegram limits messages, not these
CHANGES: Final[tuple[Kind, ...]] = (
    "edit",
)  # it asks for a pace of new ones in a chat (Bots FAQ): these count overall only
MOST: Final = 64  # rows claimed at once

_outbox = table(OutboxRow)
_other = _outbox.alias("other")
_pace = table(Pace)
_edited = _outbox.alias("edited")
_links = table(ChatLink)
_now: BindParameter[datetime] = bindparam("now")


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

    @property
    def target(self) -> int | None:
        """The message at Telegram that an edit changes; None if it never left."""
        return self.payload.get("message_id") or self.message_id

    def voids(self, older: "Claimed") -> bool:
        """Whether nothing of `older`, an edit right before this one, would stay: the same message, all of what it shows.

        News (`fallback`) is sent anew where its message is gone, so it is never void.
        """
        same = older.target is not None and (self.edits == older.id or self.target == older.target)
        whole = bool(self.payload.get("text")) or not older.payload.get("text")
        return self.kind == older.kind == "edit" and same and whole and not older.payload.get("fallback")


def claim(
    session: Session,
    vault: Vault,
    bot_id: int,
    worker: str,
    now: datetime,
    limits: Limits = TELEGRAM,
    most: int = MOST,
) -> list[Claimed]:
    """Leases what may leave now: at most one message a chat, its oldest open one, within the limits, by priority.

    A row that is not due yet holds nobody up; one that waits to be retried holds up its own chat. What is no message (the
    answer to a press) neither waits for its chat nor counts against the limits. What belongs to a person whom the chat
    does not speak for any more is dropped, and so is an edit that a later one makes void. A clock that went back delays
    nothing beyond `STEP`, save retries: at most `LONGEST_RETRY`. What became of leases that ran out, and of what has
    expired, is `storage.leases.reclaim`'s; what has expired does not leave, whether it was called or not.

    Between chats the priority is strict: a reminder waits as long as replies alone use the whole rate. Within a chat a
    row that somebody's reply waits behind leaves with the reply's priority (see `storage.outbox.enqueue`).
    """
    alone(session, bot_id)
    room = pace.room(session, bot_id, now, limits)
    if room is None:
        return []
    moment = {"bot": bot_id, "room": room, "most": most, **pace.moments(now, limits)}
    due = _within(room, session.connection().execute(_DUE, moment).all())
    ready = [_last_of_its_edits(session, vault, row, moment) for row in due]
    opened = {row.seq: claimed for row, claimed in ready if claimed}
    taken = _lease(session, list(opened), worker, now + LEASE)
    leaving = [row for row, claimed in ready if claimed and row.seq in taken]
    messages = [row for row in leaving if row.kind not in NO_MESSAGE]
    pace.spend(session, bot_id, [row for row in messages if row.kind not in CHANGES], len(messages), now, limits)
    return [opened[row.seq] for row in leaving]


def alone(session: Session, bot_id: int) -> None:
    """Whoever claims, or writes what slows the claims down, is alone until the transaction ends. Call it first."""
    hold_locks(session, [lock_number("outbox", bot_id)])


def next_due(session: Session, bot_id: int, now: datetime, limits: Limits) -> datetime | None:
    """When the next row may leave (perhaps already), as far as nothing else happens: how long a worker may sleep."""
    moments = {"bot": bot_id, **pace.moments(now, limits)}
    row = session.connection().execute(_NEXT, moments).one()
    refilled = row.arrival and row.arrival - limits.chat.slack
    soonest = min(filter(None, (row.due, refilled, row.paused)), default=None)
    freed = pace.free_at(session, bot_id, limits)
    return max(soonest, freed) if soonest and freed else soonest


def _within(room: int, rows: Sequence[Row[Any]]) -> list[Row[Any]]:
    """What is no message, and the first messages that there is room for."""
    messages = [row.seq for row in rows if row.kind not in NO_MESSAGE]
    left_out = set(messages[room:])
    return [row for row in rows if row.seq not in left_out]


def _lease(session: Session, rows: list[int], worker: str, until: datetime) -> set[int]:
    """Takes those still queued: one may have been dropped since it was read."""
    if not rows:
        return set()
    values = {"state": "leased", "leased_by": worker, "lease_until": until, "attempts": _outbox.c.attempts + 1}
    queued = update(_outbox).where(_outbox.c.seq.in_(rows), _outbox.c.state == "queued").values(**values)
    return set(session.connection().execute(queued.returning(_outbox.c.seq)).scalars())


def _last_of_its_edits(
    session: Session, vault: Vault, row: Row[Any], moment: dict[str, Any]
) -> tuple[Row[Any], Claimed | None]:
    """The row opened, or in its place the last of the edits behind it that make it void: nobody waits for ticks that have
    changed again since. None for what cannot leave."""
    claimed = _opened(session, vault, row)
    if claimed is None or not row.followed:
        return row, claimed
    behind = {**moment, "chat": row.chat_id, "seq": row.seq}
    for later in session.connection().execute(_BEHIND, behind).all():
        newer = _opened(session, vault, later)
        if newer is None or not newer.voids(claimed):
            break
        _drop(session, row.seq, "superseded", message_id=claimed.target)
        row, claimed = later, newer
    return row, claimed


def _opened(session: Session, vault: Vault, row: Row[Any]) -> Claimed | None:
    """The row with its payload. One that cannot be opened (its key was destroyed) must not hold up the others."""
    if row.beneficiary_id and not row.linked:
        _drop(session, row.seq, "no longer linked")
        return None
    try:
        payload = vault.open_json(session, row.beneficiary_id or HOUSE, "outbox", row.id, "content", row.content)
    except Unreadable:
        _drop(session, row.seq, "unreadable")
        return None
    same = {name: getattr(row, name) for name in ("id", "seq", "bot_id", "chat_id", "kind", "run_id", "step")}
    return Claimed(
        owner=row.beneficiary_id,
        payload=payload,
        attempts=row.attempts + 1,
        visit=row.visit,
        edits=row.edits,
        message_id=row.edited_message,
        **same,
    )


def _drop(session: Session, seq: int, error: str, message_id: int | None = None) -> None:
    gone = update(_outbox).where(_outbox.c.seq == seq, _outbox.c.state == "queued")
    session.connection().execute(gone.values(state="dropped", error=error, message_id=message_id))


# ---------------------------------------------------------------------------------------------------------- statements
def _due(row: Any) -> ColumnElement[bool]:
    """Its moment has come. One queued for at once is due even where the clock says that this was in the future."""
    return or_(row.c.not_before <= _now, and_(row.c.attempts == 0, row.c.not_before <= row.c.created_at))


def _of_use(row: Any) -> ColumnElement[bool]:
    """It has not expired."""
    return or_(row.c.expires_at.is_(None), row.c.expires_at > _now)


def _held_up() -> ColumnElement[bool]:
    """Its chat has a row in flight, or an older one that is due or being retried."""
    same_chat = and_(_other.c.bot_id == _outbox.c.bot_id, _other.c.chat_id == _outbox.c.chat_id, open_rows("other"))
    begun = and_(or_(_due(_other), _other.c.attempts > 0), _of_use(_other))
    same_chat = and_(same_chat, _other.c.kind.not_in(NO_MESSAGE))
    before = or_(_other.c.state == "leased", and_(_other.c.seq < _outbox.c.seq, begun))
    return select(_other.c.seq).where(same_chat, before).exists()


def _followed() -> ColumnElement[bool]:
    """It is an edit, and its chat has another one behind it."""
    same_chat = and_(_other.c.bot_id == _outbox.c.bot_id, _other.c.chat_id == _outbox.c.chat_id, open_rows("other"))
    behind = select(_other.c.seq).where(same_chat, _other.c.kind == "edit", _other.c.seq > _outbox.c.seq)
    return and_(_outbox.c.kind == "edit", behind.exists())


def _linked() -> ColumnElement[bool]:
    """The chat still speaks for whose row it is."""
    chat = (_links.c.bot_id == _outbox.c.bot_id, _links.c.chat_id == _outbox.c.chat_id, _links.c.ended_at.is_(None))
    return select(_links.c.id).where(*chat, _links.c.beneficiary_id == _outbox.c.beneficiary_id).exists()


_mine = and_(_outbox.c.bot_id == bindparam("bot"), open_rows())
_is_message = _outbox.c.kind.not_in(NO_MESSAGE)
_with_pace = and_(_pace.c.bot_id == _outbox.c.bot_id, _pace.c.chat_id == _outbox.c.chat_id)
_is_new = _outbox.c.kind.not_in((*NO_MESSAGE, *CHANGES))
_may_speak = and_(~_held_up(), ~pace.paused(_pace), or_(~_is_new, ~pace.early(_pace)), bindparam("room") > 0)
_ROWS = (
    select(
        _outbox,
        _edited.c.message_id.label("edited_message"),
        _linked().label("linked"),
        _followed().label("followed"),
        _pace.c.arrival,
    )
    .join_from(_outbox, _edited, _edited.c.id == _outbox.c.edits, isouter=True)
    .join(_pace, _with_pace, isouter=True)
    .where(_mine, _outbox.c.state == "queued", _due(_outbox), _of_use(_outbox))
)
_DUE = _ROWS.where(or_(~_is_message, _may_speak)).order_by(_outbox.c.priority, _outbox.c.seq).limit(bindparam("most"))
_BEHIND = _ROWS.where(_is_message, _outbox.c.chat_id == bindparam("chat"), _outbox.c.seq > bindparam("seq")).order_by(
    _outbox.c.seq
)
_slow, _quiet = and_(_is_new, pace.early(_pace)), and_(_is_message, pace.paused(_pace))
_NEXT = (
    select(
        func.min(case((or_(_slow, _quiet), None), else_=_outbox.c.not_before)).label("due"),
        func.min(case((and_(_slow, ~_quiet), _pace.c.arrival))).label("arrival"),
        func.min(case((_quiet, _pace.c.paused_until))).label("paused"),
    )
    .join_from(_outbox, _pace, _with_pace, isouter=True)
    .where(_mine, _outbox.c.state == "queued", _of_use(_outbox), or_(~_is_message, ~_held_up()))
)
