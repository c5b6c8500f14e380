"""Which messages show a question: found again by run and visit when they have to change."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from storage.messages import OutboxRow, TranscriptRow
from storage.tables import RunRow, table
from storage.unit import UNREAD, foresee, foreseen

_outbox = table(OutboxRow)
_runs = table(RunRow)
_transcript = table(TranscriptRow)


@dataclass(frozen=True, slots=True)
class Showing:
    """A message that carries buttons of one visit. `step` is None where it only completes the question's message.

    `message_id` is Telegram's, None until it is known to have been sent; `state` is the outbox row's.
    """

    id: UUID
    step: str | None
    message_id: int | None
    state: str


_SHOWN = (
    select(_outbox.c.id, _outbox.c.step, _outbox.c.message_id, _outbox.c.state)
    .where(_outbox.c.kind.in_(("send", "edit")))
    .order_by(_outbox.c.seq)
)
_OF_VISIT = _SHOWN.where(_outbox.c.run_id == bindparam("run"), _outbox.c.visit == bindparam("at")).where(
    _outbox.c.chat_id == bindparam("chat")  # another account may have seen the same visit before a relink
)
_PRESENT = _SHOWN.add_columns(_outbox.c.chat_id, _outbox.c.run_id, _outbox.c.visit).join(
    _runs, (_runs.c.id == _outbox.c.run_id) & (_runs.c.visit == _outbox.c.visit)
)
_OF_RUNS = _PRESENT.where(_runs.c.id.in_(bindparam("runs", expanding=True)))


def showings(session: Session, chat_id: int, run_id: UUID, visit: int) -> list[Showing]:
    """The messages of one visit of a run in a chat, in the order they were queued."""
    read = foreseen(session, "showings", chat_id, run_id, visit)
    if read is UNREAD:
        read = session.connection().execute(_OF_VISIT, {"chat": chat_id, "run": run_id, "at": visit})
    return [Showing(*row[:4]) for row in read]


def foresee_showings(session: Session, runs: Collection[UUID]) -> None:
    """Reads ahead the messages of the present visit of each of these runs, all at once."""
    found: dict[tuple[object, ...], Any] = {}
    for row in session.connection().execute(_OF_RUNS, {"runs": list(runs)}) if runs else ():
        found.setdefault(("showings", row.chat_id, row.run_id, row.visit), []).append(row)
    foresee(session, found)


_LAST_SAID = (
    select(_outbox.c.id, _outbox.c.step, _outbox.c.message_id, _outbox.c.state)
    .join(_transcript, _transcript.c.outbox_id == _outbox.c.id)
    .where(_transcript.c.beneficiary_id == bindparam("owner"), _transcript.c.direction == "out")
    .order_by(_transcript.c.seq.desc())
    .limit(1)
)


def last_said(session: Session, beneficiary_id: UUID) -> Showing | None:
    """The last thing said to a person, whether or not it has reached them."""
    row: Any = session.connection().execute(_LAST_SAID, {"owner": beneficiary_id}).one_or_none()
    return None if row is None else Showing(*row)
