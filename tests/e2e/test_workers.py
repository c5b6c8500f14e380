"""Several real workers on one PostgreSQL: each update counts once, whoever gets it, and whoever dies on the way."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import func, select, text

from jalon.wiring import library
from simulator.app import Simulator
from storage.leader import LEADER
from storage.messages import InboxRow, OutboxRow, open_rows
from storage.tables import table
from tests.bot.test_webhook import SECRET, free_port
from tests.e2e.balancer import Balancer
from tests.e2e.diligent import Diligent
from tests.e2e.invariants import faults, house_faults
from tests.e2e.program import TOKEN, Program
from tests.e2e.test_restart import DONE_BEFORE, REPEATED
from tests.e2e.town import Town, town
from tests.harness import House, ShiftedClock, open_stores
from tests.postgres import Server

pytestmark = pytest.mark.postgresql

PEOPLE, STEPS = 8, 8
RATE, BURST = 20, 5  # messages a second, and at once: of all workers together
LATE = 1.0  # seconds by which a call may be noted later than it was allowed, on a busy machine
GONE = ["a notice ended unknown: the worker is gone"]  # the answer to a press is not repeated (storage.outbox)
TAKEN_OVER = 45.0  # seconds, on a busy machine; a look each second makes it about two
LEADING = text(
    "SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' AND granted"
    " AND (classid::bigint << 32) | objid::bigint = :number"
)


@dataclass
class Workers:
    """Workers, the people who talk to their bot, and what the database says of both."""

    programs: list[Program]
    people: Town
    house: House
    balancer: Balancer

    async def leader(self, former: int = 0) -> Program:
        """Who leads, once somebody does who is not the process `former`."""
        async with asyncio.timeout(TAKEN_OVER):
            while True:
                pid = await asyncio.to_thread(self._leading)
                if pid not in (0, former):
                    return next(program for program in self.programs if program.runs and program.pid == pid)
                await asyncio.sleep(0.05)

    def _leading(self) -> int:
        with self.house.stores.database.engine.connect() as connection:
            names = connection.execute(LEADING, {"number": LEADER}).scalars().all()
        assert len(names) <= 1
        return int(names[0].split(":")[1]) if names else 0

    async def delivered(self) -> None:
        """Once nothing is left to be sent: what a dead worker had in hand, too."""
        await self.people.settle()
        async with asyncio.timeout(TAKEN_OVER):
            while True:
                if not await asyncio.to_thread(self._open):
                    return await self.people.settle()
                await asyncio.sleep(0.05)

    def _open(self) -> int:
        with self.house.stores.database.read() as session:
            waiting = select(func.count()).select_from(table(OutboxRow)).where(open_rows())
            number: int = session.execute(waiting).scalar_one()
        return number

    async def newcomers(self, count: int) -> list[Diligent]:
        phones = [await self.people.phone(f"Nadia {number}", "fr") for number in range(count)]
        await asyncio.gather(*(phone.start() for phone in phones))
        assert all(await asyncio.gather(*(phone.reaction() for phone in phones)))
        return [Diligent(phone, seed) for seed, phone in enumerate(phones)]

    def updates(self) -> int:
        with self.house.stores.database.read() as session:
            number: int = session.execute(select(func.count()).select_from(table(InboxRow))).scalar_one()
        return number

    def senders(self) -> set[str]:
        with self.house.stores.database.read() as session:
            return set(session.execute(select(table(OutboxRow).c.leased_by).distinct()).scalars())

    def check(self, persons: list[Diligent], twice: int = 0) -> None:
        assert [fault for fault in house_faults(self.house) if fault not in GONE[:twice]] == []
        assert [fault for each in persons for fault in faults(self.house, each.phone, twice=twice)] == []
        assert self.updates() == sum(each.phone.gestures for each in persons)


@contextmanager
def seen_from_outside(program: Program, simulated: Simulator) -> Iterator[House]:
    stores = open_stores(program.settings)
    try:
        yield House(simulated, program.settings, stores, library(program.settings), ShiftedClock())
    finally:
        stores.database.close()


@asynccontextmanager
async def workers(
    folder: Path, server: Server, *ports: int, before: type[Balancer] = Balancer, **settings: str
) -> AsyncIterator[Workers]:
    """One worker for each port, which may be the same; without `TELEGRAM_MODE`, Telegram brings the updates to `before`."""
    name = server.create()
    async with AsyncExitStack() as stack:
        simulated = await stack.enter_async_context(Simulator(folder / "simulator.db", tokens=[TOKEN]))
        balancer = await stack.enter_async_context(before(sorted({*ports})))
        same = {
            "DATABASE_URL": server.url(name),
            "TELEGRAM_MODE": "webhook",
            "WEBHOOK_URL": balancer.url,
            "WEBHOOK_SECRET": SECRET,
            **settings,
        }
        programs = [Program(folder, simulated, "bot", WEBHOOK_LISTEN=f"127.0.0.1:{port}", **same) for port in ports]
        await asyncio.gather(*(stack.enter_async_context(program) for program in programs))
        people = await stack.enter_async_context(town(simulated.url))
        if same["TELEGRAM_MODE"] == "webhook":
            await balancer.serving()
        with seen_from_outside(programs[0], simulated) as house:
            yield Workers(programs, people, house, balancer)


async def walk(person: Diligent, steps: int) -> None:
    for _ in range(steps):
        await person.forward()


async def test_the_same_updates_brought_to_both_at_once_count_once(tmp_path: Path, postgres_server: Server) -> None:
    """Many people; order in each chat, and one rate for all workers together."""
    limits = {"MESSAGES_PER_SECOND": str(RATE), "MESSAGES_BURST": str(BURST)}
    async with workers(tmp_path, postgres_server, free_port(), free_port(), **limits) as them:
        them.balancer.all_at_once = True
        persons = await them.newcomers(PEOPLE)
        await asyncio.gather(*(walk(person, STEPS) for person in persons))
        await them.delivered()
        them.check(persons)
        assert len(them.senders()) == 2, "both deliver"
        assert await them.people.refusals() == []
        calls = (await them.people.ask("GET", "/calls"))["calls"]
        at = sorted(call["at"] for call in calls if call["method"] in ("sendmessage", "editmessagetext"))
        assert len(at) > PEOPLE * STEPS / 2
        for first in range(len(at)):
            for last in range(first, len(at)):
                assert last - first + 1 <= BURST + (at[last] - at[first] + LATE) * RATE


async def test_the_leader_killed_in_mid_work_is_missed_by_nobody(tmp_path: Path, postgres_server: Server) -> None:
    """What it had in hand is sent by the other, and the other leads."""
    async with workers(tmp_path, postgres_server, free_port(), free_port()) as them:
        persons = await them.newcomers(PEOPLE)
        first = await them.leader()
        going = asyncio.gather(*(walk(person, STEPS) for person in persons))
        while sum(person.phone.gestures for person in persons) < PEOPLE * STEPS / 2:
            await asyncio.wait([going], timeout=0.01)
        pid = first.pid
        assert await first.stop(signal.SIGKILL) == -signal.SIGKILL
        await asyncio.wait_for(going, 60)
        assert (await them.leader(pid)) is not first
        await asyncio.gather(*(walk(person, 2) for person in persons))
        await them.delivered()
        them.check(persons, twice=1)
        assert {refused["description"][:REPEATED] for refused in await them.people.refusals()} <= DONE_BEFORE


async def test_workers_of_one_machine_share_a_port(tmp_path: Path, postgres_server: Server) -> None:
    port = free_port()
    async with workers(tmp_path, postgres_server, port, port) as them:
        (person,) = await them.newcomers(1)
        await walk(person, 3)
        await them.programs[0].stop(signal.SIGKILL)
        for _ in range(20):
            async with aiohttp.ClientSession() as fresh, fresh.get(f"{them.balancer.workers[0]}/health") as answer:
                assert answer.status == 200
        await walk(person, 3)
        await them.delivered()
        them.check([person], twice=1)


async def test_only_the_leader_polls_and_another_goes_on_when_it_dies(tmp_path: Path, postgres_server: Server) -> None:
    async with workers(tmp_path, postgres_server, 1, 2, TELEGRAM_MODE="polling") as them:
        (person,) = await them.newcomers(1)
        await walk(person, 3)
        first = await them.leader()
        pid = first.pid
        await first.stop(signal.SIGKILL)
        await person.gesture()
        assert await them.leader(pid) is not first
        assert await person.phone.reaction()
        await walk(person, 3)
        await them.delivered()
        them.check([person], twice=1)
        assert await them.people.refusals() == [], "Telegram was never asked by two at once"
