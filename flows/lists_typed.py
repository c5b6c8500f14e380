"""Several choices typed in one message: cut where a list is cut, each part met as one choice would be."""

import re
from collections.abc import Sequence

from flows.labels_typed import LOOSE, SURE, Reading, choose
from flows.numbers_said import with_digits
from flows.options import Option
from flows.pack import ChoicesStep, RankingStep
from flows.spoken import NONE, everything, fold, means
from flows.understood import Misunderstood, Understood

_BETWEEN = re.compile(
    r"\s*(?:[,;\n/+&•]|(?<=\d)[.)]?-(?=\d)|(?<=\d)[.)](?=\s)|\b(?:et|and|puis|ensuite|then|ainsi que|enfin)\b)\s*", re.I
)


def choose_many(text: str, choices: Sequence[Option], readings: Sequence[Reading]) -> list[Option] | Misunderstood:
    """The options listed in a text, in the order typed, each once.

    A name that holds a comma or an "et" is met before the text is cut there.
    """
    parts = [part.strip() for part in _BETWEEN.split(text)]
    parts = [part for part in parts if fold(part)]
    width = 1 + max(max([len(_BETWEEN.findall(c.label)), *(name.count(" ") for name in c.also)]) for c in choices)
    found: list[Option] = []
    while parts:
        size, picked = _longest(parts[:width], choices, readings)
        if isinstance(picked, Misunderstood):
            return picked
        found, parts = [*found, *picked], parts[size:]
    return list(dict.fromkeys(found))


def _longest(
    parts: Sequence[str], choices: Sequence[Option], readings: Sequence[Reading]
) -> tuple[int, list[Option] | Misunderstood]:
    """The longest run of parts that is one label; otherwise the first part, loosely."""
    for size in range(len(parts), 1, -1):
        joined = {fold(f" {glue} ".join(parts[:size])) for glue in ("", "et", "and")}
        whole = [c for c in choices if joined & set(c.names)]
        if whole:
            return size, whole[:1]
    return 1, _one_part(fold(parts[0]), choices, readings)


def _one_part(words: str, choices: Sequence[Option], readings: Sequence[Reading]) -> list[Option] | Misunderstood:
    numbers = with_digits(words).split()
    if len(numbers) > 1 and all(n.isdecimal() for n in numbers):  # "1 3 5"
        each = [choose(n, choices, SURE) for n in numbers]
        refused = next((e for e in each if isinstance(e, Misunderstood)), None)
        return refused or [e for e in each if isinstance(e, Option)]
    picked = choose(words, choices, readings)
    return picked if isinstance(picked, Misunderstood) else [picked]


def listed(
    step: ChoicesStep | RankingStep, text: str, words: str, chosen: Sequence[Option]
) -> Understood | Misunderstood:
    """The list that a message gives to a step."""
    alone = {c.id for c in step.choices if c.exclusive}
    together = [o for o in chosen if o.value not in alone]
    if isinstance(step, ChoicesStep) and everything(words, len(together)):
        return within(step, together)
    if means(words, NONE) and step.pick.min == 0 and not any(c.exclusive for c in step.choices):
        return Understood([])
    picked = choose_many(text, chosen, LOOSE)
    return picked if isinstance(picked, Misunderstood) else within(step, picked)


def within(step: ChoicesStep | RankingStep, picked: Sequence[Option]) -> Understood | Misunderstood:
    """These choices, where they are of a number that the step allows."""
    ids, count = [str(option.value) for option in picked], len(picked)
    most = step.pick.max or len(step.choices)
    alone = next((c.id for c in step.choices if c.exclusive and c.id in ids), None)
    if alone and count > 1:
        return Misunderstood("exclusive", {"choice": alone})
    if count > most:
        return Misunderstood("too_many", {"count": count, "max": most})
    if not ids:
        return Misunderstood("unclear")
    return Understood(ids, partly=not alone and count < min(most, sum(not c.exclusive for c in step.choices)))
