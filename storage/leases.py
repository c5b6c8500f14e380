"""Leases of the outbox: what becomes of a row whose worker went away, and of what came too late."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import BindParameter, and_, bindparam, or_, select, update
from sqlalchemy.orm import Session

from storage.leader import lock_of
from storage.messages import OutboxRow, open_rows
from storage.outbox import LEASE, unheard
from storage.pace import STEP
from storage.sql import free_locks
from storage.tables import table

EVERY: Final = timedelta(seconds=1)  # how often a worker looks; a lease that ran out may wait so much longer
ABSENT: Final = timedelta(seconds=5)  # most calls of a worker that only lost its connection come back within these
LONGEST_RETRY: Final = timedelta(minutes=5)  # a row is tried again at least this often, whatever a clock once said

_outbox = table(OutboxRow)


def reclaim(session: Session, bot_id: int, now: datetime) -> None:
    """Leases that ran out are settled by kind; what has expired is dropped. To be called now and then (`EVERY`).

    A lease or a retry further ahead than this code ever sets one was set by a clock that has gone back since.
    """
    moment = {"bot": bot_id, "now": now}
    session.connection().execute(_LOST, {**moment, "furthest": now + LEASE + STEP})
    session.connection().execute(_TOO_FAR, {**moment, "furthest": now + LONGEST_RETRY})
    session.connection().execute(_EXPIRED, moment)


def release(session: Session, bot_id: int, now: datetime) -> None:
    """Settles every lease, whoever holds it: for the one process of SQLite, which finds at its start what a kill left."""
    held = update(_outbox).where(_outbox.c.bot_id == bot_id, open_rows(), _outbox.c.state == "leased")
    session.connection().execute(held.values(lease_until=now))
    reclaim(session, bot_id, now)


def reclaim_absent(session: Session, bot_id: int, now: datetime) -> None:
    """Settles the leases of workers that are not there any more (`storage.leader`): nobody waits for the lease's end."""
    late = {"bot": bot_id, "late": now + LEASE - ABSENT}
    names: list[str] = list(session.connection().execute(_HOLDERS, late).scalars())
    holders = {lock_of(name): name for name in names}
    absent = [holders[number] for number in free_locks(session, holders)]
    if absent:
        session.connection().execute(_ABSENT.where(_outbox.c.leased_by.in_(absent)), {**late, "now": now})


# ---------------------------------------------------------------------------------------------------------- statements
_now: BindParameter[datetime] = bindparam("now")
_mine = and_(_outbox.c.bot_id == bindparam("bot"), open_rows())
_LOST = (
    update(_outbox)
    .where(_mine, _outbox.c.state == "leased")
    .where(or_(_outbox.c.lease_until <= _now, _outbox.c.lease_until > bindparam("furthest")))
    .values(unheard(_now, "the worker did not report in time"))
)
_late = and_(_mine, _outbox.c.state == "leased", _outbox.c.lease_until <= bindparam("late"))
_HOLDERS = select(_outbox.c.leased_by).where(_late).distinct()
_ABSENT = update(_outbox).where(_late).values(unheard(_now, "the worker is gone"))
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
