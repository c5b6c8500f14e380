"""The dossiers of a house, as a list: who and where they are, never what they wrote."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.errors import Conflict
from storage.tables import Beneficiary, Counsellor, FlagRow, table

_people, _counsellors, _flags = table(Beneficiary), table(Counsellor), table(FlagRow)
LEAST = 4  # characters that name a dossier: fewer are a slip of the hand, and this record is nobody else's
SHORT = 8  # characters of an id that the list shows at least: 4 billion dossiers before two are likely alike


@dataclass(frozen=True, slots=True)
class Listed:
    """A dossier in the list. `flags`: those that are up and that nobody has seen; `urgent_at`: the latest urgent one."""

    id: UUID
    name: str | None
    counsellor: str | None
    journey_at: str
    created_at: datetime
    last_active_at: datetime | None
    unreachable_since: datetime | None
    stopped_at: datetime | None
    flags: int
    urgent_at: datetime | None


_WAITS = (_flags.c.lifted_at.is_(None), _flags.c.seen_at.is_(None))
_URGENT = (*_WAITS, _flags.c.level == "urgent")


def dossiers(session: Session) -> list[Listed]:
    """Every dossier: the latest urgent ones first, then the most recently active; those that never were, by their opening."""
    of_theirs = _flags.c.beneficiary_id == _people.c.id
    waiting = select(func.count()).where(of_theirs, *_WAITS).scalar_subquery().label("flags")
    urgent = select(func.max(_flags.c.raised_at)).where(of_theirs, *_URGENT).scalar_subquery().label("urgent_at")
    columns = [_people.c[name] for name in Listed.__slots__ if name in _people.c]
    joined = _people.outerjoin(_counsellors, _counsellors.c.id == _people.c.counsellor_id)
    query = select(*columns, _counsellors.c.name.label("counsellor"), waiting, urgent).select_from(joined)
    latest = func.coalesce(_people.c.last_active_at, _people.c.created_at)
    ordered = query.order_by(urgent.desc().nulls_last(), latest.desc(), _people.c.id)
    return [Listed(**row._mapping) for row in session.execute(ordered)]


def urgent_dossiers(session: Session) -> int:
    """How many dossiers have an urgent flag that nobody has seen."""
    count = select(func.count(_flags.c.beneficiary_id.distinct())).where(*_URGENT)
    return session.execute(count).scalar_one()


def find(session: Session, number: str) -> UUID:
    """The dossier whose id begins so. Raises `Conflict` where there is none, or more than one, or for too little."""
    begins = number.strip().lower().replace("-", "")
    if len(begins) < LEAST:
        raise Conflict("number_too_short", least=LEAST)
    ids: list[UUID] = list(session.execute(select(_people.c.id)).scalars())
    found = [id for id in ids if id.hex.startswith(begins)]
    if len(found) > 1:
        raise Conflict("several_dossiers", count=len(found), number=number)
    if not found:
        raise Conflict("no_dossier", number=number)
    return found[0]


def short(ids: list[UUID]) -> int:
    """How many characters tell these ids apart."""
    return next((n for n in range(SHORT, 32) if len({id.hex[:n] for id in ids}) == len(ids)), 32)
