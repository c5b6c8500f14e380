"""An update that makes the code fail: the person is told, whoever keeps Jalon sees it, and it can be tried again."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.house import House as Rooms
from bot.parking import retry_parked
from bot.turn import take_turn
from jalon.cli import app
from jalon.settings import SIMULATED_TOKEN
from simulator import Simulator
from storage.inbox import PAGE
from storage.vault import Vault
from tests.bot.conversing import BEGIN, Guest, outbox_of, parked_updates, said
from tests.bot.shelf import shelf
from tests.harness import SIMULATED_BOT_ID, House, house, serving, settings_for

WORDS = "rien que pour vous"


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path, shelf("hello", "kinds", "recap")) as running:
        yield running


def data_key(home: House, guest: Guest, wrapped: bytes) -> bytes:
    """Replaces the person's data key, as a damaged disk does; gives the former one."""
    owner = home.dossier_of(guest).hex
    with closing(sqlite3.connect(str(home.stores.database.file))) as database, database:
        (former,) = database.execute("SELECT wrapped FROM data_key WHERE owner_id = ?", (owner,)).fetchone()
        database.execute("UPDATE data_key SET wrapped = ? WHERE owner_id = ?", (wrapped, owner))
    forget(home.stores.vault)
    return bytes(former)


def forget(vault: Vault) -> None:
    """The keys in memory, as a restart does."""
    vault._cache.clear()


def rooms(home: House) -> Rooms:
    stores, settings = home.stores, home.settings
    return Rooms(stores.database, stores.vault, home.library, SIMULATED_BOT_ID, settings.entrance, settings.time_zone)


async def test_one_damaged_key_silences_nobody_else_and_its_person_is_told(home: House) -> None:
    async with Guest(home) as nadia, Guest(home, "Karim") as karim:
        await nadia.come()
        await nadia.tap(BEGIN, "Je participe")
        await karim.come()
        key = data_key(home, nadia, b"\x01\x00")
        assert await nadia.tell(WORDS) == [said("parked")]
        assert await karim.tell("/aide") != []
        [update] = parked_updates(home)
        assert (update.kind, update.beneficiary_id, update.attempts) == ("message", home.dossier_of(nadia), 1)

        assert retry_parked(rooms(home)) == (0, 1), "still damaged"
        assert parked_updates(home)[0].attempts == 2
        assert await nadia.tell() == [], "told once"
        data_key(home, nadia, key)
        assert retry_parked(rooms(home)) == (1, 0)
        assert parked_updates(home) == []
        assert WORDS in nadia.heard()


async def test_what_was_parked_before_the_agreement_is_not_kept_once_it_is_handled(home: House) -> None:
    async with Guest(home) as nadia:
        await nadia.come()
        key = data_key(home, nadia, b"\x01\x00")
        await nadia.tell(WORDS)
        data_key(home, nadia, key)
        assert retry_parked(rooms(home)) == (1, 0)
        assert await nadia.tell() == [said("before_consent")]
        assert nadia.heard() == ["/start"]
        with closing(sqlite3.connect(str(home.stores.database.file))) as database:
            assert database.execute("SELECT count(*) FROM inbox WHERE content IS NOT NULL").fetchone() == (0,)


async def test_it_is_tried_again_at_the_next_start_unless_the_person_went_on(tmp_path: Path) -> None:
    settings, telegram = settings_for(tmp_path), Simulator(tmp_path / "simulator.db", tokens=[SIMULATED_TOKEN])
    async with telegram, Guest(telegram) as nadia, Guest(telegram, "Karim") as karim:
        async with serving(settings, telegram) as first:
            for guest in (nadia, karim):
                guest.house = first
                await guest.come()
                key = data_key(first, guest, b"\x01\x00")
                await guest.tell(WORDS)
                data_key(first, guest, key)
            await karim.tell("/aide")
        async with serving(settings, telegram) as second:
            nadia.house = second
            await nadia.tell("/aide")
            assert [update.beneficiary_id for update in parked_updates(second)] == [second.dossier_of(karim)]


async def test_a_batch_without_any_readable_key_is_parked_and_the_next_one_comes(home: House) -> None:
    async with Guest(home) as nadia:
        await nadia.come()
        with closing(sqlite3.connect(str(home.stores.database.file))) as database, database:
            database.execute("UPDATE data_key SET wrapped = x'01'")
            database.execute("INSERT OR IGNORE INTO data_key VALUES (?, x'01', 'm', '2027-01-01')", ("0" * 32,))
        forget(home.stores.vault)
        chat = {"id": nadia.id, "type": "private", "first_name": "Nadia"}
        sender = {"id": nadia.id, "is_bot": False, "first_name": "Nadia"}
        message = {"message_id": 900, "date": 1_700_000_000, "chat": chat, "from": sender, "text": WORDS}
        take_turn(rooms(home), [{"update_id": 900_000, "message": message}])
        [update] = parked_updates(home)
        assert (update.content, update.update_id) == (None, 900_000)
        assert retry_parked(rooms(home)) == (0, 1)


async def test_a_stranger_has_one_answer_waiting_at_most_but_help_always_comes(tmp_path: Path) -> None:
    async with (
        house(tmp_path, enrolment="invitation", chat_gap_seconds=60, chat_burst=1) as home,
        Guest(home) as stranger,
    ):
        await stranger.come()
        for text in ("allô", "il y a quelqu'un ?", "je vais me suicider", "x"):
            await stranger.say(text)
        while home.simulator.server.main.updates.waiting:
            await stranger.look()
        waiting = [row for row in outbox_of(home, stranger.id) if row.state == "queued"]
        assert len(waiting) == 2, "one answer, then the numbers, which nothing pushes away"


async def test_one_behind_a_hundred_that_never_succeed_is_tried_too(home: House) -> None:
    async with Guest(home) as nadia:
        await nadia.come()
        key = data_key(home, nadia, b"\x01\x00")
        bad = [{"update_id": 800_000 + number, "message": 5} for number in range(PAGE)]
        take_turn(rooms(home), bad)
        await nadia.tell(WORDS)
        data_key(home, nadia, key)
        assert retry_parked(rooms(home)) == (1, PAGE)
        assert {update.update_id for update in parked_updates(home)} == {update["update_id"] for update in bad}


def test_whoever_keeps_jalon_sees_when_and_why_but_no_words(folder: Path) -> None:
    CliRunner().invoke(app, ["invite", "--name", "Nadia"])
    assert CliRunner().invoke(app, ["inbox"]).output == "No update is put aside.\n"
    with closing(sqlite3.connect("data/jalon.db")) as database, database:
        database.execute(
            "INSERT INTO inbox (bot_id, update_id, kind, received_at, state, error, attempts)"
            " VALUES (42, 7, 'message', '2027-03-15 09:30:00', 'parked', 'ValueError at bot.turn:1', 2),"
            " (41, 7, 'message', '2027-03-15 09:31:00', 'parked', 'ValueError at bot.turn:1', 1)"
        )
    shown = CliRunner().invoke(app, ["inbox"]).output.splitlines()
    assert shown == [
        "2027-03-15 09:30 UTC  message  ValueError at bot.turn:1  tries: 2  no dossier  (its content could not be kept)",
        "2027-03-15 09:31 UTC  message  ValueError at bot.turn:1  tries: 1  no dossier"
        "  (of the bot 41: it cannot be tried with this one)",
        "To try them again: jalon inbox --retry",
    ]
    assert CliRunner().invoke(app, ["inbox", "--retry"]).output == "Handled: 0. Still put aside: 1.\n"
