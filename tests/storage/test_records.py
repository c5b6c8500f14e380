"""What a turn writes beside the run."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from flows.run import Run
from storage.claims import claim
from storage.database import Database
from storage.heard import heard_in
from storage.listing import urgent_dossiers
from storage.outbox import Ended, Message, enqueue, settle
from storage.people import link_chat
from storage.records import (
    Act,
    Line,
    beat,
    consents_in_force,
    facts_of,
    heartbeats,
    lift_flag,
    mark_seen,
    open_flags,
    raise_flag,
    record_consent,
    record_fact,
    transcribe,
    transcript_of,
)
from storage.saving import create_run
from storage.tables import FlagRow, table
from storage.vault import Vault
from tests.storage.conftest import START

LATER = START + timedelta(minutes=1)
_flags = table(FlagRow)
GRANT = Act("engagement", True, "Souhaitez-vous vous engager ?", "Je confirme", "fr", "v1", "confirm")
REFUSE = Act("engagement", False, "Souhaitez-vous vous engager ?", "Pas maintenant", "fr", "v1", "confirm")


def run_of(database: Database, vault: Vault, person: UUID) -> UUID:
    run = Run(uuid4(), "test.flow", "v1", "fr", "opening")
    with database.write() as session:
        create_run(session, vault, person, run, START)
    return run.id


def test_facts_come_in_the_order_of_time(database: Database, person: UUID, stranger: UUID) -> None:
    with database.write() as session:
        record_fact(session, person, "engaged", LATER)
        record_fact(session, person, "informed", START)
        record_fact(session, stranger, "theirs", START)
        assert facts_of(session, person) == [("informed", START), ("engaged", LATER)]


def test_the_last_act_is_in_force_even_in_the_same_instant(database: Database, person: UUID) -> None:
    with database.write() as session:
        assert consents_in_force(session, person) == {}
        for act in (GRANT, REFUSE, GRANT, REFUSE):
            record_consent(session, person, act, START)
        assert consents_in_force(session, person) == {"engagement": False}


def test_a_flag_is_up_once_a_rule(database: Database, vault: Vault, person: UUID) -> None:
    run = run_of(database, vault, person)
    with database.write() as session:
        for reason in ("Importance 4/10", "Importance 2/10"):
            raise_flag(session, vault, person, run, step="a", rule="a/1", level="notice", reason=reason, now=START)
        assert open_flags(session, run) == {"a/1"}
        assert lift_flag(session, run, "a/1", LATER)
        assert not lift_flag(session, run, "a/1", LATER)
        assert open_flags(session, run) == frozenset()


def test_flags_are_marked_as_read_once_and_only_those_of_one_person(
    database: Database, vault: Vault, person: UUID, stranger: UUID
) -> None:
    def flag(of: UUID, run: UUID | None, rule: str, level: str) -> None:
        raise_flag(session, vault, of, run, step="a", rule=rule, level=level, reason="Lire", now=START)

    run = run_of(database, vault, person)
    with database.write() as session:
        flag(person, None, "distress", "urgent")
        flag(person, run, "a/1", "notice")
        flag(person, run, "past", "notice")
        lift_flag(session, run, "past", START)
        flag(stranger, None, "distress", "urgent")
        assert urgent_dossiers(session) == 2
        assert mark_seen(session, person, "Claire", LATER) == [("notice", START), ("urgent", START)]
        assert mark_seen(session, person, "Karim", LATER) == []
        assert urgent_dossiers(session) == 1
        assert open_flags(session, run) == {"a/1"}
        flags = session.execute(select(_flags).where(_flags.c.beneficiary_id == person))
        told = {row.rule: (row.seen_by, row.seen_at) for row in flags}
    read = ("Claire", LATER)
    assert told == {"distress": read, "a/1": read, "past": (None, None)}


def test_the_transcript_tells_what_became_of_each_message(database: Database, vault: Vault, person: UUID) -> None:
    with database.write() as session:
        sending = enqueue(session, vault, [Message(1, 5, person, "send", {"text": "Bonjour"})] * 2, START)
        heard = Line("in", "text", "Salut", START, message_id=40)
        said = [Line("out", "text", "Bonjour", START, outbox_id=id) for id in sending]
        transcribe(session, vault, person, [heard, *said])
        link_chat(session, person, 1, 5, 5, START)
        (claimed,) = claim(session, vault, 1, "w", START)
        settle(session, "w", [Ended(claimed.id, "sent", LATER, 41)])
        read = [
            (s.line.direction, s.line.text, s.line.message_id, s.delivery)
            for s in transcript_of(session, vault, person)
        ]
    assert read == [("in", "Salut", 40, None), ("out", "Bonjour", 41, "sent"), ("out", "Bonjour", None, "queued")]


def test_an_edit_finds_the_first_line_of_its_message(database: Database, vault: Vault, person: UUID) -> None:
    with database.write() as session:
        (first,) = transcribe(session, vault, person, [Line("in", "text", "un", START, message_id=40)])
        transcribe(session, vault, person, [Line("in", "text", "deux", LATER, message_id=40, edited_of=first)])
        found = heard_in(session, person, 40)
        assert found is not None
        assert found.id == first
        assert heard_in(session, person, 41) is None
        assert [s.line.edited_of for s in transcript_of(session, vault, person)] == [None, first]


def test_a_transcript_is_one_persons(database: Database, vault: Vault, person: UUID, stranger: UUID) -> None:
    with database.write() as session:
        transcribe(session, vault, person, [Line("in", "text", "à moi", START)])
        transcribe(session, vault, stranger, [])
        assert transcript_of(session, vault, stranger) == []


def test_a_sending_has_one_line(database: Database, vault: Vault, person: UUID) -> None:
    line = Line("out", "text", "Bonjour", START, outbox_id=uuid4())
    with pytest.raises(IntegrityError), database.write() as session:
        transcribe(session, vault, person, [line, line])


def test_a_heart_beats_in_place(database: Database) -> None:
    with database.write() as session:
        beat(session, "bot", START)
        beat(session, "bot", LATER)
        beat(session, "delivery", START)
        assert heartbeats(session) == {"bot": LATER, "delivery": START}
