"""A run being walked in a test, with the ledger of what the effects said: what a storage would keep."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flows.effects import Effect, Finish, Flag, Kept, Lifted, Say
from flows.engine import new_run, step
from flows.events import Event, IllegalEvent, Started
from flows.flow import Flow
from flows.run import Answer, Run
from tests.flows.strategies import RUN_ID, START


@dataclass
class Walk:
    """Steps a run and keeps what came out of it. An event that does not fit leaves everything as it was."""

    flow: Flow
    language: str = "fr"
    now: datetime = START
    run: Run = field(init=False)
    effects: list[Effect] = field(default_factory=list)
    history: list[tuple[Event, datetime]] = field(default_factory=list)
    kept: dict[str, list[Answer]] = field(default_factory=dict)
    flags: dict[tuple[str, str], Flag] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.run = new_run(self.flow, RUN_ID, self.language)
        self.does(Started())

    def does(self, event: Event) -> list[Effect]:
        """Applies an event and notes its effects; raises what the engine raises."""
        self.now += timedelta(seconds=7)
        self.run, effects = step(self.flow, self.run, event, self.now)
        self.history.append((event, self.now))
        self.effects += effects
        for effect in effects:
            self._note(effect)
        return effects

    def tries(self, event: Event) -> bool:
        """Whether an event fitted. Where it did not, the run is the very same."""
        before, shown = self.run, repr(self.run)
        try:
            self.does(event)
        except IllegalEvent:
            assert self.run is before
            assert repr(self.run) == shown, "an illegal event changed the run in place"
            return False
        return True

    def _note(self, effect: Effect) -> None:
        match effect:
            case Kept():
                self.kept.setdefault(effect.node, []).append(effect.answer)
            case Flag():
                assert (effect.node, effect.rule) not in self.flags, "raised twice"
                self.flags[effect.node, effect.rule] = effect
            case Lifted():
                del self.flags[effect.node, effect.rule]

    @property
    def said(self) -> list[Say]:
        return [effect for effect in self.effects if isinstance(effect, Say)]

    @property
    def finishes(self) -> list[str]:
        return [effect.outcome for effect in self.effects if isinstance(effect, Finish)]
