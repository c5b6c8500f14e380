"""Whether updates were received all along; when they were not for long, whose question has to be shown again.

Telegram forgets a press after about 150 s, also while nobody receives (docs/decisions/0003): who pressed a button then
would wait for ever. While updates are received, a sign of life is noted. A gap between two signs is an absence, kept until
everybody it concerns has been seen to (docs/decisions/0011).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import and_, bindparam, delete, or_, select, update
from sqlalchemy.orm import Session

from storage.messages import OutboxRow
from storage.records import beat
from storage.sql import upsert
from storage.tables import Absence, Beneficiary, ChatLink, Heartbeat, RunRow, table

LONG: Final = timedelta(seconds=150)  # a press of before may be lost
EVERY: Final = timedelta(seconds=10)  # between two signs of life: an absence seems longer by as much
ACTIVE: Final = timedelta(days=1)  # who spoke within a day before may have been about to answer
PAGE: Final = 25  # people in one transaction, a second: at 30 messages a second no more of them leave
RECEIVING: Final = "receiving"  # the sign of life

# Whoever was heard within this after the last sign was heard before the absence: it lasted longer, and signs are closer.
_STILL_BEFORE: Final = LONG / 2
_NOBODY: Final = UUID(int=0)

_absences = table(Absence)
_signs = table(Heartbeat)
_people = table(Beneficiary)
_links = table(ChatLink)
_runs = table(RunRow)
_outbox = table(OutboxRow)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody whose question was open before the absence, and who has not been heard since."""

    id: UUID
    chat_id: int


def receiving(
    session: Session, bot_id: int, now: datetime, *, unbroken: bool = False, wait: timedelta = timedelta()
) -> timedelta | None:
    """A sign of life: updates are received. Says how long they were not, where that was long enough to lose a press.

    `unbroken`: this process has received them since its last sign; a clock that jumped meanwhile means nothing then.
    `wait`: how long what was sent meanwhile may still be on its way. A clock set back hides how long it was: better once
    too often than never.
    """
    last: datetime | None = session.execute(select(_signs.c.at).where(_signs.c.name == RECEIVING)).scalar_one_or_none()
    beat(session, RECEIVING, now)
    if unbroken or last is None or abs(now - last) <= LONG:
        return None
    row = {"bot_id": bot_id, "since": last, "due": now + wait, "passed": None}
    session.execute(upsert(session, _absences, ["bot_id"]), row)
    return abs(now - last)


def waiting(session: Session, bot_id: int, now: datetime) -> list[Waiting] | None:
    """The next people whom an absence concerns; none are left when the list is empty. None where there was no absence."""
    absence = session.execute(_DUE, {"bot": bot_id, "now": now}).one_or_none()
    if absence is None:
        return None
    heard = {"earliest": absence.since - ACTIVE, "latest": absence.since + _STILL_BEFORE}
    values = {"bot": bot_id, "passed": absence.passed or _NOBODY, **heard}
    return [Waiting(row.id, row.chat_id) for row in session.execute(_WAITING, values)]


def pass_on(session: Session, bot_id: int, page: list[Waiting]) -> None:
    """These people have been seen to; after an empty page the absence is over."""
    here = _absences.c.bot_id == bot_id
    session.execute(update(_absences).where(here).values(passed=page[-1].id) if page else delete(_absences).where(here))


# ---------------------------------------------------------------------------------------------------------- statements
_DUE = select(_absences).where(_absences.c.bot_id == bindparam("bot"), _absences.c.due <= bindparam("now"))
_linked = and_(
    _links.c.beneficiary_id == _people.c.id, _links.c.bot_id == bindparam("bot"), _links.c.ended_at.is_(None)
)
_asked = and_(_runs.c.id == _people.c.active_run_id, _runs.c.outcome.is_(None), _runs.c.paused.is_(False))
_shown = and_(_outbox.c.run_id == _runs.c.id, _outbox.c.visit == _runs.c.visit, _outbox.c.chat_id == _links.c.chat_id)
_arrived = _outbox.c.sent_at <= bindparam("latest")  # what had not arrived could not be pressed, and comes by itself
_could_press = select(_outbox.c.seq).where(_asked, _linked, _shown, _arrived)
_spoke = _people.c.last_active_at.between(bindparam("earliest"), bindparam("latest"))
_reachable = and_(_people.c.stopped_at.is_(None), _people.c.unreachable_since.is_(None))
_answering = or_(_people.c.words_for.is_(None), _people.c.words_for == "stop")  # no message is begun, no help was shown
_WAITING = (  # a walk along the people's ids, which stops when the page is full: nothing is joined, nothing is sorted
    select(_people.c.id, select(_links.c.chat_id).where(_linked).scalar_subquery().label("chat_id"))
    .where(_people.c.id > bindparam("passed"), _spoke, _reachable, _answering, _could_press.exists())
    .order_by(_people.c.id)
    .limit(PAGE)
)
