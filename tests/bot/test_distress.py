"""Words of distress: help is shown at once and a human is called, wherever they are written. Nothing is interpreted."""

import pytest

from flows.phrases import LANGUAGES
from tests.bot.conversing import BEGIN, DONE, STOP_YES, Guest, labels_of, opening, said
from tests.harness import House

pytestmark = pytest.mark.asyncio(loop_scope="module")
SHELF = ("kinds",)
URGENT = ("urgent", said("distress_flag", LANGUAGES[0]))
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
    assert texts[0] == f"{said('distress')}\n\n{told}"
    assert "3114" in texts[0]
    assert "15" in texts[0]
    assert home.library.fact("reading_delay", "fr") in texts[0]
    assert nadia.flags() == [URGENT]


async def test_what_was_written_still_counts_as_an_answer(nadia: Guest) -> None:
    await at(nadia, "Histoire")
    await nadia.tell(DARK)
    await nadia.tap(DONE)
    assert nadia.results("kinds")["story"] == DARK


@pytest.mark.parametrize("which", ["Couleur", "Humeur", "Mesure", "Date", "Affirmations", "Lecture"])
async def test_whatever_the_question_was(nadia: Guest, which: str) -> None:
    await at(nadia, which)
    texts = await nadia.tell(DARK)
    assert help_shown(texts[:1])
    assert URGENT in nadia.flags()
    assert labels_of(nadia.asked()), "the question is still there"


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
    assert URGENT in nadia.flags()
    assert any(DARK in heard for heard in nadia.heard())


async def test_in_an_edited_message(nadia: Guest) -> None:
    await at(nadia, "Histoire")
    await nadia.tell("Le matin, je marche.")
    assert help_shown(await nadia.correct(DARK))
    assert URGENT in nadia.flags()


async def test_after_stopping_help_is_shown_and_the_words_are_not_kept(nadia: Guest) -> None:
    await at(nadia, "Couleur")
    await nadia.tell("/arreter")
    await nadia.tap(STOP_YES)
    texts = await nadia.tell(DARK)
    assert help_shown(texts[:1])
    assert texts[1] == said("stopped_speech")
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
        assert said("distress") in stranger.texts()
        assert not any(opening("distress_told") in text for text in stranger.texts())
