"""The shape of an export: these models are the single source of docs/export.schema.json.

Written anew with `python -m storage.export_schema > docs/export.schema.json`.
"""

import json
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from storage.codebook import Codebook, Part

FORMAT = "jalon.export/1"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
Value = str | int | float | list[str] | None
How = Literal["given", "skipped", "deferred"]


class Dossier(Part):
    """Whom the export is about, and where they are."""

    id: UUID
    name: str | None
    """As the counsellor wrote it; null when none was given or it was erased."""
    language: str
    """The language the person reads (ISO 639-1)."""
    zone: str
    """The person's time zone (IANA). All instants of the export are in UTC."""
    counsellor: str | None
    journey: str
    """The id of the journey."""
    phase: str
    """The state of the journey that the person is in."""
    created_at: datetime
    last_active_at: datetime | None
    unreachable_since: datetime | None
    unreachable_reason: str | None
    stopped_at: datetime | None


class DatedFact(Part):
    """Something that happened, without its content."""

    name: str
    at: datetime
    run: UUID | None


class ConsentAct(Part):
    """A consent given, refused or withdrawn."""

    purpose: str
    granted: bool
    in_force: bool
    """Whether it is the last act for its purpose: only that one counts."""
    text: str
    """The exact words shown."""
    label: str
    """The exact words of the choice made."""
    language: str
    flow_version: str
    step: str
    channel: str
    at: datetime


class PastAnswer(Part):
    """One line of the history of a question."""

    number: int
    """The place in the order in which all answers of the run were given, from 1."""
    how: How
    value: Value
    text: str
    """The answer as it reads, with labels instead of ids."""
    question: str
    language: str
    given_at: datetime


class AnswerRecord(Part):
    """What a person answered to one question, and what they had answered before."""

    node: str
    """The question: a step's id, or battery.item."""
    step: str
    kind: str
    standing: Literal["counts", "waiting", "set_aside"]
    """Only an answer that counts is a result. One that waits may count again when the person goes on; one set aside
    belongs to a way not taken."""
    question: str
    """The question as it was shown, with what was piped into it."""
    how: How
    """Given, skipped, or deferred to a conversation with the counsellor."""
    value: Value
    """A choice's id, ids in order, a number, a date (YYYY-MM-DD), words, or "read"; null unless given."""
    text: str
    """The answer as it reads in `language`, with labels instead of ids."""
    language: str
    given_at: datetime
    history: list[PastAnswer]
    """Every answer to this question, the oldest first, this one included."""


class Score(Part):
    """The sum over the answers that count and speak of a dimension, as it is."""

    dimension: str
    title: str
    sum: int
    count: int
    """How many answers speak of the dimension."""
    lowest: int
    """The least that these answers could have summed to."""
    highest: int
    share: float = Field(ge=0, le=1)
    """Where the sum stands between its bounds."""
    place: int = Field(ge=1)
    """The place by share. Ties have one place: 1, 2, 2, 4."""


class RunRecord(Part):
    """One person in one version of one questionnaire."""

    id: UUID
    flow: str
    version: str
    title: str
    licence: str
    source: str
    validated: bool
    """Whether the questionnaire makes a psychometric claim; scores of one that does not are only an occasion to talk."""
    language: str
    started_at: datetime
    updated_at: datetime
    finished_at: datetime | None
    outcome: str | None
    """The id of the end reached; null while a question is open."""
    outcome_title: str | None
    at: str | None
    """The question that is open."""
    paused: bool
    answers: list[AnswerRecord]
    """The answers that count, in the order of the questions."""
    not_counted: list[AnswerRecord]
    """The answers kept that do not count: waiting or set aside."""
    scores: list[Score]


class FlagRecord(Part):
    """Something a counsellor should know."""

    run: UUID | None
    step: str
    rule: str
    level: str
    reason: str
    raised_at: datetime
    lifted_at: datetime | None
    """When its reason ceased to hold; null while it is up."""
    seen_at: datetime | None
    """When it was first marked as read; null while it waits."""
    seen_by: str | None
    """Who marked it."""


class TranscriptLine(Part):
    """One thing said in the conversation."""

    id: UUID
    direction: Literal["in", "out"]
    """in: by the person; out: by Jalon."""
    kind: str
    text: str
    at: datetime
    run: UUID | None
    step: str | None
    edits: UUID | None
    """The line whose message this one corrects."""
    delivery: Literal["queued", "leased", "sent", "refused", "unknown", "dropped"] | None
    """What became of a message to the person; null for what they said."""


class ParkedUpdates(Part):
    """What the person sent that Jalon could not work on yet. It is kept, and holds words that are not in this record."""

    count: int
    received_at: list[datetime]


class ChangeAfterSubmission(Part):
    """An answer given or replaced after the person first handed the record over."""

    run: UUID
    node: str
    question: str
    before: str | None
    """The former answer as it reads; null for a question that was new."""
    after: str
    at: datetime
    handed_over_since: bool
    """Whether the person has handed the record over again since this change."""


class Export(Part):
    """The structured record of one person: everything they answered, with what is needed to read it without Jalon."""

    format: Literal["jalon.export/1"]
    made_at: datetime
    dossier: Dossier
    facts: list[DatedFact]
    consents: list[ConsentAct]
    runs: list[RunRecord]
    flags: list[FlagRecord]
    changed_after_submission: list[ChangeAfterSubmission]
    transcript: list[TranscriptLine]
    parked: ParkedUpdates
    codebook: list[Codebook]


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of an export."""
    return {"$schema": DIALECT, "title": "An export of Jalon", **Export.model_json_schema(mode="serialization")}


def schema_text() -> str:
    """The schema as it is published in docs/export.schema.json."""
    return json.dumps(schema(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    print(schema_text(), end="")
