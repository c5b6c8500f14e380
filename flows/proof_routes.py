"""Proofs about the way: every step is met, every path ends, every outcome is used."""

from collections.abc import Iterator

from flows.problems import Problem
from flows.proof_case import Case


def routes_go_somewhere(case: Case) -> Iterator[Problem]:
    graph = case.graph
    for step, edges in graph.edges.items():
        for edge in edges:
            if not graph.known(edge.destination):
                kind = "outcome" if edge.destination.startswith("@") else "step"
                yield Problem(f"a route goes to an unknown {kind}: {edge.destination.lstrip('@')}", step)


def every_path_ends(case: Case) -> Iterator[Problem]:
    graph = case.graph
    if graph.loop:
        yield Problem(f"this path never ends: {' → '.join(graph.loop)}", graph.loop[0])
    for step, edges in graph.edges.items():
        if not edges:
            yield Problem("the path ends here without an outcome: add next: [{finish: …}]", step)


def the_last_route_is_unconditional(case: Case) -> Iterator[Problem]:
    for step, edges in case.graph.edges.items():
        if edges and edges[-1].condition is not None:
            yield Problem("the last route has a condition: where would the others go? Add a route without when", step)
        if any(edge.condition is None for edge in edges[:-1]):
            yield Problem("a route stands after one without condition, and is never taken", step)


def every_step_is_met(case: Case) -> Iterator[Problem]:
    for step in case.graph.steps:
        if step not in case.graph.reachable:
            yield Problem("no path leads to this step", step)


def every_outcome_is_used(case: Case) -> Iterator[Problem]:
    for outcome in case.graph.outcomes:
        if outcome not in case.graph.reachable:
            yield Problem(f"no path leads to the outcome {outcome[1:]}")
