"""Receiving: confirmation, long polls, conflicts, ages, callback queries, groups, blocking."""

import asyncio

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, Conflict

from simulator import Clock, SimulatedPerson, Simulator
from tests.simulator.conftest import until


async def _texts(bot: Bot, offset: int | None = None, **more) -> list[str]:
    return [update.effective_message.text for update in await bot.get_updates(offset, timeout=0, **more)]


async def test_an_offset_confirms_everything_below(bot: Bot, nadia: SimulatedPerson) -> None:
    await nadia.start("K7")
    for text in ("un", "deux", "trois"):
        await nadia.say(text)
    first = (await bot.get_updates(timeout=0))[0].update_id
    assert await _texts(bot) == ["/start K7", "un", "deux", "trois"]
    assert await _texts(bot, first + 2, limit=1) == ["deux"]
    assert await _texts(bot) == ["deux", "trois"]
    assert await _texts(bot, -1) == ["trois"]
    assert await _texts(bot) == ["trois"]
    ids = [update.update_id for update in await bot.get_updates(timeout=0)]
    assert ids == [first + 3]


async def test_a_long_poll_wakes_up(bot: Bot, nadia: SimulatedPerson) -> None:
    waiting = asyncio.create_task(bot.get_updates(timeout=20))
    await nadia.start()
    assert [update.message.text for update in await waiting] == ["/start"]


async def test_a_second_poll_ends_the_first(sim: Simulator, bot: Bot, call) -> None:
    first = asyncio.create_task(call("getUpdates", timeout=20))
    await until(lambda: sim.server.polls[sim.token].waiting)
    second = asyncio.create_task(call("getUpdates", timeout=20))
    assert await first == (
        409,
        {
            "ok": False,
            "error_code": 409,
            "description": "Conflict: terminated by other "
            "getUpdates request; make sure that only one bot instance is running",
        },
    )
    second.cancel()


async def test_a_webhook_forbids_polling(bot: Bot) -> None:
    await bot.set_webhook("http://127.0.0.1:9/hook")
    with pytest.raises(Conflict, match="can't use getUpdates method while webhook is active; use deleteWebhook"):
        await bot.get_updates(timeout=0)
    await bot.delete_webhook()
    assert await bot.get_updates(timeout=0) == ()
    with pytest.raises(BadRequest, match="Bad webhook"):
        await bot.set_webhook("https://example.org/hook")


async def test_ages(bot: Bot, nadia: SimulatedPerson, clock: Clock) -> None:
    await nadia.start()
    sent = await bot.send_message(
        nadia.id, "?", reply_markup=InlineKeyboardMarkup.from_button(InlineKeyboardButton("a", callback_data="a"))
    )
    await nadia.press("a")
    clock.advance(150)
    assert await _texts(bot) == ["/start"], "an undelivered callback query lives 150 s"
    clock.advance(24 * 3600 - 150)
    assert await _texts(bot) == [], "a message waits 24 h"
    assert sent.message_id == 2


async def test_a_callback_is_answered_once_and_in_time(bot: Bot, nadia: SimulatedPerson, clock: Clock, refusal) -> None:
    await nadia.start()
    await bot.send_message(
        nadia.id, "?", reply_markup=InlineKeyboardMarkup.from_button(InlineKeyboardButton("a", callback_data="data"))
    )
    pressed = await nadia.press("a")
    query = (await bot.get_updates(timeout=0))[-1].callback_query
    assert (query.id, query.data, query.message.text, query.from_user.first_name) == (pressed, "data", "?", "Nadia")
    assert await refusal("answerCallbackQuery", callback_query_id=pressed, text="a" * 201) == (
        "Bad Request: MESSAGE_TOO_LONG"
    )
    await query.answer("Noté", show_alert=True)
    assert (await nadia.wait_for_answer(pressed))["show_alert"] is True
    too_old = "Query is too old and response timeout expired or query id is invalid"
    with pytest.raises(BadRequest, match=too_old):
        await query.answer()
    late = await nadia.press("a")
    clock.advance(150)
    with pytest.raises(BadRequest, match=too_old):
        await bot.answer_callback_query(late)


async def test_a_button_that_has_gone_can_still_be_pressed(bot: Bot, nadia: SimulatedPerson) -> None:
    await nadia.start()
    sent = await bot.send_message(
        nadia.id, "?", reply_markup=InlineKeyboardMarkup.from_button(InlineKeyboardButton("a", callback_data="old"))
    )
    await sent.edit_text("!")
    await nadia.press_data(sent.message_id, "old")
    query = (await bot.get_updates(timeout=0))[-1].callback_query
    assert (query.data, query.message.text) == ("old", "!")


async def test_edits_media_and_blocking_are_told(bot: Bot, nadia: SimulatedPerson) -> None:
    await nadia.start()
    await nadia.say("un")
    await nadia.edit_last("deux")
    kinds = ("voice", "photo", "sticker", "document", "location", "contact", "poll", "video_note")
    for kind in kinds:
        await nadia.send(kind)
    await nadia.block()
    await nadia.unblock()
    updates = await bot.get_updates(timeout=0)
    assert updates[2].edited_message.text == "deux"
    assert updates[2].edited_message.edit_date
    assert all(getattr(update.message, kind) for update, kind in zip(updates[3:], kinds, strict=False))
    blocked, unblocked = (update.my_chat_member for update in updates[-2:])
    assert (blocked.old_chat_member.status, blocked.new_chat_member.status) == ("member", "kicked")
    assert (unblocked.old_chat_member.status, unblocked.new_chat_member.status) == ("kicked", "member")


async def test_allowed_updates_are_remembered(bot: Bot, nadia: SimulatedPerson) -> None:
    await bot.get_updates(timeout=0, allowed_updates=["edited_message"])
    await nadia.start()
    await nadia.edit_last("/start x")
    updates = await bot.get_updates(timeout=0)
    assert [update.edited_message.text for update in updates] == ["/start x"]


async def test_a_group(bot: Bot, nadia: SimulatedPerson, control, refusal) -> None:
    _, group = await control("POST", "/groups", title="Atelier", members=[nadia.id])
    assert await refusal("sendMessage", chat_id=group["id"], text="a") == (
        "Forbidden: bot is not a member of the group chat"
    )
    await control("POST", f"/people/{nadia.id}/add_bot", chat_id=group["id"])
    await control("POST", f"/people/{nadia.id}/text", chat_id=group["id"], text="entre nous")
    await control("POST", f"/people/{nadia.id}/text", chat_id=group["id"], text="/aide")
    joined, arrived, asked = await bot.get_updates(timeout=0)
    assert joined.my_chat_member.new_chat_member.status == "member"
    assert arrived.message.new_chat_members[0].id == bot.id
    assert (asked.message.text, asked.message.chat.type) == ("/aide", "group"), "privacy mode hides the rest"
    assert await bot.leave_chat(group["id"])


async def test_disorder_on_demand(bot: Bot, nadia: SimulatedPerson, control) -> None:
    await nadia.start()
    for text in ("un", "deux", "trois"):
        await nadia.say(text)
    last = (await bot.get_updates(timeout=0))[-1].update_id
    await control("POST", "/updates", duplicate=1)
    assert await _texts(bot, limit=2) == ["/start", "/start", "un", "un"]
    await control("POST", "/updates", shuffle=1)
    shuffled = await _texts(bot)
    assert sorted(shuffled) == sorted(["/start", "un", "deux", "trois"]) != shuffled
    await _texts(bot, last + 1)
    assert (await control("POST", "/updates", resend=2))[1] == {"resent": 2}
    assert await _texts(bot) == ["deux", "trois"]


async def test_a_killed_bot_leaves_no_poll_behind(sim: Simulator, bot: Bot, control) -> None:
    parts = sim.url.removeprefix("http://").split(":")
    _, writer = await asyncio.open_connection(parts[0], int(parts[1]))
    writer.write(f"GET /bot{sim.token}/getUpdates?timeout=20 HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    await until(lambda: sim.server.polls[sim.token].waiting)
    writer.transport.abort()
    await until(lambda: not sim.server.polls[sim.token].waiting)
    assert await bot.get_updates(timeout=0) == ()
    assert (await control("GET", "/refusals"))[1]["refusals"] == []
