"""The dossiers of a house, as a list: who and where they are, never what they wrote."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.errors import Conflict
from storage.tables import Beneficiary, Counsellor, FlagRow, table

_people, _counsellors, _flags = table(Beneficiary), table(Counsellor), table(FlagRow)
SHORT = 8  # characters of an id that the list shows at least: 4 billion dossiers before two are likely alike


@dataclass(frozen=True, slots=True)
class Listed:
    """A dossier in the list. `flags`: those that are up and that nobody has seen."""

    id: UUID
    name: str | None
    counsellor: str | None
    journey_at: str
    created_at: datetime
    last_active_at: datetime | None
    unreachable_since: datetime | None
    stopped_at: datetime | None
    flags: int


def dossiers(session: Session) -> list[Listed]:
    """Every dossier, the most recently active first; those that never were, by their opening."""
    waiting = (
        select(func.count())
        .where(_flags.c.beneficiary_id == _people.c.id, _flags.c.lifted_at.is_(None), _flags.c.seen_at.is_(None))
        .scalar_subquery()
    )
    columns = [_people.c[name] for name in Listed.__slots__ if name not in ("counsellor", "flags")]
    joined = _people.outerjoin(_counsellors, _counsellors.c.id == _people.c.counsellor_id)
    query = select(*columns, _counsellors.c.name.label("counsellor"), waiting.label("flags")).select_from(joined)
    latest = func.coalesce(_people.c.last_active_at, _people.c.created_at)
    return [Listed(**row._mapping) for row in session.execute(query.order_by(latest.desc(), _people.c.id))]


def find(session: Session, number: str) -> UUID:
    """The dossier whose id begins so. Raises `Conflict` where there is none, or more than one."""
    begins = number.strip().lower().replace("-", "")
    ids: list[UUID] = list(session.execute(select(_people.c.id)).scalars())
    found = [id for id in ids if begins and id.hex.startswith(begins)]
    if len(found) > 1:
        raise Conflict(
            "{count} dossiers begin with {number}: write more of the number", count=len(found), number=number
        )
    if not found:
        raise Conflict("there is no dossier {number}: jalon dossiers lists their numbers", number=number)
    return found[0]


def short(ids: list[UUID]) -> int:
    """How many characters tell these ids apart."""
    return next((n for n in range(SHORT, 32) if len({id.hex[:n] for id in ids}) == len(ids)), 32)
