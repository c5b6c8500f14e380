"""What people say is nowhere in clear: not in the files of the database, not in errors, not in representations."""

import random
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import IntegrityError

from flows.run import Answer, Part, Run
from storage.database import Database
from storage.errors import Unreadable
from storage.inbox import park
from storage.keys import MasterKey
from storage.outbox import Message, enqueue
from storage.records import Line, raise_flag, transcribe
from storage.saving import create_run, save_run
from storage.vault import HOUSE, Vault
from tests.storage.conftest import START, someone


class Words:
    """Random words, remembered: what to look for afterwards."""

    def __init__(self, seed: int) -> None:
        self._random, self.spoken = random.Random(seed), []

    def say(self) -> str:
        word = "".join(self._random.choices("abcdefghijklmnopqrstuvwxyzéèà", k=12))
        self.spoken.append(word)
        return word


def live_a_little(database: Database, vault: Vault, person: UUID, words: Words) -> None:
    """Everything that the application writes about what a person said, changes and failures included."""
    run = Run(uuid4(), "test.flow", "v1", "fr", "opening", parts=(Part("1", words.say()),), marks=(words.say(),))
    answer = Answer("given", words.say(), START, 1, words.say(), "fr", (Part("1", words.say()),))
    first = replace(run, at="next", visit=1, answers={"opening": answer}, path=("opening",))
    second = replace(first, answers={"opening": replace(answer, value=[words.say(), words.say()])})
    with database.write() as session:
        create_run(session, vault, person, run, START)
        save_run(session, vault, run, first, START)
        save_run(session, vault, first, second, START)
        reason = words.say()
        raise_flag(session, vault, person, run.id, step="a", rule="a/1", level="notice", reason=reason, now=START)
        (row,) = enqueue(session, vault, [Message(1, 5, person, "send", {"text": words.say()})], START)
        transcribe(session, vault, person, [Line("out", "text", words.say(), START, outbox_id=row)])
        transcribe(session, vault, person, [Line("in", "text", words.say(), START)])
        for update, owner in ((1, person), (2, None)):
            error = ValueError(words.say())
            park(session, vault, 1, update, START, raw=words.say(), error=error, kind="message", beneficiary_id=owner)


def test_the_files_of_the_database_hold_no_word(sqlite: Database, vault: Vault, tmp_path: Path) -> None:
    words, person = Words(7), someone(sqlite)
    live_a_little(sqlite, vault, person, words)
    files = [file for file in (tmp_path / "data").iterdir()]
    raw = b"".join(file.read_bytes() for file in files)
    assert {"jalon.db", "jalon.db-wal"} <= {file.name for file in files}
    assert person.hex.encode() in raw  # we do look at the right bytes
    assert [word for word in words.spoken if word.encode() in raw] == []


def test_the_master_key_is_not_in_the_database(sqlite: Database, tmp_path: Path) -> None:
    secret = random.Random(7).randbytes(32)
    live_a_little(sqlite, Vault(MasterKey(secret)), someone(sqlite), Words(7))
    assert secret not in b"".join(file.read_bytes() for file in (tmp_path / "data").iterdir())


def test_errors_of_the_database_do_not_quote(database: Database, vault: Vault, person: UUID) -> None:
    line = Line("out", "text", "mes mots", START, outbox_id=UUID(int=9))
    with pytest.raises(IntegrityError) as refusal, database.write() as session:
        transcribe(session, vault, person, [line, line])
    assert "[parameters" not in str(refusal.value)


def test_an_unreadable_value_is_not_quoted(sqlite: Database, vault: Vault) -> None:
    with sqlite.write() as session:
        sealed = vault.seal(session, HOUSE, "answer", HOUSE, "content", "mes mots") or b""
        with pytest.raises(Unreadable) as refusal:
            vault.open(session, HOUSE, "answer", HOUSE, "reason", sealed)
    assert "mes mots" not in repr(refusal.value)
    assert sealed.hex() not in repr(refusal.value)
    assert refusal.value.__cause__ is None


def test_a_vault_shows_no_key(master: MasterKey) -> None:
    shown = f"{Vault(master)!r} {vars(Vault(master))!r} {master!r}"
    assert repr(master.secret)[2:20] not in shown
    assert master.secret.hex() not in shown
