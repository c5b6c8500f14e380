"""A flow: a pack made ready to run, bound to the organisation's facts and compiled to a machine."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from flows.grammar import Condition, FlagRule, Route
from flows.machines import Arrow, QuestionnaireMachine
from flows.pack import BatteryStep, Item, Pack, Step

VERSION_LENGTH = 32  # hex digits of SHA-256: 128 bits, no accidental collision


@dataclass(frozen=True, slots=True)
class Node:
    """One thing shown and answered: a step, or one item of a battery."""

    id: str
    step: Step
    item: Item | None
    index: int  # position in the flow, named by the buttons


def canonical(pack: Pack) -> str:
    """The pack as canonical JSON: what is hashed and stored."""
    content = pack.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def version_of(pack: Pack) -> str:
    """The content hash that names this version of the pack."""
    return hashlib.sha256(canonical(pack).encode()).hexdigest()[:VERSION_LENGTH]


def expand(pack: Pack) -> Iterator[Node]:
    """The nodes of a pack in file order; a battery becomes one node an item."""
    index = 0
    for step in pack.steps:
        items: list[Item | None] = list(step.items) if isinstance(step, BatteryStep) else [None]
        for item in items:
            yield Node(f"{step.id}.{item.id}" if item else step.id, step, item, index)
            index += 1


class Flow:
    """A pack ready to run. Shared by everybody, never changed after it is made.

    `facts` maps a language to what `{organisation.…}` pipes. They are not part of the version: an address may change
    under a run, and each answer keeps the words that were shown.
    """

    def __init__(self, pack: Pack, facts: Mapping[str, Mapping[str, str]] | None = None) -> None:
        self.pack = pack
        self.id = pack.id
        self.version = version_of(pack)
        self.facts = facts or {}
        self.order = tuple(expand(pack))
        self.nodes = {node.id: node for node in self.order}
        self.first = self.order[0].id

    @cached_property
    def entrance(self) -> dict[str, str]:
        """The node where a step begins, by step id."""
        return {node.step.id: node.id for node in reversed(self.order)}

    @cached_property
    def arrows(self) -> dict[str, tuple[Arrow, ...]]:
        """Where each node leads, in the order in which the conditions are tried."""
        return {node.id: tuple(self._arrows_of(node)) for node in self.order}

    @cached_property
    def machine(self) -> QuestionnaireMachine:
        return QuestionnaireMachine(self.first, self.arrows)

    @cached_property
    def flag_rules(self) -> tuple[tuple[str, str, FlagRule], ...]:
        """(step id, rule name, rule) of each flag of the pack."""
        return tuple(
            (step.id, f"{step.id}/{number}", rule)
            for step in self.pack.steps
            for number, rule in enumerate(step.flags, 1)
        )

    @cached_property
    def last_of(self) -> dict[str, str]:
        """The last node of each step: the step's own, or a battery's last item."""
        return {node.step.id: node.id for node in self.order}

    def _arrows_of(self, node: Node) -> Iterator[Arrow]:
        following = self.order[node.index + 1] if node.index + 1 < len(self.order) else None
        inside = following is not None and following.step.id == node.step.id
        if following and (inside or node.step.next is None):
            yield None, following.id
        elif node.step.next:
            yield from (self._arrow(route) for route in node.step.next)

    def _arrow(self, route: Route) -> tuple[Condition | None, str]:
        return route.when, f"@{route.finish}" if route.finish else self.entrance.get(route.go or "", route.go or "")
