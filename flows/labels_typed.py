"""Which choice a person means when they type instead of tapping: its label, number, first words, a word of its own.

The ways of reading are tried from the surest to the loosest; the first that recognises something decides. What it
recognises may be several choices: that is ambiguous, never a guess.
"""

import re
from collections.abc import Callable, Sequence

from flows.numbers_said import NUMBER_WORDS, with_digits
from flows.options import Option
from flows.spoken import NO, YES, core, means, one_typo
from flows.understood import Misunderstood


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_YES_IDS = {"yes", "oui", "ok", "agree", "agreed", "accept"}
_NO_IDS = {"no", "non", "refuse", "disagree", "decline"}
_SMALL = _words("""
    a au aux avec c ce ces cette d dans de des du en est et il j je l la le les leur m ma me mes mon n ne nous on ou par
    pour qu que qui s sa se ses son suis sur t un une vos votre vous y
    am an and are as at be by for from i in is it ll my of or our re so that the their this to ve we with you your
""")
_NEGATIONS = _words("""
    pas aucun aucune sans non jamais rien ni no not never none without nothing don doesn t cannot
""")
_ORDINALS = {
    word: place
    for place, words in enumerate(
        (
            "premier premiere first",
            "deuxieme second seconde",
            "troisieme third",
            "quatrieme fourth",
            "cinquieme fifth",
            "sixieme sixth",
            "septieme seventh",
            "huitieme eighth",
            "neuvieme ninth",
            "dixieme tenth",
        ),
        start=1,
    )
    for word in words.split()
}
_LAST = {"dernier", "derniere", "last"}
_NUMBERED = re.compile(
    r"(?:(?:la|le|l|the|n|no|num|numero|number|nr|choix|choice|option|reponse|answer|proposition|case) ?)*?"
    rf"(?:(?P<number>\d{{1,9}}) ?(?:er|ere|e|eme|ieme|nd|nde|st|th|rd)?|(?P<ordinal>{'|'.join([*_ORDINALS, *_LAST])}))"
    r"(?: (?:choix|choice|option|reponse|answer|proposition|one))?"
)


def typed_number(words: str, count: int) -> int | None:
    """The number of a choice in folded words ("la 2", "le deuxième", "réponse 2", "la dernière" of `count`)."""
    forms = (words, core(words), with_digits(words), with_digits(core(words)))
    match = next((m for form in forms if (m := _NUMBERED.fullmatch(form))), None)
    if match is None:
        return None
    if match["number"]:
        return int(match["number"])
    return count if match["ordinal"] in _LAST else _ORDINALS[match["ordinal"]]


def _by_label(words: str, choices: Sequence[Option]) -> list[Option]:
    exact = [c for c in choices if words in c.names]
    return exact or [c for c in choices if core(words) in map(core, c.names)]


def _by_number(words: str, choices: Sequence[Option]) -> list[Option]:
    place = typed_number(words, len(choices))
    return [choices[place - 1]] if place and place <= len(choices) else []


def _by_number_and_label(words: str, choices: Sequence[Option]) -> list[Option]:
    """ "2. Moi", as in a numbered list; "2. Toi" names two different choices."""
    number, _, rest = words.partition(" ")
    labelled = _by_label(rest, choices) if number.isdecimal() and rest else []
    return [*_by_number(number, choices), *labelled] if labelled else []


def _affirms(option: Option) -> bool:
    return option.value in _YES_IDS or option.key in YES or option.words[:1] in (["oui"], ["yes"])


def _denies(option: Option) -> bool:
    return option.value in _NO_IDS or option.key in NO or option.words[:1] in (["non"], ["no"])


def affirming(choices: Sequence[Option]) -> list[Option]:
    """The choices that a yes means."""
    return [c for c in choices if _affirms(c)]


def refusing(choices: Sequence[Option]) -> list[Option]:
    """The choices that a no means: those that say no, else the one there is, else those that put off ("Pas maintenant")."""
    if len(choices) == 1:
        return list(choices)
    return [c for c in choices if _denies(c)] or [c for c in choices if c.words[:1] in (["pas"], ["not"])]


def _by_yes_or_no(words: str, choices: Sequence[Option]) -> list[Option]:
    if means(words, YES):
        return affirming(choices)
    return [c for c in choices if _denies(c)] if means(words, NO) else []


def telling(words: Sequence[str]) -> list[str]:
    """The words that tell one label from another: all but the small ones."""
    return [w for w in words if w not in _SMALL]


def begins(words: Sequence[str]) -> bool:
    """Whether words are enough to begin a label: one that tells, or two."""
    return len(words) > 1 or bool(telling(words))


def _by_beginning(words: str, choices: Sequence[Option]) -> list[Option]:
    typed = core(words).split()
    if not begins(typed):
        return []
    return [c for c in choices if typed in (c.words[: len(typed)], core(c.key).split()[: len(typed)])]


def _same_sense(typed: Sequence[str], option: Option) -> bool:
    return bool(_NEGATIONS & set(typed)) == bool(_NEGATIONS & set(option.words))


def _by_words(words: str, choices: Sequence[Option]) -> list[Option]:
    """Words of one label only, or all those of another name: one that denies needs a word that denies ("contrainte" is
    not "Aucune contrainte").

    A word that denies names nothing by itself: "pas sûr" is not "Non, pas encore".
    """
    typed = core(words).split()
    own = set(telling(typed))
    names = own - _NEGATIONS
    return [c for c in choices if names and (_otherwise(own, c) or (own <= set(c.words) and _same_sense(typed, c)))]


def _otherwise(own: set[str], option: Option) -> bool:
    """Whether these are the telling words of another name of it: all of them and no more."""
    return any(own == set(telling(name.split())) for name in option.also)


def _slip(typed: str, word: str) -> bool:
    fixed = NUMBER_WORDS | YES | NO
    return typed == word or (typed not in fixed and word not in fixed and one_typo(typed, word))


def _by_typo(words: str, choices: Sequence[Option]) -> list[Option]:
    typed = core(words).split()
    own = telling(typed)

    def holds(option: Option) -> bool:
        return _same_sense(typed, option) and all(any(_slip(t, w) for w in option.words) for t in own)

    def names_otherwise(option: Option) -> bool:
        others = [telling(name.split()) for name in option.also]
        return any(
            len(own) == len(other) and all(_slip(t, w) for t, w in zip(own, other, strict=True)) for other in others
        )

    return [c for c in choices if own and (holds(c) or names_otherwise(c))]


Reading = Callable[[str, Sequence[Option]], list[Option]]
SURE: tuple[Reading, ...] = (_by_label, _by_number, _by_number_and_label)
PLAIN: tuple[Reading, ...] = (*SURE, _by_yes_or_no, _by_beginning)
LOOSE: tuple[Reading, ...] = (*PLAIN, _by_words, _by_typo)


def choose(words: str, choices: Sequence[Option], readings: Sequence[Reading]) -> Option | Misunderstood:
    """The option meant by folded words, by the first of the readings that recognises any."""
    found: list[Option] = next((f for reading in readings if (f := reading(words, choices))), [])
    distinct = [c for c in choices if c in found]
    if len(distinct) == 1:
        return distinct[0]
    if distinct:
        return Misunderstood("ambiguous", {"candidates": [c.value for c in distinct]})
    if typed_number(words, len(choices)) is not None:
        return Misunderstood("out_of_range", {"from": 1, "to": len(choices)})
    return Misunderstood("unclear")
