"""Several real workers on one PostgreSQL: each update counts once, whoever gets it, and whoever dies on the way."""

import asyncio
import signal
from pathlib import Path

import aiohttp
import pytest

from tests.bot.test_webhook import free_port
from tests.e2e.diligent import Diligent
from tests.e2e.scene import beyond_repetition
from tests.e2e.workers import workers
from tests.postgres import Server

pytestmark = pytest.mark.postgresql

PEOPLE, STEPS = 8, 8
RATE, BURST = 20, 5  # messages a second, and at once: of all workers together
LATE = 1.0  # seconds by which a call may be noted later than it was allowed, on a busy machine


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
        assert await beyond_repetition(them.people) == set()


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
