"""Local mode: without a token, the simulator stands in for Telegram, as a process of its own."""

import asyncio
import contextlib
import errno
import socket
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from jalon.settings import SIMULATED_TOKEN
from jalon.words import NotReady

FILE = Path("data/simulator.db")
NOTE = ".address"  # beside that file while it runs: the address of its page
READY = "simulator ready on "
START, STOP = 20.0, 5.0  # seconds
LEAVING, LOOK = 3.0, 0.1  # seconds: the simulator of a Jalon that was killed is about to leave the port


@dataclass(frozen=True)
class Local:
    """A simulator that runs: its `address`, and `ended`, done when it has died."""

    address: str
    ended: asyncio.Future[int]


@contextlib.asynccontextmanager
async def simulator(port: int, file: Path) -> AsyncIterator[Local]:
    """Starts the simulator; stops it in the end. Raises `NotReady` when it does not start.

    However Jalon ends, the simulator ends with it: it watches its standard input, the other end of which is ours.
    """
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    await _until_free(port)
    options = ["--port", str(port), "--file", str(file), "--token", SIMULATED_TOKEN, "--attached"]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "simulator",
        *options,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,  # Ctrl-C reaches Jalon first, which stops it in the right order
    )
    note = file.with_suffix(NOTE)
    try:
        address = await _address(process)
        note.write_text(address, encoding="utf-8")
        yield Local(address, asyncio.ensure_future(process.wait()))
    finally:
        note.unlink(missing_ok=True)
        await _end(process)


def address(port: int, file: Path) -> str:
    """Where the simulator of this `file` is: the address it runs at, whatever its port; else that of the `port` set."""
    try:
        noted = file.with_suffix(NOTE).read_text(encoding="utf-8")
        running = _trouble(urlsplit(noted).port or 0) is not None  # a note may outlive a power cut
    except (OSError, ValueError):
        running = False
    return noted if running else f"http://127.0.0.1:{port}"


async def _until_free(port: int) -> None:
    for _ in range(int(LEAVING / LOOK)):
        trouble = _trouble(port)
        if trouble is None:
            return
        if trouble.errno != errno.EADDRINUSE:
            raise NotReady("port_unusable", port=port, why=trouble)
        await asyncio.sleep(LOOK)
    raise NotReady("port_taken", port=port, other=port + 10)


def _trouble(port: int) -> OSError | None:
    """Why nobody can listen on the port now, if so."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            return error
    return None


async def _address(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None  # noqa: S101 - asked for above
    try:
        line = (await asyncio.wait_for(process.stdout.readline(), START)).decode().strip()
    except TimeoutError:
        line = ""
    if not line.startswith(READY):
        raise NotReady("simulator_unstarted")
    return line.removeprefix(READY)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP)
        except TimeoutError:
            process.kill()
            await process.wait()
