"""What people read keeps the house's style: packs, journeys, phrases. A fault names its file, step and sentence."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from flows.load import PACKS, read_pack
from flows.organisation import load_organisation
from flows.pack import BatteryStep, Information, Pack, Question
from tests.flows.reading import (
    LONGEST_MESSAGE,
    Text,
    faults,
    filled,
    language_faults,
    message_faults,
    sentences,
    texts_of,
    words,
)

ROOT = Path(__file__).parents[2]
FACTS = load_organisation(ROOT / "organisation.example.yaml").facts_by_language()
PACK_FILES = sorted(PACKS.glob("*.yaml"))
OTHER_TEXTS = [
    path
    for path in (
        ROOT / "bot/phrases.yaml",
        ROOT / "flows/phrases.yaml",
        *sorted((ROOT / "flows/journeys").glob("*.yaml")),
    )
    if path.exists()
]
# Messages longer than a phone shows at once: where → how long at most, each with its reason.
LONGER = {
    "phrases.yaml/privacy": 700,  # the privacy notice, which the person asks for, has to be complete in one place
}
# What the journey and the counsellor's pages rely on: the outcomes of each pack, and the facts dated on the way.
OUTCOMES = {
    "preliminary.welcome": {"consented", "another_way", "declined"},
    "preliminary.information": {"informed"},
    "preliminary.engagement": {"engaged", "wants_to_talk", "not_now", "redirected"},
    "preliminary.needs": {"analysed"},
    "preliminary.motivations": {"explored"},
    "preliminary.recap": {"submitted", "later"},
}
FACTS_DATED = {
    "preliminary.welcome": {"consented"},
    "preliminary.information": {"informed"},
    "preliminary.engagement": {"engaged"},
    "preliminary.needs": {"need_analysed"},
    "preliminary.motivations": {"motivations_explored"},
    "preliminary.recap": {"submitted"},
}


def plain(path: Path) -> object:
    return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))


# ---------------------------------------------------------------------------------------------------------------- packs
def messages_of(pack: Pack) -> Iterator[tuple[str, str]]:
    """(where, French text) of each message of a pack: a step with the kind word above it, its reason, an outcome."""
    for step in pack.steps:
        kind_word = f"{step.encouragement['fr']}\n\n" if step.encouragement else ""
        yield f"{step.id}.text", kind_word + step.text["fr"]
        if isinstance(step, Question):
            yield f"{step.id}.why", step.why["fr"]
    for name, outcome in pack.outcomes.items():
        if outcome.text:
            yield f"@{name}.text", outcome.text["fr"]


@pytest.fixture(params=PACK_FILES, ids=lambda path: path.stem)
def pack(request: pytest.FixtureRequest) -> Pack:
    return read_pack(request.param)


def test_every_text_of_a_pack_exists_in_both_languages(pack: Pack) -> None:
    found = [f"{text.where}: {fault}" for text in texts_of(pack, pack.id) for fault in language_faults(text.said)]
    assert found == []


def test_every_french_text_of_a_pack_keeps_the_voice_and_the_typography(pack: Pack) -> None:
    found = [
        f"{text.where}: {fault}"
        for text in texts_of(pack, pack.id)
        for fault in faults(filled(text.said["fr"], FACTS["fr"]))
    ]
    assert found == []


def test_every_message_of_a_pack_fits_a_phone_and_spells_its_acronyms_out(pack: Pack) -> None:
    found = [
        f"{pack.id}/{where}: {fault}"
        for where, text in messages_of(pack)
        for fault in message_faults(filled(text, FACTS["fr"]))
    ]
    assert found == []


def test_a_message_asks_one_question(pack: Pack) -> None:
    found = [step.id for step in pack.steps if step.text["fr"].count("?") > 1]
    assert found == [], "several questions in one message"


def test_an_information_asks_nothing(pack: Pack) -> None:
    found = [step.id for step in pack.steps if isinstance(step, Information) and "?" in step.text["fr"]]
    assert found == []


def test_what_is_open_or_delicate_can_be_kept_for_a_talk(pack: Pack) -> None:
    questions = [step for step in pack.steps if isinstance(step, Question)]
    delicate = [step for step in questions if step.sensitive or step.kind in ("text", "date")]
    assert [step.id for step in delicate if not step.defer] == []


@pytest.mark.parametrize("language", ["fr", "en"])
def test_labels_are_not_cut_on_a_phone_nor_ambiguous_when_typed(pack: Pack, language: str) -> None:
    found = []
    for step in pack.steps:
        labels = [choice.label[language] for choice in getattr(step, "choices", [])]
        found += [f"{step.id}: {label} is long" for label in labels if len(label) > 34 or len(label.encode()) > 64]
        found += [f"{step.id}: {label} is a number" for label in labels if label.isdecimal()]
        starts = [" ".join(words(label)[:2]).casefold() for label in labels]
        found += [
            f"{step.id}: two labels begin with {start}" for start in sorted(set(starts)) if starts.count(start) > 1
        ]
    assert found == []


def test_the_journey_finds_the_outcomes_and_facts_it_relies_on(pack: Pack) -> None:
    choices = [choice for step in pack.steps for choice in getattr(step, "choices", [])]
    dated = {thing.fact for thing in (*choices, *pack.outcomes.values()) if thing.fact}
    assert set(pack.outcomes) == OUTCOMES[pack.id]
    assert dated == FACTS_DATED[pack.id]


def test_every_part_of_the_information_is_dated() -> None:
    information = read_pack(PACKS / "preliminary.information.yaml")
    parts = [step for step in information.steps if isinstance(step, Information)]
    assert all(part.fact == f"informed_{part.id}" for part in parts)


def test_the_battery_mixes_six_families_of_five() -> None:
    motivations = read_pack(PACKS / "preliminary.motivations.yaml")
    (battery,) = (step for step in motivations.steps if isinstance(step, BatteryStep))
    families = [item.dimension for item in battery.items]
    assert Counter(families) == dict.fromkeys(motivations.dimensions, 5)
    assert [left for left, right in pairwise(families) if left == right] == [], "neighbours of one family"


# ------------------------------------------------------------------------------------------------- phrases and journeys
def other_texts() -> list[Text]:
    return [text for path in OTHER_TEXTS for text in texts_of(plain(path), path.name)]


def test_phrases_and_journeys_exist_in_both_languages() -> None:
    assert [f"{text.where}: {fault}" for text in other_texts() for fault in language_faults(text.said)] == []


def test_phrases_and_journeys_keep_the_voice() -> None:
    found = [
        f"{text.where}: {fault}"
        for text in other_texts()
        for fault in message_faults(filled(text.said["fr"], FACTS["fr"]), LONGER.get(text.where, LONGEST_MESSAGE))
    ]
    assert found == []


def test_no_exception_is_kept_for_nothing() -> None:
    french = {text.where: filled(text.said["fr"], FACTS["fr"]) for text in other_texts()}
    assert [where for where in LONGER if len(french.get(where, "")) <= LONGEST_MESSAGE] == []


# ------------------------------------------------------------------------------------------------- the rules themselves
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Que veux-tu faire\u00a0?", "vouvoiement"),
        ("Votre conseiller·ère vous lira.", "midpoint"),
        ("Vous êtes prêt(e).", "midpoint"),
        ("Votre conseiller/conseillère vous lira.", "slash"),
        ("Comment allez-vous ?", "ordinary space"),
        ("Comment allez-vous?", "no no-break space before"),
        ("«Oui\u00a0»", "after «"),
        ("C’est bien.", "apostrophe"),
        ("Bravo\u00a0!", "exclamation"),
        ("Vous n'avez pas encore répondu.", "reproach"),
        (" ".join(["mot"] * 21) + ".", "21 words"),
        (" ".join(["mot"] * 11) + "\u00a0; " + " ".join(["mot"] * 10), "21 words"),
    ],
)
def test_a_fault_is_found(text: str, said: str) -> None:
    assert any(said in fault for fault in faults(text)), faults(text)


@pytest.mark.parametrize("text", ["Parlez de votre CEP.", "a" * 401])
def test_a_fault_of_a_message_is_found(text: str) -> None:
    assert message_faults(text) != []


def test_good_french_has_no_fault() -> None:
    good = "Où en êtes-vous\u00a0? Votre conseiller ou votre conseillère a-t-il ce qu'il faut\u00a0: «\u00a0oui\u00a0»."
    assert message_faults(good) == []


def test_sentences_end_at_lines_and_full_stops_only() -> None:
    text = "Un mot\u00a0: deux\u00a0; trois. Appelez le 01 99 00 42 17.\nVoir mon-cep.org pour lire."
    assert sentences(text) == [
        "Un mot\u00a0: deux\u00a0; trois.",
        "Appelez le 01 99 00 42 17.",
        "Voir mon-cep.org pour lire.",
    ]
    assert len(words(sentences(text)[1])) == 3


def test_french_left_in_place_of_english_is_found() -> None:
    assert language_faults({"fr": "C'est toujours le même.", "en": "C'est toujours le même."}) == [
        "the English is the French"
    ]
    assert language_faults({"fr": "Oui."}) == ["no text in en"]
