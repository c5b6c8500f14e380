"""The packs and journeys that runs began with, each kept under its content hash."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.sql import insert_or_ignore
from storage.tables import FlowVersion, table

_versions = table(FlowVersion)


def keep_version(session: Session, version: str, flow_id: str, source: str, now: datetime) -> None:
    """Stores a pack or a journey (canonical JSON) under its content hash, once."""
    values = {"version": version, "flow_id": flow_id, "source": source, "stored_at": now}
    session.execute(insert_or_ignore(session, _versions), values)


def source_of(session: Session, version: str) -> str | None:
    """The pack or journey stored under this version."""
    return session.execute(select(_versions.c.source).where(_versions.c.version == version)).scalar_one_or_none()
