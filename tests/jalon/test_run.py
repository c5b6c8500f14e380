"""`jalon run` as a process: what a new user sees, in good days and bad ones."""

import asyncio
import os
import signal
import socket
import sqlite3
import stat
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from simulator import DEFAULT_TOKEN, Simulator
from tests.jalon import live
from tests.jalon.program import Program, running


@pytest.fixture
def port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def taken(port: int) -> Iterator[int]:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()
        yield port


def refusal(folder: Path, *arguments: str, **settings: str) -> str:
    """What a Jalon that must not start says, and nothing else; it ends with status 1."""
    program = Program(folder, *(arguments or ("run",)), **settings)
    assert program.ended() == 1
    assert program.said == ""
    return program.errors.read_text()


def test_the_first_run_and_the_second(tmp_path: Path) -> None:
    with running(tmp_path, SIMULATOR_PORT="0") as first:
        address = first.address()
        with urllib.request.urlopen(address, timeout=5) as page:  # noqa: S310 - the address is this machine's
            assert b"Simulation" in page.read()
        first.until("Ctrl-C stops")
        assert first.stop() == 0
    assert "Nothing leaves the machine" in first.said
    assert "Data    data/jalon.db\n" in first.said
    assert "Key     secrets/master.key  (new: keep a copy elsewhere" in first.said
    assert "write TELEGRAM_BOT_TOKEN into the file .env" in first.said
    assert first.said.endswith("Stopped.\n")
    assert first.errors.read_text() == ""
    assert stat.S_IMODE((tmp_path / "secrets" / "master.key").stat().st_mode) == 0o600

    with running(tmp_path, SIMULATOR_PORT="0") as second:
        second.until("Ctrl-C stops")
        assert second.stop(signal.SIGTERM) == 0
    assert "Key     secrets/master.key\n" in second.said
    assert second.errors.read_text() == ""


def test_an_invitation_leads_to_the_page_that_runs_whatever_its_port(tmp_path: Path, port: int) -> None:
    def invited() -> str:
        program = Program(tmp_path, "invite", "--name", "Karim")
        return program.until(r"(http://\S+)\?start=") + ("" if program.ended() == 0 else " failed")

    with running(tmp_path, SIMULATOR_PORT="0") as program:
        address = program.address()
        assert invited().rstrip("/") == address.rstrip("/")
        program.until("Ctrl-C stops")
        assert program.stop() == 0
    assert invited() == "http://127.0.0.1:8080/"
    (tmp_path / "data" / "simulator.address").write_text(f"http://127.0.0.1:{port}/")  # as a power cut leaves it
    assert invited() == "http://127.0.0.1:8080/"


def test_a_start_says_that_something_urgent_waits_but_not_whose(tmp_path: Path) -> None:
    assert Program(tmp_path, "invite", "--name", "Nadia").ended() == 0
    with closing(sqlite3.connect(tmp_path / "data" / "jalon.db")) as database, database:
        (person,) = database.execute("SELECT id FROM beneficiary").fetchone()
        database.executemany(
            "INSERT INTO flag (id, beneficiary_id, step, rule, level, reason, raised_at)"
            " VALUES (?, ?, '', 'distress', 'urgent', x'01', '2027-03-15 09:30:00')",
            [(f"{number:032}", person) for number in range(2)],
        )
    with running(tmp_path, SIMULATOR_PORT="0") as program:
        program.until("URGENT: 1 dossier to look at first. See: jalon dossiers")
        assert program.stop() == 0
    assert "Nadia" not in program.said


def test_a_killed_jalon_leaves_no_simulator_behind(tmp_path: Path, port: int) -> None:
    with running(tmp_path, SIMULATOR_PORT=str(port)) as first:
        first.address()
        first.kill()
    with running(tmp_path, SIMULATOR_PORT=str(port)) as second:
        assert second.address() == f"http://127.0.0.1:{port}"
        assert second.stop() == 0
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_port_that_is_taken(tmp_path: Path, taken: int) -> None:
    said = refusal(tmp_path, SIMULATOR_PORT=str(taken))
    assert said == (
        f"jalon: port {taken} is taken: is Jalon already running in another window? "
        f"To use another one: make run SIMULATOR_PORT={taken + 10}\n"
    )


def test_a_second_jalon_on_the_same_database_is_refused(tmp_path: Path) -> None:
    with running(tmp_path, SIMULATOR_PORT="0") as first:
        first.until("Ctrl-C stops")
        second = Program(tmp_path, "run", SIMULATOR_PORT="0")
        assert second.ended() == 1
        assert second.errors.read_text().startswith("jalon: Jalon already runs on data/jalon.db, in another process")
        for command in ("invite --name Nadia", "backup copy.db"):
            assert Program(tmp_path, *command.split()).ended() == 0, command
        assert first.stop() == 0
    with running(tmp_path, SIMULATOR_PORT="0") as third:
        third.until("Ctrl-C stops")
        assert third.stop() == 0


def test_a_master_key_of_another_database_is_refused(tmp_path: Path) -> None:
    with running(tmp_path, SIMULATOR_PORT="0") as first:
        first.until("Ctrl-C stops")
        first.stop()
    assert Program(tmp_path, "invite", "--name", "Nadia").ended() == 0
    key = tmp_path / "secrets" / "master.key"
    with closing(sqlite3.connect(tmp_path / "data" / "jalon.db")) as database, database:
        database.execute("INSERT INTO data_key VALUES (?, x'01', 'another key', '2027-01-01')", ("0" * 32,))
    said = refusal(tmp_path, SIMULATOR_PORT="0")
    assert "were made under another master key: put back the one" in said
    assert key.exists()


def test_a_wrong_setting_changes_nothing_on_the_disk(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("TELEGRAM_BOT_TOKEN=hunter2\n")
    said = refusal(tmp_path)
    assert said.startswith("jalon: TELEGRAM_BOT_TOKEN: all of it is expected, without a space, such as 123456789:AAE…")
    assert "hunter2" not in said
    assert {file.name for file in tmp_path.iterdir()} == {".env", "errors.txt"}


def test_a_live_bot_needs_its_organisation(tmp_path: Path) -> None:
    settings = live.settings("http://127.0.0.1:9")
    assert "organisation.yaml is missing: copy organisation.example.yaml" in refusal(tmp_path, **settings)
    file = live.organisation(tmp_path)
    file.write_text((live.ROOT / "organisation.example.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    assert len(refusal(tmp_path, **settings).splitlines()) == 9  # name, address, phone, … each with its line
    own = file.read_text(encoding="utf-8").replace('"Valgarance Bilans"', '"Bilans du Lavoir"')
    file.write_text(own, encoding="utf-8")
    lines = refusal(tmp_path, **settings).splitlines()
    assert (
        lines[1] == 'jalon: organisation.yaml:14: phone: "01 99 00 42 17" is still the invented example: write your own'
    )
    assert len(lines) == 8
    file.write_text("name: Bilans du Lavoir\ncolour: blue\n")
    lines = refusal(tmp_path, **settings).splitlines()
    assert all(line.startswith("jalon: organisation.yaml:") for line in lines)
    assert any("colour" in line for line in lines)
    assert not (tmp_path / "data").exists()


async def test_a_live_bot_says_where_it_is(tmp_path: Path) -> None:
    live.organisation(tmp_path)
    async with Simulator() as telegram:
        with running(tmp_path, **live.settings(telegram.url)) as program:
            assert await asyncio.to_thread(program.until, r"https://t\.me/(\w+)") == "jalon_bot"
            await asyncio.to_thread(program.until, "Ctrl-C stops")
            assert await asyncio.to_thread(program.stop) == 0
    assert 'Entry   by invitation; to make one: .venv/bin/jalon invite --name "…"' in program.said
    assert DEFAULT_TOKEN not in program.said
    assert program.errors.read_text() == ""


async def test_a_token_that_telegram_does_not_know(tmp_path: Path) -> None:
    live.organisation(tmp_path)
    async with Simulator(tokens=["1:unknown-to-the-one-in-the-settings"]) as telegram:
        said = await asyncio.to_thread(refusal, tmp_path, "run", **live.settings(telegram.url))
    assert said == "jalon: TELEGRAM_BOT_TOKEN is not accepted by Telegram: copy it again from BotFather\n"


def test_the_bot_alone_needs_a_token(tmp_path: Path) -> None:
    assert "TELEGRAM_BOT_TOKEN is not set" in refusal(tmp_path, "bot")


def test_a_simulator_that_dies_is_not_waited_for(tmp_path: Path) -> None:
    program = Program(tmp_path, "run", SIMULATOR_PORT="0")
    program.until("Ctrl-C stops")
    (child,) = Path(f"/proc/{program.pid}/task/{program.pid}/children").read_text().split()
    os.kill(int(child), signal.SIGKILL)
    assert program.ended() == 1
    assert "the simulator ended by itself" in program.errors.read_text()
