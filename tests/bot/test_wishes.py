"""The words of buttons, typed: they do what the button would, and a greeting finds the way back."""

import pytest

from flows.phrases import LANGUAGES
from tests.bot.conversing import BEGIN, DONE, PAUSE, STOP_NO, STOP_YES, Guest, opening, said
from tests.bot.test_commands import consented, submitted
from tests.harness import House

pytestmark = pytest.mark.asyncio(loop_scope="module")
SHELF = ("hello", "kinds", "many", "paths", "recap")


async def at(guest: Guest, which: str) -> None:
    await consented(guest)
    await guest.tap(BEGIN, which)


# ------------------------------------------------------------------------------------------------- at the question
@pytest.mark.parametrize(
    "typed", ["c'est tout", "C’EST TOUT.", "c est tout", "terminé", "valider", "passer", "that's all"]
)
async def test_an_open_answer_is_completed_in_words(nadia: Guest, typed: str) -> None:
    await at(nadia, "Histoire")
    await nadia.tell("Le matin, je marche.")
    await nadia.tell(typed)
    assert nadia.results("kinds")["story"] == "Le matin, je marche."
    assert "Et ensuite ?" in nadia.last()


@pytest.mark.parametrize("which", ["Histoire", "Fruits"])
async def test_nothing_is_completed_where_nothing_is_answered(nadia: Guest, which: str) -> None:
    await at(nadia, which)
    question = nadia.last()
    assert await nadia.tell("c'est tout") == [f"{said('nothing_to_complete')} {said('here_it_is')}\n\n{question}"]
    assert set(nadia.results("kinds")) == {"which"}
    assert nadia.run("kinds").parts == ()


@pytest.mark.parametrize("typed", ["valider", "Je valide", "c'est tout", "confirm"])
async def test_ticks_are_confirmed_in_words(nadia: Guest, typed: str) -> None:
    await at(nadia, "Fruits")
    await nadia.tap("☐ Pomme", "☐ Poire")
    await nadia.tell(typed)
    assert nadia.results("kinds")["fruits"] == ["apple", "pear"]


@pytest.mark.parametrize("typed", ["suivant", "Question suivante", "next", "ok", "OK !", "👍"])
async def test_what_comes_next_confirms_the_ticks(nadia: Guest, typed: str) -> None:
    await at(nadia, "Fruits")
    [ticked] = await nadia.tell("1 et 3")
    assert ticked.startswith(said("ticked"))
    assert {"☑ Pomme", "☑ Figue"} < set(nadia.labels())
    await nadia.tell(typed)
    assert nadia.results("kinds")["fruits"] == ["apple", "fig"]


@pytest.mark.parametrize("typed", ["suivant", "next", "la suite"])
@pytest.mark.parametrize("which", ["Histoire", "Récit"])
async def test_what_comes_next_ends_an_open_answer(nadia: Guest, typed: str, which: str) -> None:
    await at(nadia, which)
    await nadia.tell("Le matin, je marche.")
    await nadia.tell(typed)
    assert nadia.results("kinds")[{"Histoire": "story", "Récit": "told"}[which]] == "Le matin, je marche."


async def test_what_comes_next_leaves_an_open_question_only_where_it_may_be_left(nadia: Guest) -> None:
    await at(nadia, "Histoire")
    await nadia.tell("suivant")
    assert nadia.results("kinds")["story"] == "skipped"


async def test_what_comes_next_keeps_the_open_answer_that_stands(nadia: Guest) -> None:
    await at(nadia, "Histoire")
    await nadia.tell("Le matin, je marche.", "c'est tout")
    await nadia.tap(said("button_back"))
    await nadia.tell("suivant")
    assert nadia.results("kinds")["story"] == "Le matin, je marche."


@pytest.mark.parametrize(
    ("which", "typed"), [("Récit", "suivant"), ("Récit", "oui"), ("Récit", "Oui, d'accord"), ("Histoire", "oui")]
)
async def test_an_open_question_waits_for_words_of_ones_own(nadia: Guest, which: str, typed: str) -> None:
    await at(nadia, which)
    assert await nadia.tell(typed) == [said("reprise_in_words")]
    assert nadia.run("kinds").parts == ()
    assert typed in nadia.heard()
    await nadia.tell("Un port, le soir.", "c'est tout")
    assert "Un port, le soir." in nadia.results("kinds").values()


async def test_too_few_ticks_are_kindly_told(nadia: Guest) -> None:
    await at(nadia, "Fruits")
    await nadia.tap("☐ Pomme")
    [again] = await nadia.tell("valider")
    assert again.startswith(said("reprise_too_few", min=2))
    assert nadia.run("kinds").marks == ("apple",)


@pytest.mark.parametrize("which", ["Couleur", "Histoire"])
async def test_the_question_before_in_words_and_its_answer_kept(nadia: Guest, which: str) -> None:
    await at(nadia, which)
    await nadia.tell("retour")
    assert "Par où commencer ?" in nadia.last()
    assert await nadia.tell("question précédente") == [said("no_earlier")]
    await nadia.tell("garder cette réponse")
    assert nadia.run("kinds").at == {"Couleur": "colour", "Histoire": "story"}[which]


@pytest.mark.parametrize("typed", ["pourquoi ?", "Pourquoi cette question", "why?"])
@pytest.mark.parametrize(
    ("which", "why"), [("Couleur", "Pour peindre le mur."), ("Histoire", "Pour mieux vous connaître.")]
)
async def test_why_is_said_and_the_question_stays(nadia: Guest, which: str, typed: str, why: str) -> None:
    await at(nadia, which)
    question = nadia.last()
    assert await nadia.tell(typed) == [f"{said('why_said', why=why)}\n\n{question}"]
    assert nadia.run("kinds").parts == ()


@pytest.mark.parametrize("typed", ["pause", "Une pause, s'il vous plaît", "break"])
@pytest.mark.parametrize("which", ["Couleur", "Histoire"])
async def test_a_pause_in_words(nadia: Guest, which: str, typed: str) -> None:
    await at(nadia, which)
    assert await nadia.tell(typed) == [said("paused")]
    assert nadia.run("kinds").paused
    assert nadia.run("kinds").parts == ()


@pytest.mark.parametrize(
    "typed", ["la pause est trop courte", "mon retour au travail", "stop au bruit", "valider mes acquis"]
)
async def test_in_an_open_answer_only_a_whole_message_is_a_wish(nadia: Guest, typed: str) -> None:
    await at(nadia, "Histoire")
    await nadia.tell(typed)
    await nadia.tap(DONE)
    assert nadia.results("kinds")["story"] == typed


@pytest.mark.parametrize("typed", ["stop", "Arrêter", "ARRETER", "je veux arrêter", "I want to stop"])
async def test_to_stop_is_asked_first(nadia: Guest, typed: str) -> None:
    await at(nadia, "Histoire")
    assert await nadia.tell(typed) == [said("stop_ask")]
    assert nadia.labels() == [STOP_YES, STOP_NO]
    assert nadia.row.stopped_at is None


@pytest.mark.parametrize(("typed", "key"), [("aide", "help"), ("Help!", "help"), ("mes données", "privacy")])
async def test_what_can_be_looked_up_at_any_moment(nadia: Guest, typed: str, key: str) -> None:
    await at(nadia, "Histoire")
    [text] = await nadia.tell(typed)
    assert text.startswith(opening(key))
    await nadia.tell("menu")
    assert said("button_continue") in nadia.labels()
    assert nadia.run("kinds").parts == ()


@pytest.mark.parametrize(
    ("which", "typed", "node", "how"),
    [
        ("Histoire", "passer", "story", "skipped"),
        ("Histoire", "j'en parlerai avec mon conseiller", "story", "deferred"),
        ("Couleur", "Passer.", "colour", "skipped"),
    ],
)
async def test_to_leave_a_question_in_words(nadia: Guest, which: str, typed: str, node: str, how: str) -> None:
    await at(nadia, which)
    await nadia.tell(typed)
    assert nadia.results("kinds")[node] == how


@pytest.mark.parametrize(
    ("typed", "key"), [("passer", "reprise_required"), ("j'en parlerai", "reprise_not_deferrable")]
)
async def test_a_required_open_question_says_that_it_cannot_be_left(nadia: Guest, typed: str, key: str) -> None:
    await at(nadia, "Récit")
    question = nadia.last()
    assert await nadia.tell(typed) == [f"{said(key)}\n\n{question}"]
    assert nadia.run("kinds").parts == ()


@pytest.mark.parametrize("typed", ["j'ai lu", "lu", "suivant", "passer", "ok", "compris", "next", "skip"])
async def test_a_page_is_left_in_plain_words(nadia: Guest, typed: str) -> None:
    await at(nadia, "Lecture")
    await nadia.tell(typed)
    assert nadia.results("kinds")["notice"] == "read"


async def test_going_on_from_a_page_is_to_have_read_it(nadia: Guest) -> None:
    await at(nadia, "Lecture")
    await nadia.tell("continuer")
    assert nadia.results("kinds")["notice"] == "read"


async def test_a_label_wins_over_the_word_of_a_button(nadia: Guest) -> None:
    await at(nadia, "Couleur")
    await nadia.tap("Rouge")
    await nadia.tell("pause")
    assert nadia.results("kinds")["after"] == "halt"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_each_button_typed_as_it_is_written_does_the_same(home: House, language: str) -> None:
    async with Guest(home, "Ana", language) as ana:
        await ana.come()
        await ana.tell(said("button_begin", language))
        await ana.tap("Je participe" if language == "fr" else "I take part")
        expected = {"pause": "paused", "stop": "stop_ask", "stop_no": "stop_kept", "privacy": "privacy"}
        expected |= {"answers": "answers_sections", "counsellor": "counsellor_ask", "cancel": "counsellor_nothing"}
        for button, key in expected.items():
            texts = await ana.tell(said(f"button_{button}", language))
            assert texts[0].startswith(opening(key, language)), button


# ---------------------------------------------------------------------------------------------------- coming back
@pytest.mark.parametrize("typed", ["bonjour", "Salut !", "me revoilà", "Hello", "continuer", "reprendre"])
@pytest.mark.parametrize("which", ["Couleur", "Histoire", "Lecture"])
async def test_a_greeting_after_a_pause_finds_the_question_again(nadia: Guest, typed: str, which: str) -> None:
    await at(nadia, which)
    await nadia.tell("/pause")
    [card] = await nadia.tell(typed)
    assert card.startswith(said("resume_card", title="Sept façons"))
    run = nadia.run("kinds")
    assert (set(run.answers), run.parts, run.paused) == ({"which"}, (), False)


@pytest.mark.parametrize("typed", ["ok", "merci", "oui"])
async def test_a_mere_word_after_a_pause_answers_nothing(nadia: Guest, typed: str) -> None:
    await at(nadia, "Affirmations")
    await nadia.tell("/pause")
    assert await nadia.tell(typed) == [said("pause_or_go_on")]
    assert nadia.labels() == [PAUSE, said("button_continue")]
    assert nadia.results("kinds") == {"which": "items"}


async def test_a_greeting_between_two_parts_offers_the_next(nadia: Guest) -> None:
    await consented(nadia)
    await nadia.tell("/pause")
    await nadia.tell("bonjour")
    assert BEGIN in nadia.labels()
    offered, card = await nadia.tell("Je voulais vous dire une chose.")
    assert offered == said("nothing_open_between")
    assert "Je voulais vous dire une chose." in nadia.heard()
    assert card == nadia.last()
    await nadia.tell("commencer")
    assert "Par où commencer ?" in nadia.last()


async def test_at_the_end_there_is_a_person_to_write_to(nadia: Guest) -> None:
    await submitted(nadia)
    assert await nadia.tell("Et maintenant ?") == [said("nothing_open_at_rest")]
    assert nadia.labels() == [said("button_counsellor")]
    [card] = await nadia.tell("Bonjour")
    assert card == "C'est remis."


async def test_without_an_agreement_a_greeting_is_told_the_way_back(nadia: Guest) -> None:
    await consented(nadia)
    await nadia.tell("/arreter", "/aide")
    await nadia.tap(STOP_YES)
    assert await nadia.tell("bonjour") == ["Arrêté."]
    assert "bonjour" not in nadia.heard()
    await nadia.tell("reprendre")
    assert "Participez-vous ?" in nadia.last()
