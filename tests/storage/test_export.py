"""The export holds everything a person said and agreed to, readable without Jalon, and keeps to its published schema."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from jsonschema import Draft202012Validator

from flows.engine import new_run, step
from flows.events import Answered, Changed, Event, Started, WentBack
from flows.flow import Flow, canonical
from flows.load import load_flows, pack_from_text
from flows.run import How, Run, Value
from storage.claims import claim
from storage.codebook import codebook
from storage.database import Database
from storage.errors import Conflict
from storage.export import export
from storage.export_schema import schema, schema_text
from storage.inbox import park
from storage.outbox import Ended, Message, enqueue, settle
from storage.people import link_chat
from storage.records import Act, Line, lift_flag, raise_flag, record_consent, record_fact, transcribe
from storage.saving import create_run, save_run
from storage.vault import Vault
from storage.versions import keep_version
from tests.storage.conftest import START

PUBLISHED = Path(__file__).parents[2] / "docs" / "export.schema.json"
PACK = """
id: test.likes
title: {fr: Vos goûts, en: What you like}
licence: MIT
source: Écrit pour ce test
validated: false
languages: [fr, en]
phase: test
minutes: 1
dimensions: {people: {fr: Les gens, en: People}, things: {fr: Les choses, en: Things}}
outcomes: {done: {title: {fr: Terminé, en: Done}}}
steps:
  - id: way
    kind: choice
    text: {fr: "Seul ou à plusieurs ?", en: "Alone or with others?"}
    why: {fr: "Pour savoir.", en: "To know."}
    choices: [{id: alone, label: {fr: Seul, en: Alone}}, {id: others, label: {fr: À plusieurs, en: With others}}]
    next: [{when: {step: way, is: alone}, go: rating}, {go: whom}]
  - id: whom
    kind: text
    text: {fr: "Avec qui ?", en: "With whom?"}
    why: {fr: "Pour savoir.", en: "To know."}
  - id: rating
    kind: battery
    text: {fr: "J'aime…", en: "I like…"}
    why: {fr: "Pour savoir.", en: "To know."}
    labels: [{fr: Non, en: "No"}, {fr: Bof, en: So-so}, {fr: Oui, en: "Yes"}]
    items:
      - {id: talk, text: {fr: "parler", en: "to talk"}, dimension: people}
      - {id: repair, text: {fr: "réparer", en: "to repair"}, dimension: things}
  - id: talk_later
    kind: text
    defer: true
    text: {fr: "Autre chose ?", en: "Anything else?"}
    why: {fr: "Pour savoir.", en: "To know."}
    next: [{finish: done}]
"""


@dataclass
class Walk:
    """A person who answers; each answer is saved as the bot would save it, a minute after the former."""

    database: Database
    vault: Vault
    person: UUID
    flow: Flow = field(default_factory=lambda: Flow(pack_from_text(PACK, "test.yaml")))
    now: datetime = START

    def __post_init__(self) -> None:
        self.run: Run = new_run(self.flow, uuid4(), "fr")
        with self.database.write() as session:
            keep_version(session, self.flow.version, self.flow.id, canonical(self.flow.pack), self.now)
            create_run(session, self.vault, self.person, self.run, self.now)
        self.do(Started())

    def do(self, event: Event) -> None:
        self.now += timedelta(minutes=1)
        before = self.run
        self.run, _ = step(self.flow, before, event, self.now)
        with self.database.write() as session:
            save_run(session, self.vault, before, self.run, self.now)

    def answer(self, value: Value | None = None, how: How = "given") -> None:
        self.do(Answered(self.run.at, self.run.visit, value, how))

    def fact(self, name: str) -> None:
        self.now += timedelta(minutes=1)
        with self.database.write() as session:
            record_fact(session, self.person, name, self.now)

    def export(self) -> dict[str, Any]:
        with self.database.read() as session:
            made = export(session, self.vault, self.person, {}, self.now)
        Draft202012Validator(json.loads(PUBLISHED.read_text(encoding="utf-8"))).validate(made)
        result: dict[str, Any] = json.loads(json.dumps(made))
        return result


@pytest.fixture
def walk(database: Database, vault: Vault, person: UUID) -> Walk:
    return Walk(database, vault, person)


@pytest.fixture
def done(walk: Walk) -> Walk:
    """With others, then changed to alone; rated; the last question deferred."""
    for value in ("others", "Ma sœur"):
        walk.answer(value)
    walk.do(WentBack("way"))
    walk.answer("alone")
    walk.answer(3)
    walk.answer(1)
    walk.answer(how="deferred")
    return walk


def test_the_published_schema_is_that_of_the_code() -> None:
    text = PUBLISHED.read_text(encoding="utf-8")
    assert text == schema_text(), "write it anew: python -m storage.export_schema > docs/export.schema.json"


def test_the_schema_is_one_and_says_what_its_words_mean() -> None:
    Draft202012Validator.check_schema(schema())
    described = schema()["$defs"]["AnswerRecord"]["properties"]
    assert "Only an answer that counts is a result" in described["standing"]["description"]


def test_a_dossier_without_answers_is_exported(walk: Walk) -> None:
    made = walk.export()
    assert (made["dossier"]["id"], made["dossier"]["zone"]) == (str(walk.person), "Europe/Paris")
    assert [(run["outcome"], run["at"], run["answers"]) for run in made["runs"]] == [(None, "way", [])]


def test_nobody_is_a_clear_error(database: Database, vault: Vault) -> None:
    with database.read() as session, pytest.raises(Conflict, match="no dossier"):
        export(session, vault, uuid4(), {}, START)


def test_answers_read_as_the_person_saw_them(done: Walk) -> None:
    (run,) = done.export()["runs"]
    assert [(a["node"], a["question"], a["text"], a["value"], a["how"]) for a in run["answers"]] == [
        ("way", "Seul ou à plusieurs ?", "Seul", "alone", "given"),
        ("rating.talk", "J'aime…\n\nparler", "Oui", 3, "given"),
        ("rating.repair", "J'aime…\n\nréparer", "Non", 1, "given"),
        ("talk_later", "Autre chose ?", run["answers"][3]["text"], None, "deferred"),
    ]
    assert (run["licence"], run["validated"], run["outcome"], run["outcome_title"]) == ("MIT", False, "done", "Terminé")


def test_what_was_set_aside_is_there_and_counts_for_nothing(done: Walk) -> None:
    (run,) = done.export()["runs"]
    (aside,) = run["not_counted"]
    assert (aside["node"], aside["standing"], aside["text"]) == ("whom", "set_aside", "Ma sœur")


def test_every_answer_ever_given_is_in_the_history(done: Walk) -> None:
    (run,) = done.export()["runs"]
    assert [past["text"] for past in run["answers"][0]["history"]] == ["À plusieurs", "Seul"]
    assert [past["number"] for a in run["answers"] for past in a["history"]] == [1, 3, 4, 5, 6]


def test_scores_are_as_they_are(done: Walk) -> None:
    (run,) = done.export()["runs"]
    assert [(s["dimension"], s["sum"], s["lowest"], s["highest"], s["share"], s["place"]) for s in run["scores"]] == [
        ("people", 3, 1, 3, 1.0, 1),
        ("things", 1, 1, 3, 0.0, 2),
    ]


def test_changes_after_the_record_was_handed_over_are_told(done: Walk) -> None:
    assert done.export()["changed_after_submission"] == []
    done.fact("submitted")
    assert done.export()["changed_after_submission"] == []
    done.do(Changed("rating.talk", 1))
    (change,) = done.export()["changed_after_submission"]
    assert (change["node"], change["before"], change["after"]) == ("rating.talk", "Oui", "Non")
    assert not change["handed_over_since"]
    done.fact("submitted")
    (change,) = done.export()["changed_after_submission"]
    assert change["handed_over_since"]


def test_acts_flags_and_facts_are_told_with_their_words(done: Walk) -> None:
    act = Act("engagement", True, "Souhaitez-vous vous engager ?", "Je confirme", "fr", done.flow.version, "confirm")
    with done.database.write() as session:
        record_consent(session, done.person, act, START)
        record_consent(session, done.person, Act(**{**_fields(act), "granted": False, "label": "Non"}), START)
        for rule in ("way/1", "way/2"):
            words = {"step": "way", "rule": rule, "level": "notice", "reason": f"Raison {rule}", "now": START}
            raise_flag(session, done.vault, done.person, done.run.id, **words)  # type: ignore[arg-type]
        lift_flag(session, done.run.id, "way/2", done.now)
        record_fact(session, done.person, "informed", START)
    made = done.export()
    assert [(c["granted"], c["label"], c["in_force"]) for c in made["consents"]] == [
        (True, "Je confirme", False),
        (False, "Non", True),
    ]
    assert [(f["reason"], f["lifted_at"] is None) for f in made["flags"]] == [
        ("Raison way/1", True),
        ("Raison way/2", False),
    ]
    assert made["facts"] == [{"name": "informed", "at": "2027-03-15T09:30:00Z", "run": None}]


def test_what_could_not_be_worked_on_is_counted_without_its_words(walk: Walk) -> None:
    assert walk.export()["parked"] == {"count": 0, "received_at": []}
    owner = {"beneficiary_id": walk.person, "kind": "message"}
    with walk.database.write() as session:
        park(session, walk.vault, 1, 10, START, raw="mots perdus", error=ValueError(), **owner)
    export = walk.export()
    assert (export["parked"]["count"], len(export["parked"]["received_at"])) == (1, 1)
    assert "mots perdus" not in str(export)


def test_the_conversation_is_there_with_what_arrived(walk: Walk) -> None:
    with walk.database.write() as session:
        rows = enqueue(
            session, walk.vault, [Message(1, 5, walk.person, "send", {}), Message(1, 6, None, "send", {})], START
        )
        transcribe(session, walk.vault, walk.person, [Line("out", "text", "Bonjour", START, outbox_id=rows[0])])
        link_chat(session, walk.person, 1, 5, 5, START)
        transcribe(session, walk.vault, walk.person, [Line("in", "text", "Salut", START)])
        for row in claim(session, walk.vault, 1, "w", START):
            settle(session, "w", [Ended(row.id, "sent", START, 1)])
    lines = walk.export()["transcript"]
    assert [(line["direction"], line["text"], line["delivery"]) for line in lines] == [
        ("out", "Bonjour", "sent"),
        ("in", "Salut", None),
    ]


def test_one_persons_export_holds_nothing_of_another(done: Walk, stranger: UUID) -> None:
    with done.database.read() as session:
        theirs = export(session, done.vault, stranger, {}, START)
    assert (theirs["runs"], theirs["facts"], theirs["transcript"], theirs["codebook"]) == ([], [], [], [])


def test_the_codebook_tells_what_ids_mean(done: Walk) -> None:
    (book,) = done.export()["codebook"]
    steps = {s["id"]: s for s in book["steps"]}
    assert steps["way"]["choices"]["alone"] == {"fr": "Seul", "en": "Alone"}
    assert [item["dimension"] for item in steps["rating"]["items"]] == ["people", "things"]
    assert (steps["rating"]["lowest"], steps["rating"]["highest"]) == (1, 3)
    assert book["dimensions"]["people"]["en"] == "People"


def test_every_shipped_questionnaire_has_its_codebook() -> None:
    for flow in load_flows().values():
        book = codebook(flow)
        assert [step.id for step in book.steps] == [step.id for step in flow.pack.steps]


def _fields(act: Act) -> dict[str, Any]:
    return {name: getattr(act, name) for name in Act.__slots__}


def test_half_a_surrogate_pair_does_not_keep_an_export_from_being_printed(walk: Walk) -> None:
    with walk.database.write() as session:
        lines = [Line("in", "text", text, walk.now) for text in ("un lieu \ud83d", "entier \U0001f600")]
        transcribe(session, walk.vault, walk.person, lines)
    made = walk.export()
    json.dumps(made, ensure_ascii=False).encode()
    assert [line["text"] for line in made["transcript"]] == ["un lieu \ufffd", "entier \U0001f600"]
