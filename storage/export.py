"""The structured record of one person, as JSON: what they answered, what they were asked, what they agreed to."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.flow import Flow
from flows.load import pack_from_json
from flows.run import Answer
from flows.scores import ranking_with_ties, scores
from flows.wording import read_answer
from storage.codebook import codebook
from storage.errors import Conflict
from storage.export_schema import (
    FORMAT,
    AnswerRecord,
    ChangeAfterSubmission,
    ConsentAct,
    DatedFact,
    Dossier,
    Export,
    FlagRecord,
    ParkedUpdates,
    PastAnswer,
    Score,
    TranscriptLine,
)
from storage.export_schema import RunRecord as RunExport
from storage.inbox import parked_of
from storage.records import transcript_of
from storage.runs import Given, RunRecord, answer_history, runs_of
from storage.tables import Beneficiary, Consent, Counsellor, Fact, FlagRow, table
from storage.vault import Vault
from storage.versions import source_of

SUBMITTED = "submitted"  # the fact that a record was handed over
_people, _counsellors, _facts = table(Beneficiary), table(Counsellor), table(Fact)
_consents, _flags = table(Consent), table(FlagRow)


def export(
    session: Session, vault: Vault, beneficiary_id: UUID, flows: Mapping[str, Flow], now: datetime
) -> dict[str, Any]:
    """Everything about one person, valid against docs/export.schema.json. Instants are in UTC.

    `flows`: those at hand, by id; other versions come from the database. Raises `Conflict` for an unknown person,
    `Unreadable` when their key is gone, and `PackError` when a version in use can no longer be read.
    """
    known = {flow.version: flow for flow in flows.values()}
    lives = [
        _Life(record, answer_history(session, vault, record.run.id), _flow(session, known, record.run.version))
        for record in runs_of(session, vault, beneficiary_id)
    ]
    facts = _dated(session, beneficiary_id)
    used = {life.flow.version: life.flow for life in lives}
    made = Export(
        format=FORMAT,
        made_at=now,
        dossier=_dossier(session, beneficiary_id),
        facts=facts,
        consents=_acts(session, beneficiary_id),
        runs=[life.export() for life in lives],
        flags=_raised(session, vault, beneficiary_id),
        changed_after_submission=list(_changes(lives, [fact.at for fact in facts if fact.name == SUBMITTED])),
        transcript=_lines(session, vault, beneficiary_id),
        parked=_parked(session, beneficiary_id),
        codebook=[codebook(flow) for flow in used.values()],
    )
    return {name: _printable(part) for name, part in made.model_dump(mode="json").items()}


def _printable(value: Any) -> Any:
    """The same with U+FFFD for each half of a surrogate pair, which a phone may send and no file can hold."""
    match value:
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case list():
            return [_printable(part) for part in value]
        case dict():
            return {name: _printable(part) for name, part in value.items()}
        case _:
            return value


def _flow(session: Session, known: dict[str, Flow], version: str) -> Flow:
    if version not in known:
        known[version] = Flow(pack_from_json(source_of(session, version) or ""))
    return known[version]


# ---------------------------------------------------------------------------------------------------------------- runs
class _Life:
    """A run with its history and its flow."""

    def __init__(self, record: RunRecord, history: list[Given], flow: Flow) -> None:
        self.record, self.run, self.history, self.flow = record, record.run, history, flow

    def text(self, node: str, answer: Answer) -> str:
        return read_answer(self.flow.nodes[node], answer, answer.language)

    def export(self) -> RunExport:
        run, pack = self.run, self.flow.pack
        outside = [node for node in self.flow.nodes if node in run.answers and node not in run.path]
        return RunExport(
            id=run.id,
            flow=run.flow,
            version=run.version,
            title=pack.title[run.language],
            licence=pack.licence,
            source=pack.source,
            validated=pack.validated,
            language=run.language,
            started_at=self.record.started_at,
            updated_at=self.record.updated_at,
            finished_at=self.record.finished_at,
            outcome=run.outcome,
            outcome_title=pack.outcomes[run.outcome].title[run.language] if run.outcome else None,
            at=None if run.outcome else run.at,
            paused=run.paused,
            answers=[self._answer(node) for node in run.path],
            not_counted=[self._answer(node) for node in outside],
            scores=self._scores(),
        )

    def _answer(self, node: str) -> AnswerRecord:
        answer, step = self.run.answers[node], self.flow.nodes[node].step
        return AnswerRecord(
            node=node,
            step=step.id,
            kind=step.kind,
            standing="counts" if node in self.run.path else "set_aside" if answer.aside else "waiting",
            question=answer.shown,
            how=answer.how,
            value=answer.value,
            text=self.text(node, answer),
            language=answer.language,
            given_at=answer.at,
            history=[self._past(given) for given in self.history if given.step == node],
        )

    def _past(self, given: Given) -> PastAnswer:
        answer = given.answer
        return PastAnswer(
            number=given.seq,
            how=answer.how,
            value=answer.value,
            text=self.text(given.step, answer),
            question=answer.shown,
            language=answer.language,
            given_at=answer.at,
        )

    def _scores(self) -> list[Score]:
        return [
            Score(
                dimension=score.dimension,
                title=score.title,
                sum=score.sum,
                count=score.count,
                lowest=score.lowest,
                highest=score.highest,
                share=float(score.share),
                place=place,
            )
            for place, score in ranking_with_ties(scores(self.flow, self.run))
        ]


def _changes(lives: list[_Life], submissions: list[datetime]) -> Iterator[ChangeAfterSubmission]:
    """What was given after the first submission, in the runs that were part of it."""
    for life in lives if submissions else []:
        former: dict[str, Answer] = {}
        for given in life.history if life.record.started_at <= submissions[0] else []:
            before, former[given.step] = former.get(given.step), given.answer
            if given.answer.at > submissions[0]:
                yield ChangeAfterSubmission(
                    run=life.run.id,
                    node=given.step,
                    question=given.answer.shown,
                    before=life.text(given.step, before) if before else None,
                    after=life.text(given.step, given.answer),
                    at=given.answer.at,
                    handed_over_since=submissions[-1] >= given.answer.at,
                )


# --------------------------------------------------------------------------------------------------------- other parts
def _dossier(session: Session, beneficiary_id: UUID) -> Dossier:
    joined = _people.outerjoin(_counsellors, _counsellors.c.id == _people.c.counsellor_id)
    query = select(_people, _counsellors.c.name.label("counsellor")).select_from(joined)
    row = session.execute(query.where(_people.c.id == beneficiary_id)).mappings().one_or_none()
    if row is None:
        raise Conflict("no_dossier", number=beneficiary_id)
    same = {name: row[name] for name in Dossier.model_fields if name not in ("journey", "phase")}
    return Dossier(journey=row["journey_id"], phase=row["journey_at"], **same)


def _dated(session: Session, beneficiary_id: UUID) -> list[DatedFact]:
    mine = select(_facts).where(_facts.c.beneficiary_id == beneficiary_id).order_by(_facts.c.at, _facts.c.name)
    return [DatedFact(name=row.name, at=row.at, run=row.run_id) for row in session.execute(mine)]


def _acts(session: Session, beneficiary_id: UUID) -> list[ConsentAct]:
    mine = select(_consents).where(_consents.c.beneficiary_id == beneficiary_id).order_by(_consents.c.seq)
    rows = session.execute(mine).mappings().all()
    last = {row["purpose"]: row["seq"] for row in rows}
    names = [name for name in ConsentAct.model_fields if name not in ("in_force", "label")]
    return [
        ConsentAct(
            in_force=row["seq"] == last[row["purpose"]],
            label=row["choice_label"],
            **{name: row[name] for name in names},
        )
        for row in rows
    ]


def _raised(session: Session, vault: Vault, beneficiary_id: UUID) -> list[FlagRecord]:
    mine = select(_flags).where(_flags.c.beneficiary_id == beneficiary_id).order_by(_flags.c.raised_at, _flags.c.rule)
    names = [name for name in FlagRecord.model_fields if name not in ("run", "reason")]
    return [
        FlagRecord(
            run=row["run_id"],
            reason=vault.open(session, beneficiary_id, "flag", row["id"], "reason", row["reason"]) or "",
            **{name: row[name] for name in names},
        )
        for row in session.execute(mine).mappings().all()
    ]


def _lines(session: Session, vault: Vault, beneficiary_id: UUID) -> list[TranscriptLine]:
    names = ("direction", "kind", "text", "at", "step")
    return [
        TranscriptLine.model_validate(
            {name: getattr(said.line, name) for name in names}
            | {"id": said.id, "run": said.line.run_id, "edits": said.line.edited_of, "delivery": said.delivery}
        )
        for said in transcript_of(session, vault, beneficiary_id)
    ]


def _parked(session: Session, beneficiary_id: UUID) -> ParkedUpdates:
    moments = parked_of(session, beneficiary_id)
    return ParkedUpdates(count=len(moments), received_at=moments)
