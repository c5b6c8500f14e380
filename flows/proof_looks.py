"""Proofs about what labels look like: nothing hidden in them, nothing blank, no two that only a machine tells apart.

What a person taps is what they are held to: "J'accepte" must not stand beside "J'аccepte" with a Cyrillic "а", and a
label must not be turned round or split by signs that nobody sees.
"""

import unicodedata
from collections.abc import Iterator
from itertools import combinations

from flows.pack import BatteryStep, Choosing, ScaleStep, Step
from flows.problems import Phrase, Problem, quoted
from flows.proof_case import ON_BUTTONS, Case, Words, words_of
from flows.spoken import fold

_HIDDEN_CATEGORIES = frozenset(["Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"])  # controls, formats, unassigned, line ends
_BLANKS = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
)  # drawn as nothing, though called letters or signs
_EMOJI = "\N{VARIATION SELECTOR-16}"  # what turns a sign into an emoji is seen, and nothing else of its kind is
_SELECTORS = frozenset(map(chr, (*range(0x180B, 0x180E), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))

# Letters drawn as Latin ones in the usual fonts: https://www.unicode.org/Public/security/latest/confusables.txt, the
# Cyrillic and Greek letters that pass for a whole Latin letter.
_TWINS = str.maketrans(
    "АВЕЅІЈКМНОРСТУХаеѕіјорсухһԁԛԝӏΑΒΕΖΗΙΚΜΝΟΡΤΥΧαιικνοορτυχγɑɡıɩ",
    "ABESIJKMHOPCTYXaesijopcyxhdqwlABEZHIKMNOPTYXaiikvooptuxyagii",
)


def _of_one_line(words: Words) -> bool:
    """Whether a text stands on a button or in a list: labels, items and titles, not the paragraphs."""
    return words.kind in ON_BUTTONS or words.kind in ("text_of_item", "title", "unit")


def _ends(step: Step) -> Iterator[Words]:
    if isinstance(step, ScaleStep):
        for place in (0, 1):
            yield Words(
                Phrase("end_of_scale"), {language: ends[place] for language, ends in step.ends.items()}, step.id
            )


def _hidden(text: str) -> str | None:
    """The first character of a text that nobody sees; None where there is none."""
    for before, sign in zip(" " + text, text, strict=False):
        emoji = sign == _EMOJI and unicodedata.category(before) in ("So", "Sm", "Po")
        unseen = unicodedata.category(sign) in _HIDDEN_CATEGORIES or sign in _BLANKS or sign in _SELECTORS
        if unseen and not emoji:
            return sign
    return None


def _wrong_sign(sign: str, language: str) -> Phrase:
    if sign in "\n\r":
        return Phrase("hidden_break", language=language)
    return Phrase("hidden_sign", sign=f"U+{ord(sign):04X} {unicodedata.name(sign, '')}".rstrip(), language=language)


def labels_hide_nothing(case: Case) -> Iterator[Problem]:
    texts = [words for words in words_of(case.pack) if _of_one_line(words)]
    for words in [*texts, *(end for step in case.pack.steps for end in _ends(step))]:
        for language, text in words.text.items():
            if hidden := _hidden(text.strip(" \n")):
                yield words.problem(_wrong_sign(hidden, language))
            elif text.strip() and not fold(text):
                yield words.problem(Phrase("wordless", language=language, text=text))


def look(text: str) -> str:
    """What a text looks like, folded: the same for two texts that a reader takes for one another."""
    return fold(unicodedata.normalize("NFKC", text).translate(_TWINS))


def _labels(step: Step, language: str) -> list[str]:
    if isinstance(step, Choosing):
        return [choice.label.get(language, "") for choice in step.choices]
    if isinstance(step, BatteryStep):
        return [label.get(language, "") for label in step.labels]
    return list(step.ends.get(language, ())) if isinstance(step, ScaleStep) else []


def labels_look_different(case: Case) -> Iterator[Problem]:
    for step in case.pack.steps:
        for language in case.pack.languages:
            for one, other in combinations(_labels(step, language), 2):
                if fold(one) != fold(other) and look(one) == look(other):
                    alike = Phrase("twins", one=quoted(one), other=quoted(other), language=language)
                    yield Problem(alike, step.id)
