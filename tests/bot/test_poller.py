"""What the log says when Telegram hands nothing over any more, in words that tell what to do."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

from telegram import Bot
from telegram.error import InvalidToken

from bot.poller import Poller
from bot.transport import AiohttpRequest
from simulator import DEFAULT_TOKEN, SimulatedPerson, Simulator

PATIENCE = 10.0  # seconds


class Lines(logging.Handler):
    """Reads the log until it says what is awaited."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: asyncio.Queue[str] = asyncio.Queue()

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.put_nowait(record.getMessage())

    async def until(self, words: str) -> str:
        async with asyncio.timeout(PATIENCE):
            while words not in (line := await self.lines.get()):
                pass
        return line


@contextmanager
def lines() -> Iterator[Lines]:
    handler, log = Lines(), logging.getLogger("bot.poller")
    log.addHandler(handler)
    try:
        yield handler
    finally:
        log.removeHandler(handler)


@asynccontextmanager
async def polling(telegram: Simulator, token: str) -> AsyncIterator[None]:
    bot, stopping = Bot(token, f"{telegram.url}/bot", get_updates_request=AiohttpRequest()), asyncio.Event()
    with suppress(InvalidToken):
        await bot.initialize()
    task = asyncio.ensure_future(Poller(bot, lambda updates: None, lambda: None).run(stopping))
    try:
        yield
        assert not task.done(), "it goes on trying: the trouble may pass"
    finally:
        stopping.set()
        await task
        await bot.shutdown()


async def test_a_token_that_was_revoked() -> None:
    async with Simulator() as telegram:
        with lines() as log:
            async with polling(telegram, "1:revoked-since"):
                line = await log.until("the token is no longer accepted")
    assert "revoked-since" not in line
    assert "ask BotFather for the new one" in line, "what to do"


async def test_another_process_with_the_same_token() -> None:
    async with Simulator() as telegram:
        with lines() as log:
            async with polling(telegram, DEFAULT_TOKEN), polling(telegram, DEFAULT_TOKEN):
                await log.until("another process uses this token")


async def test_an_outage_is_told_when_it_begins_and_when_it_is_over() -> None:
    async with Simulator() as telegram, SimulatedPerson(telegram.url, "Nadia") as nadia:
        with lines() as log:
            async with polling(telegram, DEFAULT_TOKEN):
                await nadia._ask("POST", "/outage", {"on": True})
                await nadia.start()  # the poll in hand comes back, and no other
                await log.until("Telegram cannot be reached")
                await nadia._ask("POST", "/outage", {"on": False})
                await nadia.say("Bonjour")
                assert "failures: 1" in await log.until("Telegram answers again")
