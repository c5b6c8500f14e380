"""What every proof looks at: the pack, its graph, the packs beside it and the organisation's facts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from flows.grammar import Localised
from flows.graph import Graph
from flows.pack import Choosing, Pack, Step
from flows.problems import Phrase, Problem, name

Facts = Mapping[str, Mapping[str, str]]  # language → name ("organisation.name") → text
ON_BUTTONS = frozenset(["label_of_choice", "label_of_degree", "button"])  # kinds of words


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

    name: str | Phrase
    text: Localised
    step: str | None = None
    seen_from: str | None = None
    own: bool = False

    @property
    def kind(self) -> str:
        """Its key in the file, or the key of the phrase that says where it stands."""
        return self.name if isinstance(self.name, str) else self.name.key

    def problem(self, reason: Phrase) -> Problem:
        """What is wrong with this text."""
        place = name(self.name) if isinstance(self.name, str) else self.name
        return Problem(Phrase("line", place=place, rest=reason), self.step)


def _choices(step: Choosing) -> Iterator[Words]:
    for choice in step.choices:
        yield Words(Phrase("label_of_choice", id=choice.id), choice.label, step.id)


def _step_words(step: Step) -> Iterator[Words]:
    yield Words("text", step.text, step.id, step.id)
    if step.encouragement:
        yield Words("encouragement", step.encouragement, step.id, step.id)
    for rule in step.flags:
        yield Words(Phrase("reason_of_flag"), rule.reason, step.id, step.id, own=True)
    for key in ("why", "button", "unit"):
        text = getattr(step, key, None)
        if text is not None:
            yield Words(key, text, step.id, step.id if key == "why" else None)
    for number, label in enumerate(getattr(step, "labels", ()), 1):
        yield Words(Phrase("label_of_degree", number=number), label, step.id)
    for item in getattr(step, "items", ()):
        yield Words(Phrase("text_of_item", id=item.id), item.text, step.id)
    if isinstance(step, Choosing):
        yield from _choices(step)


def words_of(pack: Pack) -> Iterator[Words]:
    """Every text of a pack that somebody reads."""
    yield Words("title", pack.title)
    for id, title in pack.dimensions.items():
        yield Words(Phrase("title_of_dimension", id=id), title)
    for id, outcome in pack.outcomes.items():
        yield Words(Phrase("title_of_outcome", id=id), outcome.title)
        if outcome.text:
            yield Words(Phrase("text_of_outcome", id=id), outcome.text, None, f"@{id}")
    for step in pack.steps:
        yield from _step_words(step)
