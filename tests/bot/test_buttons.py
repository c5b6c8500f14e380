"""Buttons: quick taps all count; a second, an old or somebody else's press changes nothing and gets a short notice."""

from uuid import uuid4

import pytest

from flows.buttons import Menu, Press, encode
from storage.runs import answer_history
from tests.bot.conversing import (
    BACK,
    BEGIN,
    DEFER,
    DONE,
    ENDED,
    KEEP,
    PAUSE,
    READ,
    RESUME,
    SKIP,
    STALE,
    STOP,
    STOP_YES,
    WHY,
    Guest,
    data_of,
    labels_of,
    said,
    stored_run,
    validate,
)
from tests.harness import House

pytestmark = pytest.mark.asyncio(loop_scope="module")
SHELF = ("kinds", "recap")


async def at(guest: Guest, which: str) -> dict:
    """The message of the question reached by this first choice."""
    await guest.come()
    await guest.tap(BEGIN, which)
    return guest.asked()


# ---------------------------------------------------------------------------------------------------------- quick taps
async def test_quick_taps_on_several_choices_all_count(nadia: Guest) -> None:
    question = await at(nadia, "Fruits")
    for label in ("☐ Pomme", "☐ Figue", "☐ Cerise"):  # the keyboard has had no time to change in between
        await nadia.press_data(question["message_id"], data_of(question, label))
    await nadia.quiet()
    assert {"☑ Pomme", "☐ Poire", "☑ Figue", "☐ Raisin", "☑ Cerise"} <= set(nadia.labels())
    await nadia.tap(validate(3))
    assert nadia.results("kinds")["fruits"] == ["apple", "fig", "cherry"]


async def test_the_same_tick_twice_is_one_tick(nadia: Guest) -> None:
    question = await at(nadia, "Fruits")
    for label in ("☐ Pomme", "☐ Pomme", "☐ Poire", "☐ Pomme"):
        await nadia.press_data(question["message_id"], data_of(question, label))
    await nadia.quiet()
    await nadia.tap(validate(2))
    assert nadia.results("kinds")["fruits"] == ["apple", "pear"]


async def test_one_tick_too_many_is_refused_and_the_others_stay(nadia: Guest) -> None:
    await at(nadia, "Fruits")
    notice = await nadia.tap("☐ Pomme", "☐ Poire", "☐ Figue", "☐ Raisin")
    assert notice == said("marked_too_many", max=3)
    assert await nadia.tap("☑ Poire", "☐ Raisin") == ""
    await nadia.tap(validate(3))
    assert nadia.results("kinds")["fruits"] == ["apple", "fig", "grape"]


async def test_a_choice_that_goes_alone_takes_the_others_away(nadia: Guest) -> None:
    await at(nadia, "Fruits")
    await nadia.tap("☐ Pomme", "☐ Aucun fruit")
    assert {"☐ Pomme", "☑ Aucun fruit"} <= set(nadia.labels())
    await nadia.tap("☐ Poire")
    assert {"☑ Poire", "☐ Aucun fruit"} <= set(nadia.labels())


async def test_too_few_ticks_are_said_in_a_notice(nadia: Guest) -> None:
    await at(nadia, "Fruits")
    assert await nadia.tap("☐ Pomme", said("button_one_more")) == said("marked_too_few", min=2)
    assert "fruits" not in nadia.results("kinds")
    assert "☑ Pomme" in nadia.labels()


async def test_a_ranking_keeps_the_order_of_the_taps(nadia: Guest) -> None:
    await at(nadia, "Saisons")
    await nadia.tap("Hiver", "Printemps", "Été", "1. Hiver")
    assert {"1. Printemps", "2. Été", "Hiver"} <= set(nadia.labels())
    await nadia.tap("Hiver", validate(3))
    assert nadia.results("kinds")["order"] == ["spring", "summer", "winter"]


# ------------------------------------------------------------------------------------------------ second and old presses
async def test_a_double_tap_answers_once(nadia: Guest) -> None:
    question = await at(nadia, "Couleur")
    first = await nadia.press_data(question["message_id"], data_of(question, "Rouge"))
    second = await nadia.press_data(question["message_id"], data_of(question, "Bleu clair"))
    await nadia.quiet()
    assert (await nadia.wait_for_answer(first))["text"] == ""
    assert (await nadia.wait_for_answer(second))["text"] == STALE
    assert nadia.results("kinds") == {"which": "colour", "colour": "red"}
    assert [given.step for given in nadia.history("kinds")] == ["which", "colour"]
    assert sum("Et ensuite ?" in text for text in nadia.texts()) == 1


async def test_an_old_keyboard_changes_nothing(nadia: Guest) -> None:
    question = await at(nadia, "Humeur")
    first = nadia.message("Par où commencer")
    await nadia.tap("4", "Repos")
    before = nadia.run("kinds")
    assert await nadia.tap_on(question, "9") == STALE
    assert labels_of(first) == [], "the keyboard went with the answer"
    assert nadia.run("kinds") == before


async def test_a_press_after_a_change_is_recognised(nadia: Guest) -> None:
    question = await at(nadia, "Couleur")
    await nadia.tap("Rouge", BACK, "Bleu foncé")
    assert await nadia.tap_on(question, "Bleu clair") == STALE
    assert nadia.results("kinds")["colour"] == "dark_blue"
    assert [g.answer.value for g in nadia.history("kinds") if g.step == "colour"] == ["red", "dark_blue"]


async def test_a_keyboard_shown_before_a_repetition_is_old(nadia: Guest) -> None:
    question = await at(nadia, "Couleur")
    await nadia.tell("turlututu")
    assert await nadia.tap_on(question, "Rouge") == STALE
    assert await nadia.tap("Rouge") == ""
    assert nadia.results("kinds")["colour"] == "red"


async def test_the_way_back_of_an_old_keyboard_leads_nowhere(nadia: Guest) -> None:
    question = await at(nadia, "Couleur")
    await nadia.tell("turlututu")
    before = nadia.run("kinds")
    assert await nadia.tap_on(question, BACK) == STALE
    assert nadia.run("kinds") == before


async def test_somebody_elses_button_does_nothing_to_either(home: House, nadia: Guest) -> None:
    question = await at(nadia, "Couleur")
    async with Guest(home, "Karim") as karim:
        own = await at(karim, "Couleur")
        before = nadia.run("kinds"), karim.run("kinds")
        assert await karim.noticed(await karim.press_data(own["message_id"], data_of(question, "Rouge"))) == ENDED
        assert (nadia.run("kinds"), karim.run("kinds")) == before


async def test_a_stranger_with_a_button_learns_nothing(home: House, nadia: Guest) -> None:
    question = await at(nadia, "Couleur")
    before = nadia.run("kinds")
    async with Guest(home, "Karim") as karim:
        mine = await karim.say("/privacy")
        await karim.quiet()
        assert await karim.noticed(await karim.press_data(mine["message_id"] + 1, data_of(question, "Rouge"))) == ENDED
    assert nadia.run("kinds") == before


@pytest.mark.parametrize("data", ["x", "b", "m.", "m.nothing", "m.begin.nowhere", "m.resume.nowhere", "⚡️", "0" * 64])
async def test_data_that_no_button_of_ours_says(nadia: Guest, data: str) -> None:
    question = await at(nadia, "Couleur")
    before = nadia.run("kinds")
    assert await nadia.noticed(await nadia.press_data(question["message_id"], data)) == ENDED
    assert nadia.run("kinds") == before


async def test_values_that_no_button_of_ours_sets(nadia: Guest) -> None:
    question = await at(nadia, "Humeur")
    run, node = nadia.run("kinds"), 5
    forged = [Press(run.id, node, run.visit, "set", 11), Press(run.id, node, run.visit, "set", -1)]
    forged += [Press(run.id, node, run.visit, op, 0) for op in ("on", "off", "done", "skip", "defer", "keep")]
    forged += [
        Press(run.id, 0, run.visit, "set", 0),
        Press(run.id, 900, run.visit, "set", 0),
        Press(uuid4(), 0, 1, "set"),
    ]
    for press in forged:
        notice = await nadia.noticed(await nadia.press_data(question["message_id"], encode(press)))
        assert notice in (STALE, ENDED), press
        assert nadia.run("kinds") == run, press


# ------------------------------------------------------------------------------------------------------ what is shown
async def test_an_answered_question_shows_its_answer_and_has_no_buttons(nadia: Guest) -> None:
    question = await at(nadia, "Couleur")
    await nadia.tap("Bleu clair")
    shown = nadia.message("Quelle couleur")
    assert shown["message_id"] == question["message_id"]
    assert shown["text"].endswith("✔ Bleu clair")
    assert labels_of(shown) == []


@pytest.mark.parametrize(("way", "how"), [(SKIP, "skipped"), (DEFER, "deferred")])
async def test_the_ways_out_of_a_question(nadia: Guest, way: str, how: str) -> None:
    await at(nadia, "Histoire")
    await nadia.tap(way)
    assert nadia.results("kinds")["story"] == how
    assert "Et ensuite ?" in nadia.last()


async def test_why_is_said_over_the_chat_and_changes_nothing(home: House, nadia: Guest) -> None:
    question = await at(nadia, "Histoire")
    before, count = nadia.run("kinds"), len(nadia.messages)
    notice = await nadia.wait_for_answer(await nadia.press(WHY))
    await nadia.quiet()
    step = home.library.flows["try.kinds"].nodes["story"].step
    assert (notice["text"], notice["show_alert"]) == (step.why["fr"], True)
    assert (nadia.run("kinds"), len(nadia.messages)) == (before, count)
    assert nadia.asked()["message_id"] == question["message_id"]


async def test_a_battery_tells_what_was_answered_and_what_was_left_out(nadia: Guest) -> None:
    await at(nadia, "Affirmations")
    await nadia.tap("Oui", SKIP, "Non")
    assert said("battery_done", given="2 réponses (questions passées\N{NO-BREAK SPACE}: 1)") in nadia.texts()


async def test_a_battery_changes_in_place_one_tap_each(nadia: Guest) -> None:
    question = await at(nadia, "Affirmations")
    count = len(nadia.messages)
    await nadia.tap("Oui", "Un peu")
    assert len(nadia.messages) == count
    assert nadia.asked()["message_id"] == question["message_id"]
    assert "J'aime la ville." in nadia.last()
    assert "3 sur 3" in nadia.last()
    await nadia.tap("Non")
    assert said("battery_done", given="3 réponses") in nadia.texts()
    assert {k: v for k, v in nadia.results("kinds").items() if "items" in k} == {
        "items.sea": 3,
        "items.hills": 2,
        "items.towns": 1,
    }


async def test_a_double_tap_in_a_battery_does_not_answer_the_next_item(nadia: Guest) -> None:
    question = await at(nadia, "Affirmations")
    await nadia.press_data(question["message_id"], data_of(question, "Oui"))
    assert await nadia.tap_on(question, "Oui") == STALE
    assert nadia.results("kinds") == {"which": "items", "items.sea": 3}
    assert "J'aime la montagne." in nadia.last()


async def test_back_and_forth_in_a_battery(nadia: Guest) -> None:
    await at(nadia, "Affirmations")
    await nadia.tap("Oui", "Un peu", BACK)
    assert "J'aime la montagne." in nadia.last()
    assert said("answered") in nadia.last()
    await nadia.tap(KEEP)
    assert "J'aime la ville." in nadia.last()
    await nadia.tap("Non")
    assert list(nadia.results("kinds").values()) == ["items", 3, 2, 1]
    assert len(nadia.history("kinds")) == 4, "what is kept is not a new answer"


async def test_keeping_an_answer_adds_nothing_to_its_history(nadia: Guest) -> None:
    await at(nadia, "Couleur")
    await nadia.tap("Rouge", BACK)
    assert KEEP in nadia.labels()
    await nadia.tap(KEEP)
    assert "Et ensuite ?" in nadia.last()
    assert len(nadia.history("kinds")) == 2


async def test_the_first_question_has_no_way_back(nadia: Guest) -> None:
    await nadia.come()
    await nadia.tap(BEGIN)
    assert BACK not in nadia.labels()
    run = nadia.run("kinds")
    back = encode(Press(run.id, 0, run.visit, "back"))
    assert await nadia.noticed(await nadia.press_data(nadia.asked()["message_id"], back)) == said("first_question")


async def test_an_open_answer_too_short_is_not_complete(nadia: Guest) -> None:
    await at(nadia, "Histoire")
    await nadia.tell("Dormi")
    assert await nadia.tap(DONE) == said("reprise_too_short", min=8)
    await nadia.tell("mais le soir était beau")
    await nadia.tap(DONE)
    assert nadia.results("kinds")["story"] == "Dormi\nmais le soir était beau"


async def test_several_pieces_leave_one_button_to_end_them(nadia: Guest) -> None:
    await at(nadia, "Histoire")
    await nadia.tell("Le matin, je marche.")
    first = nadia.asked()
    await nadia.tell("Le soir, je lis.")
    assert nadia.live(DONE) == 1
    await nadia.tap_on(first, DONE)
    assert nadia.results("kinds")["story"] == "Le matin, je marche.\nLe soir, je lis."
    assert nadia.live(DONE) == 0


# ------------------------------------------------------------------------------------------------------- cards, twice
async def test_begin_pressed_twice_begins_once(nadia: Guest) -> None:
    await nadia.come()
    card = nadia.asked()
    await nadia.press(BEGIN)
    assert await nadia.tap_on(card, BEGIN) == ENDED
    assert len(nadia.house.records_of(nadia)) == 1
    assert sum("Par où commencer ?" in text for text in nadia.texts()) == 1


async def test_a_card_loses_its_buttons_once_pressed(nadia: Guest) -> None:
    await nadia.come()
    card = nadia.asked()["message_id"]
    await nadia.tap(BEGIN)
    assert next(labels_of(m) for m in nadia.messages if m["message_id"] == card) == []


async def test_a_card_of_an_earlier_part_begins_nothing(nadia: Guest) -> None:
    await nadia.come()
    card = nadia.asked()
    await nadia.tap(BEGIN, "Couleur", "Rouge", "Repos", BEGIN)
    assert await nadia.tap_on(card, BEGIN) == ENDED
    assert len(nadia.house.records_of(nadia)) == 2


async def test_resuming_twice_leaves_one_question_to_answer(nadia: Guest) -> None:
    await at(nadia, "Couleur")
    await nadia.tell("/pause")
    card = nadia.asked()
    await nadia.press(RESUME)
    await nadia.tap_on(card, RESUME)
    assert nadia.live("Rouge") == 1
    assert await nadia.tap("Rouge") == ""


async def test_pausing_twice_says_so_once(nadia: Guest) -> None:
    await at(nadia, "Couleur")
    await nadia.tell("/menu")
    menu = nadia.asked()
    await nadia.press(PAUSE)
    assert await nadia.tap_on(menu, PAUSE) == ENDED
    assert nadia.texts().count(said("paused")) == 1


async def test_choosing_a_language_twice_is_choosing_it_once(nadia: Guest) -> None:
    await at(nadia, "Couleur")
    await nadia.tell("/menu")
    menu, label = nadia.asked(), said("button_language")
    await nadia.press(label)
    assert await nadia.tap_on(menu, label) == said("ended_button", "en")
    assert nadia.texts().count(said("language_chosen", "en")) == 1


async def test_a_message_to_the_counsellor_is_sent_once(nadia: Guest) -> None:
    await at(nadia, "Couleur")
    await nadia.tell("/conseiller", "Un mot pour vous")
    card = nadia.asked()
    await nadia.press(DONE)
    assert await nadia.tap_on(card, DONE) == ENDED
    assert len([flag for flag in nadia.flags() if flag[1] == said("counsellor_flag")]) == 1
    assert nadia.live("Rouge") == 1


async def test_stopping_twice_stops_once(nadia: Guest) -> None:
    await at(nadia, "Couleur")
    await nadia.tell("/arreter")
    card = nadia.asked()
    await nadia.press(STOP_YES)
    assert await nadia.tap_on(card, STOP_YES) == ENDED
    assert nadia.facts().count("stopped") == 1


async def test_turning_the_pages_again_and_again(nadia: Guest) -> None:
    await at(nadia, "Couleur")
    await nadia.tell("/reponses")
    card = nadia.asked()
    label, _ = labels_of(card)
    await nadia.tap_on(card, label)
    count = len(nadia.messages)
    await nadia.tap_on(card, label)
    assert len(nadia.messages) == count
    assert "Lecture" not in nadia.last()
    assert "→ Couleur" in nadia.last()


async def test_every_menu_button_that_is_old_is_still_answered(nadia: Guest) -> None:
    """A button that keeps spinning looks like a bot that is broken."""
    await at(nadia, "Lecture")
    await nadia.tap(READ)
    await nadia.tell("/menu")
    menu = nadia.asked()
    for name in (
        "answers",
        "correct",
        "recap",
        "question",
        "counsellor",
        "privacy",
        "stop",
        "begin",
        "sent",
        "stop_no",
        "stop_yes",
        "resume",
        "pause",
    ):
        query = await nadia.press_data(menu["message_id"], encode(Menu(name)))
        await nadia.quiet()
        await nadia.wait_for_answer(query)
    assert STOP not in nadia.labels()


async def test_what_was_pressed_is_in_the_transcript_in_words(home: House, nadia: Guest) -> None:
    await at(nadia, "Fruits")
    await nadia.tap("☐ Pomme", "☐ Poire", validate(2))
    assert nadia.heard()[-4:] == ["Fruits", "☑ Pomme", "☑ Poire", "Pomme, Poire"]
    run = stored_run(home, nadia.run("kinds").id)
    with home.stores.database.read() as session:
        assert len(answer_history(session, home.stores.vault, run.id)) == 2
