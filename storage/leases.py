"""Leases of the outbox: what becomes of a row whose worker went away, and of what came too late."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import BindParameter, and_, bindparam, or_, update
from sqlalchemy.orm import Session

from storage.messages import OutboxRow, open_rows
from storage.outbox import LEASE, unheard
from storage.pace import STEP
from storage.tables import table

EVERY: Final = timedelta(seconds=1)  # how often a worker looks; a lease that ran out may wait so much longer
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


# ---------------------------------------------------------------------------------------------------------- statements
_now: BindParameter[datetime] = bindparam("now")
_mine = and_(_outbox.c.bot_id == bindparam("bot"), open_rows())
_LOST = (
    update(_outbox)
    .where(_mine, _outbox.c.state == "leased")
    .where(or_(_outbox.c.lease_until <= _now, _outbox.c.lease_until > bindparam("furthest")))
    .values(unheard(_now, "the worker did not report in time"))
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
