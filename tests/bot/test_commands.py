"""Commands: what a person can ask for at any moment, in both languages."""

import re

import pytest

from bot.commands import menu_of
from bot.words import PHRASES
from flows.load import load_packs
from flows.pack import Pack
from flows.phrases import LANGUAGES
from flows.wording import PHRASES as SCALE
from storage.tables import FlagRow
from tests.bot.conversing import (
    ANSWERS,
    BACK,
    BEGIN,
    CHANGE,
    DONE,
    ENDED,
    KEEP,
    RESUME,
    STALE,
    STOP_NO,
    STOP_YES,
    Guest,
    data_of,
    labels_of,
    opening,
    said,
)
from tests.bot.shelf import ENDS
from tests.harness import House

pytestmark = pytest.mark.asyncio(loop_scope="module")
QUESTION = said("button_question")
SHELF = ("hello", "kinds", "many", "paths", "recap")


async def consented(guest: Guest) -> None:
    """Past the consent; the card of the next part waits."""
    await guest.come()
    await guest.tap(BEGIN, "Je participe")


async def half_way(guest: Guest) -> None:
    """Two parts are over; the third is at its second question."""
    await consented(guest)
    await guest.tap(BEGIN, "Couleur", "Rouge", "Repos", BEGIN, *["Oui"] * 8, BEGIN, "En poste")


async def submitted(guest: Guest) -> None:
    """Everything is answered and handed over."""
    await half_way(guest)
    await guest.tell("35")
    await guest.tap("Durable", "7")
    await guest.tell("passer")
    await guest.tap(BEGIN, said("button_read"), "Je remets")


# --------------------------------------------------------------------------------------------------- every command
@pytest.mark.parametrize("language", ["fr", "en"])
async def test_every_command_answers_in_the_persons_language(home: House, language: str) -> None:
    expected = {
        "/aide": "help",
        "/help": "help",
        "/confidentialite": "privacy",
        "/privacy": "privacy",
        "/reponses": "answers_none",
        "/retour": "no_earlier",
        "/pause": "paused",
        "/start": "welcome_back",
        "/conseiller": "counsellor_ask",
        "/arreter": "stop_ask",
        "/nimporte": "unknown_command",
    }
    async with Guest(home, "Ana", language) as ana:
        await ana.come()
        await ana.tap(said("button_begin", language))
        for command, key in expected.items():
            texts = await ana.tell(command)
            assert opening(key, language) in texts[0], command
        for command in ("/reprendre", "/RETOUR", "/menu@jalon_bot"):
            assert await ana.tell(command), command


@pytest.mark.parametrize(("code", "language"), [("fr", "fr"), ("en", "en"), ("de", "fr")])
async def test_telegrams_own_menu_of_commands(home: House, code: str, language: str) -> None:
    """Somebody whose Telegram is in a third language sees the first of ours there."""
    async with Guest(home, "Ana", code) as ana:
        menu = await ana._ask("GET", f"/chats/{ana.id}/commands")
    names = {
        "fr": "menu reprendre retour reponses pause conseiller langue confidentialite aide arreter",
        "en": "menu resume back answers pause counsellor language privacy help stop",
    }
    descriptions = [said(f"command_{name}", language) for name in names["en"].split()]
    assert [(entry["command"], entry["description"]) for entry in menu] == list(
        zip(names[language].split(), descriptions, strict=True)
    )


def commands_in(text: str) -> set[str]:
    return set(re.findall(r"(?<!\S)/([a-z]+)", text))


async def test_every_command_that_a_text_names_is_one_of_its_language() -> None:
    for language in LANGUAGES:
        texts = [phrase[language] for phrase in PHRASES.table.values()]
        texts += [text[language] for pack in load_packs()[0] for text in pack_texts(pack)]
        named = set().union(*map(commands_in, texts))
        assert named <= {name for name, _ in menu_of(language)}, language
        assert "stop" in named or "arreter" in named


def pack_texts(pack: Pack) -> list[dict[str, str]]:
    return [step.text for step in pack.steps] + [outcome.text for outcome in pack.outcomes.values() if outcome.text]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_commands_of_both_languages_work_in_each(home: House, language: str) -> None:
    pairs = [("/langue", "/language"), ("/reponses", "/answers"), ("/conseiller", "/counsellor"), ("/aide", "/help")]
    pairs += [("/retour", "/back"), ("/reprendre", "/resume"), ("/arreter", "/stop"), ("/confidentialite", "/privacy")]
    for pair in pairs:
        said_by = []
        for command in pair:
            async with Guest(home, "Ana", language) as ana:
                await ana.come()
                said_by.append(await ana.tell(command))
        assert said_by[0] == said_by[1], pair
        assert not said_by[0][0].startswith(opening("unknown_command", language))


async def test_an_unknown_command_gets_the_menu(nadia: Guest) -> None:
    await consented(nadia)
    texts = await nadia.tell("/bonjour")
    assert texts[0] == said("unknown_command")
    assert said("button_continue") in nadia.labels()
    await nadia.tap(said("button_continue"))
    assert BEGIN in nadia.labels()


async def test_the_menu_shows_what_is_done_and_what_is_at_hand(nadia: Guest) -> None:
    await half_way(nadia)
    [menu] = await nadia.tell("/menu")
    assert [line[0] for line in menu.splitlines()[1:]] == ["✔", "✔", "✔", "▸", "·"]


async def test_a_command_is_no_answer(nadia: Guest) -> None:
    await consented(nadia)
    await nadia.tap(BEGIN, "Histoire")
    await nadia.tell("/inconnu mais écrit dans une question ouverte")
    assert nadia.run("kinds").parts == ()
    assert nadia.run("kinds").at == "story"


# -------------------------------------------------------------------------------------------------------- language
async def test_the_other_language_in_the_middle_of_a_question(nadia: Guest) -> None:
    await consented(nadia)
    await nadia.tap(BEGIN, "Couleur")
    french = nadia.asked()
    await nadia.tell("/langue")
    assert said("language_chosen", "en") in nadia.texts()
    assert "Which colour do you prefer?" in nadia.last()
    assert labels_of(nadia.message("Quelle couleur")) == []
    assert await nadia.tap_on(french, "Rouge") == said("stale", "en")
    await nadia.tap("Red", "Rest")
    assert said("button_begin", "en") in nadia.labels()
    assert nadia.run("kinds").answers["colour"].shown == "Which colour do you prefer?"


async def test_the_other_language_between_two_parts_shows_the_next_one_again(nadia: Guest) -> None:
    await consented(nadia)
    await nadia.tell("/langue")
    assert said("button_begin", "en") in nadia.labels()
    await nadia.tap(said("button_begin", "en"))
    assert "Where to begin?" in nadia.last()


async def test_a_part_opened_again_speaks_the_language_of_today(nadia: Guest) -> None:
    await half_way(nadia)
    await nadia.tell("/langue", "/reponses")
    await nadia.tap("Seven ways (3)", "2")
    assert "Which colour do you prefer?" in nadia.last()
    await nadia.tap("Dark blue")
    assert "How many hours a week?" in nadia.last()


async def test_the_language_of_the_telephone_is_not_asked(home: House) -> None:
    async with Guest(home, "Ana", "en-GB") as ana, Guest(home, "Uwe", "de") as uwe, Guest(home, "Luc", "") as luc:
        for guest, language in ((ana, "en"), (uwe, "en"), (luc, "fr")):
            await guest.come()
            assert said("button_begin", language) in guest.labels()


# --------------------------------------------------------------------------------------------------------- answers
async def test_answers_are_read_again_page_by_page(nadia: Guest) -> None:
    await half_way(nadia)
    await nadia.tell("/reponses")
    battery = said("answers_battery", title="Tout ou rien")
    assert nadia.labels() == ["Premier pas (1)", "Sept façons (3)", f"{battery} (8)", "Votre chemin (1)", QUESTION]
    await nadia.tap(f"{battery} (8)")
    assert "1. Le thé.\n→ Oui" in nadia.last()
    assert "7. " not in nadia.last()
    await nadia.tap(said("button_next"))
    assert "7. La danse.\n→ Oui\n\n8. Le sel.\n→ Oui" in nadia.last()
    assert nadia.labels() == ["7", "8", said("button_previous"), ANSWERS, QUESTION]
    await nadia.tap(said("button_previous"))
    assert "1. Le thé." in nadia.last()
    await nadia.tap(ANSWERS)
    assert nadia.labels()[0] == "Premier pas (1)"


async def test_an_answer_of_an_earlier_part_is_changed_and_one_comes_back(nadia: Guest) -> None:
    await half_way(nadia)
    await nadia.tell("/reponses")
    await nadia.tap("Sept façons (3)", "2")
    assert "Quelle couleur préférez-vous ?" in nadia.last()
    assert said("answered") in nadia.last()
    assert "Combien d'heures" in nadia.texts()[-3], "the question left waits, without buttons"
    await nadia.tell("bleu clair")
    assert nadia.texts()[-2] == f"{said('changed')}\n\nQuelle couleur préférez-vous ?\n→ Bleu clair"
    assert "Combien d'heures par semaine ?" in nadia.last()
    await nadia.tell("35")
    assert nadia.results("kinds")["colour"] == "light_blue"
    assert nadia.results("paths") == {"situation": "employed", "hours": 35}


async def test_an_item_of_a_battery_is_changed_alone(nadia: Guest) -> None:
    await half_way(nadia)
    await nadia.tell("/reponses")
    await nadia.tap(f"{said('answers_battery', title='Tout ou rien')} (8)", "4", "Non")
    assert nadia.results("many")["tastes.snow"] == 1
    assert list(nadia.results("many").values()).count(2) == 7
    assert "Combien d'heures par semaine ?" in nadia.last()


async def test_an_answer_looked_at_and_kept_is_not_called_a_change(nadia: Guest) -> None:
    await half_way(nadia)
    await nadia.tell("/reponses")
    await nadia.tap("Sept façons (3)", "2", KEEP)
    assert said("unchanged") in nadia.texts()
    assert said("changed") not in "".join(nadia.texts())
    assert len(nadia.history("kinds")) == 3


async def test_the_same_choice_again_is_not_called_a_change(nadia: Guest) -> None:
    await half_way(nadia)
    await nadia.tell("/reponses")
    await nadia.tap("Sept façons (3)", "2", "Rouge")
    assert said("unchanged") in nadia.texts()
    assert len(nadia.history("kinds")) == 3


@pytest.mark.parametrize("label", [KEEP, "Je participe"])
async def test_an_agreement_kept_is_not_called_a_change(nadia: Guest, label: str) -> None:
    await half_way(nadia)
    await nadia.tell("/reponses")
    await nadia.tap("Premier pas (1)", "1", label)
    assert said("unchanged") in nadia.texts()
    assert said("changed") not in "".join(nadia.texts())
    assert nadia.consents() == [("taking_part", True)] * 2, "it is an act all the same, with its date"


async def test_start_at_a_resting_place_shows_the_answer_that_was_opened_again(nadia: Guest) -> None:
    await submitted(nadia)
    await nadia.tell("/reponses")
    await nadia.tap("Votre chemin (5)", "2")
    await nadia.tell("/start")
    assert "Combien d'heures par semaine ?" in nadia.last()
    await nadia.tell("55")
    assert nadia.results("paths")["hours"] == 55
    assert nadia.row.journey_at == "submitted"
    [text] = await nadia.tell("/start")
    assert text == f"{said('welcome_back')}\n\nC'est remis.", "nothing is open: the resting place is not left unasked"


async def test_from_the_list_of_answers_back_to_the_question(nadia: Guest) -> None:
    await half_way(nadia)
    for where in ((), ("Sept façons (3)",)):
        await nadia.tell("/reponses")
        await nadia.tap(*where, QUESTION)
        assert "Combien d'heures par semaine ?" in nadia.last()
    assert nadia.live(QUESTION) == 0


async def test_a_list_of_answers_where_nothing_is_asked_leads_to_no_question(nadia: Guest) -> None:
    await half_way(nadia)
    await nadia.tell("/reponses")
    page = nadia.asked()
    assert QUESTION in labels_of(page)
    await nadia.tell("35")
    await nadia.tap("Durable", "7")
    await nadia.tell("passer")
    assert await nadia.tap_on(page, QUESTION) == ENDED
    await nadia.tell("/reponses")
    assert QUESTION not in nadia.labels()


async def test_a_number_pressed_twice_leaves_one_question_open(nadia: Guest) -> None:
    await half_way(nadia)
    await nadia.tell("/reponses")
    await nadia.tap("Sept façons (3)")
    page = nadia.asked()
    await nadia.press("2")
    await nadia.tap_on(page, "2")
    assert nadia.live("Bleu clair") == 1


async def test_an_early_answer_that_opens_new_questions_asks_them_first(nadia: Guest) -> None:
    await half_way(nadia)
    await nadia.tell("/reponses")
    await nadia.tap("Sept façons (3)", "1", "Humeur")
    assert "Votre humeur du jour ?" in nadia.last()
    await nadia.tap("2")
    assert nadia.results("kinds") == {"which": "mood", "mood": 2, "after": "rest"}
    assert nadia.aside("kinds") == {"colour"}
    assert ("notice", f"Humeur {SCALE('scale_of', 'fr', value=2, to=10)}") in nadia.flags()
    assert "Combien d'heures par semaine ?" in nadia.last()


async def open_a_question_and_leave_it(guest: Guest) -> None:
    """Another answer in the second part asks for the mood of the day; the person looks at their answers instead."""
    await guest.tell("/reponses")
    await guest.tap("Sept façons (3)", "1", "Humeur")
    await guest.tell("/reponses")


async def test_new_questions_of_an_earlier_part_are_not_forgotten_for_another_change(nadia: Guest) -> None:
    await half_way(nadia)
    await open_a_question_and_leave_it(nadia)
    await nadia.tap("Premier pas (1)", "1", "Je participe")
    assert "Votre humeur du jour ?" in nadia.last()
    await nadia.tap("2")
    assert nadia.results("kinds") == {"which": "mood", "mood": 2, "after": "rest"}
    assert "Combien d'heures par semaine ?" in nadia.last()


async def test_new_questions_of_an_earlier_part_come_before_the_next_part(nadia: Guest) -> None:
    await half_way(nadia)
    await open_a_question_and_leave_it(nadia)
    await nadia.tap("Votre chemin (1)", "1", "En poste")
    await nadia.tell("35")
    await nadia.tap("Durable", "7")
    await nadia.tell("passer")
    assert "Votre humeur du jour ?" in nadia.last()
    await nadia.tap("2")
    assert nadia.results("kinds") == {"which": "mood", "mood": 2, "after": "rest"}
    assert nadia.keyboard()[0] == [BEGIN]  # the recap


async def test_new_questions_left_after_handing_over_are_come_back_to(nadia: Guest) -> None:
    await submitted(nadia)
    await open_a_question_and_leave_it(nadia)
    await nadia.tap("Premier pas (1)", "1", "Je participe")
    assert "Votre humeur du jour ?" in nadia.last()
    await nadia.tap("2")
    assert nadia.results("kinds")["mood"] == 2
    assert nadia.row.journey_at == "submitted"


async def test_what_is_not_answered_yet_cannot_be_reopened(nadia: Guest) -> None:
    await half_way(nadia)
    await nadia.tell("/reponses")
    await nadia.tap("Sept façons (3)")
    page = nadia.asked()
    await nadia.tap("1", "Humeur")  # colour falls off the path
    assert await nadia.tap_on(page, "2") == ENDED
    assert "Votre humeur du jour ?" in nadia.last()


async def test_after_handing_over_a_change_is_seen_and_said(nadia: Guest) -> None:
    await submitted(nadia)
    assert "submitted" in nadia.facts()
    assert ("handing_over", True) in nadia.consents()
    await nadia.tell("/reponses")
    await nadia.tap("Votre chemin (5)", "2")
    await nadia.tell("55")
    assert (
        nadia.last()
        == f"{said('changed_submitted', counsellor=said('your_counsellor'))}\n\nCombien d'heures par semaine ?\n→ 55"
    )
    assert nadia.results("paths")["hours"] == 55
    assert [g.answer.value for g in nadia.history("paths") if g.step == "hours"] == [35, 55]
    assert ("attention", "Travaille 55 heures") in nadia.flags()
    assert nadia.row.journey_at == "submitted"
    assert nadia.facts().count("submitted") == 1


async def at_the_recap(guest: Guest) -> None:
    """Everything is answered; the recap is on the screen."""
    await half_way(guest)
    await guest.tell("35")
    await guest.tap("Durable", "7")
    await guest.tell("passer")
    await guest.tap(BEGIN)


async def test_reading_again_before_handing_over(nadia: Guest) -> None:
    await at_the_recap(nadia)
    assert nadia.live(CHANGE) == 4, "one message a section"
    recap = nadia.message("Quelle couleur")
    assert "→ Rouge" in recap["text"]
    await nadia.tap_on(recap, CHANGE)
    before = len(nadia.texts())
    await nadia.tap("2", "Bleu clair")
    reopened, changed, asked = nadia.texts()[before:]
    assert "✔ Bleu clair" in reopened
    assert changed == f"{said('changed')}\n\nQuelle couleur préférez-vous ?\n→ Bleu clair"
    assert "Voici vos réponses." in asked, "what was not changed is not read out again"
    assert nadia.labels()[:3] == [said("button_read"), said("button_correct"), said("button_recap")]


async def test_the_recap_is_read_again_whole_on_demand(nadia: Guest) -> None:
    await at_the_recap(nadia)
    await nadia.tap(said("button_correct"), "Sept façons (3)", "2", "Bleu clair")
    before = len(nadia.texts())
    await nadia.tap(said("button_recap"))
    *sections, asked = nadia.texts()[before:]
    assert len(sections) == 4
    assert any("→ Bleu clair" in section for section in sections)
    assert "Voici vos réponses." in asked
    assert nadia.live(said("button_recap")) == 1, "the question is asked in one place"
    await nadia.tap(said("button_read"), "Je remets")
    assert nadia.row.journey_at == "submitted"


# --------------------------------------------------------------------------------------------------- to and fro, pauses
async def test_going_back_again_and_again_loses_nothing(nadia: Guest) -> None:
    await consented(nadia)
    await nadia.tap(BEGIN, "Couleur", "Rouge")
    await nadia.tell("/retour")
    await nadia.tap(BACK)
    assert "Par où commencer ?" in nadia.last()
    assert await nadia.tell("/retour") == [said("no_earlier")]
    assert nadia.live("Couleur") == 1, "the question is still there to answer"
    await nadia.tap(KEEP)
    assert nadia.results("kinds") == {"which": "colour", "colour": "red"}
    assert "Et ensuite ?" in nadia.last()


async def test_a_pause_and_its_end(nadia: Guest) -> None:
    await consented(nadia)
    await nadia.tap(BEGIN, "Couleur")
    assert await nadia.tell("/pause") == [said("paused")]
    assert nadia.run("kinds").paused
    await nadia.tap(RESUME)
    assert nadia.last().startswith(said("resume_card", title="Sept façons"))
    assert not nadia.run("kinds").paused
    await nadia.tap("Rouge")
    assert nadia.results("kinds")["colour"] == "red"


async def test_a_pause_is_a_tap_away_from_any_question(nadia: Guest) -> None:
    await consented(nadia)
    await nadia.tap(BEGIN, "Couleur", said("button_pause_here"))
    assert nadia.last() == said("paused")
    assert nadia.run("kinds").paused
    await nadia.tap(RESUME, "Rouge")
    assert nadia.results("kinds")["colour"] == "red"


async def test_an_answer_ends_a_pause(nadia: Guest) -> None:
    await consented(nadia)
    await nadia.tap(BEGIN, "Couleur")
    await nadia.tell("/pause", "rouge")
    assert nadia.results("kinds")["colour"] == "red"
    assert not nadia.run("kinds").paused


# ---------------------------------------------------------------------------------------------------- the counsellor
async def test_a_message_to_the_counsellor_in_one_line(nadia: Guest) -> None:
    await consented(nadia)
    await nadia.tap(BEGIN, "Couleur")
    texts = await nadia.tell("/conseiller Puis-je venir le samedi ?")
    assert texts[0].startswith(opening("counsellor_sent"))
    assert "Quelle couleur" in texts[1]
    assert "Puis-je venir le samedi ?" in nadia.heard()
    assert nadia.flags() == [("notice", said("counsellor_flag"))]


async def test_a_message_to_the_counsellor_in_several_goes(nadia: Guest) -> None:
    await consented(nadia)
    await nadia.tap(BEGIN, "Couleur")
    await nadia.tell("/conseiller")
    await nadia.tell("rouge")
    await nadia.tell("Ceci n'est pas une réponse.")
    assert "colour" not in nadia.results("kinds"), "what is written to the counsellor answers no question"
    await nadia.tap(DONE)
    assert "Quelle couleur" in nadia.last()
    kinds = [line.line.kind for line in nadia.transcript() if line.line.direction == "in"]
    assert kinds[-2:] == ["to_counsellor", "to_counsellor"]
    assert opening("counsellor_sent") in nadia.texts()[-2]
    assert ("notice", said("counsellor_flag")) in nadia.flags()
    await nadia.tell("rouge")
    assert nadia.results("kinds")["colour"] == "red"


async def test_answering_the_question_ends_the_message_to_the_counsellor(nadia: Guest) -> None:
    """Otherwise the next answer typed would go to the counsellor, and its question wait for ever."""
    await consented(nadia)
    await nadia.tap(BEGIN)
    await nadia.tell("/conseiller", "Bonjour")
    await nadia.tap("Couleur")
    await nadia.tell("rouge")
    assert nadia.results("kinds") == {"which": "colour", "colour": "red"}


@pytest.mark.parametrize("command", ["/reprendre", "/retour", "/start"])
async def test_a_command_that_leads_back_to_the_questions_ends_the_message_too(nadia: Guest, command: str) -> None:
    await consented(nadia)
    await nadia.tap(BEGIN, "Couleur")
    await nadia.tell("/conseiller", "Bonjour")
    await nadia.tell(command)
    await nadia.tell({"/retour": "couleur"}.get(command, "rouge"))
    results = nadia.results("kinds")
    assert results == ({"which": "colour"} if command == "/retour" else {"which": "colour", "colour": "red"})
    assert nadia.heard().count("Bonjour") == 1


@pytest.mark.parametrize("how", [DONE, said("button_cancel"), "c'est tout", "Terminé.", "annuler"])
async def test_a_message_to_the_counsellor_without_a_word_is_not_said_to_be_sent(nadia: Guest, how: str) -> None:
    await consented(nadia)
    await nadia.tap(BEGIN, "Couleur")
    await nadia.tell("/conseiller")
    before = len(nadia.texts())
    await (nadia.tap(how) if how in nadia.labels() else nadia.tell(how))
    nothing, question = nadia.texts()[before:]
    assert nothing == said("counsellor_nothing")
    assert "Quelle couleur" in question
    assert nadia.flags() == []
    await nadia.tell("rouge")
    assert nadia.results("kinds")["colour"] == "red"


@pytest.mark.parametrize("typed", ["c'est tout", "C'EST TOUT !", "terminé", "that's all", "Fini, merci"])
async def test_that_it_is_all_can_be_typed_to_the_counsellor(nadia: Guest, typed: str) -> None:
    await consented(nadia)
    await nadia.tap(BEGIN, "Couleur")
    await nadia.tell("/conseiller", "Bonjour", "aide")
    sent, question = await nadia.tell(typed)
    assert sent.startswith(opening("counsellor_sent"))
    assert "Quelle couleur" in question
    kept = [line.line.text for line in nadia.transcript() if line.line.kind == "to_counsellor"]
    assert kept == ["Bonjour", "aide"], "a greeting and a call for help are words to the counsellor"
    assert nadia.heard()[-1] == typed, "what acts as a button was said all the same"


@pytest.mark.parametrize("typed", ["Annuler", "pause", "continuer", "stop"])
async def test_what_leaves_the_message_to_the_counsellor_in_words_is_in_the_transcript(
    nadia: Guest, typed: str
) -> None:
    await consented(nadia)
    await nadia.tell("/conseiller", "Bonjour")
    await nadia.tell(typed)
    assert nadia.heard()[-2:] == ["Bonjour", typed]


async def test_cancelling_what_is_already_written_says_that_it_is_there(nadia: Guest) -> None:
    await consented(nadia)
    await nadia.tap(BEGIN, "Couleur")
    await nadia.tell("/conseiller")
    card = nadia.asked()
    await nadia.tell("Un mot.")
    await nadia.tap_on(card, said("button_cancel"))
    assert said("counsellor_already") in nadia.texts()
    assert "Quelle couleur" in nadia.last()
    assert await nadia.tap_on(card, said("button_cancel")) == ENDED


async def test_what_leads_elsewhere_ends_the_message_and_says_that_it_is_kept(nadia: Guest) -> None:
    await consented(nadia)
    await nadia.tap(BEGIN, "Couleur")
    for elsewhere, then in (("/pause", "paused"), ("/arreter", "stop_ask"), ("/langue", "language_chosen")):
        await nadia.tell("/conseiller", "Un mot.")
        sent, next_, *_ = await nadia.tell(elsewhere)
        assert sent.startswith(opening("counsellor_sent")), elsewhere
        assert next_ == said(then, "en" if then == "language_chosen" else "fr")
    await nadia.tell("red")
    assert nadia.results("kinds")["colour"] == "red"


@pytest.mark.parametrize("command", ["/menu", "/aide", "/reponses", "/confidentialite"])
async def test_looking_something_up_does_not_end_the_message(nadia: Guest, command: str) -> None:
    await consented(nadia)
    await nadia.tap(BEGIN, "Couleur")
    await nadia.tell("/conseiller", command, "Encore un mot.")
    lines = [line.line for line in nadia.transcript() if line.line.direction == "in"]
    assert (lines[-1].kind, lines[-1].text) == ("to_counsellor", "Encore un mot.")


# ------------------------------------------------------------------------------------------------------------ stopping
async def test_stopping_asks_first_and_no_means_no(nadia: Guest) -> None:
    await consented(nadia)
    await nadia.tap(BEGIN, "Couleur")
    await nadia.tell("/arreter")
    assert nadia.row.stopped_at is None
    await nadia.tap(STOP_NO)
    assert said("stop_kept") in nadia.texts()
    await nadia.tap("Rouge")
    assert nadia.results("kinds")["colour"] == "red"


@pytest.mark.parametrize(
    "typed",
    ["oui", "Oui.", "oui j'arrête", "Oui, j'arrête", "stop", "STOP !", "j'arrête", "oui oui", "yes", "d'accord merci"],
)
async def test_a_plain_yes_in_words_stops(nadia: Guest, typed: str) -> None:
    await consented(nadia)
    await nadia.tap(BEGIN, "Affirmations")
    await nadia.tell("/arreter")
    assert await nadia.tell(typed) == [ENDS["stopped"]]
    assert nadia.row.stopped_at is not None
    assert nadia.consents()[-1] == ("taking_part", False)
    assert nadia.results("kinds") == {"which": "items"}, "the open question had a yes of its own"


@pytest.mark.parametrize("typed", ["non", "Non, je continue", "non merci", "je continue", "annuler", "no"])
async def test_a_no_in_words_goes_on(nadia: Guest, typed: str) -> None:
    await consented(nadia)
    await nadia.tap(BEGIN, "Affirmations")
    await nadia.tell("/arreter")
    kept, question = await nadia.tell(typed)
    assert kept == said("stop_kept")
    assert "J'aime la mer." in question
    assert nadia.row.stopped_at is None
    assert nadia.results("kinds") == {"which": "items"}
    await nadia.tell("non")
    assert nadia.results("kinds")["items.sea"] == 1, "words answer the questionnaire again"


@pytest.mark.parametrize(
    "typed",
    ["oui mais plus tard", "ok", "oui ?", "non, j'arrête", "rouge", "peut-être", "oui 👎", "👍", "je ne sais pas"],
)
async def test_what_says_neither_stops_nobody_and_answers_nothing(nadia: Guest, typed: str) -> None:
    await consented(nadia)
    await nadia.tap(BEGIN, "Couleur")
    await nadia.tell("/arreter")
    assert await nadia.tell(typed) == [said("stop_unclear")]
    assert nadia.labels() == [STOP_YES, STOP_NO]
    assert nadia.row.stopped_at is None
    assert nadia.results("kinds") == {"which": "colour"}
    assert typed in nadia.heard(), "the words are kept in the conversation"
    await nadia.tell("oui")
    assert nadia.row.stopped_at is not None


async def test_a_yes_written_before_the_question_could_be_read_stops_nobody(nadia: Guest) -> None:
    await consented(nadia)
    await nadia.tap(BEGIN, "Affirmations")
    await nadia._ask("POST", "/faults", {"action": "slow", "method": "sendMessage", "seconds": 0.3, "count": 1})
    texts = await nadia.tell("stop", "oui")
    assert texts == [said("stop_ask"), said("stop_unclear")]
    assert nadia.row.stopped_at is None
    assert nadia.results("kinds") == {"which": "items"}


@pytest.mark.parametrize("elsewhere", ["press", "tick", "/menu", "/aide", "/reprendre", "menu", "pause"])
async def test_doing_something_else_lets_the_question_lapse(nadia: Guest, elsewhere: str) -> None:
    await consented(nadia)
    await nadia.tap(BEGIN, "Fruits")
    question = nadia.asked()
    await nadia.tell("/arreter")
    if elsewhere in ("press", "tick"):
        await nadia.tap_on(question, {"press": BACK, "tick": "☐ Pomme"}[elsewhere])
    else:
        await nadia.tell(elsewhere)
    await nadia.tell("oui")
    assert nadia.row.stopped_at is None
    assert said("stop_unclear") not in nadia.texts()


async def test_a_pressed_button_still_stops_after_words_that_did_not(nadia: Guest) -> None:
    await consented(nadia)
    await nadia.tap(BEGIN, "Couleur")
    await nadia.tell("/arreter", "hmm")
    await nadia.tap(STOP_YES)
    assert nadia.row.stopped_at is not None


async def test_stopping_withdraws_the_consent_and_closes_the_question(nadia: Guest) -> None:
    await consented(nadia)
    await nadia.tap(BEGIN, "Couleur")
    question = nadia.asked()
    await nadia.tell("/arreter")
    await nadia.tap(STOP_YES)
    assert nadia.consents() == [("taking_part", True), ("taking_part", False)]
    assert nadia.facts()[-1] == "stopped"
    assert (nadia.row.journey_at, nadia.row.active_run_id) == ("stopped", None)
    assert nadia.row.stopped_at is not None
    assert nadia.live("Rouge") == 0
    assert await nadia.tap_on(question, "Rouge") in (STALE, ENDED)
    assert nadia.results("kinds") == {"which": "colour"}


async def test_nothing_said_after_stopping_is_kept(nadia: Guest) -> None:
    await consented(nadia)
    await nadia.tap(BEGIN, "Couleur")
    await nadia.tell("rouge", "/arreter")
    await nadia.tap(STOP_YES)
    heard = nadia.heard()
    assert await nadia.tell("Encore un mot") == [said("stopped_speech")]
    await nadia.correct("Encore deux mots")
    await nadia.show("photo", caption="Encore une image")
    assert [words for words in nadia.heard()[len(heard) :] if "Encore" in words] == []
    assert nadia.results("kinds") == {"which": "colour", "colour": "red"}


async def test_no_answer_can_be_changed_after_stopping(nadia: Guest) -> None:
    await half_way(nadia)
    await nadia.tell("/reponses")
    await nadia.tap("Sept façons (3)")
    page = nadia.asked()
    await nadia.tell("/arreter")
    await nadia.tap(STOP_YES)
    assert await nadia.tap_on(page, "2") == ENDED
    assert nadia.row.active_run_id is None


async def test_coming_back_after_stopping_asks_for_consent_anew(nadia: Guest) -> None:
    await half_way(nadia)
    await nadia.tell("/arreter")
    await nadia.tap(STOP_YES)
    await nadia.tell("/reprendre")
    assert "Participez-vous ?" in nadia.last()
    assert nadia.row.stopped_at is None
    await nadia.tap("Je participe")
    assert nadia.consents()[-1] == ("taking_part", True)
    assert "Combien d'heures par semaine ?" in nadia.last(), "the walk goes on where it was"
    assert nadia.row.journey_at == "paths", "no part between was jumped over"
    await nadia.tell("35")
    assert nadia.results("paths") == {"situation": "employed", "hours": 35}
    assert nadia.results("kinds")["colour"] == "red"


async def test_declining_after_coming_back_is_respected(nadia: Guest) -> None:
    await half_way(nadia)
    await nadia.tell("/arreter")
    await nadia.tap(STOP_YES)
    await nadia.tell("/reprendre")
    await nadia.tap("Sans moi")
    assert nadia.row.journey_at == "declined"
    assert nadia.consents()[-1] == ("taking_part", False)
    texts = await nadia.tell("Merci quand même")
    assert texts[0] == said("stopped_speech")
    assert nadia.row.journey_at == "declined", "thanks are no wish to begin again"


async def test_a_flag_of_a_part_walked_anew_is_lifted_when_it_ends_otherwise(nadia: Guest) -> None:
    await nadia.come()
    await nadia.tap(BEGIN, "Sans moi")
    assert nadia.flags() == [("attention", "Décline : Sans moi")]
    await nadia.tell("/reprendre")
    assert nadia.flags() == [("attention", "Décline : Sans moi")], "to come back is no other answer yet"
    await nadia.tap("Je participe")
    assert nadia.flags() == []
    assert [row.step for row in nadia._rows(FlagRow, "raised_at")] == ["consent"], "it was up: the record keeps it"


async def test_an_answer_of_a_part_walked_anew_since_is_not_opened_again(nadia: Guest) -> None:
    await nadia.come()
    await nadia.tap(BEGIN, "Sans moi")
    await nadia.tell("/reponses")
    await nadia.tap("Premier pas (1)")
    page = nadia.asked()
    await nadia.tell("/reprendre")
    await nadia.tap("Je participe")
    assert await nadia.tap_on(page, "1") == ENDED
    assert nadia.row.journey_at == "kinds"


async def test_a_message_to_the_counsellor_after_stopping_is_the_persons_own_wish(nadia: Guest) -> None:
    await consented(nadia)
    await nadia.tell("/arreter")
    await nadia.tap(STOP_YES)
    await nadia.tell("/conseiller")
    await nadia.tell("Je vous ai écrit avant de partir.")
    await nadia.tap(DONE)
    assert "Je vous ai écrit avant de partir." in nadia.heard()
    assert nadia.row.stopped_at is not None


# ------------------------------------------------------------------------------------------------------------- privacy
@pytest.mark.parametrize("command", ["/privacy", "/confidentialite"])
async def test_the_policy_is_open_to_anybody(home: House, command: str) -> None:
    async with Guest(home, "Ana", "en") as ana:
        [text] = await ana.tell(command)
    assert text.startswith(opening("privacy", "en"))
    assert home.library.fact("name", "en") in text
    with pytest.raises(Exception, match="No row"):
        home.dossier_of(ana)


async def test_the_policy_offers_to_stop(nadia: Guest) -> None:
    await consented(nadia)
    await nadia.tell("/privacy")
    assert nadia.labels() == [said("button_stop")]
    assert data_of(nadia.asked(), said("button_stop"))
    await nadia.tap(said("button_stop"))
    assert nadia.labels() == [STOP_YES, STOP_NO]
