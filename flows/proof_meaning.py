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
from flows.problems import Phrase, Problem, Row, name
from flows.proof_case import Case
from flows.refusals import near

SOME_DAY = date(2024, 6, 15)  # any day will do: it only compares offsets with offsets
REFERENCE = re.compile(r"https?://|\bdoi\b|\b10\.\d{4,}/|\b(19|20)\d\d\b", re.IGNORECASE)


def no_other_pack_has_the_id(case: Case) -> Iterator[Problem]:
    if any(other.id == case.pack.id for other in case.others):
        yield Problem(Phrase("id_taken", id=case.pack.id))


def validated_is_shown(case: Case) -> Iterator[Problem]:
    if case.pack.validated and not REFERENCE.search(case.pack.source):
        yield Problem(Phrase("validated_unshown"))


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
        for dimension in dict.fromkeys(_dimensions(step)):
            used.add(dimension)
            if dimension not in declared:
                absent = Phrase("dimension_undeclared", id=dimension, near=near(dimension, declared))
                yield Problem(absent, step.id)
        if isinstance(step, RankingStep) and _dimensions(step):
            yield Problem(Phrase("ranking_scores"), step.id)
    yield from (Problem(Phrase("dimension_unused", id=unused)) for unused in declared if unused not in used)


def _wrong_days(step: DateStep) -> Phrase | None:
    bounds = [text for text in (step.range.earliest, step.range.latest) if text]
    try:
        days = [bound(text, SOME_DAY) for text in bounds]
    except ValueError:
        return Phrase("day_unknown", days=Row(list(map(name, bounds)), "or"))
    alike = len({text[0].isdecimal() for text in bounds}) == 1  # a day and an offset cannot be compared for ever
    upside_down = len(days) == 2 and alike and days[0] > days[1]
    return Phrase("range_upside_down", low=bounds[0], high=bounds[1]) if upside_down else None


def _wrong_numbers(step: NumberStep) -> Phrase | None:
    low, high = step.range.from_, step.range.to
    if not all(isfinite(end) for end in (low, high) if end is not None):
        return Phrase("bound_not_number")
    if not step.decimals and low is not None and high is not None and ceil(low) > floor(high):
        return Phrase("no_whole_number", low=f"{low:g}", high=f"{high:g}")
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


def _wrong_else(case: Case, step: ChoiceStep | ChoicesStep) -> Phrase | None:
    there = case.graph.steps.get(step.else_ or "")
    if there is None:
        return Phrase("else_no_step", step=step.else_, near=near(step.else_ or "", case.graph.steps))
    if binds(step):
        return Phrase("else_binds")
    if not isinstance(there, TextStep):
        return Phrase("else_not_text", step=there.id, kind=there.kind)
    if leading(step) is None:
        return Phrase("else_no_choice", step=there.id)
    return None


def keys_mean_something(case: Case) -> Iterator[Problem]:
    for step in case.pack.steps:
        if isinstance(step, Question) and step.sensitive and not isinstance(step, TextStep):
            yield Problem(Phrase("sensitive_not_text"), step.id)
        if isinstance(step, ChoiceStep) and step.commitment and (step.optional or step.defer):
            yield Problem(Phrase("commitment_optional"), step.id)
        if isinstance(step, ChoiceStep) and any(choice.exclusive for choice in step.choices):
            yield Problem(Phrase("exclusive_alone"), step.id)
        if isinstance(step, ChoicesStep | RankingStep) and _crowded(step):
            yield Problem(Phrase("pick_crowded"), step.id)
        if isinstance(step, ChoiceStep | ChoicesStep) and step.else_ is not None and (wrong := _wrong_else(case, step)):
            yield Problem(wrong, step.id)
        if isinstance(step, ScaleStep) and step.reverse and not step.dimension:
            yield Problem(Phrase("reverse_alone"), step.id)
