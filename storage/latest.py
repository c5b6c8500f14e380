"""Runs looked up through their person: the latest of each flow, and one by its id."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from flows.run import Run
from storage.runs import load_run
from storage.tables import RunRow, table
from storage.vault import Vault

_runs = table(RunRow)


@dataclass(frozen=True, slots=True)
class RunBrief:
    """Where a run stands."""

    id: UUID
    flow: str
    outcome: str | None


_LATEST = (
    select(_runs.c.id, _runs.c.flow_id, _runs.c.outcome)
    .where(_runs.c.beneficiary_id == bindparam("owner"))
    .order_by(_runs.c.started_at, _runs.c.id)
)


def latest_runs(session: Session, beneficiary_id: UUID) -> dict[str, RunBrief]:
    """By flow id, the run begun last."""
    return {
        row.flow_id: RunBrief(row.id, row.flow_id, row.outcome)
        for row in session.connection().execute(_LATEST, {"owner": beneficiary_id})
    }


_OWNED = select(_runs.c.id).where(_runs.c.id == bindparam("run"), _runs.c.beneficiary_id == bindparam("owner"))


def owned_run(session: Session, vault: Vault, run_id: UUID, beneficiary_id: UUID) -> Run | None:
    """A run of this person; None for anybody else's and for one that does not exist."""
    found = session.connection().execute(_OWNED, {"run": run_id, "owner": beneficiary_id}).one_or_none()
    return load_run(session, vault, run_id) if found else None
