"""Typing instead of tapping: understood, kindly asked again, gathered, corrected; and the way back after a silence."""

from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from babel.dates import format_date

from bot.reprise import CLEAR, REPRISES
from bot.walking import SILENCE
from flows.understood import Reason
from tests.bot.conversing import BACK, BEGIN, DEFER, DONE, KEEP, READ, SKIP, Guest, labels_of, opening, said, validate
from tests.harness import House

pytestmark = pytest.mark.asyncio(loop_scope="module")
SHELF = ("kinds",)
FAR = 900  # days: past every date the pack allows


async def at(guest: Guest, which: str) -> None:
    await guest.come()
    await guest.tap(BEGIN, which)


def iso(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


def figures(days: int) -> str:
    return f"{datetime.now(UTC) + timedelta(days=days):%d/%m/%Y}"


# ------------------------------------------------------------------------------------------- answers, kind after kind
@pytest.mark.parametrize(
    ("which", "typed", "node", "value"),
    [
        ("Lecture", "c'est lu", "notice", "read"),
        ("Couleur", "ROUGE", "colour", "red"),
        ("Couleur", "2", "colour", "light_blue"),
        ("Couleur", "bleu fonce", "colour", "dark_blue"),
        ("Couleur", "passer", "colour", "skipped"),
        ("Fruits", "pomme, figue et cerise", "fruits", ["apple", "fig", "cherry"]),
        ("Fruits", "1, 4 et 5", "fruits", ["apple", "grape", "cherry"]),
        ("Fruits", "aucun fruit", "fruits", ["no_fruit"]),
        ("Saisons", "hiver puis été et automne", "order", ["winter", "summer", "autumn"]),
        ("Humeur", "7/10", "mood", 7),
        ("Humeur", "radieuse", "mood", 10),
        ("Histoire", "j'en parlerai", "story", "deferred"),
        ("Mesure", "vingt-deux ans", "age", 22),
        ("Date", figures(40), "day", iso(40)),
        ("Affirmations", "un peu", "items.sea", 2),
    ],
)
async def test_each_kind_of_question_is_answered_by_typing(nadia: Guest, which, typed, node, value) -> None:
    await at(nadia, which)
    await nadia.tell(typed)
    assert nadia.results("kinds")[node] == value
    assert nadia.run("kinds").at != node


async def test_the_first_of_a_month_is_read_back_as_the_french_write_it(nadia: Guest) -> None:
    await at(nadia, "Date")
    first = (datetime.now(UTC).date().replace(day=1) + timedelta(days=62)).replace(day=1)
    await nadia.tell(f"{first:%d/%m/%Y}")
    shown = format_date(first, "MMMM y", locale="fr")
    assert nadia.message("Quel jour")["text"].endswith(f"✔ 1er {shown}")
    assert nadia.results("kinds")["day"] == first.isoformat()


async def test_a_typed_answer_closes_its_question_as_a_tap_does(nadia: Guest) -> None:
    await at(nadia, "Couleur")
    await nadia.tell("le bleu clair")
    shown = nadia.message("Quelle couleur")
    assert shown["text"].endswith("✔ Bleu clair")
    assert labels_of(shown) == []


@pytest.mark.parametrize(
    ("which", "typed", "key", "holes"),
    [
        ("Couleur", "turlututu", "not_understood", {}),
        ("Couleur", "bleu", "reprise_ambiguous", {}),
        ("Couleur", "9", "reprise_out_of_range", {"low": 1, "high": 3}),
        ("Couleur", "je ne sais pas", "reprise_unsure", {}),
        ("Couleur", "j'en parlerai de vive voix", "reprise_not_deferrable", {}),
        ("Couleur", "rouge et bleu clair", "reprise_only_one", {}),
        ("Fruits", "pomme, poire, figue, raisin", "reprise_too_many", {"max": 3}),
        ("Fruits", "pomme et aucun fruit", "reprise_exclusive", {}),
        ("Humeur", "11", "reprise_out_of_range", {"low": 0, "high": 10}),
        ("Humeur", "turlututu", "not_understood", {}),
        ("Humeur", "bof", "reprise_unsure", {}),
        ("Mesure", "12", "reprise_out_of_range", {"low": 16, "high": 99}),
        ("Mesure", "vingt et demi", "reprise_whole_number", {}),
        ("Mesure", "plus de 20", "reprise_roughly", {}),
        ("Mesure", "30 mois", "reprise_other_unit", {}),
        ("Mesure", "passer", "reprise_required", {}),
        ("Saisons", "passer", "reprise_required_defer", {}),
        ("Date", "31 février", "reprise_no_such_day", {}),
        ("Date", "2031", "reprise_incomplete", {}),
        ("Affirmations", "peut-être bien", "not_understood", {}),
    ],
)
async def test_what_is_not_understood_is_asked_again_kindly(nadia: Guest, which, typed, key, holes) -> None:
    await at(nadia, which)
    before = nadia.run("kinds")
    question = nadia.last()
    [again] = await nadia.tell(typed)
    quote = (
        ""
        if key.removeprefix("reprise_") in {*CLEAR, "only_one", "required_defer"}
        else said("you_wrote", words=typed) + " "
    )
    assert again == f"{quote}{said(key, **holes)}\n\n{question}"
    after = nadia.run("kinds")
    assert (after.at, after.answers) == (before.at, before.answers)
    assert len([m for m in nadia.messages if labels_of(m)]) <= 1, "one question at a time has buttons"


HINTS = [
    ("Couleur", "turlututu", "hint_again_choices"),
    ("Fruits", "turlututu", "hint_again_choices"),
    ("Humeur", "turlututu", "hint_again_scale"),
    ("Mesure", "turlututu", "hint_number"),
    ("Date", "turlututu", "hint_date"),
    ("Affirmations", "turlututu", "hint_again_choices"),
]


@pytest.mark.parametrize(("which", "typed", "key"), HINTS)
async def test_the_second_time_a_short_hint_is_enough(nadia: Guest, which: str, typed: str, key: str) -> None:
    await at(nadia, which)
    labels = nadia.labels() if which not in ("Mesure", "Date") else []
    await nadia.tell("tralala")
    quote = said("you_wrote", words=typed)
    holes = {"from": "0", "to": "10"} if which == "Humeur" else {}
    assert await nadia.tell(typed) == [f"{quote} {said(key, **holes)}"]
    assert await nadia.tell(typed) == [f"{quote} {said(key, **holes)}"]
    assert not labels or nadia.labels() == labels, "what can be touched is under the last words"
    assert len([m for m in nadia.messages if labels_of(m)]) == 1


async def test_the_hint_at_a_list_asks_for_what_is_seen_there(nadia: Guest) -> None:
    await at(nadia, "Couleur")
    await nadia.tap("Rouge")
    await nadia.tell("turlututu")
    [hint] = await nadia.tell("tralala")
    assert hint.endswith("écrivez ses premiers mots."), "no number stands before the choices"
    await nadia.tell("un arrêt")
    assert nadia.results("kinds")["after"] == "halt"


TO_READ = said("reprise_page", button=READ)


@pytest.mark.parametrize("typed", ["c'est quoi ?", "jsp", "ça veut dire quoi", "c'est tout"])
async def test_at_a_page_nothing_speaks_of_a_question(nadia: Guest, typed: str) -> None:
    await at(nadia, "Lecture")
    labels = nadia.labels()
    assert await nadia.tell(typed) == [TO_READ], "the page stands just above: it is not repeated"
    assert await nadia.tell(typed) == [TO_READ]
    assert nadia.labels() == labels
    assert nadia.live(READ) == 1
    await nadia.tap(READ)
    assert nadia.results("kinds")["notice"] == "read"


async def test_something_sent_at_a_page_is_told_that_it_is_to_read(nadia: Guest) -> None:
    await at(nadia, "Lecture")
    assert await nadia.show("photo") == [f"{said('not_text')} {TO_READ}"]
    assert READ in nadia.labels()


@pytest.mark.parametrize("typed", ["merci", "Merci bien !", "thanks"])
async def test_thanks_do_not_say_that_a_page_is_read(nadia: Guest, typed: str) -> None:
    await at(nadia, "Lecture")
    assert await nadia.tell(typed) == [f"{said('thanks_to_you')} {TO_READ}"]
    assert nadia.run("kinds").at == "notice"


async def test_a_page_that_is_no_more_in_sight_is_shown_again(nadia: Guest) -> None:
    await at(nadia, "Lecture")
    page = nadia.last()
    await nadia.tell("/aide")
    assert await nadia.tell("jsp") == [f"{TO_READ}\n\n{page}"]


async def test_after_a_hint_the_question_shows_its_answer(nadia: Guest) -> None:
    await at(nadia, "Couleur")
    await nadia.tell("turlututu")
    await nadia.tell("tralala")
    await nadia.tap("Rouge")
    assert "Quelle couleur" in nadia.message("✔ Rouge")["text"]


async def test_long_words_are_quoted_by_their_beginning(nadia: Guest) -> None:
    await at(nadia, "Couleur")
    [again] = await nadia.tell("turlututu " * 20)
    quote = again.split(" »".replace(" ", "\u00a0"))[0]
    assert quote.endswith("turlututu…")
    assert len(quote) < 85


async def test_every_reason_not_to_understand_has_its_sentence() -> None:
    assert set(REPRISES) == set(get_args(Reason))


@pytest.mark.parametrize(("days", "key"), [(-3, "reprise_too_early"), (FAR, "reprise_too_late")])
async def test_a_day_out_of_bounds_is_told_the_bound(nadia: Guest, days: int, key: str) -> None:
    await at(nadia, "Date")
    [again] = await nadia.tell(figures(days))
    assert opening(key) in again
    assert "day" not in nadia.results("kinds")


async def test_a_weekday_that_is_not_that_days(nadia: Guest) -> None:
    await at(nadia, "Date")
    day = datetime.now(UTC) + timedelta(days=30)
    names = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"]
    [again] = await nadia.tell(f"{names[(day.weekday() + 1) % 7]} {day:%d/%m/%Y}")
    assert said("reprise_other_weekday") in again


# ----------------------------------------------------------------------------------------- an open answer, in pieces
async def test_an_open_answer_gathers_until_it_is_said_to_be_complete(nadia: Guest) -> None:
    await at(nadia, "Histoire")
    await nadia.tell("Le matin, je marche.", "Puis je lis.")
    await nadia.tell("3")  # a number, a label, a word that defers elsewhere: here it is all part of the story
    await nadia.tell("j'en parlerai")
    assert nadia.run("kinds").at == "story"
    assert nadia.live(DONE) == 1
    await nadia.tap(DONE)
    assert nadia.results("kinds")["story"] == "Le matin, je marche.\nPuis je lis.\n3\nj'en parlerai"
    assert "Et ensuite ?" in nadia.last()


async def test_an_open_answer_is_never_the_answer_to_the_next_question(nadia: Guest) -> None:
    await at(nadia, "Histoire")
    await nadia.tell("Le matin, je marche. Repos")
    await nadia.press(DONE)
    await nadia.say("Promenade")  # typed while the next question is still on its way
    await nadia.quiet()
    assert "after" not in nadia.results("kinds")
    assert nadia.results("kinds")["story"] == "Le matin, je marche. Repos\nPromenade"
    assert said("added_to_previous") in nadia.texts()
    assert "Promenade" in nadia.message("Racontez une journée")["text"], "the question above shows the whole answer"


async def test_words_under_a_question_never_go_to_the_one_before(nadia: Guest) -> None:
    """However often it was repeated meanwhile: whoever writes in short messages has read it once."""
    await at(nadia, "Histoire")
    await nadia.tell("Le matin, je marche. Repos", "c'est tout")
    assert "Et ensuite ?" in nadia.last()
    await nadia.tell("turlututu", "chapeau", "pointu", "la la la")
    assert nadia.results("kinds")["story"] == "Le matin, je marche. Repos"
    assert said("added_to_previous") not in nadia.texts()
    assert nadia.heard()[-4:] == ["turlututu", "chapeau", "pointu", "la la la"]


async def test_what_came_before_its_question_could_be_seen_does_not_answer_it(nadia: Guest) -> None:
    await at(nadia, "Couleur")
    await nadia.tell("rouge", "promenade")
    assert nadia.results("kinds") == {"which": "colour", "colour": "red"}
    assert nadia.last().startswith(said("came_early"))
    assert "promenade" in nadia.heard()
    await nadia.tell("promenade")
    assert nadia.results("kinds")["after"] == "walk"


async def test_a_question_still_on_its_way_cannot_have_been_answered(nadia: Guest) -> None:
    await nadia.come()
    await nadia.tap(BEGIN)
    await nadia._ask("POST", "/faults", {"action": "slow", "method": "sendMessage", "seconds": 0.3, "count": 1})
    await nadia.press("Couleur")
    await nadia.wait_for_text("Quelle couleur")  # it is there, but Telegram has not said so yet
    await nadia.tell("rouge")
    assert nadia.results("kinds") == {"which": "colour"}
    assert nadia.last().startswith(said("came_early"))


async def test_leaving_an_open_question_keeps_what_was_written(nadia: Guest) -> None:
    await at(nadia, "Histoire")
    await nadia.tell("Le matin, je marche.")
    await nadia.tell("/retour")
    assert nadia.live(DONE) == 0
    await nadia.tap(KEEP)
    assert nadia.results("kinds") == {"which": "story", "story": "Le matin, je marche."}


async def test_a_beginning_too_short_to_be_an_answer_waits_as_a_draft(nadia: Guest) -> None:
    await at(nadia, "Histoire")
    await nadia.tell("Dormi")
    await nadia.tell("/retour")
    await nadia.tap(KEEP)
    assert nadia.last().endswith(f"{said('answered')} Dormi"), "it is there on the way back"
    await nadia.tell("puis marché")
    await nadia.tap(DONE)
    assert nadia.results("kinds")["story"] == "Dormi\npuis marché"


async def test_a_beginning_is_there_after_a_pause(nadia: Guest) -> None:
    await at(nadia, "Histoire")
    await nadia.tell("Dormi")
    await nadia.tell("/pause")
    await nadia.tell("/reprendre")
    assert f"{said('answered')} Dormi" in nadia.last()
    await nadia.tell("puis marché")
    await nadia.tap(DONE)
    assert nadia.results("kinds")["story"] == "Dormi\npuis marché"


async def test_changing_the_language_in_the_middle_of_an_answer_keeps_its_pieces(nadia: Guest) -> None:
    await at(nadia, "Histoire")
    await nadia.tell("Le matin, je marche.")
    await nadia.tell("/langue")
    await nadia.tell("Then I read.")
    await nadia.tap(said("button_done", "en"))
    assert nadia.results("kinds")["story"] == "Le matin, je marche.\nThen I read."


async def test_a_text_that_is_too_long_is_not_cut(nadia: Guest) -> None:
    await at(nadia, "Histoire")
    [again] = await nadia.tell("a" * 91)
    assert again.startswith(said("reprise_too_long", max=90))
    assert "a" * 91 in nadia.heard(), "it stays in the conversation"
    assert "story" not in nadia.results("kinds")


async def test_a_piece_too_many_is_refused_and_the_others_stay(nadia: Guest) -> None:
    await at(nadia, "Histoire")
    await nadia.tell("a" * 60)
    [again] = await nadia.tell("b" * 60)
    assert again.startswith(said("reprise_too_long", max=90))
    await nadia.tap(DONE)
    assert nadia.results("kinds")["story"] == "a" * 60


async def test_new_words_over_an_answer_say_that_they_replace_it(nadia: Guest) -> None:
    await at(nadia, "Histoire")
    await nadia.tell("Le matin, je marche.")
    await nadia.tap(DONE, BACK)
    assert await nadia.tell("Le soir, je lis.") == [said("part_noted_anew")]
    assert await nadia.tell("Et je dors.") == [said("part_noted")], "once"
    await nadia.tap(DONE)
    assert nadia.results("kinds")["story"] == "Le soir, je lis.\nEt je dors."
    stories = [given.answer.value for given in nadia.history("kinds") if given.step == "story"]
    assert stories == ["Le matin, je marche.", "Le soir, je lis.\nEt je dors."]


@pytest.mark.parametrize("words", ["je sais pas", "Aucune idée !", "?????????"])
async def test_a_hesitation_is_met_kindly_and_kept_if_meant(nadia: Guest, words: str) -> None:
    await at(nadia, "Histoire")
    [reply] = await nadia.tell(words)
    assert reply.startswith(said("hesitant", words=words))
    why = said("why_said", why="Pour mieux vous connaître.")
    assert why in reply.split("\n\n"), "why the question is asked may help: on a line of its own, under its name"
    assert {DEFER, SKIP} < set(nadia.labels())
    await nadia.tell(words)
    assert nadia.last() == said("part_noted"), "who says it again means it"
    await nadia.tap(DONE)
    assert nadia.results("kinds")["story"] == words


async def test_a_hesitation_gives_way_to_what_comes_after_it(nadia: Guest) -> None:
    await at(nadia, "Histoire")
    await nadia.tell("je ne sais pas trop")
    assert nadia.last().startswith(said("hesitant", words="je ne sais pas trop"))
    await nadia.tell("Le matin, je marche.", "ok")
    await nadia.tap(DONE)
    assert nadia.results("kinds")["story"] == "Le matin, je marche.\nok"
    assert "je ne sais pas trop" in nadia.heard()


@pytest.mark.parametrize(("way", "left"), [(SKIP, "skipped"), (DEFER, "deferred")])
async def test_a_hesitation_may_end_without_words(nadia: Guest, way: str, left: str) -> None:
    await at(nadia, "Histoire")
    await nadia.tell("bof")
    assert DONE not in nadia.labels(), "two letters are too few to be an answer here"
    await nadia.tap(way)
    assert nadia.results("kinds")["story"] == left


async def test_a_hesitation_then_a_wish_to_skip(nadia: Guest) -> None:
    await at(nadia, "Histoire")
    await nadia.tell("je ne sais pas")
    await nadia.tell("non, rien")
    assert nadia.results("kinds")["story"] == "skipped"
    assert nadia.message("Racontez une journée")["text"].endswith("– question passée"), (
        "the person sees it noted as left out"
    )


async def test_an_open_question_that_is_left_aside_can_be_skipped(nadia: Guest) -> None:
    await at(nadia, "Histoire")
    await nadia.tell("passer")
    assert nadia.results("kinds")["story"] == "skipped"


async def test_one_of_several_typed_is_ticked_as_a_tap_would(nadia: Guest) -> None:
    await at(nadia, "Fruits")
    [shown] = await nadia.tell("pomme")
    assert shown.startswith(said("ticked"))
    assert {"☑ Pomme", "☐ Poire", said("button_one_more")} < set(nadia.labels())
    assert nadia.live("☑ Pomme") == 1, "the question above has lost its buttons"
    await nadia.tell("la figue")
    assert "fruits" not in nadia.results("kinds")
    await nadia.tap(validate(2))
    assert nadia.results("kinds")["fruits"] == ["apple", "fig"]


async def test_a_ranking_typed_one_by_one_keeps_its_order(nadia: Guest) -> None:
    await at(nadia, "Saisons")
    await nadia.tell("hiver")
    await nadia.tell("printemps")
    await nadia.tap(validate(2))
    assert nadia.results("kinds")["order"] == ["winter", "spring"]


async def test_typing_where_ticks_were_made_adds_to_them(nadia: Guest) -> None:
    await at(nadia, "Fruits")
    await nadia.tap("☐ Pomme")
    await nadia.tell("figue et raisin")
    await nadia.tap(validate(3))
    assert nadia.results("kinds")["fruits"] == ["apple", "fig", "grape"]


async def test_a_tick_too_many_is_told_and_the_others_stay(nadia: Guest) -> None:
    await at(nadia, "Fruits")
    await nadia.tap("☐ Pomme", "☐ Poire")
    [again] = await nadia.tell("figue et raisin")
    assert again.startswith(said("reprise_too_many", max=3))
    await nadia.tap(validate(2))
    assert nadia.results("kinds")["fruits"] == ["apple", "pear"]


@pytest.mark.parametrize(("which", "first", "second"), [("Fruits", "☐ {}", "☑ {}"), ("Saisons", "{}", "1. {}")])
async def test_ticks_not_confirmed_are_there_on_the_way_back(nadia: Guest, which: str, first: str, second: str) -> None:
    await at(nadia, which)
    label = {"Fruits": "Pomme", "Saisons": "Été"}[which]
    await nadia.tap(first.format(label))
    await nadia.tell("/retour")
    assert "Par où commencer" in nadia.last()
    await nadia.tap(KEEP)
    assert second.format(label) in nadia.labels()
    assert which.lower() not in nadia.results("kinds"), "ticks that nobody confirmed are no answer"


async def test_ticks_changed_and_not_confirmed_leave_the_answer_as_it_was(nadia: Guest) -> None:
    await at(nadia, "Fruits")
    await nadia.tap("☐ Pomme", "☐ Poire", validate(2), BACK, "☐ Figue", BACK, KEEP, BACK)
    assert "☑ Figue" in nadia.labels()
    assert nadia.results("kinds")["fruits"] == ["apple", "pear"]
    await nadia.tap(KEEP, BACK)
    assert "☐ Figue" in nadia.labels(), "the answer kept is what is ticked"
    assert nadia.results("kinds")["fruits"] == ["apple", "pear"]


async def test_ticks_survive_what_is_not_understood(nadia: Guest) -> None:
    await at(nadia, "Fruits")
    await nadia.tap("☐ Pomme", "☐ Poire")
    await nadia.tell("turlututu")
    await nadia.tap(validate(2))
    assert nadia.results("kinds")["fruits"] == ["apple", "pear"]


# ------------------------------------------------------------------------------------------------- correcting oneself
async def test_editing_the_last_message_changes_a_choice(nadia: Guest) -> None:
    await at(nadia, "Couleur")
    await nadia.tell("rouge")
    done, *after = await nadia.correct("bleu clair")
    assert done == f"{said('changed')}\n\nQuelle couleur préférez-vous ?\n→ Bleu clair"
    assert len(after) == 1, "the question at hand is the last thing on the screen again"
    assert nadia.results("kinds")["colour"] == "light_blue"
    assert nadia.message("✔ Bleu clair")["text"].endswith("Quelle couleur préférez-vous ?\n\n✔ Bleu clair")
    assert "Repos" in nadia.labels(), "the question at hand stays as it was"
    assert [g.answer.value for g in nadia.history("kinds") if g.step == "colour"] == ["red", "light_blue"]


async def test_editing_a_number(nadia: Guest) -> None:
    await at(nadia, "Mesure")
    await nadia.tell("22")
    await nadia.correct("25 ans")
    assert nadia.results("kinds")["age"] == 25


async def test_editing_a_piece_of_the_answer_being_written(nadia: Guest) -> None:
    await at(nadia, "Histoire")
    await nadia.tell("Le matin, je marche.", "Le soir, je lit.")
    await nadia.correct("Le soir, je lis.")
    await nadia.tap(DONE)
    assert nadia.results("kinds")["story"] == "Le matin, je marche.\nLe soir, je lis."


async def test_editing_an_early_piece_after_the_answer_is_complete(nadia: Guest) -> None:
    await at(nadia, "Histoire")
    await nadia.tell("Le matin, je dort.", "Le soir, je lis.")
    first = nadia.own()[-2]["message_id"]
    await nadia.tap(DONE)
    assert (await nadia.correct("Le matin, je dors.", first))[0].startswith(said("changed"))
    assert nadia.results("kinds")["story"] == "Le matin, je dors.\nLe soir, je lis."
    assert "je dors" in nadia.message("Racontez une journée")["text"]


async def test_editing_a_piece_until_it_is_too_long(nadia: Guest) -> None:
    await at(nadia, "Histoire")
    await nadia.tell("Le matin, je marche.")
    [reply] = await nadia.correct("a" * 91)
    assert reply == said("reprise_too_long", max=90)
    await nadia.tap(DONE)
    assert nadia.results("kinds")["story"] == "Le matin, je marche."


async def test_editing_to_nonsense_changes_nothing_and_says_so(nadia: Guest) -> None:
    await at(nadia, "Couleur")
    await nadia.tell("rouge")
    assert await nadia.correct("turlututu") == [said("edit_not_understood")]
    assert nadia.results("kinds")["colour"] == "red"
    assert "turlututu" in nadia.heard(), "both versions stay in the conversation"


async def test_editing_a_message_that_answered_nothing(nadia: Guest) -> None:
    await nadia.come()
    await nadia.tell("Bonjour")
    assert await nadia.correct("Bonsoir") == [said("edit_unknown")]


async def test_editing_what_was_not_understood_is_another_try(nadia: Guest) -> None:
    await at(nadia, "Couleur")
    await nadia.tell("rouje vif")
    await nadia.correct("rouge")
    assert nadia.results("kinds")["colour"] == "red"
    assert "Et ensuite ?" in nadia.last()


async def test_editing_what_was_too_long_is_another_try(nadia: Guest) -> None:
    await at(nadia, "Histoire")
    await nadia.tell("a" * 91)
    await nadia.correct("a" * 89)
    await nadia.tap(DONE)
    assert nadia.results("kinds")["story"] == "a" * 89


async def test_editing_nonsense_into_nonsense_asks_again(nadia: Guest) -> None:
    await at(nadia, "Couleur")
    await nadia.tell("turlututu")
    assert await nadia.correct("tralala") == [f"{said('you_wrote', words='tralala')} {said('hint_again_choices')}"]
    assert nadia.live("Rouge") == 1


async def test_after_two_failed_tries_either_can_still_be_corrected(nadia: Guest) -> None:
    await at(nadia, "Couleur")
    await nadia.tell("turlututu", "tralala")
    first = nadia.own()[-2]["message_id"]
    await nadia.correct("rouge", first)
    assert nadia.results("kinds")["colour"] == "red"


async def test_failed_tries_at_the_next_question_leave_the_first_answer_open_to_correction(nadia: Guest) -> None:
    await at(nadia, "Couleur")
    await nadia.tell("rouge", "turlututu", "tralala")
    first = nadia.own()[-3]["message_id"]
    await nadia.correct("bleu clair", first)
    assert nadia.results("kinds")["colour"] == "light_blue"


async def test_failed_corrections_leave_the_answer_open_to_another(nadia: Guest) -> None:
    await at(nadia, "Couleur")
    await nadia.tell("rouge")
    for nonsense in ("turlututu", "tralala"):
        assert await nadia.correct(nonsense) == [said("edit_not_understood")]
    await nadia.correct("bleu clair")
    assert nadia.results("kinds")["colour"] == "light_blue"


async def overtaken(guest: Guest, written: str, corrected: str, *, both: bool = True) -> dict[str, Any]:
    """A message whose correction Telegram hands over first; gives the message."""
    world = guest.house.simulator.server.main
    chat = world.chats[guest.id]
    message = world.post(chat, world.people[guest.id].public(), {"text": written})
    world.tell("edited_message", {**message, "text": corrected, "edit_date": world.now()}, str(chat.id))
    if both:
        world.tell("message", message, str(chat.id))
    await guest.quiet()
    return message


@pytest.mark.parametrize("both", [True, False])
async def test_a_correction_that_comes_before_its_message_wins(nadia: Guest, both: bool) -> None:
    await at(nadia, "Couleur")
    await overtaken(nadia, "rouge", "bleu clair", both=both)
    assert nadia.results("kinds") == {"which": "colour", "colour": "light_blue"}
    assert "Et ensuite ?" in nadia.last(), "the first words answer nothing"
    assert ("rouge" in nadia.heard()) is both
    await nadia.tap("Repos")
    assert nadia.results("kinds")["colour"] == "light_blue"


async def test_a_piece_corrected_before_it_came_is_one_piece(nadia: Guest) -> None:
    await at(nadia, "Histoire")
    message = await overtaken(nadia, "Le matin, je dort.", "Le matin, je dors.")
    await nadia.tell("Le soir, je lis.")
    await nadia.correct("Le matin, je nage.", message["message_id"])
    await nadia.tap(DONE)
    assert nadia.results("kinds")["story"] == "Le matin, je nage.\nLe soir, je lis."


async def test_a_correction_before_its_message_that_is_not_understood_is_another_try(nadia: Guest) -> None:
    await at(nadia, "Couleur")
    message = await overtaken(nadia, "rouge", "turlututu")
    assert "colour" not in nadia.results("kinds"), "what was corrected away is no answer"
    assert said("not_understood") in nadia.last()
    await nadia.correct("bleu clair", message["message_id"])
    assert nadia.results("kinds")["colour"] == "light_blue"


async def test_editing_an_answer_given_again_since_changes_nothing(nadia: Guest) -> None:
    await at(nadia, "Couleur")
    await nadia.tell("rouge")
    await nadia.tap(BACK, "Bleu foncé")
    assert await nadia.correct("bleu clair") == [said("edit_unknown")]
    assert nadia.results("kinds")["colour"] == "dark_blue"


async def test_editing_the_answer_of_a_part_that_is_over(nadia: Guest) -> None:
    await at(nadia, "Couleur")
    await nadia.tell("rouge")
    await nadia.tap("Repos")
    colour = nadia.own()[-1]["message_id"]
    [done] = await nadia.correct("bleu foncé", colour)
    assert done.startswith(said("changed"))
    assert nadia.results("kinds") == {"which": "colour", "colour": "dark_blue", "after": "rest"}
    assert nadia.run("kinds").outcome == "done"


async def test_an_edit_that_moves_the_path_leads_to_the_new_question(nadia: Guest) -> None:
    await nadia.come()
    await nadia.tap(BEGIN)
    await nadia.tell("couleur")
    await nadia.tap("Rouge")
    await nadia.correct("humeur")
    assert nadia.results("kinds") == {"which": "mood"}
    assert nadia.aside("kinds") == {"colour"}
    assert "Votre humeur du jour ?" in nadia.last()
    assert nadia.live("Repos") == 0, "the question that was open is closed"
    await nadia.tap("8", "Repos")
    assert nadia.results("kinds") == {"which": "mood", "mood": 8, "after": "rest"}


async def test_an_edit_that_opens_a_question_in_a_part_that_is_over(nadia: Guest) -> None:
    await nadia.come()
    await nadia.tap(BEGIN)
    await nadia.tell("couleur")
    await nadia.tap("Rouge", "Repos")
    assert nadia.run("kinds").outcome == "done"
    which = nadia.own()[-1]["message_id"]
    await nadia.correct("mesure", which)
    assert "Depuis combien d'années ?" in nadia.last()
    await nadia.tell("30")
    assert nadia.results("kinds") == {"which": "age", "age": 30, "after": "rest"}
    assert nadia.run("kinds").outcome == "done"


# -------------------------------------------------------------------------------------------------- after a silence
async def test_after_a_silence_a_greeting_finds_the_question_again(home: House, nadia: Guest) -> None:
    await at(nadia, "Couleur")
    await nadia.tap("Rouge")
    home.clock.forward(days=3)
    [card] = await nadia.tell("Bonjour !")
    assert card.startswith(said("resume_card", title="Sept façons"))
    assert said("resume_last", answer="Rouge") in card
    assert "Et ensuite ?" in card
    assert nadia.live("Repos") == 1


async def test_after_a_silence_an_answer_is_still_an_answer(home: House, nadia: Guest) -> None:
    await at(nadia, "Couleur")
    home.clock.forward(days=3)
    await nadia.tell("rouge")
    assert nadia.results("kinds")["colour"] == "red"


async def test_after_a_silence_the_open_question_is_recalled(home: House, nadia: Guest) -> None:
    await at(nadia, "Histoire")
    home.clock.forward(seconds=SILENCE.total_seconds() + 60)
    [noted] = await nadia.tell("Bonjour, le matin je marche.")
    assert noted == said("part_noted_later", question="Racontez une journée.")
    [noted] = await nadia.tell("Je continue donc.")
    assert noted == said("part_noted")


async def test_start_again_after_days_goes_on_where_one_was(home: House, nadia: Guest) -> None:
    await at(nadia, "Couleur")
    home.clock.forward(days=9)
    [text] = await nadia.tell("/start")
    assert text.startswith(said("welcome_back"))
    assert "Quelle couleur" in text
    assert SKIP in nadia.labels()


async def test_a_tap_after_days_counts(home: House, nadia: Guest) -> None:
    await at(nadia, "Couleur")
    home.clock.forward(days=9)
    assert await nadia.tap("Rouge") == ""
    assert nadia.results("kinds")["colour"] == "red"


async def test_a_date_that_has_passed_since_cannot_be_kept(home: House, nadia: Guest) -> None:
    await at(nadia, "Date")
    soon, later = (home.clock.now() + timedelta(days=days) for days in (2, 30))
    await nadia.tell(f"{soon:%d/%m/%Y}")
    home.clock.forward(days=4)
    await nadia.tap(BACK)
    assert await nadia.tap(KEEP) == said("kept_date_passed")
    await nadia.tell(f"{later:%d/%m/%Y}")
    assert nadia.results("kinds")["day"] == later.date().isoformat()
