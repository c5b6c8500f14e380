"""An absence is noticed by the gap between two signs of life; whom it concerns comes page by page, each once."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from flows.run import Run
from storage.absence import ACTIVE, LONG, PAGE, pass_on, receiving, waiting
from storage.claims import claim
from storage.database import Database
from storage.outbox import Ended, Message, enqueue, settle
from storage.pace import Limits
from storage.people import change_beneficiary, link_chat
from storage.saving import create_run
from storage.tables import RunRow, table
from storage.vault import Vault
from tests.storage.conftest import START, someone

BOT, CHAT = 7_000_000_001, 5_100_000_000
SECOND = timedelta(seconds=1)
ABSENT = timedelta(minutes=10)
BACK = START + ABSENT
AT_ONCE = Limits(per_second=10_000, burst=10_000, chat_gap=0)


def signed(database: Database, at: datetime, **how: Any) -> timedelta | None:
    with database.write() as session:
        return receiving(session, BOT, at, **how)


def people(database: Database, vault: Vault, count: int, **changes: Any) -> set[UUID]:
    """Each has a question open, which has arrived; all spoke a second ago."""
    ids = [someone(database, START - timedelta(hours=1)) for _ in range(count)]
    with database.write() as session:
        for number, id in enumerate(ids):
            run = Run(id=UUID(int=id.int ^ 1), flow="test.flow", version="v1", language="fr", at="first", visit=1)
            create_run(session, vault, id, run, START)
            link_chat(session, id, BOT, CHAT + number, CHAT + number, START)
            change_beneficiary(session, id, **{"active_run_id": run.id, "last_active_at": START - SECOND, **changes})
            asked = {"run_id": run.id, "step": "first", "visit": 1}
            enqueue(session, vault, [Message(BOT, CHAT + number, id, "send", {"text": "?"}, **asked)], START - SECOND)
    with database.write() as session:
        while rows := claim(session, vault, BOT, "w", START, AT_ONCE):
            settle(session, "w", [Ended(row.id, "sent", START, message_id=1) for row in rows])
    return set(ids)


def pages(database: Database, now: datetime = BACK) -> list[list[UUID]]:
    """Each in a transaction of its own, until the absence is over."""
    found: list[list[UUID]] = []
    while True:
        with database.write() as session:
            page = waiting(session, BOT, now)
            if page is None:
                return found
            pass_on(session, BOT, page)
            found.append([each.id for each in page])


def test_many_come_page_by_page_and_each_once(database: Database, vault: Vault) -> None:
    ids = people(database, vault, 2 * PAGE + 1)
    signed(database, START)
    assert signed(database, BACK) == ABSENT
    found = pages(database)
    assert [len(page) for page in found] == [PAGE, PAGE, 1, 0]
    assert {id for page in found for id in page} == ids
    assert pages(database) == [], "an absence is over once"


@pytest.mark.parametrize(
    ("passed", "how", "gap"),
    [
        (LONG, {}, None),
        (LONG + SECOND, {}, LONG + SECOND),
        (LONG + SECOND, {"unbroken": True}, None),
        (-LONG, {}, None),
        (-LONG - SECOND, {}, LONG + SECOND),
    ],
)
def test_what_counts_as_an_absence(
    passed: timedelta, how: dict[str, bool], gap: timedelta | None, database: Database
) -> None:
    assert signed(database, START) is None, "the first start of all"
    assert signed(database, START + passed, **how) == gap
    assert signed(database, START + passed + SECOND) is None


def test_nobody_is_due_before_everything_has_been_brought(database: Database, vault: Vault) -> None:
    ids = people(database, vault, 1)
    signed(database, START)
    signed(database, BACK, wait=LONG)
    assert pages(database, BACK + LONG - SECOND) == []
    assert pages(database, BACK + LONG) == [[*ids], []]


@pytest.mark.parametrize(
    ("changes", "concerned"),
    [
        ({"last_active_at": START + timedelta(seconds=30)}, True),  # after the last sign, and before the end
        ({"last_active_at": START - ACTIVE}, True),
        ({"last_active_at": START - ACTIVE - SECOND}, False),
        ({"last_active_at": BACK}, False),
        ({"unreachable_since": START}, False),
        ({"stopped_at": START}, False),
        ({"active_run_id": None}, False),
        ({"words_for": "letter_begun"}, False),
        ({"words_for": "helped"}, False),
        ({"words_for": "stop"}, True),
    ],
)
def test_whom_an_absence_concerns(changes: dict[str, Any], concerned: bool, database: Database, vault: Vault) -> None:
    people(database, vault, 1, **changes)
    signed(database, START)
    signed(database, BACK)
    assert len(pages(database)[0]) == concerned


@pytest.mark.parametrize("changes", [{"paused": True}, {"outcome": "done"}, {"visit": 2}])
def test_a_run_that_waits_for_nothing_that_was_seen(changes: dict[str, Any], database: Database, vault: Vault) -> None:
    """Paused, finished, or at a question that has not arrived yet."""
    people(database, vault, 1)
    with database.write() as session:
        session.execute(update(table(RunRow)).values(changes))
    signed(database, START)
    signed(database, BACK)
    assert pages(database) == [[]]


def test_a_second_absence_before_everybody_was_seen_to_begins_anew(database: Database, vault: Vault) -> None:
    people(database, vault, PAGE + 1)
    signed(database, START)
    signed(database, BACK)
    with database.write() as session:
        pass_on(session, BOT, waiting(session, BOT, BACK) or [])
    assert signed(database, BACK + ABSENT) == ABSENT
    assert [len(page) for page in pages(database, BACK + ABSENT)] == [PAGE, 1, 0]
