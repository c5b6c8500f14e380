"""What robots type: plausible, implausible and hostile answers, by chance."""

from collections.abc import Callable, Sequence
from random import Random

SENTENCES = (
    "Je voudrais faire le point sur mon parcours.",
    "Surtout le contact avec les clients, et l'autonomie.",
    "I would like to work closer to home.",
    "Not sure yet, maybe something with my hands",
    "j'sais pas trop",
    "Conseillère clientèle",
    "nurse",
    "oui",
    "non",
    "yes",
    "plus tard",
    "je préfère en parler",
    "passer",
    "Moi",
    "Je suis fatiguée en ce moment, mais ça va.",
    "Un métier utile.\nEt des horaires réguliers.",
    "C'est tout",
)
NUMBERS = ("3", "7", "10", "0", "12", "-4", "3,5", "trois ans", "une dizaine", "999999999999", "2 à 3", "½", "1 500")
DATES = ("15 mars", "15/03/2027", "demain", "31 février", "2027-01-12", "March 15", "next Monday", "01/01/1970")
GARBAGE = (
    "<b>gras</b> & <script>alert(1)</script>",
    "*_`[markdown](http://exemple.fr)`_*",
    "</b></i><a href='x'>",
    "{organisation.name} {job} {0} %s %(a)s",
    "'; DROP TABLE answer; --",
    "😀😀😀",
    "👩🏽\u200d🔬 é̂",
    "\u202erevers",
    "\x00\x01\x02?",
    "????",
    ".",
    "1" * 70,
    "/nimporte",
    "/aide@autre_bot",
    "&lt;&amp;&#x27;",
    "مرحبا",
)
LONG = 4000  # characters: a phone cuts at 4 096


def _label(chance: Random, labels: Sequence[str]) -> str:
    return chance.choice(labels) if labels else chance.choice(SENTENCES)


def _long(chance: Random, labels: Sequence[str]) -> str:
    words = " ".join(chance.choices(SENTENCES, k=chance.choice([4, 15, 120])))
    return words[:LONG]


def _one_of(among: Sequence[str]) -> Callable[[Random, Sequence[str]], str]:
    return lambda chance, labels: chance.choice(among)


KINDS: tuple[tuple[int, Callable[[Random, Sequence[str]], str]], ...] = (
    (10, _one_of(SENTENCES)),
    (5, _one_of(NUMBERS)),
    (4, _one_of(DATES)),
    (4, _one_of(GARBAGE)),
    (5, _label),
    (1, _long),
)


def words_typed(chance: Random, labels: Sequence[str]) -> str:
    """Something to type, perhaps one of the labels on the keyboard."""
    return chance.choices(KINDS, [weight for weight, _ in KINDS])[0][1](chance, labels)
