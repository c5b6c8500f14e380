"""What every proof looks at: the pack, its graph, the packs beside it and the organisation's facts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from flows.grammar import Localised
from flows.graph import Graph
from flows.pack import Choosing, Pack, Step

Facts = Mapping[str, Mapping[str, str]]  # language → name ("organisation.name") → text


@dataclass(frozen=True)
class Case:
    pack: Pack
    graph: Graph
    others: Sequence[Pack] = ()
    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Words:
    """A text of the pack, where it stands, and what may be filled in there.

    `step` is the step it belongs to, `seen_from` the step or outcome from which earlier answers are seen (None: nothing
    is filled in), `own` whether `{answer}` is.
    """

    name: str
    text: Localised
    step: str | None = None
    seen_from: str | None = None
    own: bool = False


def _choices(step: Choosing) -> Iterator[Words]:
    for choice in step.choices:
        yield Words(f"label of {choice.id}", choice.label, step.id)


def _step_words(step: Step) -> Iterator[Words]:
    yield Words("text", step.text, step.id, step.id)
    if step.encouragement:
        yield Words("encouragement", step.encouragement, step.id, step.id)
    for rule in step.flags:
        yield Words("reason of a flag", rule.reason, step.id, step.id, own=True)
    for name in ("why", "button", "unit"):
        text = getattr(step, name, None)
        if text is not None:
            yield Words(name, text, step.id, step.id if name == "why" else None)
    for number, label in enumerate(getattr(step, "labels", ()), 1):
        yield Words(f"label {number}", label, step.id)
    for item in getattr(step, "items", ()):
        yield Words(f"text of {item.id}", item.text, step.id)
    if isinstance(step, Choosing):
        yield from _choices(step)


def words_of(pack: Pack) -> Iterator[Words]:
    """Every text of a pack that somebody reads."""
    yield Words("title", pack.title)
    for name, title in pack.dimensions.items():
        yield Words(f"title of the dimension {name}", title)
    for name, outcome in pack.outcomes.items():
        yield Words(f"title of the outcome {name}", outcome.title)
        if outcome.text:
            yield Words(f"text of the outcome {name}", outcome.text, None, f"@{name}")
    for step in pack.steps:
        yield from _step_words(step)
