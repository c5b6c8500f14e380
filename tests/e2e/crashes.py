"""Twenty people answer while the program is killed again and again; then all that they did is counted."""

import asyncio
import signal
import socket
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from sqlalchemy import func, select

from flows.buttons import Menu, Press, decode
from simulator.app import Simulator
from storage.messages import InboxRow, OutboxRow
from storage.runs import load_run
from storage.tables import AnswerRow, Beneficiary, table
from tests.bot.test_webhook import free_port
from tests.e2e.diligent import Diligent
from tests.e2e.invariants import faults, house_faults, shown_twice
from tests.e2e.program import TOKEN, Program
from tests.e2e.scene import beyond_repetition, delivered, opened
from tests.e2e.town import CALM, Phone, Town, town
from tests.e2e.workers import workers
from tests.harness import House
from tests.postgres import Server

PEOPLE = 20
PATIENT = 10.0  # seconds after which somebody presses again, though nothing has happened
QUICK = {
    "MESSAGES_PER_SECOND": "1000",
    "MESSAGES_BURST": "1000",
}  # nobody waits for the rate: it would be all they wait for
BETWEEN = (1, 400)  # things that happen on all screens from a start to the next kill


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
    """Kills the one program of a SQLite database so many times."""
    simulated = Simulator(folder / "simulator.db", tokens=[TOKEN])
    async with simulated, town(simulated.url) as people, Program(folder, simulated, **QUICK, **environment) as program:
        return await _crash(simulated, people, [program], seed, kills)


async def crash_of_two(folder: Path, server: Server, seed: int, kills: int, **environment: str) -> Crashes:
    """Kills one of two workers on PostgreSQL so many times; the other goes on."""
    async with workers(folder, server, free_port(), free_port(), **QUICK, **environment) as them:
        return await _crash(them.house.simulator, them.people, them.programs, seed, kills)


async def _crash(simulated: Simulator, people: Town, programs: Sequence[Program], seed: int, kills: int) -> Crashes:
    """At moments of chance one of the programs dies and starts again, while everybody goes on at their phone."""
    chance, made, leased = Random(seed), Crashes(), Counter[int]()
    walkers = [Walker(await people.phone(f"Person {n}", "fr"), seed * PEOPLE + n) for n in range(PEOPLE)]
    with opened(programs[0], simulated) as house:
        async with walking(walkers):
            for _ in range(kills):
                await people.happenings(chance.randint(*BETWEEN))
                program = chance.choice(programs)
                pid = program.pid
                assert await program.stop(signal.SIGKILL) == -signal.SIGKILL
                made.kills += 1
                leased += in_flight(house, pid)
                await program.start()
        await people.settle(quiet=CALM, seconds=120)
        await delivered(people, house)
        count(made, house, [walker.phone for walker in walkers], leased)
    if wrong := await beyond_repetition(people):
        made.faults.append(f"refused by Telegram: {wrong}")
    return made


class Walker:
    """Somebody who never stops answering. What they see may come late, and twice."""

    def __init__(self, phone: Phone, seed: int, patience: float = PATIENT) -> None:
        self.phone, self.person, self.patience = phone, Diligent(phone, seed), patience

    async def walk(self, stop: asyncio.Event) -> None:
        if not self.phone.gestures:
            await self.phone.start()
        while not stop.is_set():
            await self.phone.reaction(calm=0.2, patience=self.patience)
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


def in_flight(house: House, pid: int) -> Counter[int]:
    """The chats whose message this process had sent off and not yet written down."""
    rows = table(OutboxRow)
    its = rows.c.leased_by.like(f"%:{pid}:%")
    leased = select(rows.c.chat_id).where(rows.c.state == "leased", rows.c.kind.in_(("send", "edit")), its)
    with house.stores.database.read() as session:
        return Counter(set(session.execute(leased).scalars()))


def count(
    made: Crashes, house: House, phones: list[Phone], leased: Counter[int], *, killed: bool = True, lost: int = 0
) -> None:
    """Adds what the database and the phones say.

    `leased`: how many messages may have been shown twice in each chat. `lost`: gestures that Telegram forgot.
    """
    inbox, answers = table(InboxRow), table(AnswerRow)
    with house.stores.database.read() as session:
        made.updates = session.execute(select(func.count()).select_from(inbox)).scalar_one()
        made.answers = session.execute(select(func.count()).select_from(answers)).scalar_one()
    if made.updates != (done := sum(phone.gestures for phone in phones) - lost):
        made.faults.append(f"{done} gestures, {made.updates} updates in the database")
    made.in_flight = leased.total()
    made.faults += house_faults(house, killed=killed)
    for phone in phones:
        made.seen_twice += shown_twice(house, phone)
        made.faults += faults(house, phone, twice=leased[phone.id])
        made.faults += _asked(house, phone)


def _asked(house: House, phone: Phone) -> list[str]:
    """Whether the last buttons on the screen are those of the question that the person is at, or lead back to it.

    Below it there may be the answers given, which the person has asked to look at, and a second copy of a message that a
    killed process had sent and not noted: its buttons are recognised as old ones.
    """
    with house.stores.database.read() as session:
        row = session.execute(
            select(table(Beneficiary)).where(table(Beneficiary).c.id == house.dossier_of(phone))
        ).one()
        if row.active_run_id is None:
            return []
        run = load_run(session, house.stores.vault, row.active_run_id)
    below: list[object] = []
    for rows in [] if run.paused else phone.pressable():  # after a pause they see the way back
        buttons = [decode(data) for line in rows for _, _, data in line]
        asked = [one for one in buttons if isinstance(one, Press) and (one.run, one.visit) == (run.id, run.visit)]
        if asked or Menu("resume") in buttons:
            return []
        below.append(buttons)
        if not any(map(_to_look_at, buttons)) and not _copy(phone, rows[0][0][0]):
            break
    return [] if run.paused else [f"at {run.flow}.{run.at}, visit {run.visit}; the last buttons are {below}"]


def _to_look_at(button: object) -> bool:
    return isinstance(button, Menu) and button.name == "answers"


def _copy(phone: Phone, message_id: int) -> bool:
    """Whether another message came with the very same buttons, which name a run, a step and a visit."""
    said = {number: [data for line in rows for _, _, data in line] for number, rows in phone.keyboards.items()}
    return any(number != message_id and data == said[message_id] for number, data in said.items())
