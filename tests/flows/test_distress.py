"""The words that show the help numbers, and the everyday ones that must not."""

import re
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from flows.distress import _words, distressed, help_for, hinted

SHOWN = [
    "je veux mourir",
    "jveux mourir",
    "J'ai envie de mourir",
    "j'ai juste envie de crever",
    "je veux crever",
    "je ne veux pas mourir",
    "j en peux plus de vivre",
    "j'en peux plus de vivre",
    "jen peux plus de cette vie",
    "je n'en peux plus de la vie",
    "envie d en finir",
    "envie den finir",
    "j'ai envie d'en finir",
    "je veux en finir",
    "Je voudrais en finir avec la vie",
    "je vais en finir",
    "me suicider",
    "je pense au suicide",
    "j'ai des pensées suicidaires",
    "idées suicidaires",
    "J'AI FAIT UNE TENTATIVE DE SUICIDE",
    "mon frère s'est suicidé l'an dernier",
    "plus envie de vivre",
    "je n'ai plus envie de vivre",
    "j'ai plu envie de vivre",
    "j'ai perdu l'envie de vivre",
    "j'ai perdu le goût de vivre",
    "je n'ai plus aucune raison de vivre",
    "je n'ai plus la force de vivre",
    "à quoi bon vivre",
    "je ne veux plus vivre",
    "je veux plus vivre comme ça",
    "mettre fin à mes jours",
    "je pense à mettre fin à ma vie",
    "je vais me tuer",
    "j'ai envie de me tuer",
    "je vais me foutre en l'air",
    "je vais me flinguer",
    "je vais me pendre",
    "je veux me jeter sous un train",
    "me jeter d'un pont",
    "je pense à sauter par la fenêtre",
    "j'aimerais être morte",
    "j'aimerais ne plus être là",
    "je voudrais disparaître",
    "j'ai envie de disparaître",
    "tout le monde serait mieux sans moi",
    "la vie ne vaut plus la peine",
    "ma vie ne vaut plus la peine d'être vécue",
    "ma vie n'a plus de sens",
    "j'aimerais m'endormir et ne plus me réveiller",
    "j'ai des idées noires",
    "marre de vivre",
    "je suis fatiguée de vivre",
    "je me scarifie",
    "j'ai envie de me faire du mal",
    "m'ouvrir les veines",
    "avaler tous mes médicaments",
    "je veux mourirrrrr",
    "Je  VEUX   MOURIR !!!",
    "on m'a dit mort de rire, mais moi j'ai envie de mourir",
    "je travaille dans la prévention du suicide et je veux mourir",
    "mon mari me frappe",
    "mon conjoint me bat",
    "je suis battue",
    "j'ai été violée",
    "je suis victime de violences conjugales",
    "plutôt mourir",
    "je préférerais être mort",
    "je ne veux plus exister",
    "jpeux plus vivre",
    "I want to die",
    "i wanna die",
    "I don't want to live anymore",
    "i dont want to live",
    "kill myself",
    "I'm going to kill myself",
    "I want to end my life",
    "i want to end it all",
    "I am suicidal",
    "suicidal thoughts",
    "better off dead",
    "everyone would be better off without me",
    "I wish I was dead",
    "i wish i were never born",
    "no reason to live",
    "nothing to live for",
    "life is not worth living",
    "I have lost the will to live",
    "I hurt myself",
    "I keep cutting myself",
    "self-harm",
    "I self harm",
    "take my own life",
    "I'm tired of living",
    "I want to disappear",
    "i wish i could just die",
    "I don't want to be here anymore",
    "i hope i don't wake up",
    "my husband beats me",
    "my partner hits me",
    "I was raped",
    "he threatened to kill me",
    "dark thoughts",
    "je n'ai plus envie de vivre, à quoi bon",
    "je veux... mourir",
    "jveu mourir",
    "ras le bol de vivre",
    "j'ai perdu goût à la vie",
    "he hits me with a belt",
    "I hurt myself at night",
    "I do not want to live",
    "plus envie de vivre pour personne",
    "je ne veux plus vivre avec cette douleur",
    "la mort de mon frère était un suicide",
    "je n'en peux plus d'être en vie",
    "J’ai envie de mourir",
    "je prefere mourir que de continuer",
    "he raped me",
    "elle me frappe",
    "je n'en peux plus",
    "j'en peux plus",
    "jen peux plus",
    "j en peux pu",
    "je n'en peux vraiment plus",
    "Je n'en peux plus. Tout est lourd.",
    "je n'en peux plus de souffrir",
    "I can't take it anymore",
]

NOT_SHOWN = [
    "je meurs d'envie de changer",
    "je meurs d'envie de me reconvertir",
    "ce travail me tue",
    "mon boulot me tue",
    "mort de rire",
    "j'étais morte de rire",
    "suicide commercial",
    "ce serait un suicide commercial",
    "ce serait du suicide de démissionner maintenant",
    "suicide professionnel",
    "je travaille dans la prévention du suicide",
    "je suis formatrice en prévention du suicide",
    "pour en finir avec ce dossier",
    "je veux en finir avec ce dossier",
    "je veux en finir avec cette mission",
    "j'aimerais en finir avec la paperasse",
    "crever un pneu",
    "j'ai crevé un pneu",
    "je veux crever l'abcès",
    "je suis mort de fatigue",
    "je suis morte de fatigue",
    "je suis crevé",
    "j'en peux plus de mon chef",
    "je n'en peux plus de ce travail",
    "je n'en peux plus des trajets",
    "je n'en peux plus d'attendre",
    "j'en peux plus au boulot",
    "je n'en peux plus de la route",
    "I can't take it anymore at work",
    "je ne veux pas mourir idiot",
    "mourir d'ennui",
    "je m'ennuie à mourir",
    "je vais mourir de faim",
    "j'ai failli mourir de honte",
    "la mort de mon père m'a fait réfléchir",
    "mon père est mort il y a deux ans",
    "après le décès de ma mère",
    "j'accompagne des personnes en fin de vie",
    "je travaille en soins palliatifs",
    "je ne veux plus vivre à Paris",
    "je n'ai plus envie de vivre en ville",
    "j'ai envie de vivre autre chose",
    "j'ai envie de vivre à la campagne",
    "j'ai envie de vivre de ma passion",
    "changer de vie",
    "je veux donner un sens à ma vie",
    "mon travail n'a plus de sens",
    "mon métier n'a plus de sens pour moi",
    "je me tue à la tâche",
    "je me tue au travail",
    "tuer le temps",
    "je me bats pour garder mon poste",
    "il me bat aux échecs",
    "ce qui me frappe, c'est l'ambiance",
    "je suis prêt à me jeter à l'eau",
    "je me noie dans le travail",
    "je vois mon métier disparaître",
    "mon poste va disparaître",
    "laisser mourir le projet",
    "je me suis fait mal au dos",
    "je me suis coupé en cuisinant",
    "fin de mon contrat",
    "mettre fin à mon contrat",
    "mettre fin à ma période d'essai",
    "j'en ai marre de mon travail",
    "je suis fatiguée de mon travail",
    "j'ai besoin de disparaître des réseaux",
    "j'accompagne des femmes victimes de violences",
    "je gagne ma vie",
    "la vie est belle",
    "ce n'est pas une question de vie ou de mort",
    "le poste est mort-né",
    "une mort lente de l'entreprise",
    "je veux arrêter",
    "j'ai envie d'en faire plus",
    "je voudrais finir ma vie active ici",
    "tout plaquer",
    "burn-out",
    "je suis à bout de mon organisation",
    "je ne veux pas finir aigri",
    "oui",
    "12",
    "moi",
    "on me l'a suggéré",
    "I'm dying to change jobs",
    "this job is killing me",
    "I am dead tired",
    "a career to die for",
    "it would be career suicide",
    "career suicide",
    "I work in suicide prevention",
    "kill time",
    "killing time at the office",
    "I don't want to live in Paris",
    "I don't want to live abroad",
    "I died laughing",
    "I could die of boredom",
    "I don't want to die of boredom here",
    "end of my contract",
    "I want to end my contract",
    "I want to live by the sea",
    "I missed the deadline",
    "dead-end job",
    "I cut myself shaving",
    "I want to make a living",
    "I'm tired of my job",
    "I'm sick of my manager",
    "my boss hit me with a deadline",
    "I want to disappear from social media",
    "working to live",
    "make a killing in sales",
    "I want to be here for my kids",
    "I don't want to be here on Monday",
    "sick of living in the city",
    "my father died last year",
    "yes",
    "me",
    "I do not want to be a manager",
    "I want to take my life into my own hands",
    "je vis au jour le jour",
    "je veux vivre de mon métier",
    "j'ai envie de vivre pour moi",
    "le secteur est en train de mourir",
    "mon entreprise est en train de mourir",
    "crever l'écran",
    "projet suicidaire",
    "c'est du suicide de quitter un CDI",
    "mon père veut que je reprenne l'affaire",
    "ma femme me soutient",
    "il me bat toujours aux échecs",
    "je suis débattue",
    "la passion est morte",
    "je m'en fous",
    "je me coupe du monde",
    "les idées fusent",
    "sans raison particulière",
    "plus la force de travailler ici",
    "plus le goût du travail",
    "fatiguée de la vie de bureau",
]


@pytest.mark.parametrize("message", SHOWN)
def test_distress_shows_the_numbers(message: str) -> None:
    assert distressed(message)


@pytest.mark.parametrize(
    ("message", "kinds"),
    [
        ("j'ai envie de mourir", ["listening"]),
        ("mon mari me frappe", ["violence"]),
        ("mon mari me frappe et je veux mourir", ["listening", "violence"]),
        ("rouge", []),
    ],
)
def test_the_numbers_are_those_of_what_is_said(message: str, kinds: list[str]) -> None:
    assert help_for(message) == kinds


@pytest.mark.parametrize(
    "message",
    ["à quoi bon", "je suis au bout du rouleau", "C'est trop dur.", "je sais plus quoi faire", "personne ne m'aide",
     "I don't know what to do", "nobody understands", "j’ai peur", "what's the point?"],
)  # fmt: skip
def test_said_back_to_the_help_some_words_hint_still(message: str) -> None:
    assert hinted(message)


@pytest.mark.parametrize("message", ["rouge", "Le matin, je marche.", "8", "je veux continuer", "merci", "oui", "yes"])
def test_and_others_are_answers(message: str) -> None:
    assert not hinted(message)


@pytest.mark.parametrize("message", NOT_SHOWN)
def test_everyday_words_do_not(message: str) -> None:
    assert not distressed(message)


@pytest.mark.parametrize("message", SHOWN)
def test_case_accents_and_typing_habits_do_not_matter(message: str) -> None:
    for typed in (
        message.upper(),
        message.replace("'", "’"),
        message.replace("'", " "),
        f"  {message} !!! 😢",
        f"Bonjour,\n{message}",
    ):
        assert distressed(typed), typed


@pytest.mark.parametrize("message", ["je veux mourir", "I want to die"])
@pytest.mark.parametrize(
    "around",
    ["mort de rire, {}", "{} et ce travail me tue", "career suicide. {}", "je travaille en prévention du suicide, {}"],
)
def test_a_harmless_use_does_not_hide_distress_in_the_same_message(message: str, around: str) -> None:
    assert distressed(around.format(message))


def test_every_line_is_met_by_its_own_words() -> None:
    """A line that its plainest reading does not trigger is dead: a typing slip in the data."""
    for entry in _table()["expressions"]:
        for line in (*entry.get("fr", ()), *entry.get("en", ())):
            spoken = " ".join(_plainest(word) for word in line.split() if word != "...")
            assert entry["help"] in help_for(spoken), f"{line!r} does not meet {spoken!r}"
    for line in (*_table()["hints"]["fr"], *_table()["hints"]["en"]):
        spoken = " ".join(_plainest(word) for word in line.split() if word != "...")
        assert hinted(spoken), f"{line!r} does not meet {spoken!r}"


def test_the_list_says_that_nobody_has_reviewed_it_yet() -> None:
    reviewed = _table()["reviewed"]
    assert "health professional" in reviewed["must_be_by"]
    assert reviewed["done"] is False


def test_categories_and_languages() -> None:
    entries = _table()["expressions"]
    assert {e["category"] for e in entries} == {"suicide", "wish_to_die", "self_harm", "exhaustion", "violence_endured"}
    assert all(e["fr"] and e["en"] for e in entries)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_answered(text: str) -> None:
    assert distressed(text) in (True, False)


@pytest.mark.timeout(5)
@pytest.mark.parametrize("unit", ["je veux de la vie ", "en finir avec ", "me jeter ", "j", "plus de ", "want to "])
def test_a_message_of_the_greatest_size_takes_no_time(unit: str) -> None:
    """Telegram's longest message, repeated words: no pattern explodes."""
    for _ in range(50):
        assert distressed((unit * 4096)[:4096]) in (True, False)


def test_a_sign_that_stands_for_a_phrase_does_not_make_the_message_longer() -> None:
    assert len(_words("\ufdfa" * 4096)) <= 4096, "eighteen letters each, once folded"
    assert distressed("\ufdfa je veux mourir \ufdfa")
    assert distressed("\U0001d423\U0001d41e veux mourir"), "letters of another make are letters"


def _table() -> dict:
    return YAML(typ="safe", pure=True).load(files("flows").joinpath("distress.yaml").read_text(encoding="utf-8"))


def _plainest(word: str) -> str:
    return re.sub(r"[?*]", "", word.split("/")[0])
