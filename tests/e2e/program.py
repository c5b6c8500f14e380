"""The real program as a process, against a simulator of the test's own, so that it can be stopped and killed."""

import asyncio
import os
import signal
import sys
from itertools import count
from pathlib import Path

from jalon.settings import EXAMPLE, Settings
from simulator.app import Simulator
from tests.e2e.shifted import move
from tests.harness import settings_for
from tests.jalon import live

TOKEN = "123456:" + "AbCdEfGhIjKlMnOpQrStUvWxYz012345678"  # the form that BotFather gives; opens nothing
ROOT = EXAMPLE.parent
READY, SOON = 60.0, 15.0  # seconds: to start on a busy machine; to stop after a signal
_logs = count(1)


class Program:
    """`jalon run`, or another command, on a folder; started, stopped and started again.

    `module`: what Python runs; `tests.e2e.shifted` is Jalon with a clock that `shift` moves.
    """

    def __init__(
        self, folder: Path, simulator: Simulator, command: str = "run", module: str = "jalon", **settings: str
    ) -> None:
        self.folder, self.command, self.module = folder, command, module
        self._log = folder / f"errors-{next(_logs)}.log"
        self.output = b""
        self._process: asyncio.subprocess.Process | None = None
        self._environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "JALON_HOME": str(folder),
            "PYTHONUNBUFFERED": "1",
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_URL": simulator.url,
            "DATABASE_URL": f"sqlite:///{folder}/data/jalon.db",
            "MASTER_KEY_FILE": str(folder / "keys" / "master.key"),
            "ORGANISATION_FILE": str(self._organisation()),
            "ENROLMENT": "open",
            "CHAT_GAP_SECONDS": "0",
            "LOG_LEVEL": "DEBUG",
            "JALON_LANGUAGE": "en",
            **settings,
        }

    def _organisation(self) -> Path:
        """Facts of its own: the program refuses the example as it is."""
        return live.organisation(self.folder)

    @property
    def settings(self) -> Settings:
        """What a test needs to open the same database."""
        return settings_for(self.folder, database_url=self._environment["DATABASE_URL"])

    @property
    def errors(self) -> bytes:
        """What it has logged until now."""
        return self._log.read_bytes()

    async def says(self, words: str) -> None:
        """Waits until the log says so."""
        async with asyncio.timeout(READY):
            while True:
                if words.encode() in self.errors:
                    return
                await asyncio.sleep(0.05)

    async def told(self, command: str, words: str) -> None:
        """Waits until another `jalon` command, called again and again beside this one, says so."""
        async with asyncio.timeout(READY):
            while True:
                beside = await self._launch(command)
                if words.encode() in (await beside.communicate())[0]:
                    return

    def shift(self, seconds: float) -> None:
        """Sets the clock that is read by `tests.e2e.shifted` so far from the real time."""
        move(self.folder, seconds)

    @property
    def runs(self) -> bool:
        return self._process is not None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        """Returns once it says that it runs."""
        self._process = await self._launch(self.command)
        assert self._process.stdout is not None
        before = len(self.output)  # what an earlier start has said does not count
        async with asyncio.timeout(READY):
            while b"Ctrl-C stops" not in self.output[before:]:
                line = await self._process.stdout.readline()
                assert line or await self._end() == 0, self.errors.decode()
                self.output += line

    async def _launch(self, command: str) -> asyncio.subprocess.Process:
        words = [sys.executable, "-m", self.module, command]
        with self._log.open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *words, cwd=self.folder, env=self._environment, stdout=asyncio.subprocess.PIPE, stderr=log
            )

    async def stop(self, how: signal.Signals) -> int:
        """Sends a signal and waits for the end; gives the exit code."""
        assert self._process is not None
        self._process.send_signal(how)
        async with asyncio.timeout(SOON):
            return await self._end()

    async def _end(self) -> int:
        assert self._process is not None
        output, _ = await self._process.communicate()
        self.output += output
        code, self._process = self._process.returncode, None
        assert code is not None
        return code

    async def __aenter__(self) -> "Program":
        await self.start()
        return self

    async def __aexit__(self, *error: object) -> None:
        if self._process is not None:
            self._process.kill()
            await self._end()
