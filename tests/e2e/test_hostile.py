"""Whatever is posted to the webhook of the real program: it answers, says nothing of it, stays small, and serves people."""

import asyncio
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from bench.measure import memory_mib, slope
from simulator.app import Simulator
from storage.export import export
from storage.inbox import parked_pages
from storage.tables import Beneficiary, table
from tests.e2e.crashes import QUICK, webhook
from tests.e2e.diligent import Diligent
from tests.e2e.hostile import INTACT, posts
from tests.e2e.invariants import faults, run_faults
from tests.e2e.program import TOKEN, Program
from tests.e2e.scene import delivered, opened
from tests.e2e.storm import Storm
from tests.e2e.town import Phone, Town, town
from tests.e2e.updates import MARK, Known
from tests.harness import House

FEW = 1_500
AT_ONCE = 500  # made, then sent
OTHERS = 12  # people in whose name anything may come
MOST_GROWTH = 60.0  # MiB, from the first hundreds to the end: caches fill, a batch of large bodies is held


@pytest.mark.timeout(120)
async def test_whatever_is_posted_the_program_answers_and_serves_on(tmp_path: Path) -> None:
    await besieged(tmp_path, seed=1, count=FEW)


async def besieged(folder: Path, seed: int, count: int) -> None:
    """Posts so many requests while one person goes on with their questions; then looks at everything they left."""
    hook = webhook()
    simulated = Simulator(folder / "simulator.db", tokens=[TOKEN])
    storm = Storm(hook["WEBHOOK_LISTEN"], hook["WEBHOOK_SECRET"])
    async with simulated, town(simulated.url) as people, Program(folder, simulated, **QUICK, **hook) as program:
        phone = await people.phone("Nadia", "fr")
        await phone.start()
        assert await phone.reaction()
        nadia = Diligent(phone, seed)
        for _ in range(6):
            await nadia.forward()
        held = await _siege(storm, program, nadia, await _known(people, phone), seed, count)
        print(f"{storm.statuses.total()} requests: {dict(sorted(storm.statuses.items()))}")
        print(f"memory: {held[0][1]:.0f} MiB first, {held[-1][1]:.0f} last; {10_000 * slope(held):.2f} MiB per 10 000")
        for _ in range(6):  # and still there
            await nadia.forward()
        with opened(program, simulated) as house:
            await delivered(people, house)
            assert faults(house, phone) == []
            assert list(_sound(house)) == []
        assert await program.stop(signal.SIGTERM) == 0
    _told(storm, held, program)


async def _known(people: Town, phone: Phone) -> Known:
    ids = [(await people.ask("POST", "/people", {"first_name": f"Other {n}"}))["id"] for n in range(OTHERS)]
    for person in ids:
        await people.ask("POST", f"/people/{person}/start", {})
    await people.settle()
    return Known(tuple(ids), tuple(data for rows in phone.keyboards.values() for row in rows for _, _, data in row))


async def _siege(
    storm: Storm, program: Program, nadia: Diligent, known: Known, seed: int, count: int
) -> list[tuple[float, float]]:
    """(requests sent, MiB held) all along."""
    held = []
    for done in range(0, count, AT_ONCE):
        several = await asyncio.to_thread(posts, known, seed + done, AT_ONCE)
        for start in range(0, AT_ONCE, AT_ONCE // 5):
            await storm.send(several[start : start + AT_ONCE // 5])
            held.append((float(done + start), memory_mib(program.pid)))
        assert not storm.wrong, storm.wrong
        await nadia.forward()
    return held


def _sound(house: House) -> Iterator[str]:
    """Everybody's dossier can be read whole: those of the others, too, in whose name anything was said.

    An update that is what the Bot API says is never put aside.
    """
    database, vault = house.stores.database, house.stores.vault
    with database.read() as session:
        owners = session.execute(select(table(Beneficiary).c.id)).scalars().all()
        assert len(owners) > OTHERS
        for owner in owners:
            yield from run_faults(house, session, owner)
            export(session, vault, owner, house.library.flows, database.now())
    for page in parked_pages(database, vault):
        yield from (f"put aside: {one.error}: {one.raw}" for one in page if f'"{INTACT}": true' in (one.raw or ""))


def _told(storm: Storm, held: list[tuple[float, float]], program: Program) -> None:
    growth = held[-1][1] - held[len(held) // 5][1]
    assert set(storm.statuses) == {"200", "400", "401", "404", "405", "413", "415", "cut"}, "each of them was met"
    assert growth < MOST_GROWTH
    log = program.output + program.errors
    assert b"is parked" in log, "the log is at work"
    assert MARK.encode() not in log
    assert b"Traceback" not in log
