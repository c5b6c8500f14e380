"""Runs and the history of their answers, as they were saved (`storage.saving`)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from flows.run import Answer, Part, Run
from storage.errors import Conflict
from storage.tables import AnswerRow, RunRow, table
from storage.unit import UNREAD, foresee, foreseen
from storage.vault import Vault

_runs = table(RunRow)
_answers = table(AnswerRow)

OWNER = select(_runs.c.beneficiary_id).where(_runs.c.id == bindparam("run"))


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run with what only the record knows about it."""

    run: Run
    beneficiary_id: UUID
    started_at: datetime
    updated_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Given:
    """One line of the history of a run's answers."""

    id: UUID
    step: str
    seq: int
    answer: Answer
    current: bool


_READ = ("id", "step", "seq", "how", "content", "language", "visit", "given_at", "aside", "current")
_HISTORY = (
    select(*(_answers.c[name] for name in _READ)).where(_answers.c.run_id == bindparam("run")).order_by(_answers.c.seq)
)
_CURRENT = _HISTORY.where(_answers.c.current)
_ALL_CURRENT = (
    select(_answers.c.run_id, *(_answers.c[name] for name in _READ))
    .where(_answers.c.run_id.in_(bindparam("runs", expanding=True)), _answers.c.current)
    .order_by(_answers.c.seq)
)
_RUNS = select(_runs).where(_runs.c.id.in_(bindparam("runs", expanding=True)))
_RUN = select(_runs).where(_runs.c.id == bindparam("run"))
_RUNS_OF = select(_runs).where(_runs.c.beneficiary_id == bindparam("owner")).order_by(_runs.c.started_at, _runs.c.id)


def load_run(session: Session, vault: Vault, run_id: UUID) -> Run:
    """The run as it was saved. Raises `Conflict` when there is none."""
    owned = _owned(session, vault, run_id)
    if owned is None:
        raise Conflict("no_run", run=run_id)
    return owned[1]


def owned_run(session: Session, vault: Vault, run_id: UUID, beneficiary_id: UUID) -> Run | None:
    """A run of this person; None for anybody else's and for one that does not exist."""
    owned = _owned(session, vault, run_id)
    return owned[1] if owned and owned[0] == beneficiary_id else None


def foresee_runs(session: Session, vault: Vault, ids: Collection[UUID]) -> None:
    """Reads these runs ahead, all at once."""
    if not ids:
        return
    rows = session.connection().execute(_RUNS, {"runs": list(ids)}).all()
    answers: dict[UUID, list[Row[Any]]] = {row.id: [] for row in rows}
    for answer in session.connection().execute(_ALL_CURRENT, {"runs": list(answers)}).all() if answers else ():
        answers[answer.run_id].append(answer)
    foresee(session, {("run", row.id): (row, answers[row.id]) for row in rows})


def _owned(session: Session, vault: Vault, run_id: UUID) -> tuple[UUID, Run] | None:
    """A run and whose it is."""
    read = foreseen(session, "run", run_id)
    if read is not UNREAD:
        row, answers = read
        return row.beneficiary_id, _run(session, vault, row, answers)
    found = session.connection().execute(_RUN, {"run": run_id}).one_or_none()
    return found and (found.beneficiary_id, _run(session, vault, found))


def runs_of(session: Session, vault: Vault, beneficiary_id: UUID) -> list[RunRecord]:
    """Every run of a person, the oldest first."""
    return [
        RunRecord(_run(session, vault, row), row.beneficiary_id, row.started_at, row.updated_at, row.finished_at)
        for row in session.connection().execute(_RUNS_OF, {"owner": beneficiary_id}).all()
    ]


def answer_history(session: Session, vault: Vault, run_id: UUID) -> list[Given]:
    """Every answer ever given in a run, in the order given, those replaced since included."""
    owner: UUID = session.connection().execute(OWNER, {"run": run_id}).scalar_one()
    rows = session.connection().execute(_HISTORY, {"run": run_id}).all()
    return [Given(row.id, row.step, row.seq, _answer(session, vault, owner, row), row.current) for row in rows]


def _run(session: Session, vault: Vault, row: Row[Any], answers: Sequence[Row[Any]] | None = None) -> Run:
    content = vault.open_json(session, row.beneficiary_id, "run", row.id, "content", row.content)
    if answers is None:
        answers = session.connection().execute(_CURRENT, {"run": row.id}).all()
    return Run(
        id=row.id,
        flow=row.flow_id,
        version=row.flow_version,
        language=row.language,
        at=row.at_node,
        visit=row.visit,
        answers={answer.step: _answer(session, vault, row.beneficiary_id, answer) for answer in answers},
        path=tuple(content["path"]),
        marks=tuple(content["marks"]),
        parts=_parts(content["parts"]),
        drafts={node: _parts(pairs) for node, pairs in content.get("drafts", {}).items()},  # a run of before has none
        ticked={node: tuple(marks) for node, marks in content.get("ticked", {}).items()},
        paused=row.paused,
    )


def _answer(session: Session, vault: Vault, owner: UUID, row: Row[Any]) -> Answer:
    content = vault.open_json(session, owner, "answer", row.id, "content", row.content)
    return Answer(
        how=row.how,
        value=content["value"],
        at=row.given_at,
        visit=row.visit,
        shown=content["shown"],
        language=row.language,
        parts=_parts(content["parts"]),
        aside=row.aside,
    )


def _parts(pairs: Iterable[Iterable[str]]) -> tuple[Part, ...]:
    return tuple(Part(*pair) for pair in pairs)
