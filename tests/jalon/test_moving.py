"""`jalon migrate --to`: a conversation that was had on SQLite is all there on PostgreSQL, and goes on."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jalon.alone import alone
from simulator.app import Simulator
from storage.export import export
from tests.bot.conversing import Guest
from tests.bot.shelf import shelf
from tests.harness import House, open_stores, serving, settings_for
from tests.jalon.program import environment
from tests.postgres import Server, postgres_server
from tests.storage.conftest import START

__all__ = ["postgres_server"]
pytestmark = pytest.mark.postgresql


@pytest.fixture
def target(postgres_server: Server) -> Iterator[str]:
    name = postgres_server.create()
    yield postgres_server.url(name)
    postgres_server.drop(name)


def jalon(folder: Path, *words: str, language: str = "en") -> tuple[int, str, str]:
    """What the command says to somebody in this folder."""
    settings = settings_for(folder)
    seen = {
        "JALON_HOME": str(folder),
        "JALON_LANGUAGE": language,
        "DATABASE_URL": settings.database_url,
        "MASTER_KEY_FILE": str(settings.master_key_file),
    }
    line = [sys.executable, "-m", "jalon", *words]
    done = subprocess.run(line, cwd=folder, env=environment(seen), capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def exported(home: House, person: Guest) -> dict[str, object]:
    with home.stores.database.read() as session:
        return export(session, home.stores.vault, person.dossier, home.library.flows, START)


async def test_a_conversation_moves_and_goes_on(tmp_path: Path, target: str) -> None:
    async with Simulator(tmp_path / "simulator.db", tokens=["42:simulated"]) as telegram:
        nadia = Guest(telegram)
        async with nadia:
            async with serving(settings_for(tmp_path), telegram, shelf=shelf("hello", "paths")) as home:
                nadia.house = home
                await nadia.come()
                await nadia.tap("Commencer")
                before = exported(home, nadia)
            status, said, _ = await asyncio.to_thread(jalon, tmp_path, "migrate", "--to", target)
            assert status == 0
            assert "\nbeneficiary " in said
            assert "not in it" not in said
            moved = settings_for(tmp_path, database_url=target)
            async with serving(moved, telegram, shelf=shelf("hello", "paths")) as there:
                nadia.house = there
                assert exported(there, nadia) == before
                await nadia.tap("Je participe")
                assert "consented" in nadia.facts()


def test_it_is_told_table_by_table_and_what_to_do_next(tmp_path: Path, target: str) -> None:
    open_stores(settings_for(tmp_path)).database.close()
    status, said, wrong = jalon(tmp_path, "migrate", "--to", target, language="fr")
    assert (status, wrong) == (0, "")
    assert said.startswith("Table")
    assert any(" ".join(line.split()).startswith("bot 0 identique (") for line in said.splitlines()[1:])
    assert "DATABASE_URL=" in said
    again = jalon(tmp_path, "migrate", "--to", target.replace("postgresql:", "sqlite:"))
    assert again[0] == 1


def test_a_copy_made_while_jalon_runs_is_said_to_be_a_trial(tmp_path: Path, target: str) -> None:
    settings = settings_for(tmp_path)
    open_stores(settings).database.close()
    with alone(settings.database_url):
        status, said, _ = jalon(tmp_path, "migrate", "--to", target)
    assert status == 0
    assert "what has been said since this copy began is not in it" in said
    assert "Start Jalon again" not in said


def test_a_password_is_not_repeated(tmp_path: Path) -> None:
    open_stores(settings_for(tmp_path)).database.close()
    status, said, wrong = jalon(tmp_path, "migrate", "--to", f"postgresql://jalon:hunter2@/x?host={tmp_path}")
    assert status == 1
    assert wrong.startswith("jalon: the copy broke off, and nothing has arrived: ")
    assert "hunter2" not in said + wrong
