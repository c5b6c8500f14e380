"""An answer in the making: ticks added and removed, pieces of text put together. Pure values; the engine decides when."""

from flows.events import Invalid
from flows.flow import Flow
from flows.pack import ChoicesStep, RankingStep
from flows.run import Part, Run, Value
from flows.spoken import hesitant


def with_mark(step: ChoicesStep | RankingStep, marks: tuple[str, ...], choice: str, on: bool) -> tuple[str, ...]:
    """The ticks with one more or one less. Raises `Invalid` where one more is too many; a choice that goes alone goes alone."""
    exclusive = {c.id for c in step.choices if c.exclusive}
    others = tuple(m for m in marks if m != choice)
    if not on:
        return others
    if choice in marks:
        return marks
    kept = () if choice in exclusive else tuple(m for m in others if m not in exclusive)
    if step.pick.max is not None and len(kept) >= step.pick.max:
        raise Invalid("too_many")
    return (*kept, choice)


def put_part(parts: tuple[Part, ...], part: Part) -> tuple[Part, ...]:
    """The parts with this one in the place of the part with its key, or at the end."""
    if any(p.key == part.key for p in parts):
        return tuple(part if p.key == part.key else p for p in parts)
    return (*parts, part)


def settled(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """The parts that the next one is added to: a hesitation ("je ne sais pas") gives way to whatever is written after it."""
    return () if hesitant(joined(parts)) else parts


def joined(parts: tuple[Part, ...]) -> str:
    """An open answer made of its messages, one a line."""
    return "\n".join(part.text.strip() for part in parts)


def in_the_making(flow: Flow, run: Run) -> Value:
    """The value that the ticks or messages so far add up to."""
    step = flow.nodes[run.at].step
    if isinstance(step, ChoicesStep):
        return [c.id for c in step.choices if c.id in run.marks]
    return list(run.marks) if isinstance(step, RankingStep) else joined(run.parts)
