"""The path through a flow: which answers count, which wait ahead, which fell off."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from flows.conditions import atoms, holds
from flows.flow import Flow
from flows.pack import Information
from flows.run import Answer, Run


def follow(flow: Flow, answers: Mapping[str, Answer], passed: Sequence[str] = ()) -> tuple[tuple[str, ...], str]:
    """(path, frontier): the walk along the answers that are not set aside, from the first node.

    `passed` is the beginning of the path where it is known to stand: what comes before a changed answer.
    """
    return flow.machine.walk({node: answer for node, answer in answers.items() if not answer.aside}, passed)


def frontier(flow: Flow, run: Run) -> str:
    """Where the path ends: the node to be answered next, or the outcome."""
    return follow(flow, run.answers, run.path)[1]


def before(run: Run, node: str) -> tuple[str, ...]:
    """The path up to a node, without it; the whole path where the node is not on it."""
    return run.path[: run.path.index(node)] if node in run.path else run.path


def may_reach(flow: Flow, start: str) -> frozenset[str]:
    """Every node that some answers could still lead to from `start`, itself included."""
    reached: set[str] = set()
    waiting = [start]
    while waiting:
        node = waiting.pop()
        if node not in reached and node in flow.nodes:
            reached.add(node)
            waiting.extend(destination for _, destination in flow.arrows[node])
    return frozenset(reached)


def predecessor(run: Run) -> str | None:
    """The question before the one at hand on the path; None at the first."""
    earlier = before(run, run.at)
    return earlier[-1] if earlier else None


def forecast(flow: Flow, run: Run) -> Iterator[str]:
    """The nodes after the path as far as can be told: answers that wait are followed, the rest by the default routes."""
    at = frontier(flow, run)
    seen = {node: run.answers[node] for node in run.path}
    while not at.startswith("@"):
        yield at
        if at in run.answers:
            seen[at] = run.answers[at]
        at = next((to for condition, to in flow.arrows[at] if holds(condition, seen)), flow.arrows[at][-1][1])


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the question at hand stands among the questions of the path taken; each item of a battery is one.

    `sure`: that no answer still to come makes them more or fewer.
    """

    question: int
    questions: int
    item: int = 0
    items: int = 0
    sure: bool = True


def progress(flow: Flow, run: Run) -> Progress | None:
    """The progress to show with the question at hand; None for an information."""
    step = flow.nodes[run.at].step
    if isinstance(step, Information):
        return None
    nodes = [flow.nodes[node] for node in (*run.path, *forecast(flow, run))]
    asked = [node.id for node in nodes if not isinstance(node.step, Information)]
    items = [node.id for node in nodes if node.step is step]
    item = items.index(run.at) + 1 if len(items) > 1 else 0
    fewest, most = _ahead(flow, run)
    return Progress(asked.index(run.at) + 1, len(asked), item, len(items) if item else 0, fewest == most)


def _ahead(flow: Flow, run: Run) -> tuple[int, int]:
    """The fewest and the most questions from the one at hand on, whatever is answered there and after it."""
    given = {node: run.answers[node] for node in before(run, run.at)}
    open_still = may_reach(flow, run.at)
    known: dict[str, tuple[int, int]] = {}

    def count(at: str) -> tuple[int, int]:
        if at.startswith("@"):
            return 0, 0
        if at not in known:
            counts = [count(to) for to in ways(at)]
            own = 0 if isinstance(flow.nodes[at].step, Information) else 1
            known[at] = own + min(fewest for fewest, _ in counts), own + max(most for _, most in counts)
        return known[at]

    def ways(at: str) -> Iterator[str]:
        for condition, to in flow.arrows[at]:
            depends = any(atom.step in open_still for atom in atoms(condition))
            if depends or holds(condition, given):
                yield to
            if not depends and holds(condition, given):
                return

    return count(run.at)
