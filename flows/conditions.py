"""Conditions over answers, evaluated by a table: no code in packs, no eval."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from flows.grammar import About, All, AnyOf, Condition, Not
from flows.run import Answer

Answers = Mapping[str, Answer]


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _at_least(value: Any, bound: float) -> bool:
    number = _number(value)
    return number is not None and number >= bound


def _at_most(value: Any, bound: float) -> bool:
    number = _number(value)
    return number is not None and number <= bound


def _is(value: Any, expected: Any) -> bool:
    return bool(value == expected)


def _in(value: Any, expected: list[Any]) -> bool:
    return not isinstance(value, list) and value in expected


def _contains(value: Any, expected: Any) -> bool:
    return isinstance(value, list) and expected in value


OVER_VALUE: dict[str, Callable[[Any, Any], bool]] = {
    "is": _is,
    "in": _in,
    "contains": _contains,
    "at_least": _at_least,
    "at_most": _at_most,
}


def _holds_about(condition: About, answers: Answers) -> bool:
    ((test, expected),) = condition.tests().items()
    answer = answers.get(condition.step)
    how = answer.how if answer else None
    if test == "answered":
        return (how == "given") is expected
    if test == "deferred":
        return (how == "deferred") is expected
    return answer is not None and how == "given" and OVER_VALUE[test](answer.value, expected)


def holds(condition: Condition | None, answers: Answers) -> bool:
    """Whether the condition holds over `answers`, those that count. No condition always holds."""
    match condition:
        case None:
            return True
        case About():
            return _holds_about(condition, answers)
        case All():
            return all(holds(part, answers) for part in condition.all)
        case AnyOf():
            return any(holds(part, answers) for part in condition.any)
        case Not():
            return not holds(condition.not_, answers)


def atoms(condition: Condition | None) -> Iterator[About]:
    """Every test of a condition, wherever it stands."""
    match condition:
        case None:
            return
        case About():
            yield condition
        case All():
            for part in condition.all:
                yield from atoms(part)
        case AnyOf():
            for part in condition.any:
                yield from atoms(part)
        case Not():
            yield from atoms(condition.not_)
