"""What is not plain words: pictures and voices, groups, strange characters. A kind refusal, nothing opened, nothing lost."""

from typing import Any

import pytest

from tests.bot.conversing import BEGIN, DONE, Guest, labels_of, outbox_of, said
from tests.harness import House

pytestmark = pytest.mark.asyncio(loop_scope="module")
SHELF = ("kinds", "recap")
MEDIA = ["voice", "photo", "sticker", "document", "location", "contact", "poll", "video_note"]


async def at(guest: Guest, which: str) -> None:
    await guest.come()
    await guest.tap(BEGIN, which)


async def raw(guest: Guest, kind: str, **content: Any) -> list[str]:
    """An update as Telegram could make it, though no gesture of the simulator does; gives what the bot said."""
    before = len(guest.texts())
    world = guest.house.simulator.server.main
    person = world.people[guest.id]
    head = {"message_id": 9_000, "date": world.now(), "from": person.public()}
    world.tell(kind, {**head, "chat": world.chat_public(world.private_chat(person)), **content}, str(guest.id))
    await guest.quiet()
    return guest.texts()[before:]


# ------------------------------------------------------------------------------------------------ voices and pictures
@pytest.mark.parametrize("kind", MEDIA)
async def test_what_is_not_written_is_kindly_refused(nadia: Guest, kind: str) -> None:
    await at(nadia, "Couleur")
    question = nadia.last()
    assert await nadia.show(kind) == [f"{said('not_text')} {said('here_it_is')}\n\n{question}"]
    assert nadia.live("Rouge") == 1
    assert nadia.results("kinds") == {"which": "colour"}
    last = next(line.line for line in reversed(nadia.transcript()) if line.line.direction == "in")
    assert (last.kind, last.text) == (kind, ""), "that it came is noted, its content is not"


async def test_nothing_sent_is_ever_fetched(home: House, nadia: Guest) -> None:
    await at(nadia, "Histoire")
    await nadia.show("voice", duration=9)
    await nadia.show("document", file_name="cv.pdf")
    calls = await nadia._ask("GET", "/calls")
    assert "getfile" not in calls["counts"]


async def test_the_caption_of_a_picture_is_no_answer(nadia: Guest) -> None:
    await at(nadia, "Couleur")
    [text] = await nadia.show("photo", caption="rouge")
    assert text.startswith(said("not_text"))
    assert nadia.results("kinds") == {"which": "colour"}
    assert nadia.heard()[-1] == "rouge", "what was said is kept, though it is no answer"


async def test_a_picture_amid_an_open_answer_takes_nothing_away(nadia: Guest) -> None:
    await at(nadia, "Histoire")
    await nadia.tell("Le matin, je marche.")
    await nadia.show("photo")
    await nadia.tell("Le soir, je lis.")
    await nadia.tap(DONE)
    assert nadia.results("kinds")["story"] == "Le matin, je marche.\nLe soir, je lis."


async def test_a_picture_where_nothing_is_asked(nadia: Guest) -> None:
    await nadia.come()
    assert await nadia.show("sticker") == [said("not_text")]
    await nadia.tap(BEGIN)


async def test_a_picture_for_the_counsellor(nadia: Guest) -> None:
    await at(nadia, "Couleur")
    await nadia.tell("/conseiller")
    assert await nadia.show("photo") == [said("not_text")]
    await nadia.tell("rouge")
    assert "colour" not in nadia.results("kinds")


async def test_a_place_that_moves_is_refused_once(nadia: Guest) -> None:
    """A live location is edited every few seconds: the bot must not repeat itself each time."""
    await at(nadia, "Couleur")
    await nadia.show("location")
    for step in range(3):
        assert await raw(nadia, "edited_message", location={"latitude": 48.0 + step, "longitude": 2.0}) == []


async def test_what_telegram_says_by_itself_is_no_speech(nadia: Guest) -> None:
    await at(nadia, "Couleur")
    assert await raw(nadia, "message", delete_chat_photo=True) == []
    assert await raw(nadia, "message", write_access_allowed={"web_app_name": "x"}) == []


# -------------------------------------------------------------------------------------------------------------- groups
async def in_group(guest: Guest) -> dict[str, Any]:
    group = await guest._ask("POST", "/groups", {"title": "La famille", "members": [guest.id]})
    await guest._act("add_bot", chat_id=group["id"])
    await guest.quiet()
    return dict(await guest._ask("GET", f"/chats/{group['id']}/messages"))


async def test_in_a_group_the_bot_explains_once_and_leaves(home: House, nadia: Guest) -> None:
    group = await in_group(nadia)
    assert [m["text"] for m in group["messages"] if "text" in m] == [said("group")]
    assert group["bot_status"] == "left"
    assert [(row.kind, row.state) for row in outbox_of(home, group["id"])] == [("send", "sent"), ("leave", "sent")]


async def test_called_in_a_group_it_is_still_in_the_bot_leaves(home: House, nadia: Guest) -> None:
    """It was there before Jalon knew how to leave: the first word to it is the occasion."""
    group = await nadia._ask("POST", "/groups", {"title": "Le club", "members": [nadia.id]})
    home.simulator.server.main.chats[group["id"]].bot_status = "member"
    await nadia._act("text", chat_id=group["id"], text="/start@jalon_bot")
    await nadia.quiet()
    assert [(row.kind, row.state) for row in outbox_of(home, group["id"])] == [("send", "sent"), ("leave", "sent")]


async def test_a_group_learns_nothing_of_a_dossier(nadia: Guest) -> None:
    await at(nadia, "Couleur")
    before = nadia.transcript(), nadia.run("kinds")
    group = await in_group(nadia)
    assert [m["text"] for m in group["messages"] if "text" in m] == [said("group")]
    assert (nadia.transcript(), nadia.run("kinds")) == before


# ---------------------------------------------------------------------------------------------------- strange characters
@pytest.mark.parametrize(
    "text", ["👍", "…", "?", "\u200e", "🇫🇷🇫🇷", "\u2063", "مرحبا", "\x00\x01", "~" * 4096, "é" * 4096]
)
async def test_signs_that_are_no_answer_get_the_question_again(nadia: Guest, text: str) -> None:
    await at(nadia, "Couleur")
    [again] = await nadia.tell(text)
    assert said("not_understood") in again
    assert nadia.results("kinds") == {"which": "colour"}


@pytest.mark.parametrize("text", ["", "   ", "\n\n"])
async def test_a_message_without_a_word(nadia: Guest, text: str) -> None:
    """No telephone sends one; a client of its own might."""
    await at(nadia, "Couleur")
    [again] = await raw(nadia, "message", text=text)
    assert said("not_understood") in again


@pytest.mark.parametrize("typed", ["\u200erouge", "\ufeffrouge", "rouge\u200b", "𝗥𝗼𝘂𝗴𝗲", "ROUGE 🙂"])
async def test_signs_that_do_not_show_do_not_count(nadia: Guest, typed: str) -> None:
    await at(nadia, "Couleur")
    await nadia.tell(typed)
    assert nadia.results("kinds").get("colour") == "red"


MARKUP = [
    "<b>gras</b> & <i>penché",
    "</b></i><a href='https://example.org'>ici</a>",
    "&lt;déjà&gt; &amp; &nbsp; &#39;",
    "{title} {answer} {organisation.name} %s \\n",
    "**gras** _penché_ `code` [lien](tg://user?id=1)",
    "@jalon_bot #bilan https://example.org 06 12 34 56 78",
    "𝄞 👩‍👩‍👧 نص من اليمين ‮txet",
    "l'été — « œuvre » … ’ \u00a0» \u202f.",
]


@pytest.mark.parametrize("text", MARKUP)
async def test_an_answer_comes_back_exactly_as_it_was_written(nadia: Guest, text: str) -> None:
    await at(nadia, "Histoire")
    await nadia.tell(text)
    await nadia.tap(DONE)
    assert nadia.results("kinds")["story"] == text
    assert nadia.message("Racontez une journée.")["text"].endswith(f"✔ {text}")
    await nadia.tell("/reponses")
    await nadia.tap("Sept façons (2)")
    assert nadia.last().endswith(f"→ {text}")
    await nadia.tap("2")
    assert f"{said('answered')} {text}" in nadia.last()


async def test_the_packs_own_signs_are_shown_as_they_are(nadia: Guest) -> None:
    await at(nadia, "Lecture")
    assert nadia.last().endswith("Ceci se lit & s'oublie <aussitôt>.")


async def test_a_name_of_any_shape(home: House) -> None:
    async with Guest(home, "<i>‮ملك</i> & {x} " + "é" * 40, "zh-hans") as ana:
        await ana.come()
        await ana.tap(said("button_begin", "en"))
        assert labels_of(ana.asked())
