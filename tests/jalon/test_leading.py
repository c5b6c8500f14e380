"""What is done once for all: by the worker that leads and by no other, until another one leads."""

import asyncio
from collections.abc import Iterator

import pytest

from jalon.leading import Duty, Leading
from storage.database import Database
from storage.migrate import upgrade
from tests.postgres import Server, postgres_server

__all__ = ["postgres_server"]
pytestmark = pytest.mark.postgresql
BOT = 7_000_000_001


@pytest.fixture
def database(postgres_server: Server) -> Iterator[Database]:
    opened = Database(postgres_server.url(postgres_server.create()))
    upgrade(opened)
    yield opened
    opened.close()


async def test_a_duty_is_done_by_the_leader_alone_and_by_the_next_one_after_it(database: Database) -> None:
    done: asyncio.Queue[str] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def worker(name: str) -> Leading:
        note = Duty(0.0, lambda session, bot_id, now: loop.call_soon_threadsafe(done.put_nowait, name) and None)
        return Leading(database, BOT, name, None, [note])

    stops = {name: asyncio.Event() for name in ("ann", "bea")}
    tasks = [asyncio.ensure_future(worker(name).run(stop)) for name, stop in stops.items()]
    async with asyncio.timeout(60):
        first = await done.get()
        assert {await done.get() for _ in range(3)} == {first}
        stops[first].set()
        other = ({*stops} - {first}).pop()
        while await done.get() != other:
            pass
        assert {await done.get() for _ in range(2)} == {other}
        stops[other].set()
        await asyncio.gather(*tasks)
