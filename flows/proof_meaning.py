"""Proofs about meaning: scores that add up, bounds that leave room, claims that are shown, keys that mean something."""

import re
from collections.abc import Iterator
from datetime import date
from math import ceil, floor, isfinite

from flows.commitments import binds
from flows.dates_typed import bound
from flows.elsewhere import leading
from flows.pack import (
    BatteryStep,
    ChoicesStep,
    ChoiceStep,
    Choosing,
    DateStep,
    NumberStep,
    Question,
    RankingStep,
    ScaleStep,
    Step,
    TextStep,
)
from flows.problems import Problem
from flows.proof_case import Case
from flows.refusals import near

SOME_DAY = date(2024, 6, 15)  # any day will do: it only compares offsets with offsets
REFERENCE = re.compile(r"https?://|\bdoi\b|\b10\.\d{4,}/|\b(19|20)\d\d\b", re.IGNORECASE)


def no_other_pack_has_the_id(case: Case) -> Iterator[Problem]:
    if any(other.id == case.pack.id for other in case.others):
        yield Problem(f"another pack has the id {case.pack.id}")


def validated_is_shown(case: Case) -> Iterator[Problem]:
    if case.pack.validated and not REFERENCE.search(case.pack.source):
        yield Problem("validated: true needs a source that shows it: a publication with its year, a DOI or an address")


def _dimensions(step: Step) -> list[str]:
    match step:
        case Choosing():
            return [name for choice in step.choices for name in choice.scores]
        case ScaleStep(dimension=str(dimension)):
            return [dimension]
        case BatteryStep():
            return [item.dimension for item in step.items if item.dimension]
        case _:
            return []


def dimensions_are_declared_and_used(case: Case) -> Iterator[Problem]:
    declared, used = case.pack.dimensions, set()
    for step in case.pack.steps:
        for name in dict.fromkeys(_dimensions(step)):
            used.add(name)
            if name not in declared:
                yield Problem(f"the dimension {name} is not declared{near(name, declared)}", step.id)
        if isinstance(step, RankingStep) and _dimensions(step):
            yield Problem("a ranking brings no scores: an order is not a quantity", step.id)
    yield from (Problem(f"the dimension {name} is declared and never used") for name in declared if name not in used)


def _wrong_days(step: DateStep) -> str | None:
    bounds = [text for text in (step.range.earliest, step.range.latest) if text]
    try:
        days = [bound(text, SOME_DAY) for text in bounds]
    except ValueError:
        return f"no such day: {' or '.join(bounds)}"
    alike = len({text[0].isdecimal() for text in bounds}) == 1  # a day and an offset cannot be compared for ever
    upside_down = len(days) == 2 and alike and days[0] > days[1]
    return f"the range is upside down: from {bounds[0]} to {bounds[1]}" if upside_down else None


def _wrong_numbers(step: NumberStep) -> str | None:
    low, high = step.range.from_, step.range.to
    if not all(isfinite(end) for end in (low, high) if end is not None):
        return "a bound is not a number"
    if not step.decimals and low is not None and high is not None and ceil(low) > floor(high):
        return f"no whole number lies between {low:g} and {high:g}"
    return None


def bounds_leave_room(case: Case) -> Iterator[Problem]:
    for step in case.pack.steps:
        wrong = _wrong_days(step) if isinstance(step, DateStep) else None
        wrong = _wrong_numbers(step) if isinstance(step, NumberStep) else wrong
        if wrong:
            yield Problem(wrong, step.id)


def _crowded(step: ChoicesStep | RankingStep) -> bool:
    together = [choice for choice in step.choices if not choice.exclusive]
    return len(together) < max(step.pick.min, step.pick.max or 0)


def _wrong_else(case: Case, step: ChoiceStep | ChoicesStep) -> str | None:
    there = case.graph.steps.get(step.else_ or "")
    if there is None:
        return f"else names an unknown step: {step.else_}{near(step.else_ or '', case.graph.steps)}"
    if binds(step):
        return "else has no place here: what binds is chosen in plain words, or asked again"
    if not isinstance(there, TextStep):
        return f"else leads to where words are written: {there.id} is a {there.kind}, not a text"
    if leading(step) is None:
        return f"else needs a choice that leads to {there.id} by itself: a route with when, go: {there.id}"
    return None


def keys_mean_something(case: Case) -> Iterator[Problem]:
    for step in case.pack.steps:
        if isinstance(step, Question) and step.sensitive and not isinstance(step, TextStep):
            yield Problem("sensitive warns before free words: only a text step has it", step.id)
        if isinstance(step, ChoiceStep) and step.commitment and (step.optional or step.defer):
            yield Problem("a commitment is given or not: it cannot be optional or deferred", step.id)
        if isinstance(step, ChoiceStep) and any(choice.exclusive for choice in step.choices):
            yield Problem("exclusive means nothing where one choice is made", step.id)
        if isinstance(step, ChoicesStep | RankingStep) and _crowded(step):
            yield Problem("pick asks for more choices than can go together", step.id)
        if isinstance(step, ChoiceStep | ChoicesStep) and step.else_ is not None and (wrong := _wrong_else(case, step)):
            yield Problem(wrong, step.id)
        if isinstance(step, ScaleStep) and step.reverse and not step.dimension:
            yield Problem("reverse means nothing without a dimension", step.id)
