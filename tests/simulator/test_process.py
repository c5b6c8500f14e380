"""As a process: the ready line, a clean stop, and going on where it was."""

import asyncio
import signal
import sqlite3
import sys
from pathlib import Path

import aiohttp
import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup

from simulator import DEFAULT_TOKEN, SimulatedPerson, Simulator
from tests.simulator.conftest import until


async def _spawn(*arguments: str) -> tuple[asyncio.subprocess.Process, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "simulator", *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    async with asyncio.timeout(20):
        return process, (await process.stdout.readline()).decode()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_starts_and_stops(number: signal.Signals, tmp_path: Path) -> None:
    process, line = await _spawn(
        "--port", "0", "--file", str(tmp_path / "sub" / "sim.db"), "--token", "42:abc", "--bot-username", "essai_bot"
    )
    assert line.startswith("simulator ready on http://127.0.0.1:")
    async with aiohttp.ClientSession() as session, session.get(f"{line.split()[-1]}/bot42:abc/getMe") as response:
        assert (await response.json())["result"]["username"] == "essai_bot"
    process.send_signal(number)
    async with asyncio.timeout(10):
        assert await process.wait() == 0
    assert (await process.communicate())[1] == b""


async def test_only_loopback() -> None:
    process, line = await _spawn("--host", "0.0.0.0")  # noqa: S104 - refused
    assert (line, await process.wait()) == ("", 2)
    with pytest.raises(ValueError, match="loopback"):
        Simulator(host="0.0.0.0")  # noqa: S104 - refused


async def test_a_restart_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "sim.db"
    async with (
        Simulator(path, seed=1) as sim,
        SimulatedPerson(sim.url, "Nadia") as nadia,
        Bot(DEFAULT_TOKEN, f"{sim.url}/bot") as bot,
    ):
        await nadia.start()
        await bot.set_my_commands([("aide", "De l’aide")])
        await bot.send_message(
            nadia.id, "?", reply_markup=InlineKeyboardMarkup.from_button(InlineKeyboardButton("a", callback_data="a"))
        )
        confirmed = (await bot.get_updates(timeout=0))[-1].update_id
        await bot.get_updates(confirmed + 1, timeout=0)
        pressed = await nadia.press("a")
        document = await bot.send_document(nadia.id, b"abc", filename="a.txt")
        seq = nadia.seq
    async with Simulator(path, seed=2) as sim, Bot(DEFAULT_TOKEN, f"{sim.url}/bot", f"{sim.url}/file/bot") as bot:
        [update] = await bot.get_updates(timeout=0)
        assert (update.update_id, update.callback_query.id) == (confirmed + 1, pressed)
        assert await bot.answer_callback_query(pressed)
        assert (await bot.get_my_commands())[0].command == "aide"
        assert (await bot.send_message(nadia.id, "b")).message_id == 4
        file = await bot.get_file(document.document.file_id)
        assert bytes(await file.download_as_bytearray()) == b"abc"
        assert sim.server.main.feed.last > seq
        assert sim.server.people[nadia.id].first_name == "Nadia"


async def test_a_busy_port_is_said_in_one_line() -> None:
    async with Simulator() as sim:
        process, _ = await _spawn("--port", sim.url.rpartition(":")[2])
        complaint = (await process.communicate())[1].decode()
    assert complaint.startswith("simulator: ")
    assert "Traceback" not in complaint


async def test_a_killed_simulator_keeps_what_was_committed(tmp_path: Path) -> None:
    path = tmp_path / "sim.db"
    process, line = await _spawn("--port", "0", "--file", str(path))
    async with SimulatedPerson(line.split()[-1], "Nadia") as nadia:
        await nadia.start("K7")
        await until_kept(path, "update")
    process.kill()
    await process.wait()
    async with Simulator(path) as sim, SimulatedPerson(sim.url, existing=nadia.id) as nadia:
        assert [message["text"] for message in nadia.messages] == ["/start K7"]
        assert len(sim.server.main.updates.waiting) == 1


async def until_kept(path: Path, kind: str) -> None:
    """Until the file holds a document of this kind."""
    connection = sqlite3.connect(path)
    query = "SELECT count(*) FROM document WHERE kind = ?"
    await until(lambda: connection.execute(query, (kind,)).fetchone()[0])
    connection.close()
