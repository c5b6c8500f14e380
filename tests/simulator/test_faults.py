"""Faults: what the caller sees, and whether the call took place."""

import asyncio
import random
from datetime import timedelta

import aiohttp
import pytest
from telegram import Bot
from telegram.error import NetworkError, RetryAfter

from simulator import Clock, SimulatedPerson, Simulator
from simulator.faults import Faults
from tests.simulator.conftest import until


async def _said(nadia: SimulatedPerson) -> list[str]:
    return [message["text"] for message in await nadia.look()][1:]


@pytest.mark.parametrize(("action", "accepted"), [("drop_before", []), ("drop_after", ["a"]), ("cut", ["a"])])
async def test_broken_connections(action, accepted, call, control, nadia: SimulatedPerson) -> None:
    await nadia.start()
    await control("POST", "/faults", action=action, method="sendMessage", count=1)
    with pytest.raises(aiohttp.ClientError):
        await call("sendMessage", chat_id=nadia.id, text="a")
    assert await _said(nadia) == accepted
    status, _ = await call("sendMessage", chat_id=nadia.id, text="b")
    assert status == 200, "count is spent"


async def test_flood_and_bad_gateway(bot: Bot, control, nadia: SimulatedPerson, monkeypatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")  # the library deprecates whole seconds
    await nadia.start()
    await control("POST", "/faults", action="retry_after", nth=2, seconds=7, chat_id=nadia.id)
    await bot.send_message(nadia.id, "a")
    with pytest.raises(RetryAfter) as caught:
        await bot.send_message(nadia.id, "b")
    assert caught.value.retry_after == timedelta(seconds=7)
    await control("POST", "/faults", action="status", status=502, count=1)
    with pytest.raises(NetworkError, match="Bad Gateway"):
        await bot.send_message(nadia.id, "c")
    assert await _said(nadia) == ["a"]
    _, log = await control("GET", "/refusals")
    assert log["refusals"] == []
    assert [call["code"] for call in log["injected"]] == [429, 502]


async def test_slow(call, control, nadia: SimulatedPerson) -> None:
    await nadia.start()
    await control("POST", "/faults", action="slow", seconds=5, count=1)
    with pytest.raises(asyncio.TimeoutError):
        async with asyncio.timeout(0.05):
            await call("sendMessage", chat_id=nadia.id, text="a")
    assert await _said(nadia) == ["a"], "the caller gave up, the message is there"


async def test_an_outage_and_its_end(call, control, nadia: SimulatedPerson) -> None:
    await nadia.start()
    await control("POST", "/outage", on=True, status=503)
    assert (await call("getMe"))[0] == 503
    await control("POST", "/outage", on=True)
    with pytest.raises(aiohttp.ClientError):
        await call("getMe")
    await control("POST", "/outage", on=False)
    assert (await call("getMe"))[0] == 200


async def test_an_outage_ends_a_poll_under_way(sim: Simulator, call, control) -> None:
    waiting = asyncio.create_task(call("getUpdates", timeout=20))
    await until(lambda: sim.server.polls[sim.token].waiting)
    await control("POST", "/outage", on=True)
    with pytest.raises(aiohttp.ClientError):
        await waiting


async def test_an_unknown_fault_is_refused(control) -> None:
    assert (await control("POST", "/faults", action="explode"))[0] == 400
    assert (await control("POST", "/faults", action="slow", colour="red"))[0] == 400


async def test_probability_is_seeded() -> None:
    def draw() -> list[bool]:
        faults = Faults(random.Random(3))
        faults.add({"action": "slow", "probability": 0.3})
        return [faults.pick("sendmessage", "1") is not None for _ in range(200)]

    assert draw() == draw()
    assert 40 <= sum(draw()) <= 80


async def test_rate_limits(call, control, nadia: SimulatedPerson, clock: Clock) -> None:
    await nadia.start()
    await control("POST", "/limits", enabled=True, chat_burst=2)
    codes = [(await call("sendMessage", chat_id=nadia.id, text="a"))[0] for _ in range(3)]
    assert codes == [200, 200, 429]
    _, body = await call("sendMessage", chat_id=nadia.id, text="a")
    assert body == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 1",
        "parameters": {"retry_after": 1},
    }
    clock.advance(1)
    assert (await call("sendMessage", chat_id=nadia.id, text="a"))[0] == 200


async def test_the_refusal_log_names_the_call(call, control, nadia: SimulatedPerson) -> None:
    await call("sendMessage", chat_id=nadia.id, text="")
    _, log = await control("GET", "/refusals")
    [refused] = log["refusals"]
    assert (refused["method"], refused["code"], refused["description"]) == (
        "sendmessage",
        400,
        "Bad Request: message text is empty",
    )
    _, calls = await control("GET", "/calls")
    assert calls["counts"] == {"sendmessage": 1} == calls["refused"]
