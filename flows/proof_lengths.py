"""Proofs about lengths: what Telegram would cut or refuse, at its longest, is found before anybody reads it."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from flows.flow import Node
from flows.grammar import Localised
from flows.lengths import units
from flows.organisation import MAX_CHARACTERS
from flows.pack import (
    BatteryStep,
    ChoicesStep,
    ChoiceStep,
    Choosing,
    DateStep,
    NumberStep,
    RankingStep,
    ScaleStep,
    Step,
    TextStep,
)
from flows.phrases import pipe
from flows.problems import Phrase, Problem
from flows.proof_case import ON_BUTTONS, Case, words_of
from flows.proof_texts import FACT
from flows.values import LARGEST_NUMBER
from flows.wording import read_value

LABEL_BYTES = 64  # beyond, a phone cuts the label of a button; counted in bytes, accents count double
MESSAGE_UNITS = 4096  # Bot API, sendMessage: "1-4096 characters after entities parsing", counted in UTF-16 units
NOTICE_UNITS = 200  # Bot API, answerCallbackQuery: "0-200 characters"
# What the house adds to a question at most, besides the ends of a scale and the pack's title, above it and in the lead:
PROGRESS_UNITS = 40  # "… · question 12 sur 34"
LEAD_UNITS = 320  # what is said before the question: not understood, came early, back gently after a while
WARNING_UNITS = 100  # before free words
HINT_UNITS = 110  # how to answer
KEPT_UNITS = 330  # the answer so far, of which 300 units are quoted, and the words before it
BREAK_UNITS = 2  # the empty line between two paragraphs
HOUSE_UNITS = PROGRESS_UNITS + LEAD_UNITS + WARNING_UNITS + HINT_UNITS + KEPT_UNITS + 5 * BREAK_UNITS
OUTCOME_UNITS = 500  # kept for what the house says around the text of an outcome
BULLET_UNITS = 4  # the sign before each choice where a message lists them, and the end of the line


# ------------------------------------------------------------------------------------ the longest that an answer reads
def _read_longest(step: Step, values: list[Any], language: str) -> int:
    return max(units(read_value(Node(step.id, step, None, 0), value, language)) for value in values)


def _choice(step: ChoiceStep, language: str) -> int:
    return _read_longest(step, [choice.id for choice in step.choices], language)


def _picks(step: ChoicesStep | RankingStep, language: str) -> int:
    longest = sorted(step.choices, key=lambda choice: -units(choice.label[language]))
    return _read_longest(step, [[choice.id for choice in longest[: step.pick.max or len(longest)]]], language)


def _scale(step: ScaleStep, language: str) -> int:
    return _read_longest(step, [step.range.from_, step.range.to], language)


def _number(step: NumberStep, language: str) -> int:
    low, high = step.range.from_, step.range.to
    fraction = 0.999 if step.decimals else 0
    ends = [-LARGEST_NUMBER if low is None else low, LARGEST_NUMBER if high is None else high]
    return _read_longest(step, [value + sign * fraction for value in ends for sign in (-1, 1)], language)


def _date(step: DateStep, language: str) -> int:
    return _read_longest(step, [date(2000, month, 28).isoformat() for month in range(1, 13)], language)


LONGEST: dict[type, Callable[[Any, str], int]] = {
    ChoiceStep: _choice,
    ChoicesStep: _picks,
    RankingStep: _picks,
    ScaleStep: _scale,
    TextStep: lambda step, language: 2 * step.length.max,
    NumberStep: _number,
    DateStep: _date,
}


def longest(case: Case, text: Localised, language: str) -> int:
    """The units of a text with the longest answers and facts filled in."""

    def fill(name: str) -> str:
        if name.startswith(FACT):
            known = units(case.facts.get(language, {}).get(name, ""))
            return "x" * max(known, MAX_CHARACTERS)
        step = case.graph.steps[name]
        return "x" * LONGEST[type(step)](step, language)

    return units(pipe(text[language].strip(), fill))


# ----------------------------------------------------------------------------------------------------------- the proofs
def labels_fit_a_button(case: Case) -> Iterator[Problem]:
    for words in words_of(case.pack):
        for language, label in words.text.items() if words.kind in ON_BUTTONS else ():
            if (size := len(label.encode())) > LABEL_BYTES:
                long = Phrase("label_long", size=size, language=language, most=LABEL_BYTES, label=label)
                yield words.problem(long)


def _message(case: Case, step: Step, language: str) -> int:
    size = HOUSE_UNITS + 2 * units(case.pack.title[language]) + longest(case, step.text, language)
    if step.encouragement:
        size += BREAK_UNITS + longest(case, step.encouragement, language)
    if isinstance(step, ScaleStep):
        size += sum(map(units, step.ends[language]))
    if isinstance(step, BatteryStep):
        size += BREAK_UNITS + max(units(item.text[language]) for item in step.items)
        size += sum(BULLET_UNITS + units(label[language]) for label in step.labels)
    if isinstance(step, Choosing):
        size += sum(BULLET_UNITS + units(choice.label[language]) for choice in step.choices)
    return size


def messages_fit(case: Case) -> Iterator[Problem]:
    for language in case.pack.languages:
        for step in case.pack.steps:
            if (size := _message(case, step, language)) > MESSAGE_UNITS:
                yield Problem(Phrase("message_long", size=size, language=language, most=MESSAGE_UNITS), step.id)
        for name, outcome in case.pack.outcomes.items():
            if outcome.text and (size := OUTCOME_UNITS + longest(case, outcome.text, language)) > MESSAGE_UNITS:
                yield Problem(Phrase("outcome_long", id=name, size=size, language=language, most=MESSAGE_UNITS))


def notices_fit(case: Case) -> Iterator[Problem]:
    for words in words_of(case.pack):
        for language in words.text if words.kind == "why" else ():
            if (size := longest(case, words.text, language)) > NOTICE_UNITS:
                yield words.problem(Phrase("why_long", size=size, language=language, most=NOTICE_UNITS))
