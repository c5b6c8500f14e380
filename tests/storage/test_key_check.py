"""A key that does not belong to the content is found out before it seals anything."""

from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import update

from storage.backup import backup, restore
from storage.database import Database
from storage.errors import StorageError
from storage.key_check import adopt_keys, check_keys
from storage.keys import MasterKey
from storage.tables import DataKey, table
from storage.vault import HOUSE, Vault
from tests.storage.conftest import START

OTHER = MasterKey(bytes(range(1, 33)))
_keys = table(DataKey)


@pytest.fixture
def sealed(database: Database, vault: Vault, person: UUID) -> Database:
    """A database with the keys of a person and of the house."""
    with database.write() as session:
        for owner in (person, HOUSE):
            vault.seal(session, owner, "t", "r", "c", "mots")
    return database


def check(database: Database, key: MasterKey) -> list[UUID]:
    with database.read() as session:
        return check_keys(session.connection(), key)


def spoil(database: Database, *owners: UUID) -> None:
    with database.write() as session:
        session.execute(update(_keys).where(_keys.c.owner_id.in_(owners)).values(wrapped=b"\x01" + bytes(60)))


def test_the_right_key_opens_everything(sealed: Database, master: MasterKey) -> None:
    assert check(sealed, master) == []


def test_any_key_goes_with_an_empty_database(database: Database) -> None:
    assert check(database, OTHER) == []


def test_another_key_is_told_apart(sealed: Database) -> None:
    with pytest.raises(StorageError, match="under another master key: put back the one"):
        check(sealed, OTHER)


def test_two_keys_in_one_database_are_made_one(sealed: Database, master: MasterKey, stranger: UUID) -> None:
    with sealed.write() as session:
        other = Vault(OTHER).seal(session, stranger, "t", "r", "c", "plus tard")
    with pytest.raises(StorageError, match=r"^1 of the database's 3 data keys .* jalon rekey"):
        check(sealed, master)
    with sealed.write() as session:
        assert adopt_keys(session.connection(), OTHER, master) == 1
    assert check(sealed, master) == []
    with sealed.read() as session:
        assert Vault(master).open(session, stranger, "t", "r", "c", other) == "plus tard"


def test_a_key_that_made_nothing_takes_nothing_over(sealed: Database, master: MasterKey) -> None:
    with sealed.write() as session:
        assert adopt_keys(session.connection(), OTHER, master) == 0
        assert adopt_keys(session.connection(), master, master) == 0


def test_one_damaged_data_key_is_named_and_stops_nobody(sealed: Database, master: MasterKey, person: UUID) -> None:
    spoil(sealed, person)
    assert check(sealed, master) == [person]


def test_a_database_without_one_good_data_key_is_damaged(sealed: Database, master: MasterKey, person: UUID) -> None:
    spoil(sealed, person, HOUSE)
    with pytest.raises(StorageError, match="restore a backup"):
        check(sealed, master)


def test_a_backup_comes_back_with_its_own_key_only(
    sqlite: Database, vault: Vault, master: MasterKey, tmp_path: Path
) -> None:
    with sqlite.write() as session:
        vault.seal(session, HOUSE, "t", "r", "c", "mots")
    copy, target = tmp_path / "copy.db", tmp_path / "elsewhere" / "jalon.db"
    backup(sqlite, copy)
    with pytest.raises(StorageError, match="does not go with the master key at hand; nothing was replaced"):
        restore(f"sqlite:///{target}", copy, START, master=OTHER)
    assert not target.exists()
    assert restore(f"sqlite:///{target}", copy, START, master=master) is None
    assert target.exists()
