"""The two kinds of state machine, by `transitions`: the questionnaire of a flow and the journey of the phases.

The only module that imports transitions. Machines are built once per flow version with no model and shared by everybody; what
moves is a light object, triggered through `machine.events[...]` (13 µs instead of the 300 µs of `add_model`: see
docs/decisions/0001). No callback changes anything: transitions only move the state.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from transitions import EventData, Machine, MachineError

from flows.conditions import holds
from flows.grammar import Condition
from flows.run import Answer

Arrow = tuple[Condition | None, str]

ADVANCE = "advance"


class Impossible(Exception):
    """No transition leaves this state by this trigger now. Nothing moved."""


@dataclass(slots=True)
class Walker:
    """What the questionnaire machine moves along the answers; `seen` holds those met so far, which conditions may see."""

    state: str
    seen: dict[str, Answer] = field(default_factory=dict)


def _build(states: Iterable[str], initial: str, transitions: list[dict[str, Any]]) -> Machine:
    return Machine(
        model=None,
        states=list(states),
        initial=initial,
        transitions=transitions,
        auto_transitions=False,
        send_event=True,
    )


def _fire(machine: Machine, trigger: str, model: object, state: str) -> None:
    """Triggers, or raises `Impossible`: an unknown trigger, a state it does not leave, no condition that holds."""
    event = machine.events.get(trigger)
    try:
        moved = event is not None and event.trigger(model)
    except MachineError:
        moved = False
    if not moved:
        raise Impossible(f"{trigger} leads nowhere from {state}")


def _condition(condition: Condition) -> Callable[[EventData], bool]:
    def check(event: EventData) -> bool:
        return holds(condition, cast(Walker, event.model).seen)

    return check


class QuestionnaireMachine:
    """States are nodes and outcomes (`@name`); one trigger, `advance`; the routing rules are its conditions, in order."""

    def __init__(self, first: str, arrows: Mapping[str, Sequence[Arrow]]) -> None:
        self.first = first
        destinations = [destination for leaving in arrows.values() for _, destination in leaving]
        transitions = [
            {
                "trigger": ADVANCE,
                "source": source,
                "dest": destination,
                "conditions": [_condition(condition)] if condition else [],
            }
            for source, leaving in arrows.items()
            for condition, destination in leaving
        ]
        self._machine = _build(dict.fromkeys([*arrows, *destinations]), first, transitions)

    def walk(self, standing: Mapping[str, Answer], passed: Sequence[str] = ()) -> tuple[tuple[str, ...], str]:
        """Follows the answers that stand: (the nodes passed, the node or outcome reached).

        From the first node, or on from the nodes already `passed`, which are not looked at again.
        """
        walker, path = Walker(self.first, {node: standing[node] for node in passed}), list(passed)
        if path:
            walker.state = path[-1]
            _fire(self._machine, ADVANCE, walker, walker.state)
        while (answer := standing.get(walker.state)) is not None:
            path.append(walker.state)
            walker.seen[walker.state] = answer
            _fire(self._machine, ADVANCE, walker, walker.state)
        return tuple(path), walker.state


@dataclass(slots=True)
class Traveller:
    """What the journey machine moves: the phase a person is in, and the facts that guards look at."""

    state: str
    facts: frozenset[str]


def _needs(fact: str) -> Callable[[EventData], bool]:
    def check(event: EventData) -> bool:
        return fact in cast(Traveller, event.model).facts

    return check


class JourneyMachine:
    """States are phases and resting places; triggers are what flows end with and what people ask for; guards are facts."""

    def __init__(
        self, initial: str, states: Iterable[str], rows: Iterable[tuple[str, Sequence[str], str, Sequence[str]]]
    ):
        transitions = [
            {"trigger": trigger, "source": list(sources), "dest": dest, "conditions": [_needs(fact) for fact in needs]}
            for trigger, sources, dest, needs in rows
        ]
        self._machine = _build(states, initial, transitions)

    def move(self, state: str, trigger: str, facts: frozenset[str]) -> str:
        """The state that `trigger` leads to; `Impossible` where no guarded transition fits."""
        traveller = Traveller(state, facts)
        _fire(self._machine, trigger, traveller, state)
        return traveller.state
