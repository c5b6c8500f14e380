"""What Telegram did not take is seen by whoever keeps Jalon, never what it says, and can be sent once more."""

import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from jalon import undelivered
from jalon.cli import app
from tests.bot.conversing import BEGIN, Guest
from tests.bot.shelf import shelf
from tests.harness import House, house

QUESTION = "Participez-vous ?"
REFUSAL = {"action": "status", "status": 400, "method": "sendMessage"}


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path, shelf("hello", "kinds"), jalon_language="en") as running:
        yield running


def listed(home: House) -> list[str]:
    return list(undelivered.listing(home.settings, home.stores))


def retried(home: House) -> list[str]:
    return list(undelivered.retry(home.settings, home.stores))


async def test_a_question_that_was_refused_is_seen_and_arrives_at_the_second_try(home: House) -> None:
    async with Guest(home) as nadia:
        await nadia.come()
        await nadia._ask("POST", "/faults", REFUSAL)
        await nadia.tap(BEGIN)
        await nadia._ask("DELETE", "/faults")
        assert QUESTION not in nadia.texts()[-1]
        [line, hint] = listed(home)
        assert re.fullmatch(
            rf"\d{{4}}-\d\d-\d\d \d\d:\d\d UTC  message: refused  BadRequest: .*  tries: 1  dossier {nadia.dossier}",
            line,
        )
        assert hint == "Still of use: 1. To send them once more: jalon outbox --retry"

        assert retried(home) == ["Queued again: 1. Left: 0."]
        await nadia.quiet()
        assert QUESTION in nadia.texts()[-1]
        assert listed(home) == ["No message has failed."]
        await nadia.tap("Je participe")
        assert nadia.facts() == ["consented"]


async def test_what_the_conversation_has_left_behind_is_not_sent(home: House) -> None:
    async with Guest(home) as nadia:
        await nadia.come()
        await nadia._ask("POST", "/faults", {**REFUSAL, "chat_id": nadia.id})
        await nadia.tap(BEGIN)
        await nadia._ask("DELETE", "/faults")
        await nadia.tell("/reprendre")
        before = nadia.texts()
        assert listed(home)[0].endswith("  (the conversation has gone on since)")
        assert retried(home) == ["Queued again: 0. Left: 1.", "  1: the conversation has gone on since"]
        assert await nadia.tell() == []
        assert nadia.texts() == before


def test_whoever_keeps_jalon_sees_what_waits_in_their_language(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    CliRunner().invoke(app, ["invite", "--name", "Nadia"])
    assert CliRunner().invoke(app, ["outbox"]).output == "No message has failed.\n"
    assert CliRunner().invoke(app, ["outbox", "--retry"]).output == "Queued again: 0. Left: 0.\n"
    with closing(sqlite3.connect("data/jalon.db")) as database, database:
        columns = (
            "bot_id, id, chat_id, kind, content, priority, created_at, not_before, state, attempts, unheard, error"
        )
        at = "'2027-03-15 09:30:00.000000', '2020-03-15 09:30:00.000000'"
        for bot, number, kind, state in (
            (42, 1, "notice", "'unknown', 1, 1, NULL"),
            (41, 2, "send", "'refused', 1, 0, 'Forbidden: bot was blocked'"),
            (42, 3, "send", "'queued', 0, 0, NULL"),
        ):
            values = f"{bot}, '{number:032}', 5, '{kind}', x'00', 5, {at}, {state}"
            database.execute(f"INSERT INTO outbox ({columns}) VALUES ({values})")  # noqa: S608
        until = "'2027-03-15 09:30:00.000000', '2999-03-15 09:30:00.000000', '2020-03-15 09:30:00.000000'"
        database.execute(f"INSERT INTO pace VALUES (42, 0, {until})")  # noqa: S608
    assert CliRunner().invoke(app, ["outbox"]).output.splitlines() == [
        "Waiting to be sent: 1. The oldest since 2027-03-15 09:30 UTC.",
        "Telegram asks to wait until 2999-03-15 09:30 UTC: all messages.",
        "2027-03-15 09:30 UTC  notice on a press: no answer  -  tries: 1  no dossier  (was of use at that moment only)",
        "2027-03-15 09:30 UTC  message: refused  Forbidden: bot was blocked  tries: 1  no dossier"
        "  (of the bot 41: it cannot be tried with this one)",
    ]
    assert CliRunner().invoke(app, ["outbox", "--retry"]).output.splitlines() == [
        "Queued again: 0. Left: 2.",
        "  1: was of use at that moment only",
        "  1: of another bot",
    ]
    monkeypatch.setenv("JALON_LANGUAGE", "fr")
    french = CliRunner().invoke(app, ["outbox"]).output
    assert (
        "avis sur un bouton touché : sans réponse  -  essais : 1  sans dossier  (ne servait que sur le moment)"
        in french
    )
