"""What a turn writes beside the run: facts, consents, flags, the transcript, and the sign of life."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID, uuid4

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from storage.messages import OutboxRow, TranscriptRow
from storage.sql import upsert
from storage.tables import Consent, Fact, FlagRow, Heartbeat, RunRow, table
from storage.unit import gather
from storage.vault import Vault

_facts = table(Fact)
_consents = table(Consent)
_flags = table(FlagRow)
_runs = table(RunRow)
_heartbeats = table(Heartbeat)
_transcript = table(TranscriptRow)
_outbox = table(OutboxRow)


# --------------------------------------------------------------------------------------------------------------- facts
def record_fact(session: Session, beneficiary_id: UUID, name: str, now: datetime, run_id: UUID | None = None) -> None:
    """Something happened now ("informed", "engaged"). No content: it stays when the content is destroyed."""
    row = {"id": uuid4(), "beneficiary_id": beneficiary_id, "name": name, "at": now, "run_id": run_id}
    session.connection().execute(insert(_facts), row)


def facts_of(session: Session, beneficiary_id: UUID) -> list[tuple[str, datetime]]:
    """(name, when) of each fact, in the order of time."""
    mine = select(_facts.c.name, _facts.c.at).where(_facts.c.beneficiary_id == beneficiary_id)
    return [(row.name, row.at) for row in session.connection().execute(mine.order_by(_facts.c.at, _facts.c.name))]


# ------------------------------------------------------------------------------------------------------------ consents
@dataclass(frozen=True, slots=True)
class Act:
    """A consent given, refused or withdrawn: `text` and `label` are the exact words on the screen."""

    purpose: str
    granted: bool
    text: str
    label: str
    language: str
    flow_version: str
    step: str
    channel: str = "telegram"


def record_consent(session: Session, beneficiary_id: UUID, act: Act, now: datetime) -> None:
    """Adds one act; the last one for a purpose is the one in force."""
    row = {name: getattr(act, name) for name in Act.__slots__}
    row["choice_label"] = row.pop("label")
    session.connection().execute(insert(_consents), {"id": uuid4(), "beneficiary_id": beneficiary_id, "at": now, **row})


def consents_in_force(session: Session, beneficiary_id: UUID) -> dict[str, bool]:
    """Whether each purpose is granted, by its last act."""
    mine = select(_consents.c.purpose, _consents.c.granted).where(_consents.c.beneficiary_id == beneficiary_id)
    rows = session.connection().execute(mine.order_by(_consents.c.seq))
    return {row.purpose: row.granted for row in rows}


# --------------------------------------------------------------------------------------------------------------- flags
def raise_flag(
    session: Session,
    vault: Vault,
    beneficiary_id: UUID,
    run_id: UUID | None,
    *,
    step: str,
    rule: str,
    level: str,
    reason: str,
    now: datetime,
) -> UUID:
    """Opens a flag; the open one of the same rule in the same run, if any, is lifted: its reason has changed."""
    if run_id is not None:
        lift_flag(session, run_id, rule, now)
    id = uuid4()
    sealed = vault.seal(session, beneficiary_id, "flag", id, "reason", reason)
    row = {"id": id, "beneficiary_id": beneficiary_id, "run_id": run_id, "step": step, "rule": rule, "level": level}
    session.connection().execute(insert(_flags), {**row, "reason": sealed, "raised_at": now})
    return id


def lift_flag(session: Session, run_id: UUID, rule: str, now: datetime) -> bool:
    """Lifts the open flag of this rule; False when there is none."""
    mine = (_flags.c.run_id == run_id, _flags.c.rule == rule, _flags.c.lifted_at.is_(None))
    return session.connection().execute(update(_flags).where(*mine).values(lifted_at=now)).rowcount > 0


def lift_flags_superseded(session: Session, beneficiary_id: UUID, flow_id: str, run_id: UUID, now: datetime) -> None:
    """Lifts what other runs of a flow raised: this run has come to its end, and its answers are the ones that count."""
    others = select(_runs.c.id).where(_runs.c.beneficiary_id == beneficiary_id, _runs.c.flow_id == flow_id)
    theirs = (_flags.c.run_id.in_(others.where(_runs.c.id != run_id)), _flags.c.lifted_at.is_(None))
    session.connection().execute(update(_flags).where(*theirs).values(lifted_at=now))


def flag_waits(session: Session, beneficiary_id: UUID, rule: str) -> bool:
    """Whether a flag of this rule is up for the person that no counsellor has seen yet."""
    mine = (_flags.c.beneficiary_id == beneficiary_id, _flags.c.rule == rule)
    unseen = select(_flags.c.id).where(*mine, _flags.c.lifted_at.is_(None), _flags.c.seen_at.is_(None))
    return session.connection().execute(unseen.limit(1)).one_or_none() is not None


def mark_seen(session: Session, beneficiary_id: UUID, by: str, now: datetime) -> list[tuple[str, datetime]]:
    """Marks the flags that wait as read, once: (level, when raised) of each. They stay up until their reason is gone."""
    mine = (_flags.c.beneficiary_id == beneficiary_id, _flags.c.lifted_at.is_(None), _flags.c.seen_at.is_(None))
    marked = update(_flags).where(*mine).values(seen_at=now, seen_by=by).returning(_flags.c.level, _flags.c.raised_at)
    return sorted((row.level, row.raised_at) for row in session.connection().execute(marked))


def open_flags(session: Session, run_id: UUID) -> frozenset[str]:
    """The rules of a run whose flags are up."""
    statement = select(_flags.c.rule).where(_flags.c.run_id == run_id, _flags.c.lifted_at.is_(None))
    return frozenset(session.connection().execute(statement).scalars())


# ---------------------------------------------------------------------------------------------------------- transcript
@dataclass(frozen=True, slots=True)
class Line:
    """One thing said. `outbox_id`: the row that carries it, whose state tells whether it arrived."""

    direction: Literal["in", "out"]
    kind: str
    text: str
    at: datetime
    run_id: UUID | None = None
    step: str | None = None
    message_id: int | None = None
    outbox_id: UUID | None = None
    edited_of: UUID | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """A line of the transcript, read back. `delivery`: the state of the sending, None for what was received."""

    id: UUID
    line: Line
    delivery: str | None


_SAY = insert(_transcript)


def transcribe(session: Session, vault: Vault, beneficiary_id: UUID, lines: Iterable[Line]) -> list[UUID]:
    """Adds lines to the person's transcript, in order; gives back their ids."""
    rows = [_line_row(session, vault, beneficiary_id, line) for line in lines]
    gather(session, _SAY, rows)
    return [row["id"] for row in rows]


def transcript_of(session: Session, vault: Vault, beneficiary_id: UUID) -> list[Said]:
    """All that was said with this person, in order, with what became of each sending."""
    joined = _transcript.outerjoin(_outbox, _outbox.c.id == _transcript.c.outbox_id)
    message = func.coalesce(_transcript.c.message_id, _outbox.c.message_id).label("message")
    statement = select(_transcript, message, _outbox.c.state.label("delivery")).select_from(joined)
    mine = statement.where(_transcript.c.beneficiary_id == beneficiary_id).order_by(_transcript.c.seq)
    return [_said(session, vault, row) for row in session.connection().execute(mine)]


def _line_row(session: Session, vault: Vault, owner: UUID, line: Line) -> dict[str, Any]:
    id = uuid4()
    row = {name: getattr(line, name) for name in Line.__slots__ if name != "text"}
    sealed = vault.seal(session, owner, "transcript", id, "content", line.text)
    return {"id": id, "beneficiary_id": owner, "content": sealed, **row}


def _said(session: Session, vault: Vault, row: Any) -> Said:
    text = vault.open(session, row.beneficiary_id, "transcript", row.id, "content", row.content) or ""
    same = {name: getattr(row, name) for name in Line.__slots__ if name not in ("text", "message_id")}
    return Said(row.id, Line(text=text, message_id=row.message, **same), row.delivery)


# ------------------------------------------------------------------------------------------------------- sign of life
def beat(session: Session, name: str, now: datetime) -> None:
    """This part of the house lives."""
    session.execute(upsert(session, _heartbeats, ["name"]), {"name": name, "at": now})


def heartbeats(session: Session) -> dict[str, datetime]:
    return {row.name: row.at for row in session.execute(select(_heartbeats))}
