"""What is sealed opens in its own place, for its own owner, under its own master key, and nowhere else."""

from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from storage.database import Database
from storage.errors import Unreadable
from storage.keys import MasterKey
from storage.tables import DataKey, table
from storage.vault import HOUSE, Vault
from tests.storage.conftest import abandoned, abandoned_savepoint

SAME_DATABASE = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
ANN, BEA = UUID(int=1), UUID(int=2)
names = st.sampled_from(["answer", "flag", "outbox", "content", "reason"])
places = st.tuples(st.sampled_from([ANN, BEA, HOUSE]), names, st.sampled_from([UUID(int=7), "7:1", "71"]), names)
anything = st.text(st.characters())  # half surrogates and NULs included


@SAME_DATABASE
@given(text=anything, place=places)
def test_any_text_comes_back(sqlite: Database, vault: Vault, text: str, place: tuple[UUID, str, UUID, str]) -> None:
    with sqlite.write() as session:
        sealed = vault.seal(session, *place, text)
        assert vault.open(session, *place, sealed) == text


@SAME_DATABASE
@given(here=places, there=places)
def test_a_value_does_not_open_in_another_place(
    sqlite: Database, vault: Vault, here: tuple[UUID, str, UUID, str], there: tuple[UUID, str, UUID, str]
) -> None:
    assume(here != there)
    with sqlite.write() as session:
        sealed = vault.seal(session, *here, "secret")
        vault.seal(session, *there, "so that this owner has a key")
        with pytest.raises(Unreadable):
            vault.open(session, *there, sealed)


@SAME_DATABASE
@given(position=st.integers(0, 92), bit=st.integers(0, 7))
def test_one_flipped_bit_is_noticed(sqlite: Database, vault: Vault, position: int, bit: int) -> None:
    with sqlite.write() as session:
        sealed = bytearray(vault.seal(session, ANN, "answer", ANN, "content", "secret") or b"")
        sealed[position] ^= 1 << bit
        with pytest.raises(Unreadable):
            vault.open(session, ANN, "answer", ANN, "content", bytes(sealed))


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" + bytes(12), b"\x02" + bytes(60)])
def test_what_was_never_sealed_is_unreadable(sqlite: Database, vault: Vault, sealed: bytes) -> None:
    with sqlite.write() as session:
        vault.seal(session, ANN, "answer", ANN, "content", "so that there is a key")
        with pytest.raises(Unreadable):
            vault.open(session, ANN, "answer", ANN, "content", sealed)


def test_the_length_does_not_tell_which_choice_was_made(sqlite: Database, vault: Vault) -> None:
    with sqlite.write() as session:
        sealed = [
            vault.seal(session, ANN, "answer", ANN, "content", choice) for choice in ("me", "suggested", "pushed")
        ]
    assert len({len(value or b"") for value in sealed}) == 1


def test_the_same_words_never_look_the_same(sqlite: Database, vault: Vault) -> None:
    with sqlite.write() as session:
        assert len({vault.seal(session, ANN, "answer", ANN, "content", "yes") for _ in range(20)}) == 20


def test_nothing_stays_nothing(sqlite: Database, vault: Vault) -> None:
    with sqlite.write() as session:
        assert vault.seal(session, ANN, "answer", ANN, "content", None) is None
        assert vault.open(session, ANN, "answer", ANN, "content", None) is None


def test_another_master_key_opens_nothing(database: Database, vault: Vault) -> None:
    with database.write() as session:
        sealed = vault.seal(session, ANN, "answer", ANN, "content", "secret")
    with database.read() as session, pytest.raises(Unreadable):
        Vault(MasterKey(bytes(32))).open(session, ANN, "answer", ANN, "content", sealed)


def test_a_later_process_reads_what_an_earlier_one_sealed(database: Database, master: MasterKey) -> None:
    with database.write() as session:
        sealed = Vault(master).seal(session, ANN, "answer", ANN, "content", "secret")
    with database.read() as session:
        assert Vault(master).open(session, ANN, "answer", ANN, "content", sealed) == "secret"


def test_a_key_whose_transaction_failed_seals_nothing_more(database: Database, master: MasterKey) -> None:
    vault = Vault(master)
    with abandoned(database) as session:
        vault.seal(session, ANN, "answer", ANN, "content", "lost with its transaction")
    with database.write() as session:
        sealed = vault.seal(session, ANN, "answer", ANN, "content", "kept")
    with database.read() as session:
        assert Vault(master).open(session, ANN, "answer", ANN, "content", sealed) == "kept"


def test_a_key_rolled_back_to_a_savepoint_seals_nothing_more(database: Database, master: MasterKey) -> None:
    vault = Vault(master)
    with database.write() as session:
        with abandoned_savepoint(session):
            vault.seal(session, ANN, "answer", ANN, "content", "lost with its savepoint")
        sealed = vault.seal(session, ANN, "answer", ANN, "content", "kept")
    with database.read() as session:
        assert Vault(master).open(session, ANN, "answer", ANN, "content", sealed) == "kept"


def test_a_key_released_with_its_savepoint_still_falls_with_the_transaction(
    database: Database, master: MasterKey
) -> None:
    vault = Vault(master)
    with abandoned(database) as session, session.begin_nested():
        vault.seal(session, ANN, "answer", ANN, "content", "lost")
    with database.write() as session:
        sealed = vault.seal(session, ANN, "answer", ANN, "content", "kept")
    with database.read() as session:
        assert Vault(master).open(session, ANN, "answer", ANN, "content", sealed) == "kept"


def test_two_workers_who_meet_a_person_first_use_one_key(database: Database, master: MasterKey) -> None:
    here, there = Vault(master), Vault(master)
    with database.write() as session:
        one = here.seal(session, ANN, "answer", ANN, "content", "one")
        two = there.seal(session, ANN, "answer", ANN, "content", "two")
    with database.read() as session:
        assert session.execute(select(func.count()).select_from(table(DataKey))).scalar_one() == 1
        assert there.open(session, ANN, "answer", ANN, "content", one) == "one"
        assert here.open(session, ANN, "answer", ANN, "content", two) == "two"


def test_reading_never_makes_a_key(database: Database, vault: Vault) -> None:
    with database.write() as session:
        with pytest.raises(Unreadable, match="no data key"):
            vault.open(session, uuid4(), "answer", ANN, "content", b"\x01" + bytes(60))
        assert session.execute(select(func.count()).select_from(table(DataKey))).scalar_one() == 0


def test_a_small_memory_forgets_keys_not_content(database: Database, master: MasterKey) -> None:
    vault = Vault(master, remembered=2)
    people = [UUID(int=n) for n in range(1, 6)]
    with database.write() as session:
        sealed = {p: vault.seal(session, p, "answer", p, "content", str(p)) for p in people}
    with database.read() as session:
        assert all(vault.open(session, p, "answer", p, "content", sealed[p]) == str(p) for p in people)
