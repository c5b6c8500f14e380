"""What each event does, and what is refused: examples over a small pack (good_pack.yaml)."""

from pathlib import Path
from typing import Any

import pytest

from flows.effects import Committed, Dated, Finish, Flag, Kept, Lifted, Say, SetAside
from flows.engine import new_run, step
from flows.events import (
    Answered,
    Changed,
    Completed,
    Event,
    IllegalEvent,
    Invalid,
    LanguageChanged,
    Marked,
    Paused,
    Resumed,
    Stale,
    Started,
    WentBack,
    Wrote,
)
from flows.flow import Flow
from flows.load import load_flows, read_pack
from flows.path import Progress, progress
from flows.play import Player
from flows.run import Part
from tests.flows.strategies import RUN_ID, START
from tests.flows.walks import Walk

FLOW = Flow(
    read_pack(Path(__file__).with_name("good_pack.yaml")),
    {"fr": {"organisation.name": "Valgarance"}, "en": {"organisation.name": "Valgarance"}},
)
ANSWERS: dict[str, Any] = {
    "hello": "read",
    "colour": "blue",
    "fruits": ["pear"],
    "order": ["second", "first"],
    "mood": 2,
    "words": "des mots",
    "years": 7,
    "day": "2027-04-01",
    "pledge": "agree",
    "survey.one": 3,
    "survey.two": 1,
}


def arrived(at: str, **given: Any) -> Walk:
    """Somebody who has answered everything up to a node."""
    walk = Walk(FLOW)
    while walk.run.at != at:
        answer(walk, (ANSWERS | given)[walk.run.at])
    return walk


def answer(walk: Walk, value: Any) -> list[Any]:
    return walk.does(Answered(walk.run.at, walk.run.visit, value))


def go_back(walk: Walk, to: str | None = None) -> list[Any]:
    return walk.does(WentBack(to))


# ------------------------------------------------------------------------------------------------------------ answering
def test_a_run_begins_with_the_first_question() -> None:
    run, effects = step(FLOW, new_run(FLOW, RUN_ID, "en"), Started(), START)
    assert effects == [Say("hello", 1)]
    assert (run.at, run.visit, run.language, run.path) == ("hello", 1, "en", ())


def test_a_language_the_pack_has_not_falls_back_to_its_first() -> None:
    assert new_run(FLOW, RUN_ID, "de").language == "fr"


def test_an_answer_is_kept_with_the_words_shown_and_leads_on() -> None:
    walk = arrived("words")
    kept, said = answer(walk, "des mots")
    assert isinstance(kept, Kept)
    assert kept.answer.shown == "Dites-nous, pour Bleu."
    assert kept.answer.at == walk.now
    assert said == Say("years", walk.run.visit)
    assert walk.run.path == ("hello", "colour", "fruits", "order", "mood", "words")


def test_routes_are_tried_in_order() -> None:
    assert answer(arrived("mood"), 3)[-1].node == "words"
    assert answer(arrived("mood"), 4)[-1].node == "years"
    assert answer(arrived("colour"), "green")[-1] == Finish("early")


def test_a_battery_is_one_node_an_item_and_the_end_is_said_once() -> None:
    walk = arrived("survey.one")
    assert answer(walk, 3)[-1] == Say("survey.two", walk.run.visit)
    assert answer(walk, 1)[-1] == Finish("done")
    assert walk.run.outcome == "done"
    assert walk.run.answers["survey.one"].shown == "Est-ce vous ?\n\nJe dors bien."


def test_facts_flags_and_commitments_follow_from_answers() -> None:
    walk = arrived("colour")
    effects = answer(walk, "red")
    assert Dated("seen_red") in effects
    assert Flag("colour", "colour/1", "notice", "Dit Rouge") in effects
    go_back(walk)
    assert Lifted("colour", "colour/1") in answer(walk, "blue")
    pledged = arrived("pledge")
    assert Committed("pledge", "taking_part", True, "D'accord ?", "J'accepte") in answer(pledged, "agree")
    go_back(pledged)
    assert Committed("pledge", "taking_part", False, "D'accord ?", "Je refuse") in answer(pledged, "refuse")


def test_a_flag_is_lifted_when_its_answer_is_changed_from_afar() -> None:
    walk = arrived("fruits", colour="red")
    assert walk.flags["colour", "colour/1"].reason == "Dit Rouge"
    walk.does(Changed("colour", "blue"))
    assert walk.flags == {}


def test_a_flag_that_reads_otherwise_is_lifted_and_raised_anew() -> None:
    pack = FLOW.pack.model_dump(by_alias=True, exclude_none=True)
    colour = next(s for s in pack["steps"] if s["id"] == "colour")
    colour["flags"][0]["when"] = {"step": "colour", "in": ["red", "blue"]}
    walk = Walk(Flow(type(FLOW.pack).model_validate(pack)))
    answer(walk, "read")
    answer(walk, "red")
    go_back(walk)
    raised = [e for e in answer(walk, "blue") if isinstance(e, Flag | Lifted)]
    assert raised == [Lifted("colour", "colour/1"), Flag("colour", "colour/1", "notice", "Dit Bleu")]


def test_a_commitment_given_again_is_a_new_act_with_its_own_time() -> None:
    walk = arrived("survey.one")
    go_back(walk)
    effects = answer(walk, "agree")
    assert [type(e) for e in effects] == [Kept, Committed, Say]
    assert walk.run.answers["pledge"].at == walk.now
    assert walk.run.at == "survey.one"


def test_the_same_answer_again_is_the_answer_of_before() -> None:
    walk = arrived("fruits")
    before = walk.run.answers["colour"]
    go_back(walk)
    walk.does(LanguageChanged("en"))
    answer(walk, "blue")
    assert walk.run.answers["colour"] == before, "its time, its words and its language are those of the first time"


# ------------------------------------------------------------------------------------------------- an answer in the making
def test_ticks_add_up_and_repeating_one_changes_nothing() -> None:
    walk = arrived("fruits")
    for choice, on, marks in [
        ("pear", True, ("pear",)),
        ("pear", True, ("pear",)),
        ("apple", True, ("pear", "apple")),
        ("pear", False, ("apple",)),
        ("pear", False, ("apple",)),
        ("none", True, ("none",)),
        ("pear", True, ("pear",)),
    ]:
        assert walk.does(Marked("fruits", walk.run.visit, choice, on)) == [Say("fruits", walk.run.visit, "update")]
        assert walk.run.marks == marks
    walk.does(Completed("fruits", walk.run.visit))
    assert walk.run.answers["fruits"].value == ["pear"]


def test_a_ranking_keeps_the_order_of_the_ticks_and_choices_the_order_of_the_pack() -> None:
    ranking = arrived("order")
    for choice in ("second", "first"):
        ranking.does(Marked("order", ranking.run.visit, choice, True))
    ranking.does(Completed("order", ranking.run.visit))
    assert ranking.run.answers["order"].value == ["second", "first"]
    choices = arrived("fruits")
    for choice in ("pear", "apple"):
        choices.does(Marked("fruits", choices.run.visit, choice, True))
    choices.does(Completed("fruits", choices.run.visit))
    assert choices.run.answers["fruits"].value == ["apple", "pear"]


def test_an_open_answer_is_its_messages_and_an_edited_message_replaces_its_own() -> None:
    walk = arrived("words")
    for key, text in [("10", "Un début"), ("11", "une suite"), ("10", "Un autre début")]:
        walk.does(Wrote("words", walk.run.visit, Part(key, text)))
    walk.does(Completed("words", walk.run.visit))
    assert walk.run.answers["words"].value == "Un autre début\nune suite"
    assert [part.key for part in walk.run.answers["words"].parts] == ["10", "11"]


def test_an_open_answer_left_on_the_way_back_is_kept() -> None:
    walk = arrived("words")
    walk.does(Wrote("words", walk.run.visit, Part("10", "à moitié")))
    go_back(walk)
    assert walk.run.at == "mood"
    assert walk.run.answers["words"].value == "à moitié"


# ---------------------------------------------------------------------------------------------------------- going back
def test_going_back_shows_the_former_answer_and_keeping_it_returns_where_one_was() -> None:
    walk = arrived("day")
    assert go_back(walk, "colour") == [Say("colour", walk.run.visit, "offer")]
    assert walk.run.path[-1] == "years", "going back undoes nothing"
    assert answer(walk, "blue") == [Say("day", walk.run.visit)]


def test_going_back_to_several_choices_ticks_them_again() -> None:
    walk = arrived("order", fruits=["apple", "pear"])
    go_back(walk)
    assert walk.run.marks == ("apple", "pear")


def test_an_early_change_sets_aside_what_falls_off_and_offers_it_again_on_return() -> None:
    walk = arrived("day", colour="red")
    go_back(walk, "colour")
    effects = answer(walk, "green")
    fallen = {"fruits", "order", "mood", "words", "years"}
    assert [set(e.nodes) for e in effects if isinstance(e, SetAside)] == [fallen]
    assert effects[-1] == Finish("early")
    assert walk.run.path == ("hello", "colour")
    assert all(walk.run.result(node) is None for node in fallen)
    assert walk.flags == {}
    go_back(walk, "colour")
    assert answer(walk, "blue")[-1] == Say("fruits", walk.run.visit, "offer")
    assert answer(walk, ["pear"]) == [Say("order", walk.run.visit, "offer")], "kept as it was: no new line of history"
    assert not walk.run.answers["fruits"].aside
    assert walk.run.answers["order"].aside


def test_answers_still_ahead_wait_and_count_when_the_path_reaches_them() -> None:
    walk = arrived("day", mood=9)
    go_back(walk, "mood")
    assert answer(walk, 1)[-1] == Say("words", walk.run.visit), "years is still ahead: it is not set aside"
    assert not walk.run.answers["years"].aside
    assert walk.run.result("years") is None, "but it does not count yet"
    assert answer(walk, "des mots")[-1] == Say("day", walk.run.visit)
    assert walk.run.result("years") is not None


def test_changing_from_afar_leaves_the_person_where_they_are() -> None:
    walk = arrived("day")
    effects = walk.does(Changed("words", "d'autres mots", parts=(Part("10", "d'autres mots"),)))
    assert [type(e) for e in effects] == [Kept]
    assert walk.run.at == "day"
    assert walk.run.answers["words"].shown == "Dites-nous, pour Bleu."


def test_changing_from_afar_moves_the_person_when_their_question_falls_off() -> None:
    walk = arrived("day")
    assert walk.does(Changed("colour", "green"))[-1] == Finish("early")


def test_words_being_written_are_kept_when_a_correction_leads_elsewhere() -> None:
    walk = arrived("words")
    walk.does(Wrote("words", walk.run.visit, Part("10", "mon chef insiste")))
    walk.does(Wrote("words", walk.run.visit, Part("11", "depuis mars")))
    walk.does(Changed("mood", 9))
    assert walk.run.at == "years"
    left = walk.run.answers["words"]
    assert (left.value, left.aside) == ("mon chef insiste\ndepuis mars", True)
    go_back(walk, "mood")
    assert answer(walk, 1)[-1] == Say("words", walk.run.visit, "offer"), "offered again when the path returns"


def test_an_answer_kept_on_leaving_may_take_away_the_question_asked_for() -> None:
    """Going back with words half written: they are kept, and where they lead elsewhere nobody is shown a lost question."""
    pack = FLOW.pack.model_dump(by_alias=True, exclude_none=True)
    words = next(s for s in pack["steps"] if s["id"] == "words")
    words["next"] = [{"when": {"step": "words", "answered": True}, "go": "day"}, {"go": "years"}]
    walk = Walk(Flow(type(FLOW.pack).model_validate(pack)))
    while walk.run.at != "day":
        skipped = walk.run.at == "words"
        given = None if skipped else ANSWERS[walk.run.at]
        walk.does(Answered(walk.run.at, walk.run.visit, given, "skipped" if skipped else "given"))
    go_back(walk, "words")
    walk.does(Wrote("words", walk.run.visit, Part("1", "finalement, oui")))
    go_back(walk, "years")
    assert walk.run.at == "day"
    assert walk.run.answers["years"].aside


# --------------------------------------------------------------------------------------------------------- moving about
def test_another_language_repeats_the_question_and_keeps_the_ticks() -> None:
    walk = arrived("fruits")
    walk.does(Marked("fruits", walk.run.visit, "pear", True))
    assert walk.does(LanguageChanged("en")) == [Say("fruits", walk.run.visit, "again")]
    assert walk.run.language == "en"
    assert walk.run.marks == ("pear",)


def test_a_pause_keeps_everything_and_coming_back_repeats_the_question() -> None:
    walk = arrived("words")
    walk.does(Wrote("words", walk.run.visit, Part("1", "à moitié")))
    assert walk.does(Paused()) == []
    assert walk.run.paused
    assert walk.does(Resumed()) == [Say("words", walk.run.visit, "again")]
    assert not walk.run.paused
    assert walk.run.parts == (Part("1", "à moitié"),)


def test_progress_counts_the_questions_of_the_path_taken() -> None:
    assert progress(FLOW, arrived("hello").run) is None
    first = progress(FLOW, arrived("colour").run)
    assert first is not None
    assert (first.question, first.questions) == (1, 9)
    longer = progress(FLOW, arrived("words").run)
    assert longer is not None
    assert (longer.question, longer.questions) == (5, 10)
    item = progress(FLOW, arrived("survey.two").run)
    assert item is not None
    assert (item.question, item.questions, item.item, item.items) == (10, 10, 2, 2)


def test_a_total_that_an_answer_may_change_is_not_called_sure() -> None:
    player = Player(load_flows()["preliminary.engagement"], "fr")
    player.begin()
    told = []
    for typed in ("moi", "oui, à peu près", "j'ai les deux", "faire le point sur mon parcours", "9", "9", "3"):
        at = progress(player.flow, player.run)
        assert at is not None
        told.append((at.question, at.questions, at.sure))
        player.hears(typed)
    assert [sure for _, _, sure in told] == [False] * 7, "doubts may be asked for, and a date"
    assert progress(FLOW, arrived("words").run) == Progress(5, 10), "nothing before the end can change it"


def test_progress_counts_a_long_series_as_it_is_lived() -> None:
    """ "Question 1 sur 3" above 32 taps is not honest; and the count never goes back."""
    player = Player(load_flows()["preliminary.motivations"], "fr")
    player.begin()
    told = []
    while not player.run.outcome:
        if at := progress(player.flow, player.run):
            told.append((at.question, at.questions))
        player.hears("lu" if at is None else "1, 2, 3" if player.run.at == "values" else "4")
    assert told == [(question, 32) for question in range(1, 33)]


# ------------------------------------------------------------------------------------------------------- what is refused
REFUSED: list[tuple[str, str, Event, type[Exception]]] = [
    ("an old button", "fruits", Answered("colour", 2, "red"), Stale),
    ("an old showing of this question", "fruits", Answered("fruits", 1, ["pear"]), Stale),
    ("a button of the future", "fruits", Answered("fruits", 99, ["pear"]), Stale),
    ("an answer after the end", "@done", Answered("@done", 12, "x"), Stale),
    ("begun twice", "fruits", Started(), IllegalEvent),
    ("skipped though required", "fruits", Answered("fruits", 3, None, "skipped"), Invalid),
    ("deferred though not deferrable", "words", Answered("words", 6, None, "deferred"), Invalid),
    ("skipped with a value", "words", Answered("words", 6, "x", "skipped"), Invalid),
    ("no such choice", "colour", Answered("colour", 2, "pink"), Invalid),
    ("a list for one choice", "colour", Answered("colour", 2, ["red"]), Invalid),
    ("the same choice twice", "fruits", Answered("fruits", 3, ["pear", "pear"]), Invalid),
    ("alone with another", "fruits", Answered("fruits", 3, ["pear", "none"]), Invalid),
    ("nothing picked", "fruits", Completed("fruits", 3), Invalid),
    ("a tick of nothing", "fruits", Marked("fruits", 3, "plum", True), IllegalEvent),
    ("a tick where one answers", "colour", Marked("colour", 2, "red", True), IllegalEvent),
    ("words where one ticks", "fruits", Wrote("fruits", 3, Part("1", "x")), IllegalEvent),
    ("complete where one answers", "colour", Completed("colour", 2), IllegalEvent),
    ("nothing written", "words", Completed("words", 6), Invalid),
    ("too much written", "words", Wrote("words", 6, Part("1", "x" * 301)), Invalid),
    ("only spaces", "words", Answered("words", 6, "  \n "), Invalid),
    ("off the scale", "mood", Answered("mood", 5, 11), Invalid),
    ("true is no degree", "mood", Answered("mood", 5, True), Invalid),
    ("half a year", "years", Answered("years", 7, 7.5), Invalid),
    ("not a number", "years", Answered("years", 7, float("nan")), Invalid),
    ("beyond numbers", "years", Answered("years", 7, 10**400), Invalid),
    ("too many years", "years", Answered("years", 7, 61), Invalid),
    ("yesterday's yesterday", "day", Answered("day", 8, "2027-02-26"), Invalid),
    ("too far ahead", "day", Answered("day", 8, "2029-03-03"), Invalid),
    ("a day spelt otherwise", "day", Answered("day", 8, "20270401"), Invalid),
    ("no day", "day", Answered("day", 8, "2027-02-30"), Invalid),
    ("below the battery's labels", "survey.one", Answered("survey.one", 10, 0), Invalid),
    ("back from the first question", "hello", WentBack(), IllegalEvent),
    ("back to what was not answered", "fruits", WentBack("mood"), IllegalEvent),
    ("back to nowhere", "fruits", WentBack("nowhere"), IllegalEvent),
    ("a change of what was not answered", "fruits", Changed("mood", 3), IllegalEvent),
    ("a change to nothing", "fruits", Changed("colour", "pink"), Invalid),
    ("a language not written", "fruits", LanguageChanged("de"), IllegalEvent),
]


@pytest.mark.parametrize(("at", "event", "error"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_what_does_not_fit_raises_and_changes_nothing(at: str, event: Event, error: type[Exception]) -> None:
    walk = arrived(at)
    before, shown = walk.run, repr(walk.run)
    with pytest.raises(error):
        walk.does(event)
    assert walk.run is before
    assert repr(walk.run) == shown


def test_a_tick_too_many_is_refused_and_the_others_stay() -> None:
    pack = FLOW.pack.model_dump(by_alias=True, exclude_none=True)
    fruits = next(s for s in pack["steps"] if s["id"] == "fruits")
    fruits["pick"] = {"min": 1, "max": 1}
    walk = Walk(Flow(type(FLOW.pack).model_validate(pack)))
    for value in ("read", "blue"):
        answer(walk, value)
    walk.does(Marked("fruits", walk.run.visit, "pear", True))
    with pytest.raises(Invalid, match="too_many"):
        walk.does(Marked("fruits", walk.run.visit, "apple", True))
    assert walk.run.marks == ("pear",)


def test_a_run_never_moves_in_another_version_of_its_flow() -> None:
    walk = arrived("fruits")
    other = Flow(FLOW.pack.model_copy(update={"minutes": 6}))
    with pytest.raises(IllegalEvent, match="another version"):
        step(other, walk.run, WentBack(), walk.now)


def test_refusals_name_no_content() -> None:
    walk = arrived("colour")
    with pytest.raises(Invalid) as caught:
        answer(walk, "mon secret")
    assert "secret" not in str(caught.value)
