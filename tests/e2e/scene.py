"""The real program, the simulator that outlives it, and one person who talks to them."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from jalon.wiring import library
from simulator.app import Simulator
from storage.database import Database
from storage.messages import OutboxRow, open_rows
from storage.tables import table
from tests.e2e.diligent import Diligent
from tests.e2e.program import TOKEN, Program
from tests.e2e.town import Phone, Town, town
from tests.harness import House, ShiftedClock, open_stores

LATEST = (
    45.0  # seconds, on a busy machine; a look each second makes it about two, and what a dead worker held about six
)

# What Telegram says to a call that the killed process had made and not yet noted: it is made again, and does nothing.
DONE_BEFORE = {"Bad Request: message is not modified", "Bad Request: query is too old and re"}
REPEATED = 36  # characters of such a refusal that tell it from others


@dataclass
class Scene:
    program: Program
    people: Town
    phone: Phone
    person: Diligent
    simulator: Simulator

    def opened(self) -> AbstractContextManager[House]:
        """The database as it is now, seen from outside."""
        return opened(self.program, self.simulator)


@contextmanager
def opened(program: Program, simulator: Simulator) -> Iterator[House]:
    """The database of a program as it is now, seen from outside."""
    settings = program.settings
    stores = open_stores(settings)
    try:
        yield House(simulator, settings, stores, library(settings), ShiftedClock())
    finally:
        stores.database.close()


@asynccontextmanager
async def scene(folder: Path, seed: int) -> AsyncIterator[Scene]:
    simulated = Simulator(folder / "simulator.db", tokens=[TOKEN])
    async with simulated, town(simulated.url) as people, Program(folder, simulated) as program:
        phone = await people.phone("Nadia", "fr")
        await phone.start()
        assert await phone.reaction()
        yield Scene(program, people, phone, Diligent(phone, seed), simulated)


async def delivered(people: Town, house: House) -> None:
    """Once all is confirmed and nothing is left to be sent: what a dead worker had in hand, too."""
    await people.settle()
    async with asyncio.timeout(LATEST):
        while True:
            if not await asyncio.to_thread(_waiting, house.stores.database):
                return await people.settle()
            await asyncio.sleep(0.05)


def _waiting(database: Database) -> int:
    with database.read() as session:
        number: int = session.execute(
            select(func.count()).select_from(table(OutboxRow)).where(open_rows())
        ).scalar_one()
    return number


async def beyond_repetition(people: Town) -> set[str]:
    """What Telegram refused, but for calls that were made again since nobody knew of the first time."""
    return {refused["description"][:REPEATED] for refused in await people.refusals()} - DONE_BEFORE
