"""Words of distress: help is shown at once and a human is called, wherever they are written. Nothing is interpreted."""

import pytest

from flows.phrases import LANGUAGES
from tests.bot.conversing import BEGIN, DONE, PAUSE, STOP_YES, Guest, labels_of, opening, said
from tests.harness import House

pytestmark = pytest.mark.asyncio(loop_scope="module")
SHELF = ("kinds",)
URGENT = ("urgent", said("distress_flag", LANGUAGES[0]))
CONTINUE = said("button_continue")
DARK = "Je n'en peux plus, j'ai envie de mourir."


async def at(guest: Guest, which: str) -> None:
    await guest.come()
    await guest.tap(BEGIN, which)


def help_shown(texts: list[str], language: str = "fr") -> bool:
    return any(text.startswith(opening("distress", language)) for text in texts)


async def test_help_comes_first_with_its_numbers_and_an_honest_delay(home: House, nadia: Guest) -> None:
    await at(nadia, "Histoire")
    texts = await nadia.tell(DARK)
    told = said("distress_told", delay=home.library.fact("reading_delay", "fr"))
    assert texts[0] == f"{said('distress')}\n\n{said('help_listening')}\n\n{told}"
    assert "3114" in texts[0]
    assert "3919" not in texts[0], "nobody spoke of violence"
    assert "15" in texts[0]
    assert home.library.fact("reading_delay", "fr") in texts[0]
    assert nadia.flags() == [URGENT]


async def test_they_are_kept_and_make_no_part_of_an_open_answer(nadia: Guest) -> None:
    await at(nadia, "Histoire")
    await nadia.tell(DARK)
    assert DARK in nadia.heard()
    await nadia.tap(CONTINUE)
    assert DARK not in nadia.last(), "the question comes back clean"
    await nadia.tell("Le matin, je marche.")
    await nadia.tap(DONE)
    assert nadia.results("kinds")["story"] == "Le matin, je marche."


@pytest.mark.parametrize("which", ["Couleur", "Humeur", "Mesure", "Date", "Affirmations", "Lecture", "Histoire"])
async def test_whatever_the_question_was_help_stays_the_last_thing_said(nadia: Guest, which: str) -> None:
    await at(nadia, which)
    before = nadia.run("kinds")
    texts = await nadia.tell(DARK)
    assert len(texts) == 1
    assert help_shown(texts)
    assert nadia.labels() == [PAUSE, CONTINUE]
    assert URGENT in nadia.flags()
    assert DARK in nadia.heard()
    after = nadia.run("kinds")
    assert (after.at, after.answers) == (before.at, before.answers)


@pytest.mark.parametrize("words", ["0, j'ai envie de mourir", "22 ans et j'ai envie de mourir"])
async def test_words_of_distress_are_no_answer_but_to_an_open_question(nadia: Guest, words: str) -> None:
    await at(nadia, "Humeur" if words.startswith("0") else "Mesure")
    assert help_shown(await nadia.tell(words))
    assert set(nadia.results("kinds")) == {"which"}


@pytest.mark.parametrize("how", ["button", "continuer", "Je continue", "bonjour"])
@pytest.mark.parametrize(("which", "question"), [("Couleur", "Quelle couleur"), ("Lecture", "Ceci se lit")])
async def test_after_help_one_goes_on_when_one_wishes(nadia: Guest, how: str, which: str, question: str) -> None:
    await at(nadia, which)
    await nadia.tell(DARK)
    await (nadia.tap(CONTINUE) if how == "button" else nadia.tell(how))
    assert nadia.last().startswith(f"{said('gently')}\n\n{said('resume_card', title='Sept façons')}")
    assert question in nadia.last()
    assert set(nadia.results("kinds")) == {"which"}


@pytest.mark.parametrize("between", [(), ("merci",), ("je ne sais plus quoi faire",)])
async def test_what_hints_at_distress_just_after_is_met_gently(nadia: Guest, between: tuple[str, ...]) -> None:
    await at(nadia, "Couleur")
    await nadia.tell(DARK)
    for words in between:
        await nadia.tell(words)
    assert await nadia.tell("À quoi bon, c'est trop dur.") == [said("still_here")]
    assert nadia.labels() == [PAUSE, CONTINUE]
    assert "À quoi bon, c'est trop dur." in nadia.heard()
    await nadia.tap(CONTINUE)
    assert nadia.last().startswith(said("gently"))
    assert set(nadia.results("kinds")) == {"which"}


async def test_the_same_words_at_another_moment_are_an_answer_like_another(nadia: Guest) -> None:
    await at(nadia, "Histoire")
    await nadia.tell("Le matin, c'est trop dur.")
    await nadia.tap(DONE)
    assert nadia.results("kinds")["story"] == "Le matin, c'est trop dur."


async def test_words_of_violence_bring_the_numbers_against_it(nadia: Guest) -> None:
    await at(nadia, "Couleur")
    [text] = await nadia.tell("Mon conjoint me frappe.")
    assert said("help_violence") in text
    assert "3114" not in text
    assert URGENT in nadia.flags()


@pytest.mark.parametrize("how", ["button", "pause", "Faire une pause"])
async def test_after_help_one_may_rest(nadia: Guest, how: str) -> None:
    await at(nadia, "Couleur")
    await nadia.tell(DARK)
    await (nadia.tap(PAUSE) if how == "button" else nadia.tell(how))
    assert nadia.last() == said("paused")
    assert nadia.run("kinds").paused


@pytest.mark.parametrize("words", ["oui", "ok", "merci", "Merci beaucoup !"])
async def test_what_is_said_to_the_help_answers_no_question(nadia: Guest, words: str) -> None:
    await at(nadia, "Affirmations")
    await nadia.tell(DARK)
    assert await nadia.tell(words) == [said("pause_or_go_on")]
    assert nadia.labels() == [PAUSE, CONTINUE]
    assert set(nadia.results("kinds")) == {"which"}


@pytest.mark.parametrize(
    "words", ["non", "Non merci", "ça va", "non ça va aller", "Non non, ça va, merci !", "oui ça va"]
)
@pytest.mark.parametrize("which", ["Couleur", "Affirmations"])
async def test_who_declines_the_help_goes_on_gently(nadia: Guest, words: str, which: str) -> None:
    await at(nadia, which)
    question = nadia.last()
    await nadia.tell(DARK)
    [text] = await nadia.tell(words)
    assert text.startswith(f"{said('declined_help')} {said('gently')}\n\n")
    assert text.endswith(question)
    assert words in nadia.heard()
    assert set(nadia.results("kinds")) == {"which"}


@pytest.mark.parametrize("words", ["ça va pas du tout", "non ça va pas", "ça va ?", "pas vraiment"])
async def test_words_that_do_not_reassure_are_not_taken_so(nadia: Guest, words: str) -> None:
    await at(nadia, "Couleur")
    await nadia.tell(DARK)
    [text] = await nadia.tell(words)
    assert said("declined_help") not in text


async def test_after_help_an_answer_is_still_an_answer(nadia: Guest) -> None:
    await at(nadia, "Couleur")
    await nadia.tell(DARK)
    await nadia.tell("rouge")
    assert nadia.results("kinds")["colour"] == "red"


async def test_under_the_question_whether_to_stop_they_stop_nobody(nadia: Guest) -> None:
    await at(nadia, "Couleur")
    await nadia.tell("/arreter")
    assert help_shown(await nadia.tell(DARK))
    await nadia.tell("oui")
    assert nadia.row.stopped_at is None


async def test_beside_a_command_only_the_help_is_shown(nadia: Guest) -> None:
    await at(nadia, "Couleur")
    texts = await nadia.tell(f"/arreter {DARK}")
    assert (len(texts), help_shown(texts)) == (1, True)
    await nadia.tell("oui")
    assert nadia.row.stopped_at is None
    assert f"/arreter {DARK}" in nadia.heard()


async def test_before_anything_is_begun(nadia: Guest) -> None:
    await nadia.come()
    texts = await nadia.tell(DARK)
    assert help_shown(texts[:1])
    assert nadia.flags() == [URGENT]


@pytest.mark.parametrize("how", ["in one line", "in a message of its own"])
async def test_in_a_message_to_the_counsellor(nadia: Guest, how: str) -> None:
    await at(nadia, "Couleur")
    texts = await nadia.tell(f"/conseiller {DARK}") if how == "in one line" else await nadia.tell("/conseiller", DARK)
    assert help_shown(texts)
    assert help_shown([nadia.last()])
    assert URGENT in nadia.flags()
    assert any(DARK in heard for heard in nadia.heard())


async def test_a_message_to_the_counsellor_goes_on_after_help(nadia: Guest) -> None:
    await at(nadia, "Couleur")
    await nadia.tell("/conseiller")
    await nadia.tell(DARK)
    await nadia.tell("Pouvez-vous m'appeler ?")
    await nadia.tell("c'est tout")
    assert nadia.results("kinds") == {"which": "colour"}
    kept = [line.line.text for line in nadia.transcript() if line.line.kind == "to_counsellor"]
    assert kept == [DARK, "Pouvez-vous m'appeler ?"]
    assert "Quelle couleur" in nadia.last()


async def test_in_an_edited_message(nadia: Guest) -> None:
    await at(nadia, "Histoire")
    await nadia.tell("Le matin, je marche.")
    assert help_shown(await nadia.correct(DARK))
    assert URGENT in nadia.flags()


async def test_after_stopping_help_is_shown_and_the_words_are_not_kept(home: House, nadia: Guest) -> None:
    await at(nadia, "Couleur")
    await nadia.tell("/arreter")
    await nadia.tap(STOP_YES)
    told = said("distress_told_unkept", delay=home.library.fact("reading_delay", "fr"))
    assert await nadia.tell(DARK) == [f"{said('distress')}\n\n{said('help_listening')}\n\n{told}"], (
        "one message, and no cold word after it"
    )
    assert labels_of(nadia.message("3114")) == []
    assert URGENT in nadia.flags()
    assert DARK not in nadia.heard()


async def test_in_an_edit_after_stopping(nadia: Guest) -> None:
    await at(nadia, "Couleur")
    await nadia.tell("rouge", "/arreter")
    await nadia.tap(STOP_YES)
    assert help_shown(await nadia.correct(DARK, nadia.own()[-2]["message_id"]))
    assert URGENT in nadia.flags()
    assert DARK not in nadia.heard()


async def test_in_the_transcript_the_words_come_before_the_help(nadia: Guest) -> None:
    await at(nadia, "Couleur")
    await nadia.tell(DARK)
    lines = [line.line.text for line in nadia.transcript()]
    assert lines.index(DARK) < next(i for i, text in enumerate(lines) if text.startswith(opening("distress")))


async def test_in_the_persons_own_language_whatever_the_bots(home: House) -> None:
    async with Guest(home, "Ana", "en") as ana:
        await ana.come()
        assert help_shown(await ana.tell(DARK), "en")
        assert help_shown(await ana.tell("I want to kill myself"), "en")


async def test_said_twice_help_is_shown_twice(nadia: Guest) -> None:
    await at(nadia, "Couleur")
    assert help_shown(await nadia.tell(DARK))
    assert help_shown(await nadia.tell(DARK))


@pytest.mark.parametrize(
    "text",
    [
        "Je suis morte de rire",
        "Ce travail me tue à petit feu, mais je m'accroche",
        "Je veux en finir avec ce dossier",
        "J'ai peur de l'avenir",
        "rouge",
        "Je suis au bout du rouleau au travail",
    ],
)
async def test_everyday_words_raise_nothing(nadia: Guest, text: str) -> None:
    await at(nadia, "Histoire")
    texts = await nadia.tell(text)
    assert not help_shown(texts)
    assert nadia.flags() == []


async def test_a_stranger_is_helped_too_and_promised_nobody(home: House) -> None:
    async with Guest(home, "Stranger") as stranger:
        await stranger.say(DARK)
        await stranger.quiet()
        assert stranger.texts() == [f"{said('distress')}\n\n{said('help_listening')}"]
