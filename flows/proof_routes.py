"""Proofs about the way: every step is met, every path ends, every outcome is used."""

from collections.abc import Iterator

from flows.problems import Phrase, Problem
from flows.proof_case import Case


def routes_go_somewhere(case: Case) -> Iterator[Problem]:
    graph = case.graph
    for step, edges in graph.edges.items():
        for edge in edges:
            if not graph.known(edge.destination):
                outcome = edge.destination.startswith("@")
                place = edge.destination.removeprefix("@")
                yield Problem(Phrase("route_to_no_outcome" if outcome else "route_to_no_step", place=place), step)


def every_path_ends(case: Case) -> Iterator[Problem]:
    graph = case.graph
    if graph.loop:
        yield Problem(Phrase("endless", path=" → ".join(graph.loop)), graph.loop[0])
    for step, edges in graph.edges.items():
        if not edges:
            yield Problem(Phrase("no_end"), step)


def the_last_route_is_unconditional(case: Case) -> Iterator[Problem]:
    for step, edges in case.graph.edges.items():
        if edges and edges[-1].condition is not None:
            yield Problem(Phrase("last_route_conditional"), step)
        if any(edge.condition is None for edge in edges[:-1]):
            yield Problem(Phrase("route_after_default"), step)


def every_step_is_met(case: Case) -> Iterator[Problem]:
    for step in case.graph.steps:
        if step not in case.graph.reachable:
            yield Problem(Phrase("step_unmet"), step)


def every_outcome_is_used(case: Case) -> Iterator[Problem]:
    for outcome in case.graph.outcomes:
        if outcome not in case.graph.reachable:
            yield Problem(Phrase("outcome_unmet", outcome=outcome[1:]))
