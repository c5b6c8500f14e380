"""Neither the token nor anything a person wrote or is called reaches a log, at any level, also when calls fail."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from jalon.cli import app
from jalon.frame import application
from simulator import DEFAULT_TOKEN, SimulatedPerson, Simulator
from tests.jalon import live
from tests.jalon.program import running

SECRETS = ("Zéphyrine", "Quatrebarbes", "héliotrope", DEFAULT_TOKEN, DEFAULT_TOKEN.partition(":")[2])
NAMES: dict[str, Any] = {"last_name": "Quatrebarbes", "username": "zephyrine_quatrebarbes"}
FAULTS = (
    {"action": "retry_after", "seconds": 0, "method": "sendMessage", "count": 1},
    {"action": "status", "status": 502, "method": "sendMessage", "count": 1},
    {"action": "drop_after", "method": "sendMessage", "count": 1},
    {"action": "drop_before", "method": "getUpdates", "count": 1},
    {"action": "status", "status": 400, "method": "editMessageText", "count": 1},
)


@pytest.mark.timeout(240)
async def test_a_conversation_with_failures_leaves_no_word_in_the_log(tmp_path: Path) -> None:
    live.organisation(tmp_path)

    async with Simulator() as telegram, SimulatedPerson(telegram.url, "Zéphyrine", **NAMES) as person:
        settings = {**live.settings(telegram.url), "ENROLMENT": "open", "LOG_LEVEL": "DEBUG"}
        with running(tmp_path, **settings) as program:
            await asyncio.to_thread(program.until, "Ctrl-C stops")
            await person.start()
            await person.wait_for_text("Bonjour")
            for fault in FAULTS:
                await person._ask("POST", "/faults", fault)
            await person.say("/conseiller")
            await person.wait_for_text("C'est tout", 30)
            await person.say("J'aime le parfum de l'héliotrope.")
            await person.press("C'est tout")
            await person.wait_for_text("est gardé dans votre dossier", 30)
            await person.block()
            await asyncio.to_thread(program.stop)
    log = program.said + program.errors.read_text()
    assert "Telegram cannot be reached" in log  # the log is at work
    assert [secret for secret in SECRETS if secret.lower() in log.lower()] == []
    assert "Traceback" not in log


@pytest.mark.parametrize("level", ["INFO", "DEBUG"])
def test_a_crash_is_one_line_to_send_and_holds_no_value(
    folder: Path, level: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"LOG_LEVEL": level, "JALON_LANGUAGE": "fr", "DATABASE_URL": f"sqlite:///{folder}/a.db"}.items():
        monkeypatch.setenv(name, value)
    secret = "héliotrope"
    broken = application("jalon")

    @broken.command("migrate")
    def migrate() -> None:
        raise ValueError(secret)

    @broken.command("adopt")
    def adopt() -> None: ...

    result = CliRunner().invoke(broken, ["migrate"])
    assert result.exit_code == 1
    said = result.output.splitlines()
    assert said[-1].startswith(
        "jalon: Jalon s'est arrêté sur une erreur imprévue : ValueError at tests.jalon.test_logs:"
    )
    assert "envoyez cette ligne" in said[-1]
    assert secret not in result.output
    assert (len(said) > 1) == (level == "DEBUG")


def test_the_password_of_the_database_is_not_repeated(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://jalon:hunter2@127.0.0.1:1/jalon")
    result = CliRunner().invoke(app, ["migrate"])
    assert result.exit_code == 1
    assert result.output.startswith("jalon: the database cannot be prepared")
    assert "hunter2" not in result.output
