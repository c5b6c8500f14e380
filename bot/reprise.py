"""When a typed answer is not understood: one kind sentence for each reason, by a table. Never an error, never a reproach."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from bot.words import plain, say, shortened
from flows.commitments import binds
from flows.pack import ChoicesStep, DateStep, Information, NumberStep, Question, RankingStep, ScaleStep, Step, TextStep
from flows.spoken import fold
from flows.understand import Misunderstood
from flows.wishes import thanks
from flows.wording import long_date

Holes = Mapping[str, Any]
WORDS = 60  # UTF-16 units of the words quoted back


def _between(params: Holes, language: str) -> tuple[str, Holes]:
    low, high = params.get("from"), params.get("to")
    if low is None or high is None:
        return ("reprise_at_most" if low is None else "reprise_at_least"), {"low": _plain(low), "high": _plain(high)}
    return "reprise_out_of_range", {"low": _plain(low), "high": _plain(high)}


def _plain(number: float | None) -> str:
    return "" if number is None else f"{number:g}"


def _day(key: str, bound: str) -> Callable[[Holes, str], tuple[str, Holes]]:
    def made(params: Holes, language: str) -> tuple[str, Holes]:
        return key, {"bound": long_date(date.fromisoformat(params[bound]), language)}

    return made


def _same(key: str) -> Callable[[Holes, str], tuple[str, Holes]]:
    return lambda params, language: (key, params)


# reason → the phrase and what fills it
REPRISES: dict[str, Callable[[Holes, str], tuple[str, Holes]]] = {
    "empty": _same("not_understood"),
    "unclear": _same("not_understood"),
    "unsure": _same("reprise_unsure"),
    "not_plain": _same("reprise_not_plain"),
    "ambiguous": _same("reprise_ambiguous"),
    "too_few": _same("reprise_too_few"),
    "too_many": lambda params, _: ("reprise_only_one" if params["max"] == 1 else "reprise_too_many", params),
    "exclusive": _same("reprise_exclusive"),
    "out_of_range": _between,
    "whole_number": _same("reprise_whole_number"),
    "roughly": _same("reprise_roughly"),
    "other_unit": _same("reprise_other_unit"),
    "too_short": _same("reprise_too_short"),
    "too_long": _same("reprise_too_long"),
    "no_such_day": _same("reprise_no_such_day"),
    "other_weekday": _same("reprise_other_weekday"),
    "too_early": _day("reprise_too_early", "earliest"),
    "too_late": _day("reprise_too_late", "latest"),
    "incomplete": _same("reprise_incomplete"),
    "required": _same("reprise_required"),
    "in_words": _same("reprise_in_words"),
    "not_deferrable": _same("reprise_not_deferrable"),
}


# What is said of words that could not be read twice in a row; elsewhere there are answers to touch.
HINTS_AGAIN: dict[type, str] = {
    ScaleStep: "hint_again_scale",
    NumberStep: "hint_number",
    DateStep: "hint_date",
}
UNREAD = {"empty", "unclear"}
CLEAR = {
    "unsure",
    "in_words",
    "required",
    "not_deferrable",
    "too_few",
    "too_many",
    "exclusive",
    "too_short",
    "too_long",
}
BEFORE_THE_QUESTION = {"required", "not_deferrable", "other_unit"}  # their sentences need the question below them


def reprise(step: Step, heard: Misunderstood, language: str) -> str:
    """The sentence (HTML) said before the question is shown again."""
    if isinstance(step, Information):
        return _to_read(step, language)
    key, holes = REPRISES[heard.reason](heard.params, language)
    may_defer = heard.reason == "required" and isinstance(step, Question) and step.defer
    return say("reprise_required_defer" if may_defer else key, language, **holes)


def _to_read(step: Information, language: str) -> str:
    """A page asks nothing: how to go on, and whom to ask."""
    label = step.button[language] if step.button else plain(say("button_read", language))
    return say("reprise_page", language, button=label)


def announced(step: Step, key: str, language: str) -> str:
    """Words of the bot (HTML), then what stands below them: a question, or a page to read."""
    below = _to_read(step, language) if isinstance(step, Information) else say("here_it_is", language)
    return f"{say(key, language)} {below}"


def may_be_brief(step: Step, heard: Misunderstood) -> bool:
    """Whether the question need not be repeated once more; one that binds is always there to read."""
    return not binds(step) and heard.reason not in BEFORE_THE_QUESTION


def reprise_again(step: Step, heard: Misunderstood, language: str) -> str:
    """The sentence (HTML) said where the question was repeated just before: what will do, and nothing else."""
    if heard.reason in UNREAD and not isinstance(step, Information):
        holes = {"from": step.range.from_, "to": step.range.to} if isinstance(step, ScaleStep) else {}
        return say(HINTS_AGAIN.get(type(step), "hint_again_choices"), language, **holes)
    return reprise(step, heard, language)


def quoted(step: Step, heard: Misunderstood, text: str, language: str) -> str:
    """The words that could not be read, so that a slip is seen (HTML); nothing where their sense was clear.

    A page to read waits for no answer that could be mistyped: thanks are thanked there, and nothing is quoted.
    """
    if isinstance(step, Information):
        return say("thanks_to_you", language) + " " if thanks(text) else ""
    if heard.reason in CLEAR or not fold(text):
        return ""
    return say("you_wrote", language, words=shortened(" ".join(text.split()), WORDS)) + " "


def refused(step: Step, reason: str) -> Misunderstood:
    """The core's refusal of a value, with the step's own bounds."""
    match step:
        case TextStep() if reason == "too_long":
            return Misunderstood("too_long", {"max": step.length.max})
        case TextStep() if reason == "too_short":
            return Misunderstood("too_short", {"min": step.length.min})
        case ChoicesStep() | RankingStep() if reason == "too_few":
            return Misunderstood("too_few", {"min": step.pick.min})
        case ChoicesStep() | RankingStep() if reason == "too_many":
            return Misunderstood("too_many", {"max": step.pick.max or len(step.choices)})
        case _:
            return Misunderstood("unclear")
