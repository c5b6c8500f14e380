"""Scores as they are: sums over the answers on the path. A flat profile stays flat, ties stay ties."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from flows.flow import Flow, Node
from flows.pack import BatteryStep, ChoicesStep, ChoiceStep, ScaleStep
from flows.run import Run, Value


@dataclass(frozen=True, slots=True)
class Point:
    """What one answer brings to one dimension, between the least and the most that it could have brought."""

    dimension: str
    value: int
    lowest: int
    highest: int


@dataclass(frozen=True, slots=True)
class DimensionScore:
    """The sum over the `count` answers that speak of a dimension; `lowest` and `highest` are the bounds of that sum."""

    dimension: str
    title: str
    sum: int
    count: int
    lowest: int
    highest: int

    @property
    def share(self) -> Fraction:
        """Where the sum stands between its bounds, from 0 to 1; exact, so that ties are seen."""
        return (
            Fraction(self.sum - self.lowest, self.highest - self.lowest) if self.highest > self.lowest else Fraction(0)
        )


def _rating(dimension: str, value: int, lowest: int, highest: int, *, reverse: bool) -> Point:
    return Point(dimension, lowest + highest - value if reverse else value, lowest, highest)


def _sums(step: ChoiceStep | ChoicesStep, dimension: str) -> list[int]:
    """The least and the most that each allowed number of choices can bring."""
    weights = sorted(choice.scores.get(dimension, 0) for choice in step.choices if not choice.exclusive)
    alone = [choice.scores.get(dimension, 0) for choice in step.choices if choice.exclusive]
    fewest, most = (1, 1) if isinstance(step, ChoiceStep) else (step.pick.min, step.pick.max or len(weights))
    counts = range(fewest, min(most, len(weights)) + 1)
    return alone + [sum(weights[:n]) for n in counts] + [sum(weights[len(weights) - n :]) for n in counts]


def _weights(step: ChoiceStep | ChoicesStep, value: Value) -> Iterator[Point]:
    chosen = value if isinstance(value, list) else [value]
    for dimension in sorted({name for choice in step.choices for name in choice.scores}):
        given = sum(choice.scores.get(dimension, 0) for choice in step.choices if choice.id in chosen)
        bounds = _sums(step, dimension)
        yield Point(dimension, given, min(bounds), max(bounds))


def points(node: Node, value: Value) -> Iterator[Point]:
    """What an answer brings to each dimension it speaks of. Rankings bring nothing: an order is not a quantity."""
    step, item = node.step, node.item
    match step:
        case ChoiceStep() | ChoicesStep():
            yield from _weights(step, value)
        case ScaleStep(dimension=str(dimension)) if isinstance(value, int):
            yield _rating(dimension, value, step.range.from_, step.range.to, reverse=step.reverse)
        case BatteryStep() if item and item.dimension and isinstance(value, int):
            yield _rating(item.dimension, value, 1, len(step.labels), reverse=item.reverse)


def _points_on_path(flow: Flow, run: Run) -> Iterator[Point]:
    for name in run.path:
        answer = run.answers[name]
        if answer.how == "given" and answer.value is not None:
            yield from points(flow.nodes[name], answer.value)


def scores(flow: Flow, run: Run) -> list[DimensionScore]:
    """The score of each dimension, in the pack's order. One that no answer speaks of is absent, not zero."""
    found = list(_points_on_path(flow, run))
    return [
        DimensionScore(
            dimension,
            title[run.language],
            sum(p.value for p in these),
            len(these),
            sum(p.lowest for p in these),
            sum(p.highest for p in these),
        )
        for dimension, title in flow.pack.dimensions.items()
        if (these := [p for p in found if p.dimension == dimension])
    ]


def ranking_with_ties(found: Sequence[DimensionScore]) -> list[tuple[int, DimensionScore]]:
    """(place, score), the highest share first. Equal shares have one place, in the pack's order: 1, 2, 2, 4."""
    ordered = sorted(found, key=lambda score: -score.share)
    return [(1 + sum(other.share > score.share for other in ordered), score) for score in ordered]
