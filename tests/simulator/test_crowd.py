"""A crowd walks through a small bot, and what each of them waited for is measured."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup

from simulator import Simulator
from tests.simulator.conftest import Ask

QUESTIONS = 3
END = "That was all."


async def asks_three_questions(bot: Bot) -> None:
    offset = 0
    while True:
        for update in await bot.get_updates(offset=offset, timeout=1):
            offset = update.update_id + 1
            query, chat = update.callback_query, update.effective_chat
            assert chat is not None
            asked = int(str(query.data)) if query else 0
            if query:
                await query.answer()
            button = InlineKeyboardMarkup([[InlineKeyboardButton("Next", callback_data=str(asked + 1))]])
            if asked < QUESTIONS:
                await bot.send_message(chat.id, f"Question {asked + 1}", reply_markup=button)
            else:
                await bot.send_message(chat.id, END)


@pytest.fixture
async def answered(bot: Bot) -> AsyncIterator[None]:
    task = asyncio.ensure_future(asks_three_questions(bot))
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


@pytest.mark.usefixtures("answered")
async def test_everybody_comes_to_the_end_and_each_wait_is_measured(sim: Simulator, control: Ask) -> None:
    status, begun = await control("POST", "/crowd", people=5, size=2, until=END)
    assert (status, begun["over"], begun["latencies"]) == (200, False, [])
    async with asyncio.timeout(20):
        while not (crowd := (await control("GET", "/crowd"))[1])["over"]:  # noqa: ASYNC110
            await asyncio.sleep(0)
    assert (crowd["finished"], crowd["gestures"], len(crowd["latencies"])) == (
        5,
        5 * (1 + QUESTIONS),
        5 * (1 + QUESTIONS),
    )
    assert crowd["latencies"] == sorted(crowd["latencies"])
    assert crowd["latencies"][0] > 0
    assert crowd["latencies"][-1] <= crowd["seconds"]


@pytest.mark.parametrize("wrong", [{}, {"until": END, "size": 0}, {"until": END, "people": -1}])
async def test_a_crowd_that_cannot_end_is_refused(control: Ask, wrong: dict[str, object]) -> None:
    assert (await control("POST", "/crowd", **wrong))[0] == 400
    assert (await control("GET", "/crowd"))[0] == 404
