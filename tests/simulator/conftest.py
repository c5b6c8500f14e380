"""A simulator per test, on a free port of this machine, with a stopped clock and a seed."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from telegram import Bot
from telegram.request import HTTPXRequest

from simulator import Clock, SimulatedPerson, Simulator

NOON = 1_760_000_000.0  # a day of October 2025

Ask = Callable[..., Awaitable[tuple[int, Any]]]


@pytest.fixture
def clock() -> Clock:
    stopped = Clock()
    stopped.set(NOON)
    return stopped


@pytest.fixture
async def sim(clock: Clock) -> AsyncIterator[Simulator]:
    async with Simulator(clock=clock, seed=7) as simulator:
        yield simulator


@pytest.fixture
async def nadia(sim: Simulator) -> AsyncIterator[SimulatedPerson]:
    async with SimulatedPerson(sim.url, "Nadia", language_code="fr") as person:
        yield person


@pytest.fixture
async def bot(sim: Simulator) -> AsyncIterator[Bot]:
    request = HTTPXRequest(connection_pool_size=4, httpx_kwargs={"trust_env": False})
    files = f"{sim.url}/file/bot"
    async with Bot(sim.token, f"{sim.url}/bot", files, request=request, get_updates_request=request) as ours:
        yield ours


async def until(condition: Callable[[], object]) -> None:
    """Let the loop turn until `condition()`; the timeout says when it never comes."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - turns of the loop, not delays
            await asyncio.sleep(0)


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
def call(sim: Simulator, session: aiohttp.ClientSession) -> Ask:
    """`status, body = await call("sendMessage", chat_id=…)`: one call of the Bot API in JSON."""

    async def ask(method: str, /, **parameters: Any) -> tuple[int, Any]:
        async with session.post(f"{sim.url}/bot{sim.token}/{method}", json=parameters) as response:
            return response.status, await response.json()

    return ask


@pytest.fixture
def refusal(call: Ask) -> Callable[..., Awaitable[str]]:
    """The description of a call that must be refused."""

    async def ask(method: str, /, **parameters: Any) -> str:
        status, body = await call(method, **parameters)
        assert not body["ok"], body
        assert status == body["error_code"]
        return str(body["description"])

    return ask


@pytest.fixture
def control(sim: Simulator, session: aiohttp.ClientSession) -> Ask:
    """`status, body = await control("POST", "/faults", action="slow")`."""

    async def ask(method: str, path: str, /, **body: Any) -> tuple[int, Any]:
        url = f"{sim.url}/simulator{path}"
        async with session.request(method, url, json=body if method == "POST" else None) as response:
            return response.status, await response.json()

    return ask
