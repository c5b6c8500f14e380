"""Typed answers, as a person types them: what is understood, what is kindly refused, what must never happen."""

import unicodedata
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter
from ruamel.yaml import YAML

import flows
from flows import spoken, understood
from flows.ambiguities import ambiguities
from flows.distress import distressed
from flows.flow import Node
from flows.load import load_packs
from flows.pack import BatteryStep, ChoicesStep, ChoiceStep, Pack, RankingStep, ScaleStep, Step
from flows.spoken import hesitant
from flows.understand import Misunderstood, Understood, understand
from flows.understood import Reason
from flows.values import check

TODAY = date(2026, 10, 20)  # a Tuesday


def both(text: str) -> dict[str, str]:
    return {"fr": text, "en": text}


def step_of(kind: str, **fields: Any) -> Any:
    """A question of a kind, with what every question has."""
    every = {"kind": kind, "id": "asked", "text": both("Alors ?")}
    why = {} if kind == "information" else {"why": both("Pour savoir.")}
    return TypeAdapter(Step).validate_python({**every, **why, **fields})


def choices(*labels: str, ids: list[str] | None = None, alone: str = "") -> list[dict[str, Any]]:
    names = ids or [f"c{n}" for n in range(1, len(labels) + 1)]
    return [{"id": i, "label": both(label), "exclusive": i == alone} for i, label in zip(names, labels, strict=True)]


IDEA = step_of(
    "choice",
    choices=choices("C'est moi", "On me l'a suggéré", "On m'y pousse", ids=["me", "suggested", "pushed"]),
    defer=True,
)
COMMITMENT = step_of(
    "choice",
    choices=choices(
        "Je confirme mon engagement", "J'aimerais d'abord en parler", "Pas maintenant", ids=["yes", "talk", "no"]
    ),
    commitment={"purpose": "engagement", "grants": ["yes"]},
)
CONSENT = step_of(
    "choice",
    choices=[
        {"id": "agree", "label": {"fr": "J'accepte", "en": "I accept"}},
        {"id": "refuse", "label": {"fr": "Je refuse", "en": "I refuse"}},
    ],
    commitment={"purpose": "contact", "grants": ["agree"]},
)
LIMITS = step_of(
    "choices",
    choices=choices("Mobilité", "Horaires", "Famille et enfants", "Oui, tout à fait", "Aucune contrainte", alone="c5"),
    pick={"min": 1, "max": 3},
)
RANKED = step_of("ranking", choices=choices("Le sens", "Le salaire", "L'équipe", "Le lieu"), pick={"min": 2, "max": 3})
RULER = step_of("scale", range={"from": 0, "to": 10}, ends={"fr": ("pas du tout", "plus que tout"), "en": ("no", "x")})
BATTERY = step_of(
    "battery",
    items=[{"id": "a", "text": both("A")}, {"id": "b", "text": both("B")}],
    labels=[both("Pas du tout"), both("Un peu"), both("Beaucoup"), both("Énormément")],
    optional=True,
)
TEXT = step_of("text", length={"min": 3, "max": 20}, optional=True, defer=True)
READING = step_of("information")


def typed(step: Any, text: str, language: str = "fr") -> Any:
    """The value of what is understood, "skipped"/"deferred", or the reason with what the bot needs to say it."""
    heard = understand(step, text, language, TODAY)
    if isinstance(heard, Misunderstood):
        return (heard.reason, heard.params) if heard.params else heard.reason
    return heard.value if heard.how == "given" else heard.how


# ---------------------------------------------------------------------------------------------------------- one choice
@pytest.mark.parametrize(
    "text",
    [
        *["2", "2.", "2)", "(2)", "#2", "2️⃣", "2e", "2ème", "la 2", "le 2", "n° 2", "n°2", "numéro 2", "réponse 2"],
        *[
            "le deuxième",
            "la deuxième",
            "la seconde",
            "deux",
            "choix 2",
            "the second one",
            "number two",
            "je dirais la 2",
        ],
        *["On me l'a suggéré", "on me l’a suggere", "ON ME L'A  SUGGÉRÉ !!", "on me l a suggéré", "on me", "on me l'a"],
        *["suggéré", "sugéré", "2. On me l'a suggéré", "plutôt suggéré", "suggéré, je crois, merci"],
    ],
)
def test_a_choice_in_all_the_ways_people_write_it(text: str) -> None:
    assert typed(IDEA, text) == "suggested"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("moi", "me"),
        ("Moi, merci !", "me"),
        ("la première", "me"),
        ("1er", "me"),
        ("la dernière", "pushed"),
        ("the last one", "pushed"),
        ("pousse", "pushed"),
    ],
)
def test_a_word_of_its_own_or_a_place(text: str, value: str) -> None:
    assert typed(IDEA, text) == value


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("4", ("out_of_range", {"from": 1, "to": 3})),
        ("0", ("out_of_range", {"from": 1, "to": 3})),
        ("on", "unclear"),  # only a small word
        ("pas moi", "unclear"),  # the contrary of a label is not the label
        ("oui", "unclear"),  # no choice says yes
        ("2. C'est moi", ("ambiguous", {"candidates": ["me", "suggested"]})),
        ("1 et 2", ("too_many", {"count": 2, "max": 1})),
        ("je ne sais pas", "unsure"),
        ("aucune idée", "unsure"),
        ("passer", "required"),
        ("   ", "empty"),
        ("???", "unclear"),
        ("c'est quoi la différence ?", "unclear"),
    ],
)
def test_what_is_no_choice_says_why(text: str, refusal: Any) -> None:
    assert typed(IDEA, text) == refusal


@pytest.mark.parametrize(
    "yes", ["oui", "Oui !", "ouais", "ui", "yes", "OK", "d’accord", "bien sûr", "oui merci", "👍", "👍🏽"]
)
def test_yes_chooses_the_one_choice_that_means_yes(yes: str) -> None:
    nod = yes[0] in "O👍" and "ui" not in yes
    assert typed(COMMITMENT, yes) == ("not_plain" if nod else "yes")
    assert typed(step_of("choice", choices=choices("Non, pas encore", "Oui, c'est fait")), yes) == "c2"


@pytest.mark.parametrize("no", ["non", "nan", "nope", "pas du tout", "non merci", "no", "Non."])
def test_no_chooses_the_one_choice_that_means_no(no: str) -> None:
    assert typed(COMMITMENT, no) == "no"


def test_yes_is_never_guessed_between_two() -> None:
    twice = step_of("choice", choices=choices("Oui, tout à fait", "Oui, plutôt", "Non"))
    assert typed(twice, "oui") == ("ambiguous", {"candidates": ["c1", "c2"]})
    assert typed(twice, "oui plutôt") == "c2"


@pytest.mark.parametrize(
    "text", ["oui ?", "oui mais", "engagement", "je confirme mon engagemant", "je ne confirme pas", "ok", "OK !", "👍"]
)
def test_a_commitment_is_taken_from_plain_words_only(text: str) -> None:
    assert typed(COMMITMENT, text) == "not_plain"


HEDGED = [
    *["j'accepte ?", "I accept?", "oui ? merci", "oui?!", "oui？", "oui ؟", "oui ...?...", "1?!", "1 (?)", "1 ❓"],
    *["peut-être oui", "maybe yes", "je pense oui", "mettons oui", "euh oui", "plutôt oui", "j'accepte (je crois)"],
    *["J'accepte 👎", "oui 👎", "oui 🤔", "-1", "+1", "−1", "o̶u̶i̶", "j'accepte - non", "disons 1", "ok", "👍"],
]


@pytest.mark.parametrize("text", HEDGED)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_question_hedge_or_sign_grants_a_commitment(text: str, language: str) -> None:
    assert typed(CONSENT, text, language) == "not_plain"


@pytest.mark.parametrize(
    "text",
    [
        *["J'accepte", "j’accepte !", "« J'accepte »", "1. J'accepte", "J'accepte 👍🏽", "bonjour j'accepte merci"],
        *["oui", "Oui, merci.", "c'est oui", "1", "1.", "1)", "n°1", "1️⃣", "choix 1"],
        *["d'accord", unicodedata.normalize("NFD", "évidemment")],
    ],
)
def test_plain_words_grant_a_commitment(text: str) -> None:
    assert typed(CONSENT, text) == "agree"


HAND_OVER = step_of(
    "choice",
    choices=[
        {"id": "submit", "label": {"fr": "Je remets mes réponses", "en": "I hand my answers over"}},
        {"id": "change", "label": {"fr": "Je change d'abord une réponse", "en": "Change an answer first"}},
        {"id": "later", "label": {"fr": "Pas maintenant, plus tard", "en": "Not now, later"}},
    ],
    commitment={"purpose": "handing_over", "grants": ["submit"]},
)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(
    ("text", "value"),
    [
        *[(yes, "submit") for yes in ("oui", "Oui, d'accord.", "yes", "ok j'accepte", "Oui oui !", "oui 👍", "1")],
        *[(no, "later") for no in ("non", "Non merci", "no", "Nan.", "pas du tout")],
        *[(doubt, "not_plain") for doubt in ("ok", "mouais", "hmm", "👍", "ok ok", "oui ?", "oui mais", "peut-être")],
        *[(doubt, "not_plain") for doubt in ("je ne sais pas", "bof", "???", "oui 👎", "oui non", "non ?")],
    ],
)
def test_a_commitment_whose_label_says_neither_yes_nor_no(text: str, value: str, language: str) -> None:
    assert typed(HAND_OVER, text, language) == value


def test_a_yes_before_the_label_is_still_the_label() -> None:
    assert typed(HAND_OVER, "Oui, je remets mes réponses") == "submit"
    assert typed(HAND_OVER, "ok, je remets mes réponses") == "submit"


def test_a_yes_is_not_taken_for_one_of_two_grants() -> None:
    both_grant = choices("Par téléphone", "Par courrier", "Rien du tout")
    step = step_of("choice", choices=both_grant, commitment={"purpose": "contact", "grants": ["c1", "c2"]})
    assert typed(step, "oui") == "not_plain"
    assert typed(step, "non") == "c3"
    yes_elsewhere = choices("Je signe", "Oui, mais plus tard", "Non")
    step = step_of("choice", choices=yes_elsewhere, commitment={"purpose": "contact", "grants": ["c1"]})
    assert typed(step, "oui") == "c2"


@pytest.mark.parametrize(
    "text", ["pas sur", "pas sûre", "je sais pas", "bof", "peut-être", "peut-être non", "pas vraiment"]
)
@pytest.mark.parametrize("step", [COMMITMENT, HAND_OVER])
def test_who_hesitates_has_refused_nothing(step: Any, text: str) -> None:
    assert typed(step, text) == "not_plain"


@pytest.mark.parametrize(
    "text", ["pas", "maintenant", "pas mintenant", "en parler", "d'abord", "engagement", "disons 3"]
)
def test_a_commitment_is_not_refused_by_a_word_or_a_slip(text: str) -> None:
    assert typed(COMMITMENT, text) in ("not_plain", "not_deferrable")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *[(no, "no") for no in ("non", "Pas maintenant.", "non, pas maintenant", "3", "n°3", "3. Pas maintenant")],
        *[
            (talk, "talk")
            for talk in ("J'aimerais d'abord en parler", "2", "la 2", "non, j’aimerais d’abord en parler")
        ],
    ],
)
def test_a_commitment_is_refused_or_put_off_in_plain_words(text: str, value: str) -> None:
    assert typed(COMMITMENT, text) == value


ENDING = step_of(
    "choice",
    choices=choices("Continuer vers le bilan", "Choisir cette autre voie", ids=["go_on", "elsewhere"]),
    next=[{"when": {"step": "asked", "is": "elsewhere"}, "finish": "redirected"}, {"go": "importance"}],
    defer=True,
)


def test_a_choice_that_ends_the_part_is_read_in_plain_words_too() -> None:
    assert typed(ENDING, "choisir cette autre voie") == typed(ENDING, "2") == "elsewhere"
    for doubt in ("autre", "choisir", "cette autre vois", "une autre voie peut-être"):
        assert typed(ENDING, doubt) == "unclear"
    assert typed(ENDING, "pas sûr") == "unsure"
    assert typed(ENDING, "j'en parlerai") == "deferred"


SHORT_WORDS = [
    *[
        "oui",
        "non",
        "pas",
        "sûr",
        "sur",
        "si",
        "peut-être",
        "bof",
        "ok",
        "je",
        "confirme",
        "mon engagement",
        "la",
        "le",
    ],
    *[
        "maintenant",
        "plus",
        "tard",
        "en",
        "parler",
        "d'abord",
        "jamais",
        "vraiment",
        "sais",
        "veux",
        "accepte",
        "refuse",
    ],
    *["1", "2", "3", "4", "?", "👎", "merci", "euh"],
]
LISTED = {  # every other way of granting or refusing is none
    "yes": {"je confirme mon engagement", "1", "la 1", "le 1", *spoken.YES},
    "talk": {"j aimerais d abord en parler", "2", "la 2", "le 2"},
    "no": {"pas maintenant", "3", "la 3", "le 3", *spoken.NO},
}


@settings(max_examples=600, deadline=None)
@given(st.lists(st.sampled_from(SHORT_WORDS), min_size=1, max_size=4).map(" ".join) | st.text("aeinopsu r", max_size=9))
def test_only_the_listed_forms_grant_or_refuse(text: str) -> None:
    heard = typed(COMMITMENT, text)
    if isinstance(heard, str) and heard in LISTED:
        rest = f" {spoken.fold(text)} "
        for form in sorted({*LISTED[heard], "merci"}, key=len, reverse=True):
            while f" {form} " in rest:
                rest = rest.replace(f" {form} ", " ")
        assert not rest.strip(), f"{text!r} was read as {heard}"
        assert not {"?", "👎"} & set(text)


def test_a_label_that_denies_needs_a_word_that_denies() -> None:
    step = step_of("choice", choices=choices("Je suis salarié", "Je n'ai pas d'emploi", "Normal", "Sans contrainte"))
    assert typed(step, "emploi") == "unclear"
    assert typed(step, "pas d'emploi") == "c2"
    assert typed(step, "contrainte") == "unclear"
    assert typed(step, "anormal") == "unclear"  # not a slip for "normal"


def test_a_slip_is_forgiven_only_when_it_points_to_one_choice() -> None:
    step = step_of("choice", choices=choices("Formation", "Formateur", "Reprise"))
    assert typed(step, "formtaion") == "c1"
    assert typed(step, "reprises") == "c3"
    assert typed(step_of("choice", choices=choices("Marche", "Marché noir", "Marchés")), "marchee") == (
        "ambiguous",
        {"candidates": ["c1", "c2", "c3"]},
    )


def test_the_labels_as_shown_are_the_ones_understood() -> None:
    step = step_of("choice", choices=choices("Avec {organisation.name}", "Ailleurs"))
    assert understand(step, "avec Cap Avenir", "fr", TODAY, labels=["Avec Cap Avenir", "Ailleurs"]) == Understood("c1")


# -------------------------------------------------------------------------------------------------- choices and ranking
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1, 3", ["c1", "c3"]),
        ("1 3", ["c1", "c3"]),
        ("1 et 3", ["c1", "c3"]),
        ("3;1", ["c3", "c1"]),
        ("1/2/3", ["c1", "c2", "c3"]),
        ("1-2-3", ["c1", "c2", "c3"]),
        ("1. 2.", ["c1", "c2"]),
        ("la 1 et la 2", ["c1", "c2"]),
        ("un et trois", ["c1", "c3"]),
        ("mobilité, horaires", ["c1", "c2"]),
        ("Mobilité\nHoraires\n", ["c1", "c2"]),
        ("- mobilité\n- horaires", ["c1", "c2"]),
        ("horaire", ["c2"]),
        ("2 et 2", ["c2"]),
        ("famille et enfants et mobilité", ["c3", "c1"]),  # a label that holds the separator
        ("Oui, tout à fait, horaires", ["c4", "c2"]),
        ("mobilité & famille et enfants", ["c1", "c3"]),
        ("aucune", ["c5"]),
        ("mobilité puis 2", ["c1", "c2"]),
    ],
)
def test_several_choices(text: str, value: list[str]) -> None:
    assert typed(LIMITS, text) == value


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("1, 3 et 5", ("exclusive", {"choice": "c5"})),
        ("1 2 3 4", ("too_many", {"count": 4, "max": 3})),
        ("tout", ("too_many", {"count": 4, "max": 3})),
        ("1, 9", ("out_of_range", {"from": 1, "to": 5})),
        ("mobilité, plop", "unclear"),  # half an answer is not recorded as a whole one
        ("contrainte", "unclear"),
    ],
)
def test_several_choices_refused(text: str, refusal: Any) -> None:
    assert typed(LIMITS, text) == refusal


def test_a_ranking_keeps_the_order_typed() -> None:
    assert typed(RANKED, "salaire, sens, lieu") == ["c2", "c1", "c4"]
    assert typed(RANKED, "3 1 2") == ["c3", "c1", "c2"]
    assert typed(RANKED, "l'équipe puis le lieu") == ["c3", "c4"]
    assert typed(RANKED, "1 2 3 4") == ("too_many", {"count": 4, "max": 3})
    assert typed(RANKED, "tout") == "unclear"  # all, in which order?


def test_what_others_may_be_added_to_leaves_room_for_them() -> None:
    for step, text, partly in [
        (LIMITS, "horaires", True),
        (LIMITS, "horaires et mobilité", True),
        (LIMITS, "1 2 3", False),
        (LIMITS, "aucune contrainte", False),
        (RANKED, "2", True),
        (RANKED, "3 1 2", False),
        (step_of("choices", choices=choices("A pied", "A vélo"), pick={"max": 1}), "2", False),
        (step_of("choices", choices=choices("A pied", "A vélo", "En car"), pick={"min": 3}), "1, 2", True),
    ]:
        heard = understand(step, text, "fr", TODAY)
        assert isinstance(heard, Understood), text
        assert heard.partly is partly, text


@pytest.mark.parametrize("words", ["les deux", "Les deux, s'il vous plaît", "both"])
def test_both_is_all_of_two(words: str) -> None:
    two = [*choices("A pied", "A vélo"), {**choices("Ni l'un ni l'autre")[0], "id": "c9", "exclusive": True}]
    assert typed(step_of("choices", choices=two), words) == ["c1", "c2"]
    assert typed(step_of("choices", choices=choices("A pied", "A vélo", "En car")), words) == "unclear"


def test_none_of_them_where_none_is_allowed() -> None:
    free = step_of("choices", choices=choices("A pied", "A vélo"), pick={"min": 0})
    assert typed(free, "aucun") == []
    assert typed(free, "tout") == ["c1", "c2"]


# ------------------------------------------------------------------------------------------------ degrees and batteries
@pytest.mark.parametrize(
    "text", ["7", "7/10", "sept", "7 sur 10", "sept sur dix", "plutôt 7", "je dirais 7", "7 !", "7️⃣", "7 out of 10"]
)
def test_a_degree(text: str) -> None:
    assert typed(RULER, text) == 7


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("pas du tout", 0),
        ("Plus que tout !", 10),
        ("zéro", 0),
        ("10/10", 10),
        ("11", ("out_of_range", {"from": 0, "to": 10})),
        ("-3", ("out_of_range", {"from": 0, "to": 10})),
        ("7/20", ("out_of_range", {"from": 0, "to": 10})),
        ("7,5", ("whole_number", {"number": 7.5})),
        ("entre 6 et 7", ("ambiguous", {"candidates": [6, 7]})),
        ("au moins 7", ("roughly", {"number": 7})),
        ("une bonne note", "unclear"),  # an article, not the number 1
        ("pas 7", "unclear"),
        ("pas 7 sur 10", "unclear"),
        ("7/10 ou 8/10", ("ambiguous", {"candidates": [7, 8]})),
        ("je sais pas", "unsure"),
    ],
)
def test_a_degree_at_the_edges(text: str, answer: Any) -> None:
    assert typed(RULER, text) == answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("3", 3),
        ("beaucoup", 3),
        ("un peu", 2),
        ("PAS DU TOUT", 1),
        ("enormement", 4),
        ("enormément merci", 4),
        ("5", ("out_of_range", {"from": 1, "to": 4})),
        ("passer", "skipped"),
        ("j'en parlerai", "not_deferrable"),
    ],
)
def test_a_battery_item(text: str, answer: Any) -> None:
    assert typed(BATTERY, text) == answer


# ------------------------------------------------------------------------------------------------- texts and information
def test_a_text_is_kept_as_written_and_bounded() -> None:
    assert typed(TEXT, "  Oui, bien. ") == "Oui, bien."
    assert typed(TEXT, "ab") == ("too_short", {"count": 2, "min": 3})
    assert typed(TEXT, "a" * 21) == ("too_long", {"count": 21, "max": 20})
    assert typed(TEXT, "je ne sais pas") == "je ne sais pas"


def test_a_text_that_holds_a_wish_to_skip_is_a_text() -> None:
    assert typed(TEXT, "passer un diplôme") == "passer un diplôme"
    assert typed(TEXT, "je passe") == "skipped"
    assert typed(TEXT, "j'en parlerai") == "deferred"
    assert typed(step_of("text"), "je passe") == "required"


@pytest.mark.parametrize(
    "text", ["ok", "oui", "lu", "C'est lu.", "suivant", "j'ai lu", "👍", "next", "got it", "Compris !"]
)
def test_an_information_read(text: str) -> None:
    assert typed(READING, text) == "read"


def test_a_question_to_an_information_is_not_a_receipt() -> None:
    assert typed(READING, "c'est payant ?") == "unclear"


@pytest.mark.parametrize("text", ["merci", "Merci bien", "thank you"])
def test_thanks_are_no_receipt(text: str) -> None:
    assert typed(READING, text) == "unclear"


@pytest.mark.parametrize(
    "text",
    [
        "non",
        "Non.",
        "rien",
        "aucun",
        "Aucune, merci",
        "pas d'autre",
        "no",
        "none",
        "je ne vois pas",
        "non, rien",
        "n/a",
    ],
)
def test_nothing_to_write_leaves_an_optional_question_out(text: str) -> None:
    assert typed(TEXT, text) == "skipped"
    assert typed(step_of("date", optional=True), text) == "skipped"
    assert typed(step_of("text"), text) == text, "where an answer is needed, it is the person's own"


@pytest.mark.parametrize("text", ["non négociable", "Rien ne presse", "je ne vois pas mes enfants", "aucun bruit"])
def test_nothing_said_within_an_answer_is_an_answer(text: str) -> None:
    assert typed(step_of("text", optional=True), text) == text


@pytest.mark.parametrize(
    "text", ["je sais pas", "Je ne sais pas.", "aucune idée", "ok", "?", "...", "oui", "👍", "bof"]
)
def test_words_that_say_next_to_nothing(text: str) -> None:
    assert hesitant(text)


@pytest.mark.parametrize(
    "text", ["je ne sais pas si je veux rester", "ok pour changer", "Oui, reprendre mes études", "3"]
)
def test_words_that_say_something(text: str) -> None:
    assert not hesitant(text)


SKIPS = [
    "passer",
    "Passer.",
    "je passe",
    "skip",
    "question suivante",
    "je préfère ne pas répondre",
    "I'd rather not answer",
]
DEFERS = [
    "j'en parlerai",
    "J’en parlerai avec mon conseiller",
    "j'en parlerai avec ma conseillère, merci",
    "plus tard avec ma conseillère",
    "je préfère en parler",
    "à voir avec mon conseiller",
    "on en parlera de vive voix",
    "I'd rather talk about it",
    "I'll talk about it with my counsellor",
    "later with my counsellor",
]


@pytest.mark.parametrize("kind", ["choice", "choices", "ranking", "scale", "number", "date", "text"])
@pytest.mark.parametrize("text", SKIPS + DEFERS)
def test_skipping_and_deferring_every_kind_of_question(kind: str, text: str) -> None:
    own: dict[str, dict[str, Any]] = {
        "scale": {"range": {"from": 1, "to": 5}, "ends": {"fr": ("a", "b"), "en": ("a", "b")}},
        **{k: {"choices": choices("Avion", "Bateau")} for k in ("choice", "choices", "ranking")},
    }
    asked, wished = ("optional", "skipped") if text in SKIPS else ("defer", "deferred")
    assert typed(step_of(kind, **own.get(kind, {}), **{asked: True}), text) == wished
    assert typed(step_of(kind, **own.get(kind, {})), text) in ("required", "not_deferrable")


# ---------------------------------------------------------------------------------------------------------- other words
def named(label: str, id: str, *typed: str) -> dict[str, Any]:
    return {"id": id, "label": both(label), "typed": {"fr": list(typed)}}


STUDIES = step_of(
    "choice",
    choices=[
        named("Sans diplôme", "none", "aucun"),
        named("BTS ou DUT", "two", "bac+2", "deug"),
        named("Licence, trois ans", "three", "bac+3"),
        named("Recherche d'emploi", "seeking", "chômage", "pas encore"),
    ],
)
REASONS = step_of(
    "choices",
    choices=[
        named("Fatigue ou usure", "tired", "burn out", "épuisement", "trop et trop vite"),
        named("Ennui", "bored", "je m'ennuie"),
    ],
)


@pytest.mark.parametrize(
    ("step", "text", "expected"),
    [
        (STUDIES, "bac+2", "two"),
        (STUDIES, "Bac + 2", "two"),
        (STUDIES, "j'ai un bac 2, merci", "unclear"),
        (STUDIES, "je dirais bac+3", "three"),
        (STUDIES, "AUCUN", "none"),
        (STUDIES, "je suis au chomage", "seeking"),
        (STUDIES, "au chomaje", "seeking"),
        (STUDIES, "pas au chômage", "unclear"),
        (STUDIES, "pas encore", "seeking"),
        (STUDIES, "bac", "unclear"),
        (STUDIES, "2", "two"),
        (REASONS, "burn-out", ["tired"]),
        (REASONS, "un burn out et je m'ennuie", ["tired", "bored"]),
        (REASONS, "trop et trop vite, ennui", ["tired", "bored"]),
        (REASONS, "burn", "unclear"),
    ],
)
def test_other_words_of_a_choice_choose_it(step: Any, text: str, expected: Any) -> None:
    assert typed(step, text) == expected


def test_other_words_are_those_of_the_language_at_hand() -> None:
    assert typed(STUDIES, "deug") == "two"
    assert typed(STUDIES, "deug", "en") == "unclear"


@pytest.mark.parametrize(
    ("pack", "step", "text", "expected"),
    [
        ("information", "clear", "oui", "question"),
        ("information", "clear", "pas pour l'instant", "clear"),
        ("needs", "trigger", "Burn-out", ["exhaustion"]),
        ("needs", "trigger", "conflit et routine", ["conflict", "boredom"]),
        ("needs", "status", "cdi", "permanent"),
        ("needs", "status", "Au chômage", "seeking"),
        ("needs", "status", "auto entrepreneur", "self_employed"),
        ("needs", "education", "bac + 2", "two_years"),
        ("needs", "education", "bac", "baccalaureate"),
        ("needs", "education", "rien", "none"),
        ("needs", "project", "oui un peu", "vague"),
        ("needs", "project", "oui", "precise"),
        ("needs", "horizon", "dans 6 mois", "six_months"),
        ("needs", "constraints", "non", ["none"]),
        ("needs", "format", "en visio, le soir", ["remote", "evening"]),
        ("needs", "format", "peu importe", ["any"]),
        ("needs", "funding", "je ne sais pas", "unsure"),
        ("engagement", "free_choice", "on m'oblige", "pushed"),
        ("engagement", "right_service", "une vae", "diploma"),
        ("motivations", "values", "salaire, liberté et ambiance", ["income", "autonomy", "team"]),
    ],
)
def test_tired_people_are_understood_by_the_packs_we_ship(pack: str, step: str, text: str, expected: Any) -> None:
    shipped = next(held for held in load_packs()[0] if held.id == f"preliminary.{pack}")
    assert typed(next(asked for asked in shipped.steps if asked.id == step), text) == expected


def test_no_other_word_of_the_packs_we_ship_is_one_of_distress() -> None:
    words = [
        word
        for pack in load_packs()[0]
        for step in pack.steps
        for choice in getattr(step, "choices", [])
        for listed in choice.typed.values()
        for word in listed
    ]
    assert words
    assert [word for word in words if distressed(word)] == []


# ---------------------------------------------------------------------------------------------------------- ambiguities
@pytest.mark.parametrize(
    ("step", "said"),
    [
        (step_of("choice", choices=choices("Oui", "oui !")), "'oui !'"),
        (step_of("choice", choices=choices("Zéro", "2", "1")), "'1'"),
        (step_of("choice", choices=choices("Travailler", "Passer"), optional=True), "skip"),
        (step_of("choice", choices=choices("Passer un diplôme", "Travailler"), optional=True), "'passer'"),
        (step_of("choices", choices=choices("Ici", "J'en parlerai"), defer=True), "skip or to talk"),
        (step_of("choice", choices=choices("Moins d'un an", "1 à 3 ans", "Plus")), "'1'"),
        (step_of("choice", choices=choices("🙂", "🙁")), "'🙂'"),
        (step_of("scale", range={"from": 0, "to": 9}, ends={"fr": ("bof", "Bof"), "en": ("a", "b")}), "'bof'"),
    ],
)
def test_a_step_that_would_be_misread_is_reported(step: Any, said: str) -> None:
    found = ambiguities(step, "fr")
    assert any(said in str(line) for line in found), found


@pytest.mark.parametrize("step", [IDEA, COMMITMENT, LIMITS, RANKED, RULER, BATTERY, TEXT, READING])
def test_clear_steps_are_not_reported(step: Any) -> None:
    assert ambiguities(step, "fr") == []


def test_the_packs_we_ship_are_clear() -> None:
    for path in sorted((Path(flows.__file__).parent / "packs").glob("*.yaml")):
        pack = Pack.model_validate(YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8")))
        assert [a for step in pack.steps for language in pack.languages for a in ambiguities(step, language)] == []


def test_every_reason_is_explained_in_the_table() -> None:
    table = understood.__doc__ or ""
    assert {r for r in get_args(Reason) if r not in table} == set()


# ----------------------------------------------------------------------------------------------------------- properties
WORDS = ["avion", "bateau", "cerise", "école", "forêt", "garçon", "hôtel", "île d'Yeu", "jardin à deux", "kiosque"]
STEPS = [
    IDEA,
    COMMITMENT,
    LIMITS,
    RANKED,
    RULER,
    BATTERY,
    TEXT,
    READING,
    step_of("number", range={"from": 0, "to": 60}, unit=both("ans")),
    step_of("number", decimals=True),
    step_of("date", range={"earliest": "today", "latest": "+18m"}),
    step_of("date", range={"latest": "-16y"}),
    step_of("date"),
]


@st.composite
def retyped(draw: st.DrawFn, label: str) -> str:
    """A label as somebody else types it: case, accents, spaces, apostrophes, a full stop, thanks."""
    text = draw(st.sampled_from([label, label.upper(), label.lower(), label.title()]))
    if draw(st.booleans()):
        text = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    text = text.replace("'", draw(st.sampled_from(["'", "’", " "]))).replace(
        " ", draw(st.sampled_from([" ", "  ", "\u00a0"]))
    )
    return (
        draw(st.sampled_from(["", " ", "\n"]))
        + text
        + draw(st.sampled_from(["", ".", " !", " merci", ", s'il vous plaît"]))
    )


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_label_retyped_is_its_own_choice(data: st.DataObject) -> None:
    labels = data.draw(st.permutations(WORDS))[: data.draw(st.integers(2, 10))]
    step = step_of("choice", choices=choices(*labels))
    place = data.draw(st.integers(0, len(labels) - 1))
    assert ambiguities(step, "fr") == []
    assert typed(step, data.draw(retyped(labels[place]))) == f"c{place + 1}"
    assert typed(step, str(place + 1)) == f"c{place + 1}"


@settings(max_examples=100, deadline=None)
@given(st.permutations(range(4)), st.sampled_from([", ", " ", "\n", " et ", "; ", " puis "]), st.booleans())
def test_any_ranking_typed_is_kept_in_order(order: list[int], between: str, by_number: bool) -> None:
    step = step_of("ranking", choices=choices("Sens", "Salaire", "Équipe", "Lieu"))
    labels = ["sens", "salaire", "equipe", "lieu"]
    parts = [str(n + 1) if by_number or between == " " else labels[n] for n in order]
    assert typed(step, between.join(parts)) == [f"c{n + 1}" for n in order]


FRAGMENTS = [
    "1",
    "12",
    "½",
    "²",
    "-",
    "/",
    "mars",
    "lundi",
    "dans",
    "jours",
    "99999",
    "un",
    "oui",
    "passer",
    "€",
    "k",
    ",",
    ".",
    "\n",
    "fin",
]


@settings(max_examples=400, deadline=None)
@given(
    st.one_of(st.text(max_size=60), st.lists(st.sampled_from(FRAGMENTS), max_size=8).map(" ".join)),
    st.sampled_from(STEPS),
    st.sampled_from(["fr", "en"]),
    st.dates(min_value=date(1950, 1, 1), max_value=date(2150, 12, 31)),
)
def test_no_text_raises_or_passes_the_bounds(text: str, step: Any, language: str, today: date) -> None:
    heard = understand(step, text, language, today)
    if isinstance(heard, Understood):
        item = step.items[0] if isinstance(step, BatteryStep) else None
        if not heard.partly:
            check(Node("asked", step, item, 0), heard.how, heard.value, today)
    else:
        assert heard.reason in get_args(Reason)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "unit",
    [
        "1, ",
        "mobilité et ",
        "un ",
        "vingt ",
        "1 500 ",
        "9",
        "oui ",
        "fin mars ",
        "a",
        "\n",
        "c'est ",
        "1",
        "⑳",
        "ﷺ",
        "⅒",
    ],
)
def test_the_longest_message_takes_no_time(unit: str) -> None:
    for step in STEPS:
        assert understand(step, (unit * 4096)[:4096], "fr", TODAY) is not None


@pytest.mark.parametrize(
    ("step", "short"),
    [
        *[(IDEA, "moi"), (LIMITS, "horaires"), (RANKED, "1, 2"), (RULER, "7"), (BATTERY, "un peu"), (READING, "lu")],
        *[(step_of("number"), "12"), (step_of("date"), "15 mars 2027")],
    ],
)
@pytest.mark.parametrize("more", ["!" * 4000, "\ufdfa" * 30], ids=["signs", "letters that hold eighteen"])
def test_more_than_an_answer_is_not_parsed(step: Any, short: str, more: str) -> None:
    """However plain its beginning: patterns are never run on a message as long as Telegram lets it be."""
    assert isinstance(understand(step, short, "fr", TODAY), Understood)
    assert typed(step, f"{short} {more}") == "unclear"


def test_all_the_labels_typed_are_not_too_much() -> None:
    many = choices(*[f"{'Étiquette ' * 5}{n}" for n in range(20)])
    step = step_of("choices", choices=many, pick={"min": 1})
    everything = ", ".join(choice["label"]["fr"] for choice in many)
    assert typed(step, everything) == [choice["id"] for choice in many]


def test_every_kind_of_step_is_tried_here() -> None:
    kinds = {type(step) for step in STEPS}
    assert {ChoiceStep, ChoicesStep, RankingStep, ScaleStep, BatteryStep} <= kinds
    assert len(kinds) == 9
