"""The real program in trouble: nothing is lost or doubled, everybody is asked, and whoever keeps it is told.

Each test lets people answer, brings one fault over them, takes it away, lets them go on, and counts (`Trouble.check`).
The faults are as long as the program needs to meet them: seconds; `make test-long` holds an outage for a minute.
"""

import asyncio
import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from itertools import repeat
from pathlib import Path
from typing import Any

import pytest

from simulator.app import Simulator
from tests.e2e.crashes import QUICK, Crashes, Walker, count, walking, webhook
from tests.e2e.program import TOKEN, Program
from tests.e2e.scene import beyond_repetition, delivered, opened
from tests.e2e.town import Town, town
from tests.postgres import Server

PEOPLE = 5
SOME = 25  # things that happen on all screens, before the fault and after it
PATIENT = 1.5  # seconds after which somebody presses again: the fault is there to be met
SHORT = 1.0  # seconds of a fault that has no end of its own
HOUR = 3600.0
DONE_UNHEARD = ("cut", "slow", "drop_after")  # Telegram did what it was asked; its answer is lost
MESSAGES = ("sendMessage", "editMessageText", "editMessageReplyMarkup")


@dataclass
class Trouble:
    """The program, its people, and what may be otherwise since an answer of Telegram was lost."""

    program: Program
    people: Town
    simulator: Simulator
    walkers: list[Walker] = field(default_factory=list)
    lost: int = 0  # presses that Telegram forgot
    unheard: int = 0  # answers of Telegram that did not come: so many messages may be shown twice

    async def walk(self, happenings: int = SOME) -> None:
        """Everybody answers until so much has happened."""
        async with walking(self.walkers):
            await self.people.happenings(happenings)

    async def fault(self, action: str, methods: tuple[str, ...] = MESSAGES, **how: Any) -> None:
        for method in methods:
            await self.people.ask("POST", "/faults", {"action": action, "method": method, **how})

    async def insist(self) -> None:
        """Everybody presses their very first button again, which takes a turn and changes nothing.

        Where nothing can be sent, there may be no other button on any screen.
        """
        for walker in self.walkers:
            await walker.phone.press(next(iter(walker.phone.keyboards.values()))[0][0])

    async def mended(self) -> None:
        """The faults ordered are over; each has struck."""
        rules = (await self.people.ask("GET", "/faults"))["rules"]
        assert sum(rule["hits"] for rule in rules) > 0
        self.unheard = sum(rule["hits"] for rule in rules if rule["action"] in DONE_UNHEARD)
        await self.people.ask("DELETE", "/faults")

    async def outage(self, **how: Any) -> None:
        await self.people.ask("POST", "/outage", how)

    async def check(self) -> None:
        """All of it is there once, everybody is asked, and the log holds nobody's words."""
        made, phones = Crashes(), [walker.phone for walker in self.walkers]
        may_be_twice = Counter({phone.id: self.unheard for phone in phones})
        with opened(self.program, self.simulator) as house:
            await delivered(self.people, house)
            count(made, house, phones, may_be_twice, killed=bool(self.unheard), lost=self.lost)
        assert made.faults == []
        assert made.answers > 0
        assert made.seen_twice <= self.unheard
        assert await beyond_repetition(self.people) == set()
        log = self.program.errors.decode()
        assert "Traceback" not in log
        typed = [word for walker in self.walkers for word in walker.person.words]
        assert [word for word in [*typed, "Person", TOKEN.partition(":")[2]] if word in log] == []


@asynccontextmanager
async def trouble(folder: Path, module: str = "jalon", **settings: str) -> AsyncIterator[Trouble]:
    """People who have begun to answer; in the end they go on, and all is counted."""
    simulated = Simulator(folder / "simulator.db", tokens=[TOKEN])
    async with (
        simulated,
        town(simulated.url) as people,
        Program(folder, simulated, module=module, **QUICK, **settings) as program,
    ):
        it = Trouble(program, people, simulated)
        it.walkers = [Walker(await people.phone(f"Person {n}", "fr"), n, PATIENT) for n in range(PEOPLE)]
        await it.walk()
        yield it
        await it.walk()
        await it.check()


# ----------------------------------------------------------------------------------------------------------- Telegram
async def test_a_storm_of_429(tmp_path: Path) -> None:
    async with trouble(tmp_path) as it:
        await it.fault("retry_after", probability=0.5, seconds=1)
        async with walking(it.walkers):
            await it.program.says("messages are tried again: RetryAfter")
            await it.program.told("outbox", "Telegram asks to wait until")
        await it.mended()
        assert it.program.errors.count(b"RetryAfter") == 1, "a storm is one line"


async def test_5xx_for_a_while(tmp_path: Path) -> None:
    await out_of_order(tmp_path, SHORT)


async def out_of_order(folder: Path, seconds: float) -> None:
    async with trouble(folder) as it, walking(it.walkers):
        await it.outage(status=502)
        await it.program.says("messages are tried again: NetworkError")
        await it.program.says("Telegram cannot be reached (NetworkError)")
        await asyncio.sleep(seconds)
        await it.outage(on=False)
        await it.program.says("Telegram answers again")


async def test_connections_cut_before_during_and_after_the_body(tmp_path: Path) -> None:
    everything = (*MESSAGES, "answerCallbackQuery", "getUpdates")
    async with trouble(tmp_path) as it:
        for action in ("drop_before", "cut", "drop_after"):
            await it.fault(action, everything, probability=0.1)
        await it.walk(3 * SOME)
        await it.program.says("messages are tried again: NetworkError")
        await it.program.says("Telegram cannot be reached (NetworkError)")
        await it.mended()
        await it.program.says("Telegram answers again")


async def test_answers_slower_than_the_time_out(tmp_path: Path) -> None:
    """The time-out is shortened: 20 seconds are much for a test."""
    async with trouble(tmp_path, "tests.e2e.shifted", READ_SECONDS="4") as it:
        await it.fault("slow", ("sendMessage", "editMessageText"), count=2, seconds=5)
        async with walking(it.walkers):
            await it.program.says("messages are tried again: TimedOut")
        await it.mended()


async def test_telegram_out_of_reach_for_an_hour(tmp_path: Path) -> None:
    """The hour passes by a shifted clock; presses made meanwhile are forgotten by Telegram, as after 150 s."""
    async with trouble(tmp_path, "tests.e2e.shifted") as it:
        with opened(it.program, it.simulator) as house:
            await delivered(it.people, house)
        await it.outage()
        await it.program.says("Telegram cannot be reached (NetworkError)")
        for walker in it.walkers:
            await walker.phone.press(walker.phone.pressable()[0][0][0])
        it.lost = PEOPLE
        shown = [len(walker.phone.versions) for walker in it.walkers]
        it.program.shift(HOUR)
        await it.people.ask("POST", "/clock", {"advance": HOUR})
        await it.outage(on=False)
        await it.program.says("Telegram answers again")
        await it.program.says("open questions are shown again")
        for walker, before in zip(it.walkers, shown, strict=True):
            while len(walker.phone.versions) == before:
                assert await walker.phone.news(10), "whose press was forgotten is asked again"


# -------------------------------------------------------------------------------------------------------- the machine
async def test_the_clock_jumps_forward_and_back(tmp_path: Path) -> None:
    async with trouble(tmp_path, "tests.e2e.shifted") as it, walking(it.walkers):
        for shift, said in ((HOUR, "the clock jumped by +3600 s"), (-HOUR, "the clock jumped by -7200 s")):
            it.program.shift(shift)
            await it.program.says(said)
            await it.people.happenings(SOME)


def beside(program: Program) -> sqlite3.Connection:
    """The program's database, opened by another process."""
    return sqlite3.connect(program.settings.database_url.removeprefix("sqlite:///"), isolation_level=None)


@contextmanager
def small_disk() -> Iterator[Path]:
    """A disk of its own; not where pytest clears up, which could not if this process were killed."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("a disk that is full needs root, to mount one")
    folder = Path(tempfile.mkdtemp(prefix="small-disk"))
    try:
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", folder], capture_output=True).returncode:
            pytest.skip("a disk that is full has to be mounted, which is refused here")
        try:
            yield folder
        finally:
            subprocess.run(["umount", folder], check=True)
    finally:
        folder.rmdir()


def fill(program: Program, file: Path) -> None:
    """Nothing is left, in SQLite's log of writes neither."""
    with closing(beside(program)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with file.open("wb", buffering=0) as filling, pytest.raises(OSError, match="No space left on device"):
        filling.writelines(repeat(bytes(4096)))


async def test_the_disk_is_full(tmp_path: Path) -> None:
    with small_disk() as disk:
        ballast = disk / "ballast"
        async with trouble(tmp_path, DATABASE_URL=f"sqlite:///{disk}/jalon.db", **webhook()) as it:
            async with walking(it.walkers):
                fill(it.program, ballast)
                await it.insist()
                await it.program.says("a turn was not committed: OperationalError")
                await asyncio.sleep(SHORT)
                ballast.unlink()
                await it.program.says("turns are committed again")
            assert it.program.errors.count(b"a turn was not committed") == 1, "it lasts, and is said once"


@contextmanager
def locked(program: Program) -> Iterator[None]:
    """Another process writes, and does not come to an end."""
    with closing(beside(program)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


async def test_the_database_is_locked_by_another_process(tmp_path: Path) -> None:
    """For longer than a writer waits (`storage.database.BUSY_SECONDS`)."""
    async with trouble(tmp_path) as it, walking(it.walkers):
        with locked(it.program):
            await it.insist()
            await it.program.says("a turn was not committed: OperationalError")
        await it.program.says("turns are committed again")


@pytest.mark.postgresql
async def test_postgresql_is_killed_and_restarted(tmp_path: Path, own_postgres_server: Server) -> None:
    url = own_postgres_server.url(own_postgres_server.create())
    async with trouble(tmp_path, DATABASE_URL=url) as it, walking(it.walkers):
        await it.people.happenings(SOME)
        own_postgres_server.stop(signal.SIGKILL)
        await it.program.says("nobody can tell who leads: OperationalError")
        await it.program.says("delivery stumbled: OperationalError")
        await asyncio.to_thread(own_postgres_server.start)
        await it.program.says("who leads is known")
        await it.program.says("delivery goes on")


async def test_sigterm_in_the_middle_of_a_turn(tmp_path: Path) -> None:
    """The turn waits for a database that is locked: it is told to stop, then the lock goes. What it had is kept."""
    async with trouble(tmp_path) as it:
        with opened(it.program, it.simulator) as house:
            await delivered(it.people, house)
        journal = it.simulator.server.journal
        with locked(it.program):
            asked = journal.counts["getupdates"]
            for walker in it.walkers:
                await walker.person.gesture()
            async with asyncio.timeout(10):
                while journal.counts["getupdates"] == asked:
                    await journal.changed.wait(0.05)
            stopping = asyncio.ensure_future(it.program.stop(signal.SIGTERM))
            await it.program.says("told to stop")
        assert await stopping == 0
        assert (await it.people.ask("GET", "/updates"))["pending"] > 0, "handed over, and not yet confirmed"
        assert it.program.output.rstrip().endswith(b"Stopped.")
        await it.program.start()
