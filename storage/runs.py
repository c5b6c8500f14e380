"""Runs and the history of their answers. Statements, not objects: a turn happens hundreds of times a second."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, bindparam, insert, select, update
from sqlalchemy.orm import Session

from flows.run import Answer, Part, Run
from storage.errors import Conflict
from storage.sql import insert_or_ignore
from storage.tables import AnswerRow, FlowVersion, RunRow, table
from storage.unit import UNREAD, foresee, foreseen, gather
from storage.vault import Vault

_runs = table(RunRow)
_answers = table(AnswerRow)
_versions = table(FlowVersion)


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


# ---------------------------------------------------------------------------------------------------------- versions
def keep_version(session: Session, version: str, flow_id: str, source: str, now: datetime) -> None:
    """Stores a pack or a journey (canonical JSON) under its content hash, once."""
    values = {"version": version, "flow_id": flow_id, "source": source, "stored_at": now}
    session.execute(insert_or_ignore(session, _versions), values)


def source_of(session: Session, version: str) -> str | None:
    """The pack or journey stored under this version."""
    return session.execute(select(_versions.c.source).where(_versions.c.version == version)).scalar_one_or_none()


# ------------------------------------------------------------------------------------------------------------ saving
def create_run(session: Session, vault: Vault, beneficiary_id: UUID, run: Run, now: datetime) -> None:
    """Stores a new run, with the answers it may already hold. Its version must have been kept (`keep_version`)."""
    empty = replace(run, answers={})
    row = _position(session, vault, beneficiary_id, run, now)
    fixed = {"id": run.id, "beneficiary_id": beneficiary_id, "flow_id": run.flow, "flow_version": run.version}
    session.connection().execute(insert(_runs), {**fixed, **row, "answers_given": 0, "started_at": now})
    if run.answers:
        save_run(session, vault, empty, run, now, beneficiary_id)


_MOVE = (
    update(_runs)
    .where(_runs.c.id == bindparam("run"), _runs.c.at_node == bindparam("was_at"))
    .where(_runs.c.visit == bindparam("was_visit"))
    .values(
        {name: bindparam(f"new_{name}") for name in ("language", "at_node", "visit", "outcome", "paused", "content")}
        | {"updated_at": bindparam("new_updated_at"), "finished_at": bindparam("new_finished_at")}
        | {"answers_given": _runs.c.answers_given + bindparam("more")}
    )
)
_GIVE = insert(_answers).values(  # the run has counted this answer, and those after it in the same gesture (`later`)
    seq=select(_runs.c.answers_given).where(_runs.c.id == bindparam("run")).scalar_subquery() - bindparam("later")
)
_REPLACE = (
    update(_answers)
    .where(_answers.c.run_id == bindparam("which"), _answers.c.step == bindparam("node"), _answers.c.current)
    .values(current=False)
)
_ASIDE = (
    update(_answers)
    .where(_answers.c.run_id == bindparam("which"), _answers.c.step == bindparam("node"), _answers.c.current)
    .values(aside=bindparam("is_aside"))
)
_OWNER = select(_runs.c.beneficiary_id).where(_runs.c.id == bindparam("run"))


def save_run(
    session: Session, vault: Vault, before: Run, after: Run, now: datetime, beneficiary_id: UUID | None = None
) -> None:
    """Brings the stored run from `before` to `after`: each answer given or replaced adds a line to the history.

    `beneficiary_id` saves a look-up. Raises `Conflict` when the stored run is not at `before`: at the latest when the unit
    of work ends, which then writes nothing.
    """
    owner = beneficiary_id or session.connection().execute(_OWNER, {"run": before.id}).scalar_one_or_none()
    if owner is None:
        raise Conflict("no_run", run=before.id)
    given = {node: answer for node, answer in after.answers.items() if _is_new(before.answers.get(node), answer)}
    position = {f"new_{name}": value for name, value in _position(session, vault, owner, after, now).items()}
    expected = {"run": before.id, "was_at": before.at, "was_visit": before.visit, "more": len(given)}
    gather(session, _MOVE, [{**expected, **position}], row=("run", before.id), strict=True)
    replaced = [node for node in before.answers if node in given or node not in after.answers]
    gather(session, _REPLACE, [{"which": after.id, "node": node} for node in replaced])
    gather(session, _ASIDE, list(_moved_aside(before, after, given)))
    rows = [_answer_row(session, vault, owner, after.id, *item) for item in given.items()]
    gather(session, _GIVE, [{**row, "later": len(rows) - place} for place, row in enumerate(rows, 1)])


def _is_new(former: Answer | None, answer: Answer) -> bool:
    """Whether it is another answer, and not the same one on or off the path."""
    return former is not answer and (former is None or replace(former, aside=answer.aside) != answer)


def _moved_aside(before: Run, after: Run, given: Mapping[str, Answer]) -> Iterator[dict[str, Any]]:
    for node, answer in after.answers.items():
        if node not in given and before.answers[node].aside != answer.aside:
            yield {"which": after.id, "node": node, "is_aside": answer.aside}


def _position(session: Session, vault: Vault, owner: UUID, run: Run, now: datetime) -> dict[str, Any]:
    """The columns of a run that change."""
    drafts = {node: _pairs(parts) for node, parts in run.drafts.items()}
    content = {"path": run.path, "marks": run.marks, "parts": _pairs(run.parts), "drafts": drafts}
    content["ticked"] = dict(run.ticked)
    return {
        "language": run.language,
        "at_node": run.at,
        "visit": run.visit,
        "outcome": run.outcome,
        "paused": run.paused,
        "content": vault.seal_json(session, owner, "run", run.id, "content", content),
        "updated_at": now,
        "finished_at": now if run.outcome else None,
    }


def _pairs(parts: Iterable[Part]) -> list[list[str]]:
    return [[part.key, part.text] for part in parts]


def _parts(pairs: Iterable[Iterable[str]]) -> tuple[Part, ...]:
    return tuple(Part(*pair) for pair in pairs)


def _answer_row(session: Session, vault: Vault, owner: UUID, run_id: UUID, node: str, answer: Answer) -> dict[str, Any]:
    id = uuid4()
    content = {"value": answer.value, "shown": answer.shown, "parts": _pairs(answer.parts)}
    return {
        "id": id,
        "run_id": run_id,
        "beneficiary_id": owner,
        "step": node,
        "run": run_id,
        "how": answer.how,
        "content": vault.seal_json(session, owner, "answer", id, "content", content),
        "language": answer.language,
        "visit": answer.visit,
        "given_at": answer.at,
        "aside": answer.aside,
        "current": True,
    }


# ----------------------------------------------------------------------------------------------------------- reading
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
    owner: UUID = session.connection().execute(_OWNER, {"run": run_id}).scalar_one()
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
