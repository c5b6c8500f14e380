"""Dead letters: what may be sent once more goes back to its place, what nobody waits for stays, and it is said why."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from storage.claims import claim
from storage.database import Database
from storage.messages import OutboxRow
from storage.outbox import Ended, Message, enqueue, settle
from storage.pace import TELEGRAM, told_to_wait
from storage.people import end_links
from storage.tables import Beneficiary, RunRow, table
from storage.undelivered import PAGE, Paused, Queue, queue, queue_again, undelivered, undelivered_pages
from storage.vault import Vault
from tests.storage.conftest import START
from tests.storage.test_absence import AT_ONCE, BOT, CHAT, SECOND, people

LATER = START + timedelta(hours=1)
SAID, ASKED = {"run_id": None, "visit": None}, dict[str, Any]()  # a message of the bot's, and the question at hand


def dead(database: Database, **changes: Any) -> None:
    """Everything sent has been refused."""
    with database.write() as session:
        refused = {"state": "refused", "error": "BadRequest: no", "sent_at": None, "message_id": None}
        session.execute(update(table(OutboxRow)).values({**refused, **changes}))


def change(database: Database, kind: type[Any], **changes: Any) -> None:
    with database.write() as session:
        session.execute(update(table(kind)).values(changes))


def left(database: Database, bot: int = BOT) -> list[str | None]:
    with database.read() as session:
        return [letter.left for letter in undelivered(session, bot)]


def retry(database: Database) -> int:
    """How many were queued, page by page."""
    count, after = 0, 0
    while True:
        with database.write() as session:
            page = queue_again(session, BOT, LATER, after)
        if not page:
            return count
        count, after = count + sum(letter.left is None for letter in page), page[-1].seq


@pytest.mark.parametrize("state", ["refused", "unknown"])
def test_an_open_question_is_sent_once_more_and_counts_its_tries_anew(
    state: str, database: Database, vault: Vault
) -> None:
    people(database, vault, 1)
    dead(database, state=state, attempts=5, unheard=5, not_before=LATER + timedelta(days=9), expires_at=START)
    assert left(database) == [None]
    assert retry(database) == 1
    assert left(database) == []
    with database.write() as session:
        [row] = claim(session, vault, BOT, "w", LATER, AT_ONCE)
        assert (row.payload, row.attempts) == ({"text": "?"}, 1)
        settle(session, "w", [Ended(row.id, "unknown", LATER)])
        assert session.execute(select(table(OutboxRow).c.state)).scalar_one() == "queued", (
            "and again where no answer comes"
        )


@pytest.mark.parametrize(
    ("row", "kind", "changes", "why"),
    [
        (ASKED, RunRow, {"visit": 2}, "over"),
        (ASKED, RunRow, {"paused": True}, "over"),
        (ASKED, RunRow, {"outcome": "done"}, "over"),
        (ASKED, Beneficiary, {"active_run_id": None}, "over"),
        (ASKED, Beneficiary, {"words_for": "helped"}, "over"),
        (ASKED, Beneficiary, {"last_active_at": LATER}, None),
        (ASKED, Beneficiary, {"stopped_at": START}, "stopped"),
        (ASKED, Beneficiary, {"unreachable_since": START}, "unreachable"),
        (SAID, Beneficiary, {"last_active_at": START - SECOND}, None),  # the reply to what was said at that moment
        (SAID, Beneficiary, {"last_active_at": START}, "over"),
        ({"kind": "edit"}, RunRow, {"visit": 1}, None),
        ({"kind": "notice", **SAID}, RunRow, {"visit": 1}, "fleeting"),
        ({"beneficiary_id": None, **SAID}, RunRow, {"visit": 1}, "nobody"),
        ({"bot_id": BOT + 1}, RunRow, {"visit": 1}, "former"),
    ],
)
def test_what_is_left_and_why(
    row: dict[str, Any], kind: type[Any], changes: dict[str, Any], why: str | None, database: Database, vault: Vault
) -> None:
    people(database, vault, 1)
    dead(database, **row)
    change(database, kind, **changes)
    assert left(database) == [why]
    assert retry(database) == (why is None)
    assert left(database) == ([why] if why else [])


def test_a_chat_that_speaks_for_the_dossier_no_more_gets_nothing(database: Database, vault: Vault) -> None:
    [person] = people(database, vault, 1)
    dead(database)
    with database.write() as session:
        end_links(session, person, "relinked", START)
    assert left(database) == ["nobody"]
    assert retry(database) == 0


def test_the_order_in_a_chat_is_kept_also_before_what_came_since(database: Database, vault: Vault) -> None:
    [person] = people(database, vault, 1)
    with database.write() as session:
        enqueue(session, vault, [Message(BOT, CHAT, person, "send", {"text": "second"})], START)
    dead(database)
    with database.write() as session:
        enqueue(session, vault, [Message(BOT, CHAT, person, "send", {"text": "third"})], LATER)
    assert retry(database) == 2
    said: list[str] = []
    with database.write() as session:
        while rows := claim(session, vault, BOT, "w", LATER, AT_ONCE):
            said += [row.payload["text"] for row in rows]
            settle(session, "w", [Ended(row.id, "sent", LATER, message_id=1) for row in rows])
    assert said == ["?", "second", "third"]


def test_many_are_taken_page_by_page(database: Database, vault: Vault) -> None:
    people(database, vault, 1)
    [person] = people_of(database)
    with database.write() as session:
        enqueue(session, vault, [Message(BOT, CHAT, person, "send", {"text": "x"})] * 2 * PAGE, START)
    dead(database)
    assert [len(page) for page in undelivered_pages(database, BOT)] == [PAGE, PAGE, 1]
    assert retry(database) == 2 * PAGE + 1


def people_of(database: Database) -> list[UUID]:
    with database.read() as session:
        return list(session.execute(select(table(Beneficiary).c.id)).scalars())


def test_what_waits_and_whom_telegram_asked_to_wait(database: Database, vault: Vault) -> None:
    [person] = people(database, vault, 1)
    with database.write() as session:
        assert queue(session, BOT, LATER) == Queue(0, None, [])
        at = [START, START + SECOND]
        for moment in at:
            enqueue(session, vault, [Message(BOT, CHAT, person, "send", {"text": "x"})], moment)
        much_later = Message(BOT, CHAT, person, "send", {"text": "x"}, not_before=LATER + timedelta(days=1))
        enqueue(session, vault, [much_later], START)
        wait = timedelta(minutes=5)
        told_to_wait(session, BOT, CHAT, LATER, wait, TELEGRAM)
        told_to_wait(session, BOT, CHAT + 1, LATER, 2 * wait, TELEGRAM)
        now = queue(session, BOT, LATER)
    assert (now.waiting, now.since) == (2, START)
    assert now.paused == [Paused(LATER + wait, False, person), Paused(LATER + 2 * wait, False, None)]
