"""A run comes back as it was saved, and the history of its answers keeps every one."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.run import Answer, Part, Run
from storage.database import Database
from storage.errors import Conflict
from storage.runs import answer_history, load_run, runs_of
from storage.saving import create_run, save_run
from storage.vault import Vault
from storage.versions import keep_version, source_of
from tests.storage.conftest import START, abandoned

SAME_DATABASE = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
LATER = START + timedelta(minutes=3)

texts = st.text(st.characters(), max_size=40)
nodes = st.sampled_from(["opening", "free_choice", "pressure", "items.a", "items.b"])
zones = st.integers(-720, 840).map(lambda minutes: timezone(timedelta(minutes=minutes)))
times = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=zones)  # noqa: DTZ001
numbers = st.integers(-(10**12), 10**12) | st.floats(allow_nan=False, allow_infinity=False)
parts = st.lists(st.builds(Part, key=texts, text=texts), max_size=3).map(tuple)
answers = st.builds(
    Answer,
    how=st.sampled_from(["given", "skipped", "deferred"]),
    value=st.none() | texts | numbers | st.lists(texts, max_size=4),
    at=times,
    visit=st.integers(0, 10**6),
    shown=texts,
    language=st.sampled_from(["fr", "en"]),
    parts=parts,
    aside=st.booleans(),
)
runs = st.builds(
    Run,
    id=st.just(UUID(int=0)),
    flow=st.just("test.flow"),
    version=st.just("v1"),
    language=st.sampled_from(["fr", "en"]),
    at=nodes | st.just("@done"),
    visit=st.integers(0, 10**6),
    answers=st.dictionaries(nodes, answers),
    path=st.lists(nodes, max_size=5).map(tuple),
    marks=st.lists(texts, max_size=3).map(tuple),
    parts=parts,
    drafts=st.dictionaries(nodes, parts),
    ticked=st.dictionaries(nodes, st.lists(nodes).map(tuple)),
    paused=st.booleans(),
)


def begun(database: Database, vault: Vault, person: UUID) -> Run:
    run = Run(uuid4(), "test.flow", "v1", "fr", "opening")
    with database.write() as session:
        create_run(session, vault, person, run, START)
    return run


def answered(run: Run, node: str, value: str, visit: int = 1) -> Run:
    answer = Answer("given", value, START, visit, "Une question ?", "fr")
    return replace(run, visit=visit, answers={**run.answers, node: answer}, path=(*run.path, node))


def history(database: Database, vault: Vault, run: Run) -> list[tuple[str, object, bool]]:
    with database.read() as session:
        return [(g.step, g.answer.value, g.current) for g in answer_history(session, vault, run.id)]


@SAME_DATABASE
@given(steps=st.lists(runs, min_size=1, max_size=4))
def test_every_state_of_a_run_comes_back_as_it_was(
    database: Database, vault: Vault, person: UUID, steps: list[Run]
) -> None:
    id = uuid4()
    states = [replace(run, id=id) for run in steps]
    with database.write() as session:
        create_run(session, vault, person, states[0], START)
        assert load_run(session, vault, id) == states[0]
        for before, after in pairwise(states):
            save_run(session, vault, before, after, LATER)
            assert load_run(session, vault, id) == after


def test_a_replaced_answer_stays_in_the_history(database: Database, vault: Vault, person: UUID) -> None:
    run = begun(database, vault, person)
    first, second = answered(run, "a", "one"), answered(run, "a", "two", visit=2)
    with database.write() as session:
        save_run(session, vault, run, first, LATER)
        save_run(session, vault, first, second, LATER)
    assert history(database, vault, run) == [("a", "one", False), ("a", "two", True)]


def test_going_aside_and_coming_back_writes_no_history(database: Database, vault: Vault, person: UUID) -> None:
    run = begun(database, vault, person)
    given_ = answered(run, "a", "one")
    aside = replace(given_, answers={"a": replace(given_.answers["a"], aside=True)}, path=())
    with database.write() as session:
        for before, after in ((run, given_), (given_, aside), (aside, given_)):
            save_run(session, vault, before, after, LATER)
            assert load_run(session, vault, run.id) == after
    assert history(database, vault, run) == [("a", "one", True)]


def test_an_answer_kept_is_not_written_again(database: Database, vault: Vault, person: UUID) -> None:
    run = begun(database, vault, person)
    one = answered(run, "a", "one")
    two = answered(one, "b", "two", visit=2)
    with database.write() as session:
        save_run(session, vault, run, one, LATER)
        save_run(session, vault, one, two, LATER)
    assert history(database, vault, run) == [("a", "one", True), ("b", "two", True)]


def test_a_run_that_moved_meanwhile_is_not_overwritten(database: Database, vault: Vault, person: UUID) -> None:
    run = begun(database, vault, person)
    with database.write() as session:
        save_run(session, vault, run, answered(run, "a", "first tap"), LATER)
    with pytest.raises(Conflict, match="has moved"), database.write() as session:
        save_run(session, vault, run, answered(run, "a", "second tap"), LATER)
    assert history(database, vault, run) == [("a", "first tap", True)]


def test_a_turn_that_fails_leaves_the_run_as_it_was(database: Database, vault: Vault, person: UUID) -> None:
    run = begun(database, vault, person)
    with abandoned(database) as session:
        save_run(session, vault, run, answered(run, "a", "lost"), LATER)
    with database.read() as session:
        assert load_run(session, vault, run.id) == run
    assert history(database, vault, run) == []


def test_a_run_needs_its_version(database: Database, vault: Vault, person: UUID) -> None:
    with database.write() as session:
        keep_version(session, "v2", "test.flow", '{"id":"test.flow"}', START)
        keep_version(session, "v2", "test.flow", "a second storing changes nothing", START)
        assert source_of(session, "v2") == '{"id":"test.flow"}'
        assert source_of(session, "v3") is None


def test_an_unknown_run_says_so(database: Database, vault: Vault, person: UUID) -> None:
    nowhere = Run(uuid4(), "test.flow", "v1", "fr", "opening")
    with database.write() as session:
        with pytest.raises(Conflict, match="no run"):
            load_run(session, vault, nowhere.id)
        with pytest.raises(Conflict, match="no run"):
            save_run(session, vault, nowhere, nowhere, LATER)


def test_the_runs_of_a_person_are_theirs_alone(database: Database, vault: Vault, person: UUID, stranger: UUID) -> None:
    run, _ = begun(database, vault, person), begun(database, vault, stranger)
    done = replace(run, at="@engaged", visit=1)
    with database.write() as session:
        save_run(session, vault, run, done, LATER, person)
        (record,) = runs_of(session, vault, person)
    assert (record.run, record.started_at, record.finished_at) == (done, START, LATER)
