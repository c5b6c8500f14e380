"""The flows the bot can walk: the current packs, and every stored version that somebody is still in."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from flows.flow import Flow, canonical
from flows.journey import Journey
from flows.load import pack_from_json
from storage.versions import keep_version, source_of

Facts = Mapping[str, Mapping[str, str]]


class UnknownVersion(Exception):
    """A run names a version of a pack that the database does not hold."""


class Library:
    """Shared by all turns of a process. `facts`: what `{organisation.…}` pipes, by language."""

    def __init__(self, flows: Mapping[str, Flow], journey: Journey, facts: Facts) -> None:
        self.flows = dict(flows)
        self.journey = journey
        self.facts = facts
        self._versions = {flow.version: flow for flow in flows.values()}

    def store(self, session: Session, now: datetime) -> None:
        """Keeps the current packs in the database: a run that begins with one can always go on with it."""
        for flow in self.flows.values():
            keep_version(session, flow.version, flow.id, canonical(flow.pack), now)

    def version(self, session: Session, version: str) -> Flow:
        """The flow of a stored version, loaded once. Raises `UnknownVersion`."""
        if version not in self._versions:
            source = source_of(session, version)
            if source is None:
                raise UnknownVersion(version)
            self._versions[version] = Flow(pack_from_json(source), self.facts)
        return self._versions[version]

    def fact(self, name: str, language: str) -> str:
        """One of the organisation's facts; empty where the organisation gave none."""
        return self.facts.get(language, {}).get(f"organisation.{name}", "")
