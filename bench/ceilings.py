"""What cannot be exceeded: calls of the Bot API by the transport alone, commits by the database alone. `python -m bench.ceilings`

Each measure does one thing of a turn and nothing else, against the same simulator, on the same disk.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from telegram import Bot
from telegram.request import BaseRequest, HTTPXRequest

from bench.measure import control, simulated, staged
from bench.report import markdown, write_json
from bot.transport import AiohttpRequest, Timeouts
from storage.database import Database
from storage.inbox import note_updates
from storage.migrate import upgrade
from tests.postgres import running

CALLS, AT_ONCE, PEOPLE = 4_000, 64, 50
COMMITS = 400
BATCHES = (1, 10, 50)  # updates noted in one transaction
HEADS = ("what", "a second", "CPU ms each")


@dataclass(frozen=True, slots=True)
class Ceiling:
    """`rate`: how many a second. `cpu_ms`: of this process, for each, where it is its own doing."""

    what: str
    rate: float
    cpu_ms: float


def measured(what: str, count: int, work: Callable[[], object]) -> Ceiling:
    began, cpu = time.perf_counter(), time.process_time()
    work()
    return Ceiling(what, count / (time.perf_counter() - began), 1000 * (time.process_time() - cpu) / count)


def transports() -> Iterator[Ceiling]:
    with staged(lambda: "", sys.executable) as stage, simulated(stage):
        people = [control(stage, "POST", "/people", {"first_name": f"Nadia {n}"})["id"] for n in range(PEOPLE)]
        for person in people:
            control(stage, "POST", f"/people/{person}/start", {})
        requests: dict[str, Callable[[], BaseRequest]] = {
            "sendMessage, python-telegram-bot's own transport": lambda: HTTPXRequest(AT_ONCE, pool_timeout=60),
            "sendMessage, Jalon's transport": lambda: AiohttpRequest(AT_ONCE, Timeouts(pool=60.0)),
        }
        for what, request in requests.items():
            yield measured(
                what, CALLS, lambda made=request: asyncio.run(_sends(stage.url, stage.token, made(), people))
            )


async def _sends(url: str, token: str, request: BaseRequest, people: list[int]) -> None:
    left = iter(range(CALLS))

    async def sender(bot: Bot) -> None:
        for number in left:
            await bot.send_message(people[number % PEOPLE], "Une question, avec quelques mots à lire.")

    async with Bot(token, base_url=f"{url}/bot", request=request) as bot:
        await asyncio.gather(*(sender(bot) for _ in range(AT_ONCE)))


def commits(name: str, url: str) -> Iterator[Ceiling]:
    database = Database(url)
    try:
        upgrade(database)
        first = 0
        for size in BATCHES:
            done, first = first, first + COMMITS * size
            yield measured(
                f"updates noted, {name}, {size} in a commit",
                COMMITS * size,
                lambda size=size, done=done: _noted(database, size, done),
            )
    finally:
        database.close()


def _noted(database: Database, size: int, first: int) -> None:
    for batch in range(COMMITS):
        start = first + batch * size
        with database.write() as session:
            note_updates(session, 1, [(start + n, "text", 1) for n in range(size)], datetime.now(UTC))


def main() -> None:
    found = list(transports())
    with tempfile.TemporaryDirectory() as folder:
        found += commits("SQLite", f"sqlite:///{folder}/jalon.db")
    with running(durable=True) as server:
        found += commits("PostgreSQL", server.url(server.create()))
    write_json(Path("docs/ceilings.json"), [asdict(one) for one in found])
    print(markdown(HEADS, [(one.what, f"{one.rate:.0f}", f"{one.cpu_ms:.2f}") for one in found]))


if __name__ == "__main__":
    main()
