"""What an attacker, or an accident, tried: consent by a side door, words that vanish, a conversation that floods itself."""

import pytest

from tests.bot.conversing import BEGIN, DEFER, DONE, KEEP, SKIP, STOP_NO, WHY, Guest, labels_of, outbox_of, said
from tests.bot.test_commands import consented, half_way
from tests.bot.test_typing import overtaken
from tests.harness import House

pytestmark = pytest.mark.asyncio(loop_scope="module")
SHELF = ("hello", "kinds", "many", "paths", "recap")


async def at(guest: Guest, which: str) -> None:
    """Past the consent, at one question of the second part."""
    await consented(guest)
    await guest.tap(BEGIN, which)


async def test_a_corrected_message_to_the_counsellor_grants_nothing(nadia: Guest) -> None:
    await nadia.come()
    await nadia.tap(BEGIN)
    await nadia.tell("/conseiller", "Non, cela ne me convient pas.")
    await nadia.tap(DONE)
    assert await nadia.correct("Je participe") == [said("noted")]
    assert nadia.consents() == []
    assert nadia.heard()[-1] == "Je participe", "it is kept as a correction"


async def test_a_corrected_message_to_the_counsellor_is_no_piece_of_an_answer(nadia: Guest) -> None:
    await at(nadia, "Histoire")
    await nadia.tell("/conseiller", "Mon chef.")
    await nadia.tap(DONE)
    await nadia.correct("Mon chef me crie dessus, ne le notez pas.")
    assert nadia.run("kinds").parts == ()


async def test_a_commitment_is_not_granted_by_rewriting_a_refusal(nadia: Guest) -> None:
    await nadia.come()
    await nadia.tap(BEGIN)
    await nadia.tell("Sans moi")
    assert await nadia.correct("Je participe") == [said("edit_commitment")]
    assert nadia.consents() == [("taking_part", False)]


async def test_a_correction_that_comes_before_its_message_grants_nothing_and_lets_nothing_be_granted(
    nadia: Guest,
) -> None:
    await nadia.come()
    await nadia.tap(BEGIN)
    await overtaken(nadia, "Je participe", "Sans moi")
    await overtaken(nadia, "Sans moi", "Je participe")
    assert nadia.consents() == []
    await nadia.tap("Sans moi")
    assert nadia.consents() == [("taking_part", False)]


async def test_refusing_consent_afterwards_stops_the_collecting_everywhere(nadia: Guest) -> None:
    await half_way(nadia)
    await nadia.tell("/reponses")
    other = nadia.asked()
    await nadia.tap(nadia.labels()[0], "1", "Sans moi")
    before = (nadia.results("kinds"), nadia.results("paths"), nadia.heard())
    assert await nadia.tell("J'ai 35 heures") == [said("stopped_speech")]
    assert nadia.heard() == before[2]
    await nadia.tap_on(other, labels_of(other)[1])
    await nadia.tap("1")
    assert (nadia.results("kinds"), nadia.results("paths")) == before[:2]


async def test_words_after_a_command_on_another_line_are_not_lost(nadia: Guest) -> None:
    await at(nadia, "Couleur")
    await nadia.tell("/conseiller\nJe voudrais vous parler.")
    assert nadia.heard()[-1] == "Je voudrais vous parler."
    await nadia.tell("/pause je suis fatiguée", "/!\\ attention")
    assert nadia.heard()[-2:] == ["/pause je suis fatiguée", "/!\\ attention"]


async def test_many_short_messages_do_not_flood_the_conversation(home: House, nadia: Guest) -> None:
    await at(nadia, "Histoire")
    before = len(outbox_of(home, nadia.id))
    await nadia.tell(*"abcdefghij")
    assert len(outbox_of(home, nadia.id)) - before <= 2 * len("abcdefghij")


async def test_a_tick_while_writing_to_the_counsellor_does_not_end_the_message(nadia: Guest) -> None:
    await at(nadia, "Fruits")
    await nadia.tell("/conseiller")
    question = nadia.message("fruits")
    await nadia.tap_on(question, "☐ Pomme")
    await nadia.tell("Et voici la suite.")
    assert nadia.transcript()[-2].line.kind == "to_counsellor"


# -------------------------------------------------------------------------------------- a yes that was said to something else
async def test_a_yes_to_the_stop_question_grants_no_consent_whatever_notice_came_between(nadia: Guest) -> None:
    await nadia.come()
    card = nadia.asked()
    await nadia.tap(BEGIN)
    question = nadia.asked()
    await nadia.tell("/arreter")
    assert await nadia.tap_on(question, WHY)
    assert await nadia.tap_on(card, BEGIN) == said("ended_button")
    await nadia.tell("oui")
    assert nadia.consents() == []
    assert nadia.row.stopped_at is not None, "the stop question was still the last thing said"


@pytest.mark.parametrize("between", ["/menu", "/aide", "/confidentialite", "/reponses", "/inconnue"])
async def test_a_yes_after_something_else_was_said_grants_no_consent(nadia: Guest, between: str) -> None:
    await nadia.come()
    await nadia.tap(BEGIN)
    await nadia.tell(between)
    (again,) = await nadia.tell("oui")
    assert again.startswith(said("came_unkept"))
    assert "Participez-vous ?" in again
    assert nadia.consents() == []
    await nadia.tell("oui")
    assert nadia.consents() == [("taking_part", True)], "now it answers the question"


async def test_words_written_before_a_commitment_was_shown_grant_nothing(nadia: Guest) -> None:
    await nadia.come()
    await nadia._ask("POST", "/faults", {"action": "slow", "method": "sendMessage", "seconds": 0.3, "count": 1})
    await nadia.press(BEGIN)
    await nadia.tell("merci", "alors", "oui")
    assert nadia.consents() == []


async def test_words_written_before_a_question_was_shown_do_not_answer_it(nadia: Guest) -> None:
    await consented(nadia)
    await nadia.tap(BEGIN)
    await nadia._ask("POST", "/faults", {"action": "slow", "method": "sendMessage", "seconds": 0.3, "count": 1})
    await nadia.press("Couleur")
    await nadia.tell("merci", "rouge")
    assert nadia.results("kinds") == {"which": "colour"}


# ------------------------------------------------------------------------------------------------------ words that vanish
async def test_skipping_by_a_press_goes_on_with_what_was_written(nadia: Guest) -> None:
    await at(nadia, "Histoire")
    question = nadia.asked()
    await nadia.tell("Une longue histoire vraie")
    await nadia.tap_on(question, SKIP)
    assert nadia.results("kinds") == {"which": "story", "story": "Une longue histoire vraie"}


async def test_what_was_written_at_a_question_left_for_later_comes_back_with_it(nadia: Guest) -> None:
    await at(nadia, "Histoire")
    question = nadia.asked()
    await nadia.tell("Une longue histoire vraie")
    await nadia.tap_on(question, DEFER)
    assert nadia.results("kinds")["story"] == "deferred"
    await nadia.tell("/retour")
    assert [part.text for part in nadia.run("kinds").parts] == ["Une longue histoire vraie"]


async def test_the_former_answer_is_not_kept_over_what_was_just_written(nadia: Guest) -> None:
    await at(nadia, "Histoire")
    await nadia.tell("Une longue histoire vraie")
    await nadia.tell("c'est tout")
    await nadia.tell("/retour")
    question = nadia.asked()
    await nadia.tell("Une autre bien plus juste")
    assert await nadia.tap_on(question, KEEP) == said("kept_other_words")
    await nadia.tap(DONE)
    assert nadia.results("kinds")["story"] == "Une autre bien plus juste"


@pytest.mark.parametrize("typed", ["Pas du tout", "Pas vraiment", "never mind the weather", "Jamais, non"])
async def test_an_answer_in_the_negative_is_not_taken_for_a_skip(nadia: Guest, typed: str) -> None:
    await at(nadia, "Histoire")
    await nadia.tell(typed)
    assert [part.text for part in nadia.run("kinds").parts] == [typed]
    assert "story" not in nadia.results("kinds")


# ----------------------------------------------------------------------------------------------------------- after a stop
async def test_the_other_button_of_a_stop_card_does_not_go_on_after_the_stop(nadia: Guest) -> None:
    await at(nadia, "Couleur")
    await nadia.tell("/arreter")
    card = nadia.asked()
    await nadia.tell("oui")
    assert await nadia.tap_on(card, STOP_NO) == said("ended_button")
    assert said("stop_kept") not in nadia.texts()


async def test_words_beside_a_command_are_not_kept_after_a_stop(nadia: Guest) -> None:
    await at(nadia, "Couleur")
    await nadia.tell("/arreter")
    await nadia.tell("oui")
    await nadia.tell("/menu mon secret", "/aide")
    assert nadia.heard()[-2:] == ["/menu", "/aide"]


# --------------------------------------------------------------------------------------------- what was meant long before
@pytest.mark.parametrize(("command", "word"), [("/arreter", "oui"), ("/conseiller", "rouge")])
async def test_a_card_of_days_ago_takes_no_words_any_more(home: House, nadia: Guest, command: str, word: str) -> None:
    await at(nadia, "Couleur")
    await nadia.tell(command)
    home.clock.forward(days=9)
    (again,) = await nadia.tell(word)
    assert again.startswith(said("came_aside"))
    assert nadia.row.stopped_at is None
    assert nadia.flags() == []
    assert nadia.results("kinds") == {"which": "colour"}
    assert word in nadia.heard()


async def test_a_corrected_draft_is_the_corrected_one_when_it_comes_back(nadia: Guest) -> None:
    await at(nadia, "Histoire")
    await nadia.tell("court")
    message = nadia.own()[-1]["message_id"]
    await nadia.tell("/retour")
    assert await nadia.correct("bref", message) == [said("noted")]
    await nadia.tap("Histoire")
    assert [part.text for part in nadia.run("kinds").parts] == ["bref"]


async def test_a_word_of_ending_at_an_answer_opened_again_does_not_end_it(nadia: Guest) -> None:
    await at(nadia, "Récit")
    await nadia.tell("En cours")
    await nadia.tell("c'est tout")
    await nadia.tell("/retour")
    (again,) = await nadia.tell("Terminé")
    assert again.startswith(said("keep_or_replace"))
    await nadia.tell("C'est terminé depuis mars")
    await nadia.tap(DONE)
    assert nadia.results("kinds")["told"] == "C'est terminé depuis mars"
