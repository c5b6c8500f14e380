"""Before the agreement: nothing typed is kept, plain words press the one button there is, and nobody is told otherwise."""

import pytest

from tests.bot.conversing import BEGIN, STOP_YES, Guest, said

pytestmark = pytest.mark.asyncio(loop_scope="module")
SHELF = ("hello", "kinds", "recap")
SECRET = "J'ai 47 ans et je vais divorcer."


async def consented(guest: Guest) -> None:
    await guest.come()
    await guest.tap(BEGIN, "Je participe")


async def test_what_is_typed_before_beginning_is_not_kept(nadia: Guest) -> None:
    await nadia.come()
    assert await nadia.tell(SECRET) == [said("before_consent")]
    assert nadia.labels() == [BEGIN]
    assert await nadia.tell("je sais pas") == [said("before_consent")]
    await nadia.tell(f"/pause {SECRET}")
    await nadia.correct(SECRET)
    await nadia.show("photo", caption=SECRET)
    assert nadia.heard() == ["/start", "/pause"]


async def test_what_is_typed_under_the_question_of_consent_is_kept_only_as_its_answer(nadia: Guest) -> None:
    await nadia.come()
    await nadia.tap(BEGIN)
    await nadia.tell(SECRET)
    await nadia.correct(f"{SECRET} Demain.")
    assert nadia.heard() == ["/start", "…"], "that something was corrected, and no word of it"
    await nadia.tell("oui, je participe")
    assert nadia.heard() == ["/start", "…", "oui, je participe"]
    assert nadia.consents() == [("taking_part", True)]
    await nadia.tell(SECRET)
    assert SECRET in nadia.heard()


@pytest.mark.parametrize("words", ["turlututu", "c'est quoi ?", "je sais pas"])
async def test_words_that_could_not_be_read_at_the_question_of_consent_are_said_not_to_be_kept(
    nadia: Guest, words
) -> None:
    await nadia.come()
    await nadia.tap(BEGIN)
    for _ in range(2):
        [text] = await nadia.tell(words)
        assert text.count(said("unkept")) == 1
        assert words not in text
        assert "Participez-vous ?" in text
    assert words not in nadia.heard()
    await nadia.tap("Je participe", BEGIN)
    [text] = await nadia.tell("turlututu")
    assert said("unkept") not in text


async def test_words_of_distress_before_the_agreement_are_shown_help_and_not_kept(nadia: Guest) -> None:
    await nadia.come()
    [text] = await nadia.tell("je veux mourir")
    assert "3114" in text
    assert said("distress_told_unkept", delay="").split(".")[0] in text
    assert nadia.heard() == ["/start"]


@pytest.mark.parametrize("words", ["oui", "ok", "D'accord !", "commencer", "continuer", "Oui, on y va"])
async def test_a_plain_word_presses_the_lone_button(nadia: Guest, words: str) -> None:
    await nadia.come()
    await nadia.tell(words)
    assert "Participez-vous ?" in nadia.last()
    assert nadia.live(BEGIN) == 0, "the card has done its work"
    await nadia.tap("Je participe")
    await nadia.tell(words)
    assert "Par où commencer ?" in nadia.last()
    assert nadia.live(BEGIN) == 0


@pytest.mark.parametrize("words", ["oui ?", "peut-être", "oui mais plus tard"])
async def test_other_words_press_nothing_and_the_button_is_named(nadia: Guest, words: str) -> None:
    await consented(nadia)
    told, _ = await nadia.tell(words)
    assert told == said("nothing_open_between")
    assert BEGIN in told
    assert nadia.row.active_run_id is None


@pytest.mark.parametrize("words", ["oui", "je remets", "reprendre", "d'accord"])
async def test_at_a_resting_place_a_plain_word_leads_back(nadia: Guest, words: str) -> None:
    await later(nadia)
    assert await nadia.tell("Bonne journée") == [said("nothing_open_way_back")]
    await nadia.tell(words)
    assert "Remettez-vous vos réponses ?" in nadia.last()


async def test_thanks_are_thanked(nadia: Guest) -> None:
    await later(nadia)
    assert await nadia.tell("Merci beaucoup !") == [said("thanks_to_you")]
    assert nadia.row.journey_at == "later"


async def test_after_a_stop_a_plain_yes_asks_for_the_agreement_anew(nadia: Guest) -> None:
    await consented(nadia)
    await nadia.tell("/arreter")
    await nadia.tap(STOP_YES)
    await nadia.tell(f"/pause {SECRET}")
    assert await nadia.tell(SECRET) == [said("stopped_speech")]
    assert not any(SECRET in words for words in nadia.heard())
    await nadia.tell("oui")
    assert "Participez-vous ?" in nadia.last()


async def later(guest: Guest) -> None:
    await consented(guest)
    await guest.tap(BEGIN, "Couleur")
    await guest.tell("rouge")
    await guest.tell("repos")
    await guest.tap(BEGIN, said("button_read"), "Une autre fois")
