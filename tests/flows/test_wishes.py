"""The words of buttons: a table without overlaps, that takes nothing away from the labels of the packs."""

from itertools import combinations

import pytest

from bot.words import PHRASES
from flows.load import load_packs
from flows.pack import Pack
from flows.phrases import LANGUAGES
from flows.spoken import fold
from flows.wishes import WISHES, Wish, named_in, stops, wish

PACKS = load_packs()[0]


def test_no_words_are_two_wishes() -> None:
    for one, other in combinations(WISHES, 2):
        assert not WISHES[one] & WISHES[other], (one, other)


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.id)
def test_no_label_of_ours_is_the_word_of_a_button(pack: Pack) -> None:
    """Else one of the two could not be said in words. A label that holds such words wins, and is none of ours either."""
    for language in pack.languages:
        for step in pack.steps:
            held = [words for listed in WISHES.values() for words in listed if named_in(step, words, language)]
            known = KNOWN.get((pack.id, step.id), set())
            assert set(held) <= known, (step.id, language)


# (pack, step) → words that a label holds, where it is right that the label wins: each is still there to be said otherwise
KNOWN = {
    ("preliminary.engagement", "after_advice"): {"continuer", "go on", "continue"},  # the very choice
    ("preliminary.engagement", "right_service"): {"help"},
    ("preliminary.engagement", "confirm"): {"confirm"},
    ("preliminary.needs", "employer_agrees"): {"done"},
    ("preliminary.recap", "answers"): {"passer", "go on"},
    ("preliminary.recap", "change"): {"done", "passer", "go on"},
    ("preliminary.needs", "trigger"): {"pause", "une pause", "a break", "break"},  # "faire une pause" takes one
    ("preliminary.needs", "guidance"): {"passe"},
    ("preliminary.recap", "hand_over"): {"mes reponses", "my answers"},  # a commitment is not granted by these
    ("preliminary.recap", "hand_over_changed"): {"mes reponses", "my answers"},
}

BUTTONS: dict[str, Wish] = {
    "done": "done",
    "skip": "skip",
    "keep": "keep",
    "back": "back",
    "why": "why",
    "pause": "pause",
    "continue": "resume",
    "resume": "resume",
    "begin": "begin",
    "stop": "stop",
    "menu": "menu",
    "answers": "answers",
    "correct": "answers",
    "question": "resume",
    "pause_here": "pause",
    "counsellor": "counsellor",
    "privacy": "privacy",
    "cancel": "cancel",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_button_is_a_wish_in_its_own_words(language: str) -> None:
    for button, meant in BUTTONS.items():
        assert wish(PHRASES(f"button_{button}", language)) == meant, button
    confirm = PHRASES("button_validate", language, count=3)
    assert wish(" ".join(word for word in fold(confirm).split() if not word.isdecimal())) == "done"
    assert stops(PHRASES("button_stop_yes", language)) is True
    assert stops(PHRASES("button_stop_no", language)) is False


@pytest.mark.parametrize(
    "text", ["", "?", "c'est tout ?", "stop ?", "je ne veux pas faire de pause", "pause café", "👍"]
)
def test_what_says_more_or_only_wonders_is_no_wish(text: str) -> None:
    assert wish(text) is None


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("oui", True),
        ("Oui, oui, j'arrête !", True),
        ("bonjour, je souhaite arrêter, merci", True),
        ("non", False),
        ("Non merci.", False),
        ("je ne veux pas arrêter", False),
        ("oui non", None),
        ("oui mais plus tard", None),
        ("ok", None),
        ("pas encore", None),
        ("arrêter quoi ?", None),
        ("oui ?", None),
        ("peut-être oui", None),
        ("", None),
    ],
)
def test_to_stop_or_not_in_plain_words(text: str, meant: bool | None) -> None:
    assert stops(text) is meant
