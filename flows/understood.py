"""What a typed message turned out to be: an answer, or a reason why it is not one.

A reason is never a reproach: the bot has a kind sentence for each, which says what to write or tap instead.

| reason | when | params |
|---|---|---|
| empty | no word in the message (a sticker's name, dots) | |
| unclear | nothing of the question was recognised | |
| unsure | "je ne sais pas": the bot may offer to skip or to talk about it | |
| not_plain | a commitment needs a clear yes or no, and this was neither | |
| ambiguous | several readings | candidates: values, in the order of the step |
| too_few, too_many | choices, ranking; also several answers to a single choice | count, min or max |
| exclusive | a choice that goes alone came with others | choice: its id |
| out_of_range | a number, degree or choice number outside the step's | from, to (None: no bound) |
| whole_number | "7,5" where decimals mean nothing | number |
| roughly | "plus de 10": a bound, not a number | number |
| other_unit | months where years were asked | unit: as typed |
| too_short, too_long | text | length, min or max (characters) |
| no_such_day | 31 February | day, month, year (None: not typed) |
| other_weekday | "mardi 15 mars 2027", a Monday | day: ISO |
| too_early, too_late | a day outside the step's range | day, and earliest or latest: ISO |
| incomplete | a year, a season, a day of the month alone | missing: "day", "month" or "year" |
| required | asked to skip a question that is not optional | |
| in_words | "oui", or "suivant" where nothing may be left out, at a question that waits for somebody's own words | |
| not_deferrable | asked to talk about a question that has to be answered here | |
"""

from dataclasses import dataclass, field
from typing import Literal

Value = str | int | float | list[str]
Reason = Literal[
    "empty",
    "unclear",
    "unsure",
    "not_plain",
    "ambiguous",
    "too_few",
    "too_many",
    "exclusive",
    "out_of_range",
    "whole_number",
    "roughly",
    "other_unit",
    "too_short",
    "too_long",
    "no_such_day",
    "other_weekday",
    "too_early",
    "too_late",
    "incomplete",
    "required",
    "in_words",
    "not_deferrable",
]


@dataclass(frozen=True)
class Understood:
    """An answer in the plain JSON form of its step; `value` is None when it was skipped or deferred.

    `partly`: of a list, choices that others may be added to.
    """

    value: Value | None = None
    how: Literal["given", "skipped", "deferred"] = "given"
    partly: bool = False


@dataclass(frozen=True)
class Misunderstood:
    """Not an answer, and why; `params` fill the sentence of the reason."""

    reason: Reason
    params: dict[str, object] = field(default_factory=dict)
