"""What the log says when Telegram hands nothing over any more, in words that tell what to do."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

from telegram import Bot
from telegram.error import InvalidToken

from bot.poller import Poller
from bot.transport import AiohttpRequest
from simulator import DEFAULT_TOKEN, SimulatedPerson, Simulator
from tests.bot.logged import lines


@asynccontextmanager
async def polling(telegram: Simulator, token: str, here: Callable[[bool], None] | None = None) -> AsyncIterator[None]:
    bot, stopping = Bot(token, f"{telegram.url}/bot", get_updates_request=AiohttpRequest()), asyncio.Event()
    with suppress(InvalidToken):
        await bot.initialize()
    poller = Poller(bot, lambda updates: None, lambda: None, here or (lambda unbroken: None), timedelta())
    task = asyncio.ensure_future(poller.run(stopping))
    try:
        yield
        assert not task.done(), "it goes on trying: the trouble may pass"
    finally:
        stopping.set()
        await task
        await bot.shutdown()


async def test_a_token_that_was_revoked() -> None:
    async with Simulator() as telegram:
        with lines("bot.poller") as log:
            async with polling(telegram, "1:revoked-since"):
                line = await log.until("the token is no longer accepted")
    assert "revoked-since" not in line
    assert "ask BotFather for the new one" in line, "what to do"


async def test_another_process_with_the_same_token() -> None:
    async with Simulator() as telegram:
        with lines("bot.poller") as log:
            async with polling(telegram, DEFAULT_TOKEN), polling(telegram, DEFAULT_TOKEN):
                await log.until("another process uses this token")


async def test_an_outage_is_told_when_it_begins_and_when_it_is_over() -> None:
    async with Simulator() as telegram, SimulatedPerson(telegram.url, "Nadia") as nadia:
        with lines("bot.poller") as log:
            async with polling(telegram, DEFAULT_TOKEN):
                await nadia._ask("POST", "/outage", {"on": True})
                await nadia.start()  # the poll in hand comes back, and no other
                await log.until("Telegram cannot be reached")
                await nadia._ask("POST", "/outage", {"on": False})
                await nadia.say("Bonjour")
                assert "failures: 1" in await log.until("Telegram answers again")


async def test_it_knows_whether_updates_were_received_without_a_break() -> None:
    signs: asyncio.Queue[bool] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def here(unbroken: bool) -> None:
        loop.call_soon_threadsafe(signs.put_nowait, unbroken)

    async with Simulator() as telegram, SimulatedPerson(telegram.url, "Nadia") as nadia:
        with lines("bot.poller") as log:
            async with polling(telegram, DEFAULT_TOKEN, here), asyncio.timeout(30):
                assert not await signs.get(), "nobody knows what was before the start"
                await nadia.start()
                assert await signs.get()
                await nadia._ask("POST", "/outage", {"on": True})
                await nadia.say("Bonjour")  # the poll in hand may still bring it
                await log.until("Telegram cannot be reached")
                await nadia._ask("POST", "/outage", {"on": False})
                while await signs.get():
                    pass
                await nadia.say("Me voilà")
                assert await signs.get()
