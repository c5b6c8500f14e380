"""The steps of a pack as a graph: what leads where, what comes before, how many paths. A battery is one step."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from flows.grammar import Condition
from flows.pack import Pack, Step


@dataclass(frozen=True, slots=True)
class Edge:
    """From a step to a step, or to an outcome (`@name`), under a condition or by default."""

    source: str
    condition: Condition | None
    destination: str


class Graph:
    """The graph of a pack that its grammar accepts; routes to unknown places are left out of every walk."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.steps: dict[str, Step] = {step.id: step for step in pack.steps}
        self.outcomes = [f"@{name}" for name in pack.outcomes]
        self.first = pack.steps[0].id
        self.edges = {step.id: list(self._leaving(index, step)) for index, step in enumerate(pack.steps)}

    def _leaving(self, index: int, step: Step) -> Iterator[Edge]:
        if step.next is not None:
            for route in step.next:
                yield Edge(step.id, route.when, f"@{route.finish}" if route.finish else str(route.go))
        elif index + 1 < len(self.pack.steps):
            yield Edge(step.id, None, self.pack.steps[index + 1].id)

    def known(self, place: str) -> bool:
        """Whether a step or an outcome exists."""
        return place in self.steps or place in self.outcomes

    def after(self, step: str) -> list[str]:
        """The places a step leads to, each once, in the order of its routes."""
        return [to for to in dict.fromkeys(edge.destination for edge in self.edges.get(step, [])) if self.known(to)]

    @cached_property
    def reachable(self) -> frozenset[str]:
        """The steps and outcomes that some routes lead to from the first step."""
        reached: set[str] = set()
        waiting = [self.first]
        while waiting:
            place = waiting.pop()
            if place not in reached:
                reached.add(place)
                waiting += self.after(place)
        return frozenset(reached)

    @cached_property
    def loop(self) -> list[str]:
        """The first loop found, its first step repeated at the end; empty where every route goes forward."""
        done: set[str] = set()
        for start in self.steps:
            trail: list[str] = []
            stack = [(start, iter(self.after(start)))] if start not in done else []
            while stack:
                place, rest = stack[-1]
                trail = [at for at, _ in stack]
                following = next(rest, None)
                if following is None:
                    done.add(place)
                    stack.pop()
                elif following in trail:
                    return [*trail[trail.index(following) :], following]
                elif following not in done:
                    stack.append((following, iter(self.after(following))))
        return []

    @cached_property
    def earlier(self) -> dict[str, frozenset[str]]:
        """For each step and outcome, the steps that some path passes before it."""
        before: dict[str, set[str]] = {place: set() for place in [*self.steps, *self.outcomes]}
        changed = True
        while changed:
            changed = False
            for step in self.steps:
                for to in self.after(step):
                    missing = {step, *before[step]} - before[to]
                    before[to] |= missing
                    changed = changed or bool(missing)
        return {place: frozenset(steps) for place, steps in before.items()}

    @cached_property
    def paths(self) -> int:
        """How many ways lead from the first step to an outcome. Only for a graph without loops."""
        counts = dict.fromkeys(self.outcomes, 1)

        def count(place: str) -> int:
            if place not in counts:
                counts[place] = sum(count(to) for to in self.after(place))
            return counts[place]

        return count(self.first)
