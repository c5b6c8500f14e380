"""Saving a run and the history of its answers. Statements, not objects: a turn happens hundreds of times a second."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from flows.run import Answer, Part, Run
from storage.errors import Conflict
from storage.runs import OWNER
from storage.tables import AnswerRow, RunRow, table
from storage.unit import gather
from storage.vault import Vault

_runs = table(RunRow)
_answers = table(AnswerRow)


def create_run(session: Session, vault: Vault, beneficiary_id: UUID, run: Run, now: datetime) -> None:
    """Stores a new run, with the answers it may already hold. Its version must have been kept (`storage.versions`)."""
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


def save_run(
    session: Session, vault: Vault, before: Run, after: Run, now: datetime, beneficiary_id: UUID | None = None
) -> None:
    """Brings the stored run from `before` to `after`: each answer given or replaced adds a line to the history.

    `beneficiary_id` saves a look-up. Raises `Conflict` when the stored run is not at `before`: at the latest when the unit
    of work ends, which then writes nothing.
    """
    owner = beneficiary_id or session.connection().execute(OWNER, {"run": before.id}).scalar_one_or_none()
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
