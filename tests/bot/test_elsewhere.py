"""Words typed under choices that are none of them: taken to the step where they are written, and kept as written there."""

import pytest

from tests.bot.conversing import BACK, BEGIN, DONE, KEEP, SKIP, Guest, labels_of, said
from tests.harness import House

pytestmark = pytest.mark.asyncio(loop_scope="module")
SHELF = ("asking",)
ASKED = "Combien ça coûte, en tout ?"
NOTED = said("words_noted")


async def begun(guest: Guest) -> None:
    await guest.come()
    await guest.tap(BEGIN)


async def at_the_reasons(guest: Guest) -> None:
    await begun(guest)
    await guest.tap("Non, tout est clair")


async def test_a_question_typed_where_one_is_announced_is_the_question(nadia: Guest) -> None:
    await begun(nadia)
    [screen] = await nadia.tell(ASKED)
    assert screen.startswith(NOTED)
    assert "Que souhaitez-vous savoir ?" in screen
    assert screen.endswith(f"{said('answered')} {ASKED}"), "one's words are there to read over"
    assert nadia.message("Avez-vous une question ?")["text"].endswith("✔ J'ai une question")
    assert labels_of(nadia.message("Avez-vous une question ?")) == []
    assert nadia.flags() == [("notice", "À reprendre : J'ai une question")]
    await nadia.tap(DONE)
    assert nadia.results("asking") == {"clear": "question", "question": ASKED}


async def test_the_words_are_a_draft_that_more_words_complete(nadia: Guest) -> None:
    await begun(nadia)
    await nadia.tell(ASKED)
    assert await nadia.tell("Et qui paie ?") == [said("part_noted")]
    await nadia.correct("Et qui paye ?")
    await nadia.tap(DONE)
    assert nadia.results("asking")["question"] == f"{ASKED}\nEt qui paye ?"


@pytest.mark.parametrize("done", [False, True])
async def test_a_correction_of_the_words_changes_them_there(nadia: Guest, done: bool) -> None:
    await begun(nadia)
    await nadia.tell("Combien sa coûte ?")
    if done:
        await nadia.tap(DONE)
    await nadia.correct(ASKED, nadia.own()[-1]["message_id"])
    if not done:
        await nadia.tap(DONE)
    assert nadia.results("asking") == {"clear": "question", "question": ASKED}


async def test_going_back_takes_it_back_and_nothing_is_lost(nadia: Guest) -> None:
    await begun(nadia)
    await nadia.tell(ASKED)
    await nadia.tell("/retour")
    assert "Avez-vous une question ?" in nadia.last()
    await nadia.tap("Non, tout est clair")
    assert nadia.results("asking") == {"clear": "clear"}
    assert nadia.aside("asking") == {"question"}
    assert nadia.flags() == []
    assert [given.answer.value for given in nadia.history("asking")] == ["question", ASKED, "clear"]
    assert ASKED in nadia.heard()


async def test_other_words_after_going_back_take_the_place_of_the_first(nadia: Guest) -> None:
    await begun(nadia)
    await nadia.tap("Des points restent flous")
    await nadia.tell(ASKED)
    await nadia.tap(DONE)
    await nadia.tap(BACK, BACK)
    [screen] = await nadia.tell("Qui lit mes réponses ?")
    assert screen.endswith(f"{said('answered')} Qui lit mes réponses ?")
    await nadia.tap(DONE)
    assert nadia.results("asking") == {"clear": "unclear", "question": "Qui lit mes réponses ?"}
    assert ASKED in [given.answer.value for given in nadia.history("asking")]


async def test_words_again_after_a_change_of_mind_find_the_question_again(nadia: Guest) -> None:
    await begun(nadia)
    await nadia.tell(ASKED)
    await nadia.tap(DONE, BACK, BACK, "Non, tout est clair", BACK)
    await nadia.tell("Et pour la suite ?")
    await nadia.tap(DONE)
    assert nadia.results("asking") == {"clear": "question", "question": "Et pour la suite ?"}


async def test_too_long_a_text_is_led_there_and_asked_for_shorter(nadia: Guest) -> None:
    await begun(nadia)
    [screen] = await nadia.tell(" ".join(["Combien"] * 30))
    assert screen.startswith(said("reprise_too_long", max=60))
    assert "Que souhaitez-vous savoir ?" in screen
    assert DONE not in nadia.labels()
    assert SKIP in nadia.labels()
    await nadia.tell(ASKED)
    await nadia.tap(DONE)
    assert nadia.results("asking") == {"clear": "question", "question": ASKED}


@pytest.mark.parametrize(
    "words",
    ["je ne sais pas", "peut-être", "ok", "ouais", "merci !", "bonjour", "euh", "?", "7", "aide", "pourquoi ?"],
)
async def test_what_is_no_content_goes_nowhere(nadia: Guest, words: str) -> None:
    await begun(nadia)
    await nadia.tell(words)
    assert nadia.run("asking").at == "clear"
    assert nadia.results("asking") == {}
    assert nadia.run("asking").drafts == {}


async def test_words_of_distress_are_no_question(nadia: Guest) -> None:
    await begun(nadia)
    await nadia.tell("j'ai envie de mourir, à quoi bon ?")
    assert nadia.run("asking").at == "clear"
    assert "3114" in " ".join(nadia.texts())


async def test_a_choice_in_words_is_still_the_choice(nadia: Guest) -> None:
    await begun(nadia)
    await nadia.tell("non")
    assert nadia.results("asking") == {"clear": "clear"}


async def test_other_words_for_a_choice_are_the_choice_and_no_content(nadia: Guest) -> None:
    await begun(nadia)
    [asked] = await nadia.tell("Oui")
    assert nadia.results("asking") == {"clear": "question"}
    assert nadia.run("asking").parts == ()
    assert NOTED not in asked
    await nadia.tap(SKIP)
    [ticked] = await nadia.tell("un licenciement")
    assert ticked.startswith(said("ticked"))
    assert nadia.run("asking").marks == ("change",)


async def test_other_words_beside_ticks_are_the_other_reason(nadia: Guest) -> None:
    await at_the_reasons(nadia)
    await nadia.tap("☐ Ennui")
    [screen] = await nadia.tell("Mon atelier va fermer")
    assert screen.startswith(NOTED)
    assert nadia.message("Qu'est-ce qui vous amène")["text"].endswith("✔ Ennui, Autre raison")
    await nadia.tap(DONE)
    assert nadia.results("asking") == {
        "clear": "clear",
        "reasons": ["boredom", "other"],
        "other_reason": "Mon atelier va fermer",
    }


async def test_where_one_tick_more_would_be_too_many_nothing_is_unticked(nadia: Guest) -> None:
    await at_the_reasons(nadia)
    await nadia.tap("☐ Ennui", "☐ Changement")
    [again] = await nadia.tell("Mon atelier va fermer")
    assert again.startswith(said("you_wrote", words="Mon atelier va fermer"))
    assert nadia.run("asking").marks == ("boredom", "change")


async def test_after_days_the_words_still_find_their_place(home: House, nadia: Guest) -> None:
    await begun(nadia)
    home.clock.forward(days=3)
    [screen] = await nadia.tell(ASKED)
    assert screen.startswith(NOTED)
    assert KEEP not in nadia.labels()
