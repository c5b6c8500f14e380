"""The journey of the phases: which flow a person is in, and what moves them on. Data, compiled to the second machine."""

from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from flows.effects import Effect, PhaseReached
from flows.grammar import Language, Localised, Model, Name, PackId, Trigger
from flows.machines import Impossible, JourneyMachine
from flows.problems import Phrase
from flows.source import read_text
from flows.validated import from_text

__all__ = ["Impossible", "Journey", "load_journey"]

SHIPPED = Path(str(files("flows"))) / "journeys" / "preliminary.yaml"


class JourneyState(Model):
    """A phase with its flow, or a resting place (`end`) with the words said there."""

    title: Localised
    flow: PackId | None = None
    end: bool = False
    text: Localised | None = None

    @model_validator(mode="after")
    def _flow_or_end(self) -> Self:
        if (self.flow is None) != self.end:
            raise ValueError(Phrase("state_flow_or_end"))
        return self


class JourneyTransition(Model):
    on: Trigger
    from_: list[Name] | Literal["*"] = Field(alias="from")
    to: Name
    needs: list[Name] = Field(default_factory=list)


class JourneyPack(Model):
    id: PackId
    title: Localised
    licence: str = Field(min_length=2)
    source: str = Field(min_length=2)
    languages: list[Language] = Field(min_length=1)
    initial: Name
    states: dict[Name, JourneyState]
    transitions: list[JourneyTransition]


def trigger_of(flow_id: str, outcome: str) -> str:
    """The trigger that a flow's outcome is for its journey: `preliminary.needs` and `analysed` give `needs.analysed`."""
    return f"{flow_id.rpartition('.')[2]}.{outcome}"


class Journey:
    """A journey ready to travel. Shared by everybody, never changed after it is made."""

    def __init__(self, pack: JourneyPack) -> None:
        self.pack = pack
        self.id = pack.id
        self.initial = pack.initial
        self.flows = [state.flow for state in pack.states.values() if state.flow]

    @cached_property
    def _machine(self) -> JourneyMachine:
        rows = [(t.on, self.sources(t), t.to, t.needs) for t in self.pack.transitions]
        return JourneyMachine(self.initial, self.pack.states, rows)

    def sources(self, transition: JourneyTransition) -> list[str]:
        """The states a transition leaves from, `*` spelled out."""
        return list(self.pack.states) if transition.from_ == "*" else list(transition.from_)

    def move(self, at: str, trigger: str, facts: frozenset[str]) -> tuple[str, list[Effect]]:
        """Where `trigger` leads from `at` given the dated facts; `Impossible`, and nothing moved, where it does not."""
        reached = self._machine.move(at, trigger, facts)
        return reached, [PhaseReached(reached)] if reached != at else []

    def flow_at(self, at: str) -> str | None:
        """The flow of a phase, None at a resting place."""
        return self.pack.states[at].flow

    def state_of(self, flow_id: str) -> str:
        """The phase in which a flow is walked."""
        return next(name for name, state in self.pack.states.items() if state.flow == flow_id)


def load_journey(path: Path = SHIPPED) -> Journey:
    """Reads a journey; the shipped one by default. Raises `PackError` on a malformed one."""
    return Journey(from_text(JourneyPack, read_text(path), str(path), Phrase("not_a_journey")))
