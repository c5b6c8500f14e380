"""Delivery to a webhook: secret, order, retries, what stays in the queue."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from telegram import Bot

from simulator import Clock, SimulatedPerson, Simulator
from simulator.webhook import next_delay
from tests.simulator.conftest import until


class Hook:
    """A webhook that answers with the statuses it was given, then 200."""

    def __init__(self) -> None:
        self.url = ""
        self.got: asyncio.Queue[tuple[dict[str, Any], str | None]] = asyncio.Queue()
        self.statuses: list[int] = []
        self.reply: dict[str, Any] = {}

    async def receive(self, request: web.Request) -> web.Response:
        await self.got.put((await request.json(), request.headers.get("X-Telegram-Bot-Api-Secret-Token")))
        return web.json_response(self.reply, status=self.statuses.pop(0) if self.statuses else 200)

    async def next(self) -> dict[str, Any]:
        async with asyncio.timeout(5):
            return (await self.got.get())[0]


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    hook = Hook()
    app = web.Application()
    app.router.add_post("/hook", hook.receive)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hook.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield hook
    await runner.cleanup()


async def _drained(sim: Simulator) -> None:
    async with asyncio.timeout(5):
        while sim.server.main.updates.waiting:
            await sim.server.main.updates.changed.wait(5)


async def test_delivery_in_order_with_the_secret(bot: Bot, sim: Simulator, hook: Hook, nadia: SimulatedPerson) -> None:
    await nadia.start()
    await bot.set_webhook(hook.url, secret_token="s3cret-_")
    for text in ("un", "deux"):
        await nadia.say(text)
    async with asyncio.timeout(5):
        got = [await hook.got.get() for _ in range(3)]
    assert [body["message"]["text"] for body, _ in got] == ["/start", "un", "deux"]
    assert {secret for _, secret in got} == {"s3cret-_"}
    await _drained(sim)
    assert (await bot.get_webhook_info()).pending_update_count == 0


async def test_a_refused_update_comes_again_and_holds_its_chat(
    bot: Bot, sim: Simulator, hook: Hook, nadia: SimulatedPerson, clock: Clock
) -> None:
    hook.statuses = [500, 500]
    await bot.set_webhook(hook.url)
    await nadia.start()
    await nadia.say("après")
    assert [(await hook.next())["message"]["text"] for _ in range(2)] == ["/start", "/start"]
    await until(lambda: clock.moved.awaited)
    assert hook.got.empty()
    info = await bot.get_webhook_info()
    assert (info.pending_update_count, info.last_error_message) == (
        2,
        "Wrong response from the webhook: 500 Internal Server Error",
    )
    clock.advance(2)
    assert [(await hook.next())["message"]["text"] for _ in range(2)] == ["/start", "après"]


async def test_an_answer_may_be_a_call(bot: Bot, hook: Hook, nadia: SimulatedPerson) -> None:
    hook.reply = {"method": "sendMessage", "chat_id": nadia.id, "text": "Bonjour"}
    await bot.set_webhook(hook.url)
    await nadia.start()
    await nadia.wait_for_text("Bonjour")


async def test_dropping_what_waits(bot: Bot, nadia: SimulatedPerson) -> None:
    await nadia.start()
    await bot.delete_webhook(drop_pending_updates=True)
    assert await bot.get_updates(timeout=0) == ()


async def test_the_rhythm_of_retries() -> None:
    assert [next_delay(failures, 90) for failures in (1, 2, 3, 4, 9)] == [0, 2, 4, 8, 90]


async def test_a_press_does_not_wait_behind_a_stuck_message(
    bot: Bot, sim: Simulator, hook: Hook, nadia: SimulatedPerson, clock: Clock
) -> None:
    await nadia.start()
    await bot.get_updates(-1, timeout=0)
    sent = await bot.send_message(nadia.id, "?")
    hook.statuses = [500, 500]
    await bot.set_webhook(hook.url)
    assert [(await hook.next())["message"]["text"] for _ in range(2)] == ["/start", "/start"]
    await until(lambda: clock.moved.awaited)
    await nadia.press_data(sent.message_id, "x")
    assert (await hook.next())["callback_query"]["data"] == "x"
    assert len(sim.server.main.updates.waiting) >= 1


async def test_max_connections_bounds_the_deliveries_under_way(bot: Bot, sim: Simulator, hook: Hook) -> None:
    hook.statuses = [500] * 100
    await bot.set_webhook(hook.url, max_connections=2)
    for number in range(4):
        person = sim.server.add_person({"first_name": f"P{number}"})
        sim.server.act(person.id, "start", {})
    senders = {(await hook.next())["message"]["from"]["id"] for _ in range(4)}
    assert len(senders) == 2
