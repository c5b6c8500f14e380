"""What the ids of a questionnaire mean, for whoever reads an export without Jalon."""

from pydantic import BaseModel, ConfigDict

from flows.flow import Flow
from flows.pack import (
    BatteryStep,
    ChoicesStep,
    ChoiceStep,
    Information,
    NumberStep,
    RankingStep,
    ScaleStep,
    Step,
)

Localised = dict[str, str]
Bounds = tuple[float | None, float | None]


class Part(BaseModel):
    """What all parts of an export share: no unknown key, and the words under an attribute describe it."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class CodeItem(Part):
    id: str
    text: Localised
    dimension: str | None
    reverse: bool


class CodeStep(Part):
    """One question of a questionnaire, as data analysts need it."""

    id: str
    kind: str
    text: Localised
    why: Localised | None
    choices: dict[str, Localised]
    """Labels by choice id; empty for other kinds."""
    weights: dict[str, dict[str, int]]
    """Points by choice id and dimension, where choices have any."""
    items: list[CodeItem]
    """The items of a battery."""
    lowest: float | None
    highest: float | None
    """The bounds of a scale, a battery or a number."""
    labels: list[Localised]
    """The degrees of a battery from the lowest, or the two ends of a scale."""
    dimension: str | None
    reverse: bool


class Codebook(Part):
    """What the ids of one version of a questionnaire mean."""

    flow: str
    version: str
    title: Localised
    languages: list[str]
    phase: str
    dimensions: dict[str, Localised]
    outcomes: dict[str, Localised]
    steps: list[CodeStep]


def codebook(flow: Flow) -> Codebook:
    """The codebook of one version."""
    pack = flow.pack
    return Codebook(
        flow=flow.id,
        version=flow.version,
        title=pack.title,
        languages=pack.languages,
        phase=pack.phase,
        dimensions=pack.dimensions,
        outcomes={name: outcome.title for name, outcome in pack.outcomes.items()},
        steps=[_step(step) for step in pack.steps],
    )


def _step(step: Step) -> CodeStep:
    choices = step.choices if isinstance(step, ChoiceStep | ChoicesStep | RankingStep) else []
    low, high = _bounds(step)
    return CodeStep(
        id=step.id,
        kind=step.kind,
        text=step.text,
        why=None if isinstance(step, Information) else step.why,
        choices={choice.id: choice.label for choice in choices},
        weights={choice.id: choice.scores for choice in choices if choice.scores},
        items=_items(step),
        lowest=low,
        highest=high,
        labels=_labels(step),
        dimension=step.dimension if isinstance(step, ScaleStep) else None,
        reverse=step.reverse if isinstance(step, ScaleStep) else False,
    )


def _items(step: Step) -> list[CodeItem]:
    items = step.items if isinstance(step, BatteryStep) else []
    return [CodeItem(id=i.id, text=i.text, dimension=i.dimension, reverse=i.reverse) for i in items]


def _bounds(step: Step) -> Bounds:
    match step:
        case ScaleStep() | NumberStep():
            return step.range.from_, step.range.to
        case BatteryStep():
            return 1, len(step.labels)
        case _:
            return None, None


def _labels(step: Step) -> list[Localised]:
    match step:
        case BatteryStep():
            return list(step.labels)
        case ScaleStep():
            return [{language: ends[n] for language, ends in step.ends.items()} for n in (0, 1)]
        case _:
            return []
