"""An update is worked on once; one that fails is put aside, whole, without blocking the others."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update

from storage.database import Database
from storage.inbox import KEEP, PAGE, note_update, park, parked, parked_pages, prune, settle, where
from storage.keys import MasterKey
from storage.messages import InboxRow
from storage.tables import DataKey, table
from storage.vault import HOUSE, Vault
from tests.storage.conftest import START, abandoned

BOT = 7_000_000_001
RAW = '{"update_id": 10, "message": {"text": "mes mots"}}'


def note(database: Database, update_id: int, bot_id: int = BOT, days: float = 0) -> bool:
    with database.write() as session:
        return note_update(session, bot_id, update_id, START + timedelta(days=days), kind="message", chat_id=5)


def failed(text: str = "mes mots") -> ValueError:
    try:
        raise ValueError(text)
    except ValueError as error:
        return error


def test_an_update_is_new_once(database: Database) -> None:
    assert [note(database, 10), note(database, 10), note(database, 11)] == [True, False, True]


def test_each_bot_counts_its_own_updates(database: Database) -> None:
    assert [note(database, 10), note(database, 10, BOT + 1)] == [True, True]


def test_an_update_whose_turn_failed_is_new_again(database: Database) -> None:
    with abandoned(database) as session:
        note_update(session, BOT, 10, START, kind="message")
    assert note(database, 10)


@pytest.mark.parametrize("known", [True, False])
def test_a_parked_update_is_kept_whole(database: Database, vault: Vault, person: UUID, known: bool) -> None:
    with database.write() as session:
        owner = person if known else None
        park(session, vault, BOT, 10, START, raw=RAW, error=failed(), kind="message", beneficiary_id=owner)
        (kept,) = parked(session, vault, BOT)
    assert (kept.update_id, kept.raw, kept.kind, kept.attempts) == (10, RAW, "message", 1)
    assert not note(database, 10)


def spoil(database: Database, *owners: UUID) -> None:
    keys = table(DataKey)
    with database.write() as session:
        session.execute(update(keys).where(keys.c.owner_id.in_(owners)).values(wrapped=b"\x01\x00"))


@pytest.mark.parametrize("spoilt", [["person"], ["person", "house"]])
def test_an_unreadable_key_does_not_keep_an_update_from_being_parked(
    database: Database, vault: Vault, master: MasterKey, person: UUID, spoilt: list[str]
) -> None:
    owners = {"person": person, "house": HOUSE}
    with database.write() as session:
        for owner in owners.values():
            vault.seal(session, owner, "t", "r", "c", "a key is made")
    spoil(database, *(owners[name] for name in spoilt))
    other_process = Vault(master)
    with database.write() as session:
        kept = park(session, other_process, BOT, 10, START, raw=RAW, error=failed(), kind="m", beneficiary_id=person)
        assert note_update(session, BOT, 11, START, kind="message")
        (found,) = parked(session, other_process, BOT)
    assert kept == ("house" not in spoilt)
    assert (found.raw, found.beneficiary_id) == (RAW if kept else None, person)
    assert found.error.startswith("ValueError at")


def test_all_that_is_parked_is_found_however_many_never_succeed(database: Database, vault: Vault) -> None:
    with database.write() as session:
        for number in range(2 * PAGE + 1):
            park(session, vault, BOT, number, START, raw=RAW, error=failed(), kind="message")
        park(session, vault, BOT + 1, 5, START, raw=RAW, error=failed(), kind="message")
    found = [update for page in parked_pages(database, vault) for update in page]
    assert [update.update_id for update in found] == [*range(2 * PAGE + 1), 5]
    mine = [update for page in parked_pages(database, vault, BOT + 1) for update in page]
    assert [update.update_id for update in mine] == [5]


def test_the_reason_names_the_place_and_not_the_words(database: Database, vault: Vault) -> None:
    error = failed()
    with database.write() as session:
        park(session, vault, BOT, 10, START, raw=RAW, error=error, kind="message")
        assert "mes mots" not in str(session.execute(select(table(InboxRow))).all())
    assert where(error).startswith("ValueError at tests.storage.test_inbox:")


def test_failing_again_counts(database: Database, vault: Vault) -> None:
    with database.write() as session:
        for _ in range(3):
            park(session, vault, BOT, 10, START, raw=RAW, error=failed(), kind="message")
        assert [(p.update_id, p.attempts) for p in parked(session, vault, BOT)] == [(10, 3)]


def test_an_update_settled_leaves_only_its_number(database: Database, vault: Vault) -> None:
    with database.write() as session:
        park(session, vault, BOT, 10, START, raw=RAW, error=failed(), kind="message")
        assert settle(session, BOT, 10)
        assert not settle(session, BOT, 10)
        assert parked(session, vault, BOT) == []
        assert session.execute(select(table(InboxRow).c.content)).scalars().all() == [None]
    assert not note(database, 10)


def test_numbers_are_kept_longer_than_telegram_repeats_and_shorter_than_it_counts_on(database: Database) -> None:
    assert timedelta(hours=24) < KEEP < timedelta(days=7)


def test_old_numbers_are_forgotten_but_nothing_parked(database: Database, vault: Vault) -> None:
    note(database, 10)
    note(database, 11, days=3)
    with database.write() as session:
        park(session, vault, BOT, 9, START, raw=RAW, error=failed(), kind="message")
        assert prune(session, START + timedelta(days=3, minutes=1)) == 1
        assert [p.update_id for p in parked(session, vault, BOT)] == [9]
    assert [note(database, 10), note(database, 11)] == [True, False]
