"""The control API, the page's protections, and what a phone would not allow."""

import asyncio
import re
from pathlib import Path

import aiohttp
import pytest
from telegram import Bot

from simulator import SimulatedPerson, Simulator, http_control, http_tools, settle
from simulator.actions import ACTIONS
from simulator.client import SimulatorError
from simulator.faults import ACTIONS as FAULTS
from simulator.methods import GET_UPDATES, METHODS

README = Path(http_control.__file__).parent / "README.md"


async def test_events_wait(bot: Bot, nadia: SimulatedPerson, control) -> None:
    await nadia.start()
    _, before = await control("GET", f"/chats/{nadia.id}/events?after=0")
    waiting = asyncio.create_task(control("GET", f"/chats/{nadia.id}/events?after={before['seq']}&wait=20"))
    await bot.send_chat_action(nadia.id, "typing")
    _, news = await waiting
    assert [event["kind"] for event in news["events"]] == ["typing"]


async def test_settling_waits_for_the_bot(bot: Bot, nadia: SimulatedPerson) -> None:
    await nadia.start()
    with pytest.raises(SimulatorError, match="1 updates pending"):
        await nadia.settle(seconds=0.1)

    async def answer() -> None:
        [update] = await bot.get_updates(timeout=0)
        await bot.get_updates(update.update_id + 1, timeout=0)
        await bot.send_message(nadia.id, "fini")

    working = asyncio.create_task(answer())
    assert (await nadia.settle(quiet=0.1))[-1]["text"] == "fini"
    await working


async def test_what_a_phone_does_not_allow(nadia: SimulatedPerson) -> None:
    await nadia.start()
    for gesture in (nadia.say("  "), nadia.say("a" * 4097), nadia.press_data(99, "a"), nadia.send("telepathy")):
        with pytest.raises(SimulatorError):
            await gesture
    await nadia.block()
    with pytest.raises(SimulatorError, match="blocked"):
        await nadia.say("a")
    await nadia.start()
    await nadia.say("a")


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
    ],
)
async def test_strangers_are_refused(headers, sim: Simulator, session: aiohttp.ClientSession) -> None:
    async with session.post(f"{sim.url}/simulator/people", json={"first_name": "X"}, headers=headers) as response:
        assert response.status == 403
    async with session.get(f"{sim.url}/bot{sim.token}/getMe", headers=headers) as response:
        assert response.status == 403
    assert sim.server.people == {}


async def test_a_foreign_link_opens_the_page_and_nothing_else(sim: Simulator, session: aiohttp.ClientSession) -> None:
    followed = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    for path, status in (("/jalon_bot?start=A", 200), (f"/bot{sim.token}/logOut", 403), ("/simulator/state", 403)):
        async with session.get(sim.url + path, headers=followed) as response:
            assert response.status == status


async def test_the_page_and_its_policy(sim: Simulator, session: aiohttp.ClientSession) -> None:
    for path in ("/", "/?start=A", "/jalon_bot?start=A", "/t.me/jalon_bot?start=A", "/static/chat.js"):
        async with session.get(sim.url + path) as response:
            assert response.status == 200
            assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    async with session.get(f"{sim.url}/static/..%2fserver.py") as response:
        assert response.status == 404


async def test_wrong_demands_are_explained(control) -> None:
    assert (await control("POST", "/people"))[0] == 400
    assert (await control("POST", "/people/1/text"))[0] == 404
    assert (await control("GET", "/chats/1/messages"))[0] == 404
    assert (await control("POST", "/limits", speed=1))[0] == 400
    assert (await control("POST", "/clock", set="tomorrow"))[0] == 400


async def test_the_clock(control) -> None:
    assert (await control("POST", "/clock", set=100))[1] == {"now": 100.0, "stopped": True}
    assert (await control("POST", "/clock", advance=5))[1]["now"] == 105.0
    assert (await control("POST", "/clock", follow=True))[1]["stopped"] is False


def test_everything_is_documented() -> None:
    readme = README.read_text()
    for method, path, _ in http_control.TABLE + http_tools.TABLE:
        shown = re.sub(r"\{(\w+):[^}]*\}", r"{\1}", path)
        assert f"`{method} /simulator{shown}`" in readme
    for name in [*ACTIONS, *METHODS, GET_UPDATES]:
        assert f"`{name}`" in readme.lower(), name
    for action in FAULTS:
        assert f"| `{action}` |" in readme


def test_every_testid_is_documented() -> None:
    static = README.parent / "static"
    sources = "".join((static / name).read_text() for name in ("index.html", "chat.js", "dom.js", "people.js"))
    found = set(re.findall(r'testid(?:=|"?: )"([a-z-]+)"', sources))
    assert len(found) > 25
    assert {testid for testid in found if f"`{testid}`" not in README.read_text()} == set()


async def test_settling_without_a_loop_and_with_short_polls(sim: Simulator, bot: Bot) -> None:
    async def poll() -> None:
        while True:
            await bot.get_updates(timeout=0)

    polling = asyncio.create_task(poll())
    await asyncio.to_thread(settle, sim.url, 0.05, 5)
    polling.cancel()


def test_a_token_has_a_shape() -> None:
    with pytest.raises(ValueError, match="token looks like"):
        Simulator(tokens=["secret"])
