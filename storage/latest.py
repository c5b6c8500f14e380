"""The runs of a person: the latest of each flow."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from storage.tables import RunRow, table

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
