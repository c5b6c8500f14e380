"""Which values an answer may take, by kind of step. The engine's last guard: typing and tapping are understood before."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from flows.dates_typed import bound
from flows.events import Invalid
from flows.flow import Node
from flows.pack import (
    BatteryStep,
    ChoicesStep,
    ChoiceStep,
    DateStep,
    Information,
    NumberStep,
    Question,
    RankingStep,
    ScaleStep,
    TextStep,
)
from flows.run import How, Value

READ = "read"
LARGEST_NUMBER = 10**15  # nothing that is asked is larger, and floats are exact up to there
ZONE_SLACK = timedelta(days=1)  # `now` is UTC: somebody's today may be a day away


def _require(condition: bool, reason: str) -> None:
    if not condition:
        raise Invalid(reason)


def _information(step: Information, value: Any, today: date) -> None:
    _require(value == READ, "not_read")


def _choice(step: ChoiceStep, value: Any, today: date) -> None:
    _require(value in [c.id for c in step.choices], "no_such_choice")


def _picks(step: ChoicesStep | RankingStep, value: Any, today: date) -> None:
    _require(isinstance(value, list), "not_a_list")
    known = {c.id: c for c in step.choices}
    _require(all(isinstance(v, str) and v in known for v in value), "no_such_choice")
    _require(len(set(value)) == len(value), "twice")
    if any(known[v].exclusive for v in value):
        _require(len(value) == 1, "exclusive")
        return
    _require(len(value) >= step.pick.min, "too_few")
    _require(step.pick.max is None or len(value) <= step.pick.max, "too_many")


def _scale(step: ScaleStep, value: Any, today: date) -> None:
    _require(type(value) is int and step.range.from_ <= value <= step.range.to, "out_of_range")


def _battery(step: BatteryStep, value: Any, today: date) -> None:
    _require(type(value) is int and 1 <= value <= len(step.labels), "out_of_range")


def _text(step: TextStep, value: Any, today: date) -> None:
    _require(isinstance(value, str) and len(value.strip()) >= step.length.min, "too_short")
    _require(len(value) <= step.length.max, "too_long")


def _number(step: NumberStep, value: Any, today: date) -> None:
    _require(type(value) in (int, float), "not_a_number")
    _require(-LARGEST_NUMBER <= value <= LARGEST_NUMBER, "out_of_range")  # refuses nan and the infinities too
    _require(step.decimals or float(value).is_integer(), "whole_number")
    low, high = step.range.from_, step.range.to
    _require((low is None or value >= low) and (high is None or value <= high), "out_of_range")


def _date(step: DateStep, value: Any, today: date) -> None:
    try:
        day = date.fromisoformat(value)
    except (TypeError, ValueError):
        raise Invalid("not_a_date") from None
    _require(day.isoformat() == value, "not_a_date")  # 20270315 and 2027-W11-1 are days too, but one day has one name
    earliest, latest = step.range.earliest, step.range.latest
    _require(earliest is None or day >= bound(earliest, today) - ZONE_SLACK, "too_early")
    _require(latest is None or day <= bound(latest, today) + ZONE_SLACK, "too_late")


CHECKS: dict[type, Callable[[Any, Any, date], None]] = {
    Information: _information,
    ChoiceStep: _choice,
    ChoicesStep: _picks,
    RankingStep: _picks,
    ScaleStep: _scale,
    BatteryStep: _battery,
    TextStep: _text,
    NumberStep: _number,
    DateStep: _date,
}


def check(node: Node, how: How, value: Value | None, today: date) -> None:
    """Raises `Invalid` (its reason is a key for the words shown) unless the answer fits the node."""
    step = node.step
    if how == "skipped":
        _require(isinstance(step, Question) and step.optional and value is None, "not_optional")
    elif how == "deferred":
        _require(isinstance(step, Question) and step.defer and value is None, "not_deferrable")
    else:
        CHECKS[type(step)](step, value, today)
