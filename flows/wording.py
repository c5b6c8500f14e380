"""Words with their holes filled: piping, the question as it is shown, an answer as it reads. Pure text, no markup."""

from collections.abc import Callable, Mapping
from datetime import date
from importlib.resources import files
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal

from flows.flow import Flow, Node
from flows.pack import (
    BatteryStep,
    ChoicesStep,
    ChoiceStep,
    DateStep,
    Information,
    NumberStep,
    RankingStep,
    ScaleStep,
    TextStep,
)
from flows.phrases import HOLE, Phrases, pipe
from flows.run import Answer, Run, Value

PHRASES = Phrases(files("flows") / "phrases.yaml")


def holes_of(text: str) -> list[str]:
    """The names piped into a text, in order."""
    return HOLE.findall(text)


def _labels(step: ChoiceStep | ChoicesStep | RankingStep, language: str) -> dict[str, str]:
    return {choice.id: choice.label[language] for choice in step.choices}


def _choice(step: ChoiceStep, value: Any, language: str) -> str:
    label: str = _labels(step, language)[value]
    return label


def _choices(step: ChoicesStep, value: Any, language: str) -> str:
    picked = [label for id, label in _labels(step, language).items() if id in value]
    return ", ".join(picked) or PHRASES("nothing_picked", language)


def _ranking(step: RankingStep, value: Any, language: str) -> str:
    labels = _labels(step, language)
    lines = [f"{place}. {labels[id]}" for place, id in enumerate(value, 1)]
    return "\n".join(lines) or PHRASES("nothing_picked", language)


def _scale(step: ScaleStep, value: Any, language: str) -> str:
    return PHRASES("scale_of", language, value=value, to=step.range.to)


def _battery(step: BatteryStep, value: Any, language: str) -> str:
    return step.labels[int(value) - 1][language]


def long_date(day: date, language: str) -> str:
    """A day in words; in French the first of a month is "1er juin", which the locale data of Babel do not know."""
    written = format_date(day, "long", locale=language)
    return f"1er{written[1:]}" if language == "fr" and day.day == 1 else written


def _number(step: NumberStep, value: Any, language: str) -> str:
    unit = f" {_counted(step.unit[language], value, language)}" if step.unit else ""
    return format_decimal(value, locale=language) + unit


def _counted(unit: str, value: float, language: str) -> str:
    """The unit as it goes with a number: "an | ans" has a form for one and a form for several."""
    one, _, many = (form.strip() for form in unit.partition("|"))
    return one if not many or Locale(language).plural_form(value) == "one" else many


READERS: dict[type, Callable[[Any, Any, str], str]] = {
    Information: lambda step, value, language: PHRASES("read", language),
    ChoiceStep: _choice,
    ChoicesStep: _choices,
    RankingStep: _ranking,
    ScaleStep: _scale,
    BatteryStep: _battery,
    TextStep: lambda step, value, language: str(value),
    NumberStep: _number,
    DateStep: lambda step, value, language: long_date(date.fromisoformat(value), language),
}


def read_value(node: Node, value: Value, language: str) -> str:
    """A value as a person reads it: labels instead of ids, dates in words."""
    return READERS[type(node.step)](node.step, value, language)


def read_answer(node: Node, answer: Answer, language: str) -> str:
    """An answer as a person reads it, also when it was skipped or deferred."""
    if answer.how != "given" or answer.value is None:
        return PHRASES(answer.how, language)
    return read_value(node, answer.value, language)


def _fill(flow: Flow, answers: Mapping[str, Answer], language: str) -> Callable[[str], str]:
    def fill(name: str) -> str:
        if name.startswith("organisation."):
            return flow.facts.get(language, {}).get(name, "…")
        answer = answers.get(name)
        if answer is None or answer.how != "given" or answer.value is None:
            return PHRASES("not_answered", language)
        return read_value(flow.nodes[name], answer.value, language)

    return fill


def fill_text(flow: Flow, run: Run, text: Mapping[str, str], language: str | None = None) -> str:
    """A text of the pack in the run's language (or `language`), with the answers on the path and the facts piped in."""
    spoken = language or run.language
    counting = {name: run.answers[name] for name in run.path}
    return pipe(text[spoken].strip(), _fill(flow, counting, spoken))


def question(flow: Flow, run: Run, node: Node) -> str:
    """The question as it is shown: the step's text, and for a battery the item's."""
    text = fill_text(flow, run, node.step.text)
    return f"{text}\n\n{node.item.text[run.language]}" if node.item else text


def flag_reason(flow: Flow, run: Run, node: Node, reason: Mapping[str, str]) -> str:
    """Why a flag is raised, in the pack's first language, with `{answer}` the answer at the node itself."""
    language = flow.pack.languages[0]
    counting = {name: run.answers[name] for name in run.path}
    fill = _fill(flow, counting, language)
    return pipe(reason[language], lambda name: fill(node.id if name == "answer" else name))
