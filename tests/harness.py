"""The real program for tests: the bot's service on a real database, talking over real HTTP to the simulator."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select

from bot.library import Library
from flows.run import Run
from jalon import service
from jalon.settings import SIMULATED_TOKEN, Settings, read_settings
from jalon.wiring import Stores, library, make_bot
from simulator.app import Simulator
from simulator.client import SimulatedPerson
from storage.clock import Clock
from storage.database import Database
from storage.keys import MasterKey
from storage.migrate import upgrade
from storage.runs import RunRecord, runs_of
from storage.tables import Beneficiary, ChatLink, table
from storage.vault import Vault

SIMULATED_BOT_ID = int(SIMULATED_TOKEN.partition(":")[0])


class ShiftedClock:
    """The real time plus what the test adds: days pass at once."""

    def __init__(self) -> None:
        self.shift = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.shift

    def forward(self, **amount: float) -> None:
        self.shift += timedelta(**amount)


def settings_for(folder: Path, **more: Any) -> Settings:
    """Settings of a test: a database and a key of its own, no waiting between messages."""
    fast = {"chat_gap_seconds": 0, "messages_per_second": 10_000, "messages_burst": 10_000, "enrolment": "open"}
    places = {"database_url": f"sqlite:///{folder}/data/jalon.db", "master_key_file": folder / "keys" / "master.key"}
    return read_settings(_env_file=None, **{**fast, **places, **more})


@dataclass
class House:
    """A running Jalon and the simulator it talks to."""

    simulator: Simulator
    settings: Settings
    stores: Stores
    library: Library
    clock: ShiftedClock

    def person(self, name: str = "Nadia", language: str = "fr", **details: Any) -> SimulatedPerson:
        return SimulatedPerson(self.simulator.url, name, language_code=language, **details)

    def dossier_of(self, person: SimulatedPerson) -> UUID:
        """The dossier this person's chat speaks for."""
        links = table(ChatLink)
        here = (links.c.chat_id == person.id, links.c.ended_at.is_(None))
        with self.stores.database.read() as session:
            found: UUID = session.execute(select(links.c.beneficiary_id).where(*here)).scalar_one()
        return found

    def row_of(self, person: SimulatedPerson) -> Any:
        """The dossier's row."""
        people = table(Beneficiary)
        with self.stores.database.read() as session:
            return session.execute(select(people).where(people.c.id == self.dossier_of(person))).one()

    def records_of(self, person: SimulatedPerson) -> list[RunRecord]:
        with self.stores.database.read() as session:
            return runs_of(session, self.stores.vault, self.dossier_of(person))

    def run_of(self, person: SimulatedPerson, flow: str) -> Run:
        """The person's latest run of a flow."""
        return [record.run for record in self.records_of(person) if record.run.flow == flow][-1]

    async def refused(self) -> list[Any]:
        """The calls the simulator refused, injected faults apart."""
        async with self.person("Watcher") as watcher:
            answer = await watcher._ask("GET", "/refusals")
        return list(answer["refusals"])


def open_stores(settings: Settings, clock: Clock | None = None) -> Stores:
    """The database migrated and the vault opened, as `jalon run` does."""
    database = Database(settings.database_url, clock)
    path = settings.master_key_file
    key = MasterKey.load(path) if path.exists() else MasterKey.create(path)
    upgrade(database)
    return Stores(database, Vault(key))


@contextlib.asynccontextmanager
async def serving(
    settings: Settings, simulator: Simulator, clock: ShiftedClock | None = None, shelf: Library | None = None
) -> AsyncIterator[House]:
    """The bot's service in this event loop; stopped as Ctrl-C does when the block ends. `shelf`: other flows than ours."""
    time = clock or ShiftedClock()
    stores = open_stores(settings, time)
    flows = shelf or library(settings)
    bot = make_bot(settings, simulator.url)
    stopping = asyncio.Event()
    task = asyncio.ensure_future(service.serve(settings, stores, flows, bot, stopping))
    try:
        yield House(simulator, settings, stores, flows, time)
    finally:
        stopping.set()
        try:
            await task
        finally:
            await bot.shutdown()
            stores.database.close()


@contextlib.asynccontextmanager
async def house(folder: Path, shelf: Library | None = None, **more: Any) -> AsyncIterator[House]:
    """A simulator and a Jalon of their own for one test."""
    simulated = Simulator(folder / "simulator.db", tokens=[SIMULATED_TOKEN])
    async with simulated, serving(settings_for(folder, **more), simulated, shelf=shelf) as running:
        yield running
