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
from flows.labels_typed import LOOSE, PLAIN, SURE, choose
from flows.lists_typed import choose_many, listed, within
from flows.numbers_typed import in_figures, number, one_number
from flows.options import Option, options_of
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
from flows.spoken import NOTHING, READ, SKIP, UNSURE, YES, defers, means, nothing_but, said
from flows.understood import Misunderstood, Understood, Value
from flows.wishes import onward, thanks

Result = Understood | Misunderstood
_OVER = re.compile(r"(?<!\d)(?P<degree>\d{1,9}(?:[.,]\d{1,9})?) ?(?:/|sur|out of|on) ?(?P<top>\d{1,9})\b")
_ASKING = ("?", "？", "؟")
_MOST = 300  # characters, beyond those of the labels: more is a story, to be read by a person and not by patterns

__all__ = ["Misunderstood", "Result", "Understood", "Value", "understand"]


def understand(
    step: Step, text: str, language: str, today: date, *, labels: Sequence[str] | None = None
) -> Understood | Misunderstood:
    """The answer that a typed message gives to a step, or why it gives none.

    `today` is the person's day. `labels` are the labels of the choices as they were shown, in the order of the step,
    when they differ from the step's own (pipes filled in). For a battery, the answer is to the item that is open.
    """
    chosen = options_of(step, language, labels)
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
    asked = aside(step, words)
    if isinstance(asked, Understood):
        return asked
    answer = _answer(step, text, words, language, today, chosen)
    return asked if asked and _no_better(step, answer) else answer


def _label_first(step: Step, words: str, chosen: Sequence[Option]) -> Understood | Misunderstood | None:
    """A label typed as it is shown, or another name of a choice, wins over everything it may mean otherwise."""
    picked = [option for option in chosen if words in option.names]
    if len(picked) != 1:
        return None
    if isinstance(step, ChoicesStep | RankingStep):
        return within(step, picked)
    return Understood(picked[0].value)


def aside(step: Step, words: str) -> Understood | Misunderstood | None:
    """Skipped or deferred where the step allows it; else the wish itself, as a reason; None when nothing is wished."""
    if isinstance(step, Information):
        return None
    if isinstance(step, TextStep) and (nothing_but(words, YES) or (onward(words) and not means(words, SKIP))):
        skipped = step.optional and onward(words)
        return Understood(how="skipped") if skipped else Misunderstood("in_words")
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
            read = means(words, YES | SKIP) or (means(words, READ) and not thanks(text))
            return Understood("read") if read else Misunderstood("unclear")
        case ChoiceStep() | BatteryStep():
            return _choice(text, words, chosen)
        case ChoicesStep() | RankingStep():
            return listed(step, text, words, chosen)
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
    unit = step.unit.get(language, "") if step.unit else ""
    typed = number(text, f"{unit} {step.text.get(language, '')}", step.decimals, language)
    if isinstance(typed, Misunderstood):
        return typed
    low, high = step.range.from_, step.range.to
    if (low is not None and typed < low) or (high is not None and typed > high):
        return Misunderstood("out_of_range", {"from": low, "to": high})
    return Understood(typed)
