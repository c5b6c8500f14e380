"""What a person types instead of tapping, understood or kindly refused: never guessed, never out of the step's bounds.

Pure: the same text, step, language and day give the same result. The reasons of a refusal are the table of
`flows.understood`. A message that says "passer" or "j'en parlerai" counts as such only when it says nothing else, and
never against a label.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import assert_never

from flows.commitments import in_plain_words, plainly
from flows.dates_typed import day
from flows.grammar import Localised
from flows.labels_typed import LOOSE, PLAIN, SURE, Option, begins, choose, choose_many, options
from flows.numbers_typed import in_figures, number, one_number
from flows.pack import (
    BatteryStep,
    ChoicesStep,
    ChoiceStep,
    DateStep,
    Information,
    NumberStep,
    RankingStep,
    ScaleStep,
    Step,
    TextStep,
)
from flows.spoken import NONE, NOTHING, READ, SKIP, UNSURE, YES, defers, everything, means, nothing_but, said
from flows.understood import Misunderstood, Understood, Value

Result = Understood | Misunderstood
_ListStep = ChoicesStep | RankingStep
_OVER = re.compile(r"(?<!\d)(?P<degree>\d{1,9}(?:[.,]\d{1,9})?) ?(?:/|sur|out of|on) ?(?P<top>\d{1,9})\b")
_ASKING = ("?", "？", "؟")
_MOST = 300  # characters, beyond those of the labels: more is a story, to be read by a person and not by patterns

__all__ = ["Misunderstood", "Result", "Understood", "Value", "ambiguities", "understand"]


def understand(
    step: Step, text: str, language: str, today: date, *, labels: Sequence[str] | None = None
) -> Understood | Misunderstood:
    """The answer that a typed message gives to a step, or why it gives none.

    `today` is the person's day. `labels` are the labels of the choices as they were shown, in the order of the step,
    when they differ from the step's own (pipes filled in). For a battery, the answer is to the item that is open.
    """
    chosen = _options(step, language, labels)
    if _too_much(step, text, chosen):
        return plainly(step, Misunderstood("unclear"))
    return in_plain_words(step, text, chosen) or plainly(step, _heard(step, text, language, today, chosen))


def _too_much(step: Step, text: str, chosen: Sequence[Option]) -> bool:
    """Whether a message is too long to choose or to count anything; one sign may stand for eighteen letters (NFKC)."""
    written = len(unicodedata.normalize("NFKC", text.strip()))
    return not isinstance(step, TextStep) and written > _MOST + sum(len(option.label) for option in chosen)


def _heard(step: Step, text: str, language: str, today: date, chosen: Sequence[Option]) -> Result:
    words = said(text)
    if not words and not text.strip():
        return Misunderstood("empty")
    if labelled := _label_first(step, words, chosen):
        return labelled
    asked = _aside(step, words)
    if isinstance(asked, Understood):
        return asked
    answer = _answer(step, text, words, language, today, chosen)
    return asked if asked and _no_better(step, answer) else answer


def _options(step: Step, language: str, labels: Sequence[str] | None) -> list[Option]:
    """What can be chosen at a step; nothing for an open question."""
    match step:
        case ChoiceStep() | ChoicesStep() | RankingStep():
            return options([c.id for c in step.choices], labels or [_in(c.label, language) for c in step.choices])
        case BatteryStep():
            return options(range(1, len(step.labels) + 1), labels or [_in(label, language) for label in step.labels])
        case ScaleStep():
            return options([step.range.from_, step.range.to], step.ends.get(language, ("", "")))
        case _:
            return []


def _in(text: Localised, language: str) -> str:
    return text.get(language, "")


def _label_first(step: Step, words: str, chosen: Sequence[Option]) -> Understood | Misunderstood | None:
    """A label typed as it is shown wins over everything it may mean otherwise."""
    picked = [option for option in chosen if option.key and option.key == words]
    if len(picked) != 1:
        return None
    if isinstance(step, ChoicesStep | RankingStep):
        return _within(step, picked)
    return Understood(picked[0].value)


def _aside(step: Step, words: str) -> Understood | Misunderstood | None:
    """Skipped or deferred where the step allows it; else the wish itself, as a reason; None when nothing is wished."""
    if isinstance(step, Information):
        return None
    nothing = isinstance(step, TextStep | DateStep) and step.optional and _nothing(words)
    if means(words, SKIP) or nothing:
        return Understood(how="skipped") if step.optional else Misunderstood("required")
    if defers(words):
        return Understood(how="deferred") if step.defer else Misunderstood("not_deferrable")
    return Misunderstood("unsure") if means(words, UNSURE) and not isinstance(step, TextStep) else None


def _nothing(words: str) -> bool:
    return means(words, NOTHING) or nothing_but(words, NOTHING)


def _no_better(step: Step, answer: Result) -> bool:
    """Whether a wish to skip or defer says more than what was read: any words are an answer to an open question."""
    return isinstance(step, TextStep) or (isinstance(answer, Misunderstood) and answer.reason == "unclear")


def _answer(step: Step, text: str, words: str, language: str, today: date, chosen: Sequence[Option]) -> Result:
    match step:
        case Information():
            read = any(means(words, meaning) for meaning in (READ, YES, SKIP))
            return Understood("read") if read else Misunderstood("unclear")
        case ChoiceStep() | BatteryStep():
            return _choice(text, words, chosen)
        case ChoicesStep() | RankingStep():
            return _list(step, text, words, chosen)
        case ScaleStep():
            return _degree(step, text, words, chosen)
        case TextStep():
            return _text(step, text.strip())
        case NumberStep():
            return _number(step, text, language)
        case DateStep():
            found = day(text, step.range, language, today)
            return found if isinstance(found, Misunderstood) else Understood(found.isoformat())
        case _:
            assert_never(step)


def _choice(text: str, words: str, chosen: Sequence[Option]) -> Result:
    asking = text.rstrip().endswith(_ASKING) and not any(o.label.rstrip().endswith(_ASKING) for o in chosen)
    picked = choose(words, chosen, SURE if asking else LOOSE)
    if isinstance(picked, Option):
        return Understood(picked.value)
    several = choose_many(text, chosen, SURE) if picked.reason == "unclear" else []
    if isinstance(several, list) and len(several) > 1:
        return Misunderstood("too_many", {"count": len(several), "max": 1})
    return picked


def _list(step: _ListStep, text: str, words: str, chosen: Sequence[Option]) -> Result:
    alone = {c.id for c in step.choices if c.exclusive}
    together = [o for o in chosen if o.value not in alone]
    if isinstance(step, ChoicesStep) and everything(words, len(together)):
        return _within(step, together)
    if means(words, NONE) and step.pick.min == 0 and not any(c.exclusive for c in step.choices):
        return Understood([])
    picked = choose_many(text, chosen, LOOSE)
    return picked if isinstance(picked, Misunderstood) else _within(step, picked)


def _within(step: _ListStep, picked: Sequence[Option]) -> Result:
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


def _degree(step: ScaleStep, text: str, words: str, chosen: Sequence[Option]) -> Result:
    """ "7", "7/10", "plutôt sept", or one of the two ends in words."""
    low, high = step.range.from_, step.range.to
    figures = in_figures(text)
    over = any(int(m["top"]) != high for m in _OVER.finditer(figures))
    typed = one_number(_OVER.sub(r"\g<degree>", figures))  # "7 sur 10" is "7"
    if isinstance(typed, Misunderstood):
        end = choose(words, chosen, PLAIN[:1] + PLAIN[-1:]) if typed.reason == "unclear" else typed
        return Understood(end.value) if isinstance(end, Option) else typed
    if over or not low <= typed <= high:
        return Misunderstood("out_of_range", {"from": low, "to": high})
    return Understood(int(typed))


def _text(step: TextStep, written: str) -> Result:
    count, low, high = len(written), step.length.min, step.length.max
    if count < low:
        return Misunderstood("too_short", {"count": count, "min": low})
    if count > high:
        return Misunderstood("too_long", {"count": count, "max": high})
    return Understood(written)


def _number(step: NumberStep, text: str, language: str) -> Result:
    unit = _in(step.unit, language) if step.unit else ""
    typed = number(text, f"{unit} {_in(step.text, language)}", step.decimals, language)
    if isinstance(typed, Misunderstood):
        return typed
    low, high = step.range.from_, step.range.to
    if (low is not None and typed < low) or (high is not None and typed > high):
        return Misunderstood("out_of_range", {"from": low, "to": high})
    return Understood(typed)


def ambiguities(step: Step, language: str) -> list[str]:
    """What a person could type at a step and see something else chosen, for who writes the pack; [] when all is well.

    Every label, every number and every beginning of one label alone has to choose that label and no other.
    """
    chosen = _options(step, language, None)
    beginnings = {o.key: _beginnings(o, chosen) for o in chosen}
    numbers = (
        {o.key: [str(place)] for place, o in enumerate(chosen, start=1)} if not isinstance(step, ScaleStep) else {}
    )
    return [
        f"{step.id}: typing {typed!r} ({language}) {wrong} instead of choosing {option.label!r}"
        for option in chosen
        for typed in dict.fromkeys([option.label, *numbers.get(option.key, []), *beginnings[option.key]])
        if (wrong := _not_chosen(step, typed, option, chosen))
    ]


def _beginnings(option: Option, chosen: Sequence[Option]) -> list[str]:
    """The beginnings of a label, in whole words, that are enough and begin no other."""
    starts = [" ".join(option.words[:n]) for n in range(1, len(option.words))]
    others = [f"{o.key} " for o in chosen if o is not option]
    return [s for s in starts if begins(s.split()) and not any(o.startswith(f"{s} ") for o in others)]


def _not_chosen(step: Step, typed: str, option: Option, chosen: Sequence[Option]) -> str | None:
    """What happens instead, when a text does not choose its option; a label wins over a wish, unless it is the same."""
    words = said(typed)
    aside = _aside(step, words)
    if isinstance(aside, Understood) or (aside and words != option.key):
        return "asks to skip or to talk about it"
    same = [o for o in chosen if o.key == words]
    picked = same[0] if len(same) == 1 else choose(words, chosen, LOOSE)
    if isinstance(picked, Misunderstood):
        return f"is {picked.reason}"
    return None if picked is option else f"chooses {picked.label!r}"
