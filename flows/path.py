"""The path through a flow: which answers count, which wait ahead, which fell off."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flows.conditions import holds
from flows.flow import Flow
from flows.pack import Information
from flows.run import Answer, Run


def follow(flow: Flow, answers: Mapping[str, Answer]) -> tuple[tuple[str, ...], str]:
    """(path, frontier): the walk from the first node along the answers that are not set aside."""
    return flow.machine.walk({node: answer for node, answer in answers.items() if not answer.aside})


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
    index = run.path.index(run.at) if run.at in run.path else len(run.path)
    return run.path[index - 1] if index else None


def forecast(flow: Flow, run: Run) -> Iterator[str]:
    """The nodes after the path as far as can be told: answers that wait are followed, the rest by the default routes."""
    _, at = follow(flow, run.answers)
    seen = {node: run.answers[node] for node in run.path}
    while not at.startswith("@"):
        yield at
        if at in run.answers:
            seen[at] = run.answers[at]
        at = next((to for condition, to in flow.arrows[at] if holds(condition, seen)), flow.arrows[at][-1][1])


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the question at hand stands among the questions of the path taken; a battery counts as one question."""

    question: int
    questions: int
    item: int = 0
    items: int = 0


def progress(flow: Flow, run: Run) -> Progress | None:
    """The progress to show with the question at hand; None for an information."""
    step = flow.nodes[run.at].step
    if isinstance(step, Information):
        return None
    nodes = [flow.nodes[node] for node in (*run.path, *forecast(flow, run))]
    steps = list(dict.fromkeys(node.step.id for node in nodes if not isinstance(node.step, Information)))
    items = [node.id for node in nodes if node.step.id == step.id]
    item = items.index(run.at) + 1 if len(items) > 1 else 0
    return Progress(steps.index(step.id) + 1, len(steps), item, len(items) if item else 0)
