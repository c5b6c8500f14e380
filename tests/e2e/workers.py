"""Several real workers on one PostgreSQL, and the load balancer before them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select, text

from simulator.app import Simulator
from storage.leader import LEADER
from storage.messages import InboxRow, OutboxRow
from storage.tables import table
from tests.bot.test_webhook import SECRET
from tests.e2e.balancer import Balancer
from tests.e2e.diligent import Diligent
from tests.e2e.invariants import faults, house_faults
from tests.e2e.program import TOKEN, Program
from tests.e2e.scene import LATEST, delivered, opened
from tests.e2e.town import Town, town
from tests.harness import House
from tests.postgres import Server

GONE = ["a notice ended unknown: the worker is gone"]  # the answer to a press is not repeated (storage.outbox)
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
        async with asyncio.timeout(LATEST):
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
        await delivered(self.people, self.house)

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
        with opened(programs[0], simulated) as house:
            yield Workers(programs, people, house, balancer)
