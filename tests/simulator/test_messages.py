"""Sending, editing, deleting: the refusals word for word, seen by the library the bot uses and by raw HTTP."""

import aiohttp
import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, InputFile
from telegram.error import BadRequest, Forbidden, InvalidToken

from simulator import Clock, SimulatedPerson, Simulator


async def test_a_message_with_entities_and_a_keyboard(bot: Bot, nadia: SimulatedPerson) -> None:
    await nadia.start()
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Oui", callback_data="o")]])
    sent = await bot.send_message(nadia.id, "😀 <b>Prête ?</b>", parse_mode="HTML", reply_markup=keyboard)
    assert (sent.text, sent.entities[0].offset, sent.entities[0].length) == ("😀 Prête ?", 3, 7)
    assert sent.date.timestamp() == 1_760_000_000
    assert sent.reply_markup == keyboard
    assert [message["text"] for message in await nadia.look()] == ["/start", "😀 Prête ?"]
    assert nadia.keyboard() == [["Oui"]]


async def test_message_ids_grow_in_each_chat(bot: Bot, nadia: SimulatedPerson) -> None:
    await nadia.start()
    ids = [(await bot.send_message(nadia.id, text)).message_id for text in "abc"]
    assert ids == [2, 3, 4]


async def test_who_cannot_be_written_to(bot: Bot, nadia: SimulatedPerson, sim: Simulator) -> None:
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(123, "a")
    with pytest.raises(Forbidden, match="bot can't initiate conversation with a user"):
        await bot.send_message(nadia.id, "a")
    await nadia.start()
    await nadia.block()
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(nadia.id, "a")
    sim.server.act(nadia.id, "deactivate", {})
    with pytest.raises(Forbidden, match="user is deactivated"):
        await bot.send_message(nadia.id, "a")


@pytest.mark.parametrize(
    ("parameters", "description"),
    [
        ({}, "Bad Request: message text is empty"),
        ({"text": " \n "}, "Bad Request: text must be non-empty"),
        ({"text": "<b> </b>", "parse_mode": "HTML"}, "Bad Request: text must be non-empty"),
        ({"text": "é" * 4097}, "Bad Request: message is too long"),
        ({"text": "😀" * 2049}, "Bad Request: message is too long"),
        ({"text": "a", "parse_mode": "JSON"}, "Bad Request: unsupported parse_mode"),
        ({"text": "a", "chat_id": ""}, "Bad Request: chat_id is empty"),
        ({"text": "a", "reply_parameters": {"message_id": 99}}, "Bad Request: message to be replied not found"),
        ({"text": "a", "reply_markup": "{"}, "Bad Request: can't parse reply keyboard markup JSON object"),
        ({"text": "a", "reply_markup": []}, "Bad Request: object expected as reply markup"),
    ],
)
async def test_texts_refused(parameters, description, refusal, nadia: SimulatedPerson) -> None:
    await nadia.start()
    assert await refusal("sendMessage", **{"chat_id": nadia.id, **parameters}) == description


@pytest.mark.parametrize(
    ("button", "description"),
    [
        ({"text": "a", "callback_data": "é" * 32 + "a"}, "Bad Request: BUTTON_DATA_INVALID"),
        ({"text": " ", "callback_data": "a"}, "Bad Request: inline keyboard button text must be non-empty"),
        (
            {"text": "a", "callback_data": ""},
            "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        ({"callback_data": "a"}, "Bad Request: can't parse inline keyboard button: Can't find field \"text\""),
        (
            {"text": "a", "callback_data": "a", "url": "https://example.org"},
            "Bad Request: can't parse inline keyboard button: exactly one of the optional fields must be used",
        ),
    ],
)
async def test_buttons_refused(button, description, refusal, nadia: SimulatedPerson) -> None:
    await nadia.start()
    markup = {"inline_keyboard": [[button]]}
    assert await refusal("sendMessage", chat_id=nadia.id, text="a", reply_markup=markup) == description


async def test_limits_are_inclusive(call, nadia: SimulatedPerson) -> None:
    await nadia.start()
    rows = [[{"text": "a", "callback_data": "é" * 32}] * 10] * 10
    status, _ = await call("sendMessage", chat_id=nadia.id, text="😀" * 2048, reply_markup={"inline_keyboard": rows})
    assert status == 200
    rows.append(rows[0])
    status, body = await call("sendMessage", chat_id=nadia.id, text="a", reply_markup={"inline_keyboard": rows})
    assert (status, body["description"]) == (400, "Bad Request: reply markup is too long")


async def test_the_length_is_counted_after_the_entities(call, nadia: SimulatedPerson) -> None:
    await nadia.start()
    status, _ = await call("sendMessage", chat_id=nadia.id, text=f"<b>{'a' * 4096}</b>", parse_mode="HTML")
    assert status == 200


async def test_edits(bot: Bot, nadia: SimulatedPerson, clock: Clock) -> None:
    hello = await nadia.start()
    sent = await bot.send_message(
        nadia.id, "un", reply_markup=InlineKeyboardMarkup.from_button(InlineKeyboardButton("a", callback_data="a"))
    )
    with pytest.raises(BadRequest, match="are exactly the same as a current content and reply markup of the message"):
        await bot.edit_message_text("un", nadia.id, sent.message_id, reply_markup=sent.reply_markup)
    clock.advance(60)
    edited = await bot.edit_message_text("<b>un</b>", nadia.id, sent.message_id, parse_mode="HTML")
    assert (edited.reply_markup, edited.edit_date.timestamp()) == (None, 1_760_000_060)
    with pytest.raises(BadRequest, match="not modified"):
        await bot.edit_message_reply_markup(nadia.id, sent.message_id)
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await bot.edit_message_text("x", nadia.id, 99)
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await bot.edit_message_text("x", nadia.id, hello["message_id"])
    with pytest.raises(BadRequest, match="Message_too_long"):
        await bot.edit_message_text("x" * 4097, nadia.id, sent.message_id)
    assert (await nadia.look())[-1]["text"] == "un"


async def test_deleting(bot: Bot, nadia: SimulatedPerson, clock: Clock) -> None:
    await nadia.start()
    young, old = [(await bot.send_message(nadia.id, text)).message_id for text in "ab"]
    assert await bot.delete_message(nadia.id, young)
    with pytest.raises(BadRequest, match="Message to delete not found"):
        await bot.delete_message(nadia.id, young)
    clock.advance(48 * 3600 + 1)
    with pytest.raises(BadRequest, match="Message can't be deleted for everyone"):
        await bot.delete_message(nadia.id, old)


async def test_a_document_goes_both_ways(bot: Bot, nadia: SimulatedPerson) -> None:
    await nadia.start()
    sent = await bot.send_document(
        nadia.id, InputFile(b"%PDF synthese", "synthese.pdf"), caption="<b>Voici</b>", parse_mode="HTML"
    )
    assert (sent.document.file_name, sent.document.file_size, sent.caption) == ("synthese.pdf", 13, "Voici")
    file = await bot.get_file(sent.document.file_id)
    assert bytes(await file.download_as_bytearray()) == b"%PDF synthese"
    voice = await nadia.send("voice", duration=3)
    file = await bot.get_file(voice["voice"]["file_id"])
    assert len(await file.download_as_bytearray()) == voice["voice"]["file_size"]
    with pytest.raises(BadRequest, match="Invalid file_id"):
        await bot.get_file("nope")


async def test_every_way_to_call(sim: Simulator, session: aiohttp.ClientSession, nadia: SimulatedPerson) -> None:
    await nadia.start()
    url = f"{sim.url}/bot{sim.token}/SENDmessage"
    query = {"chat_id": str(nadia.id), "text": "requête", "disable_notification": "true"}
    previews = '{"is_disabled": true}'
    form = aiohttp.FormData({"chat_id": str(nadia.id), "text": "multipart", "link_preview_options": previews})
    form.add_field("unused", b"x", filename="x.txt")
    for request in (
        session.get(url, params=query),
        session.post(url, data={**query, "text": "formulaire"}),
        session.post(url, data=form),
        session.post(url, json={"chat_id": nadia.id, "text": "json"}),
    ):
        async with request as response:
            assert (await response.json())["ok"] is True
    assert [message["text"] for message in await nadia.look()][1:] == ["requête", "formulaire", "multipart", "json"]


async def test_unknown_method_and_token(sim: Simulator, session: aiohttp.ClientSession, refusal) -> None:
    assert await refusal("sendTelepathy") == "Not Found: method not found"
    async with session.get(f"{sim.url}/bot1:wrong/getMe") as response:
        assert (response.status, await response.json()) == (
            401,
            {"ok": False, "error_code": 401, "description": "Unauthorized"},
        )
    with pytest.raises(InvalidToken):
        async with Bot("1:wrong", f"{sim.url}/bot"):
            raise AssertionError("not refused")


async def test_profile_and_commands(bot: Bot, nadia: SimulatedPerson, control, refusal) -> None:
    await nadia.start()
    await bot.set_my_commands([("aide", "De l’aide")])
    await bot.set_my_commands([("help", "Some help")], language_code="en")
    await bot.set_my_description("Je suis Jalon.", "fr")
    assert [command.command for command in await bot.get_my_commands(language_code="en")] == ["help"]
    assert (await control("GET", f"/chats/{nadia.id}/commands"))[1] == [{"command": "aide", "description": "De l’aide"}]
    assert (await bot.get_my_description("fr")).description == "Je suis Jalon."
    assert await refusal("setMyCommands", commands=[{"command": "à", "description": "a"}]) == (
        "Bad Request: BOT_COMMAND_INVALID"
    )
    await bot.delete_my_commands()
    assert await bot.get_my_commands() == ()


async def test_actions_of_the_chat(bot: Bot, nadia: SimulatedPerson, refusal) -> None:
    await nadia.start()
    assert await bot.send_chat_action(nadia.id, "typing")
    assert await refusal("sendChatAction", chat_id=nadia.id, action="dance") == (
        "Bad Request: wrong parameter action in request"
    )
    assert (await bot.get_chat(nadia.id)).first_name == "Nadia"
    assert (await bot.get_chat_member(nadia.id, nadia.id)).status == "member"
