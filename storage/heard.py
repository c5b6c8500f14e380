"""What a message received was: found again by its number, as an edit of it means what the message meant, or the last."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from storage.messages import TranscriptRow
from storage.tables import table

_transcript = table(TranscriptRow)


@dataclass(frozen=True, slots=True)
class Heard:
    """The first line of the transcript that holds the message: its kind, and the question that was open."""

    id: UUID
    kind: str
    run_id: UUID | None
    step: str | None


_HEARD = (
    select(*(_transcript.c[name] for name in Heard.__slots__))
    .where(_transcript.c.beneficiary_id == bindparam("owner"), _transcript.c.direction == "in")
    .limit(1)
)
_FIRST = _HEARD.where(_transcript.c.message_id == bindparam("message")).order_by(_transcript.c.seq)
_LAST = _HEARD.order_by(_transcript.c.seq.desc())


def heard_in(session: Session, beneficiary_id: UUID, message_id: int) -> Heard | None:
    """The message as it was first heard; None for one that was never kept."""
    row: Any = session.connection().execute(_FIRST, {"owner": beneficiary_id, "message": message_id}).one_or_none()
    return None if row is None else Heard(*row)


def last_heard(session: Session, beneficiary_id: UUID) -> Heard | None:
    """What the person said or did last, before the turn at hand; None where nothing was kept."""
    row: Any = session.connection().execute(_LAST, {"owner": beneficiary_id}).one_or_none()
    return None if row is None else Heard(*row)
