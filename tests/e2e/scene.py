"""The real program, the simulator that outlives it, and one person who talks to them."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from jalon.wiring import library
from simulator.app import Simulator
from tests.e2e.diligent import Diligent
from tests.e2e.program import TOKEN, Program
from tests.e2e.town import Phone, Town, town
from tests.harness import House, ShiftedClock, open_stores


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
