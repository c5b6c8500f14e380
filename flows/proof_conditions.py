"""Proofs about conditions: they look back, at values that exist, and each can hold."""

from collections.abc import Iterator, Sequence
from itertools import combinations, islice, product
from typing import Any

from flows.conditions import atoms, holds
from flows.grammar import About, Condition
from flows.pack import (
    BatteryStep,
    ChoicesStep,
    ChoiceStep,
    Choosing,
    DateStep,
    Information,
    NumberStep,
    Question,
    RankingStep,
    ScaleStep,
    Step,
    TextStep,
)
from flows.problems import Phrase, Problem, names
from flows.proof_case import Case
from flows.refusals import near, shown
from flows.run import Answer

HOWS = ("answered", "deferred")
TESTS: dict[type, tuple[str, ...]] = {
    Information: ("answered",),
    ChoiceStep: ("is", "in", *HOWS),
    ChoicesStep: ("contains", *HOWS),
    RankingStep: ("contains", *HOWS),
    ScaleStep: ("is", "in", "at_least", "at_most", *HOWS),
    NumberStep: ("is", "in", "at_least", "at_most", *HOWS),
    TextStep: HOWS,
    DateStep: HOWS,
}
MOST_CASES = 50_000  # combinations of answers tried per step; beyond, a route that never holds may go unnoticed


def _conditions(case: Case) -> Iterator[tuple[str, Condition]]:
    for step in case.pack.steps:
        for edge in case.graph.edges[step.id]:
            if edge.condition:
                yield step.id, edge.condition
        for rule in step.flags:
            yield step.id, rule.when


def conditions_make_sense(case: Case) -> Iterator[Problem]:
    for step, condition in _conditions(case):
        for atom in atoms(condition):
            wrong = _wrong_step(case, step, atom) or _wrong_test(case.graph.steps[atom.step], atom)
            if wrong:
                yield Problem(wrong, step)


def _wrong_step(case: Case, step: str, atom: About) -> Phrase | None:
    steps = case.graph.steps
    if atom.step not in steps:
        return Phrase("condition_no_step", step=atom.step, near=near(atom.step, steps))
    if isinstance(steps[atom.step], BatteryStep):
        return Phrase("condition_battery", step=atom.step)
    if atom.step != step and atom.step not in case.graph.earlier[step]:
        return Phrase("condition_ahead", step=atom.step)
    return None


def _wrong_test(target: Step, atom: About) -> Phrase | None:
    ((test, expected),) = atom.tests().items()
    if test not in TESTS[type(target)]:
        can = names(TESTS[type(target)])
        return Phrase("condition_wrong_test", test=test, step=target.id, kind=target.kind, tests=can)
    if test in HOWS:
        return None
    values = expected if isinstance(expected, list) else [expected]
    return next((wrong for value in values if (wrong := _wrong_value(target, value))), None)


def _wrong_value(target: Step, value: Any) -> Phrase | None:
    if isinstance(target, Choosing):
        known = [choice.id for choice in target.choices]
        if value in known:
            return None
        return Phrase("condition_no_choice", step=target.id, value=shown(value), near=near(str(value), known))
    if isinstance(value, bool) or not isinstance(value, int | float):
        return Phrase("condition_no_number", step=target.id, value=shown(value))
    return _outside(target, value) if isinstance(target, ScaleStep | NumberStep) else None


def _outside(target: ScaleStep | NumberStep, value: float) -> Phrase | None:
    low, high = target.range.from_, target.range.to
    if not ((low is not None and value < low) or (high is not None and value > high)):
        return None
    key = "condition_above" if low is None else "condition_below" if high is None else "condition_outside"
    ends = {end: f"{bound:g}" for end, bound in (("low", low), ("high", high)) if bound is not None}
    return Phrase(key, value=f"{value:g}", step=target.id, **ends)


# ------------------------------------------------------------------------------------------------------ what can happen
def _numbers(target: ScaleStep | NumberStep, tested: Sequence[About]) -> list[int | float]:
    """Values that tell every test apart: all degrees of a scale; for a number, each bound and its neighbours."""
    if isinstance(target, ScaleStep):
        return list(range(target.range.from_, target.range.to + 1))
    low, high = target.range.from_, target.range.to
    bounds = [
        v for atom in tested for test in atom.tests().values() for v in (test if isinstance(test, list) else [test])
    ]
    near_by = [
        value + d for value in [*bounds, low, high] if isinstance(value, int | float) for d in (-1, -0.5, 0, 0.5, 1)
    ]
    inside = [v for v in near_by or [0] if (low is None or v >= low) and (high is None or v <= high)]
    return [v for v in inside if target.decimals or float(v).is_integer()]


def _picks(target: ChoicesStep | RankingStep, tested: Sequence[About]) -> list[list[str]]:
    """Every way to pick among the choices that the tests name, filled up with others to a number that is allowed."""
    named = {str(atom.contains) for atom in tested if atom.contains is not None}
    alone = [[choice.id] for choice in target.choices if choice.exclusive]
    free = [choice.id for choice in target.choices if not choice.exclusive]
    asked, others = [id for id in free if id in named], [id for id in free if id not in named]
    most = target.pick.max or len(free)
    chosen = (list(some) for n in range(len(asked) + 1) for some in combinations(asked, n))
    filled = (some + others[: max(0, target.pick.min - len(some))] for some in chosen)
    return alone + [some for some in filled if target.pick.min <= len(some) <= most]


def _values(target: Step, tested: Sequence[About]) -> list[Any]:
    match target:
        case ChoiceStep():
            return [choice.id for choice in target.choices]
        case ChoicesStep() | RankingStep():
            return list(_picks(target, tested))
        case ScaleStep() | NumberStep():
            return list(_numbers(target, tested))
        case _:
            return ["read"]


def possible(target: Step, tested: Sequence[About], *, certain: bool) -> list[Answer | None]:
    """Answers that tell the tests apart; None, not met, unless the step is `certain` to be on the path."""
    ways: list[Answer | None] = [Answer.supposed("given", value) for value in _values(target, tested)]
    if isinstance(target, Question) and target.optional:
        ways.append(Answer.supposed("skipped"))
    if isinstance(target, Question) and target.defer:
        ways.append(Answer.supposed("deferred"))
    return ways if certain else [*ways, None]


def _worlds(case: Case, step: str, conditions: Sequence[Condition]) -> Iterator[dict[str, Answer]]:
    """Every combination of answers that the conditions of a step can tell apart."""
    tested: dict[str, list[About]] = {}
    for condition in conditions:
        for atom in atoms(condition):
            tested.setdefault(atom.step, []).append(atom)
    choices = [possible(case.graph.steps[name], about, certain=name == step) for name, about in tested.items()]
    for answers in product(*choices):
        yield {name: answer for name, answer in zip(tested, answers, strict=True) if answer}


def _never_first(case: Case, step: str, conditions: Sequence[Condition]) -> list[int]:
    """The conditions that no answers make the first to hold, by their place."""
    worlds = list(islice(_worlds(case, step, conditions), MOST_CASES + 1))
    if len(worlds) > MOST_CASES:
        return []
    first = {next((n for n, condition in enumerate(conditions) if holds(condition, world)), None) for world in worlds}
    return [n for n in range(len(conditions)) if n not in first]


def every_condition_can_hold(case: Case) -> Iterator[Problem]:
    """A route that no answers open, or whose answers all go by an earlier one; a flag that nothing raises."""
    for step in case.pack.steps:
        routes = [edge.condition for edge in case.graph.edges[step.id] if edge.condition]
        for n in _never_first(case, step.id, routes):
            yield Problem(Phrase("route_never", number=n + 1), step.id)
        for n, rule in enumerate(step.flags, 1):
            if _never_first(case, step.id, [rule.when]):
                yield Problem(Phrase("flag_never", number=n), step.id)
