"""Twenty people answer while the program is killed again and again; then all that they did is counted."""

import asyncio
import signal
import socket
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from sqlalchemy import func, select

from simulator.app import Simulator
from storage.messages import InboxRow, OutboxRow
from storage.runs import load_run
from storage.showings import showings
from storage.tables import AnswerRow, Beneficiary, table
from tests.e2e.diligent import Diligent
from tests.e2e.invariants import faults, house_faults, shown_twice
from tests.e2e.program import TOKEN, Program
from tests.e2e.scene import opened
from tests.e2e.town import CALM, Phone, town
from tests.harness import House

PEOPLE = 20
PATIENT = 10.0  # seconds after which somebody presses again, though nothing has happened
BETWEEN = (1, 120)  # things that happen on all screens from a start to the next kill


@dataclass
class Crashes:
    """What so many kills came to. `in_flight`: calls under way when the program died, which may be made again."""

    kills: int = 0
    updates: int = 0
    answers: int = 0
    in_flight: int = 0
    seen_twice: int = 0
    faults: list[str] = field(default_factory=list)


def webhook() -> dict[str, str]:
    """Settings by which Telegram brings the updates."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
    return {
        "TELEGRAM_MODE": "webhook",
        "WEBHOOK_URL": f"http://{listen}/telegram",
        "WEBHOOK_LISTEN": listen,
        "WEBHOOK_SECRET": "of-a-test-and-of-nothing-else",
    }


async def crash(folder: Path, seed: int, kills: int, **environment: str) -> Crashes:
    """Kills the program so many times at moments of chance, while everybody goes on at their phone."""
    chance, made, leased = Random(seed), Crashes(), Counter[int]()
    simulated = Simulator(folder / "simulator.db", tokens=[TOKEN])
    async with simulated, town(simulated.url) as people:
        async with Program(folder, simulated, **environment) as program:
            walkers = [Walker(await people.phone(f"Person {n}", "fr"), seed * PEOPLE + n) for n in range(PEOPLE)]
            async with walking(walkers):
                for _ in range(kills):
                    await people.happenings(chance.randint(*BETWEEN))
                    assert await program.stop(signal.SIGKILL) == -signal.SIGKILL
                    made.kills += 1
                    with opened(program, simulated) as house:
                        leased += in_flight(house)
                    await program.start()
            await people.settle(quiet=CALM, seconds=120)
        with opened(program, simulated) as house:
            _count(made, house, [walker.phone for walker in walkers], leased)
        assert {refused["description"][:REPEATED] for refused in await people.refusals()} <= DONE_BEFORE
    return made


# What Telegram says to a call that the killed process had made and not yet noted: it is made again, and does nothing.
DONE_BEFORE = {"Bad Request: message is not modified", "Bad Request: query is too old and re"}
REPEATED = 36  # characters of such a refusal that tell it from others


class Walker:
    """Somebody who never stops answering. What they see may come late, and twice."""

    def __init__(self, phone: Phone, seed: int) -> None:
        self.phone, self.person = phone, Diligent(phone, seed)

    async def walk(self, stop: asyncio.Event) -> None:
        await self.phone.start()
        while not stop.is_set():
            await self.phone.reaction(calm=0.2, patience=PATIENT)
            if self.phone.pressable():
                await self.person.gesture()


@asynccontextmanager
async def walking(walkers: list[Walker]) -> AsyncIterator[None]:
    """Everybody goes on until the block ends; then each finishes the gesture in hand."""
    stop = asyncio.Event()
    tasks = [asyncio.ensure_future(walker.walk(stop)) for walker in walkers]
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(*tasks)


def in_flight(house: House) -> Counter[int]:
    """The chats whose message was on its way and not yet written down."""
    rows = table(OutboxRow)
    leased = select(rows.c.chat_id).where(rows.c.state == "leased", rows.c.kind.in_(("send", "edit")))
    with house.stores.database.read() as session:
        return Counter(set(session.execute(leased).scalars()))


def _count(made: Crashes, house: House, phones: list[Phone], leased: Counter[int]) -> None:
    inbox, answers = table(InboxRow), table(AnswerRow)
    with house.stores.database.read() as session:
        made.updates = session.execute(select(func.count()).select_from(inbox)).scalar_one()
        made.answers = session.execute(select(func.count()).select_from(answers)).scalar_one()
    if made.updates != (done := sum(phone.gestures for phone in phones)):
        made.faults.append(f"{done} gestures, {made.updates} updates in the database")
    made.in_flight = leased.total()
    made.faults += house_faults(house, killed=True)
    for phone in phones:
        made.seen_twice += shown_twice(house, phone)
        made.faults += faults(house, phone, twice=leased[phone.id])
        made.faults += _asked(house, phone)


def _asked(house: House, phone: Phone) -> list[str]:
    """Whether the person is asked the question that they are at: its message is there, and nothing to press is below it."""
    with house.stores.database.read() as session:
        row = session.execute(
            select(table(Beneficiary)).where(table(Beneficiary).c.id == house.dossier_of(phone))
        ).one()
        if row.active_run_id is None:
            return []
        run = load_run(session, house.stores.vault, row.active_run_id)
        shown = {one.message_id for one in showings(session, phone.id, run.id, run.visit)}
    if run.paused:  # they have pressed that button, and see the way back
        return []
    last = phone.pressable()[0][0][0][0] if phone.pressable() else None
    return [] if last in shown else [f"at {run.flow}.{run.at}, shown in {shown}; the last to press is {last}"]
