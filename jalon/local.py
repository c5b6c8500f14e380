"""Local mode: without a token, the simulator stands in for Telegram, as a process of its own."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from jalon.settings import SIMULATED_TOKEN
from jalon.wiring import NotReady

READY = "simulator ready on "
START, STOP = 20.0, 5.0  # seconds


@contextlib.asynccontextmanager
async def simulator(port: int, file: Path) -> AsyncIterator[str]:
    """Starts the simulator and gives its address; stops it in the end. Raises `NotReady` when it does not start."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    options = ["--port", str(port), "--file", str(file), "--token", SIMULATED_TOKEN]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "simulator",
        *options,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,  # Ctrl-C reaches Jalon first, which stops it in the right order
    )
    try:
        yield await _address(process, port)
    finally:
        await _end(process)


async def _address(process: asyncio.subprocess.Process, port: int) -> str:
    assert process.stdout is not None  # noqa: S101 - asked for above
    try:
        line = (await asyncio.wait_for(process.stdout.readline(), START)).decode().strip()
    except TimeoutError:
        line = ""
    if not line.startswith(READY):
        raise NotReady(
            f"the simulator did not start: is port {port} taken? Choose another: SIMULATOR_PORT=8090 make run"
        )
    return line.removeprefix(READY)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP)
        except TimeoutError:
            process.kill()
            await process.wait()
