"""The proof of a journey: nobody is left in a phase without a way on, and no guard waits for a fact that never comes."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from flows.journey import Journey, JourneyTransition, trigger_of
from flows.pack import Choosing, Information, Pack, Step
from flows.problems import Phrase, Problem, placed


def _facts_of_step(step: Step) -> Iterator[str | None]:
    if isinstance(step, Information):
        yield step.fact
    if isinstance(step, Choosing):
        yield from (choice.fact for choice in step.choices)


def facts_of(pack: Pack) -> frozenset[str]:
    """The facts that a walk through a pack can date."""
    of_steps = (fact for step in pack.steps for fact in _facts_of_step(step))
    return frozenset(fact for fact in (*of_steps, *(outcome.fact for outcome in pack.outcomes.values())) if fact)


@dataclass(frozen=True)
class Travel:
    """A journey and the packs it leads through."""

    journey: Journey
    packs: Mapping[str, Pack]

    def after(self, state: str) -> list[str]:
        """The states that some transition leads to."""
        leaving = (t for t in self.journey.pack.transitions if state in self.journey.sources(t))
        return list(dict.fromkeys(t.to for t in leaving if t.to in self.journey.pack.states))

    def reached(self, start: str) -> set[str]:
        """The states that can follow a state, itself included."""
        found: set[str] = set()
        waiting = [start]
        while waiting:
            state = waiting.pop()
            if state not in found:
                found.add(state)
                waiting += self.after(state)
        return found

    def facts_in(self, state: str) -> frozenset[str]:
        """The facts that the pack walked in a state can date."""
        pack = self.packs.get(self.journey.flow_at(state) or "")
        return facts_of(pack) if pack else frozenset()

    def travelled(self) -> tuple[set[str], frozenset[str]]:
        """The states that somebody can come to, guards respected, and the facts dated on the way to them all."""
        met, facts = {self.journey.initial}, self.facts_in(self.journey.initial)
        grown = True
        while grown:
            open_ways = (t for t in self.journey.pack.transitions if facts.issuperset(t.needs))
            found = {t.to for t in open_ways if met.intersection(self.journey.sources(t))} - met
            met |= found
            facts = facts.union(*(self.facts_in(state) for state in found))
            grown = bool(found)
        return met, facts


def _on(transition: JourneyTransition) -> Phrase:
    return Phrase("transition", on=transition.on)


def states_exist(travel: Travel) -> Iterator[Problem]:
    states = travel.journey.pack.states
    if travel.journey.initial not in states:
        yield Problem(Phrase("journey_begins_nowhere", state=travel.journey.initial))
    for transition in travel.journey.pack.transitions:
        named = [transition.to, *([] if transition.from_ == "*" else transition.from_)]
        yield from (
            Problem(Phrase("state_unknown", state=name), _on(transition)) for name in named if name not in states
        )


def flows_exist_once(travel: Travel) -> Iterator[Problem]:
    for name, state in travel.journey.pack.states.items():
        if state.flow and state.flow not in travel.packs:
            yield Problem(Phrase("state_no_pack", pack=state.flow), name)
        if state.flow and travel.journey.flows.count(state.flow) > 1:
            yield Problem(Phrase("state_same_pack", pack=state.flow), name)


def every_outcome_leads_on(travel: Travel) -> Iterator[Problem]:
    transitions = travel.journey.pack.transitions
    for name, state in travel.journey.pack.states.items():
        pack = travel.packs.get(state.flow or "")
        for outcome in pack.outcomes if pack else ():
            on = trigger_of(state.flow or "", outcome)
            if not any(t.on == on and name in travel.journey.sources(t) for t in transitions):
                yield Problem(Phrase("outcome_nowhere", outcome=outcome, on=on), name)


def every_trigger_can_happen(travel: Travel) -> Iterator[Problem]:
    known = {
        trigger_of(flow, outcome)
        for flow in travel.journey.flows
        for outcome in (travel.packs[flow].outcomes if flow in travel.packs else ())
    }
    for transition in travel.journey.pack.transitions:
        if "." in transition.on and transition.on not in known:
            yield Problem(Phrase("trigger_never"), _on(transition))


def every_state_is_met_and_left(travel: Travel) -> Iterator[Problem]:
    states = travel.journey.pack.states
    met, _ = travel.travelled()
    for name in states:
        if name not in met:
            yield Problem(Phrase("state_unmet"), name)
        if not any(states[reached].end for reached in travel.reached(name)):
            yield Problem(Phrase("state_stuck"), name)


def guards_can_be_met(travel: Travel) -> Iterator[Problem]:
    """A guard is a fact that some pack walked before the transition, or just ended, can date."""
    _, facts = travel.travelled()
    for transition in travel.journey.pack.transitions:
        for fact in transition.needs:
            if fact not in facts:
                yield Problem(Phrase("guard_never", fact=fact), _on(transition))


def texts_in_every_language(travel: Travel) -> Iterator[Problem]:
    for name, state in travel.journey.pack.states.items():
        for text in (state.title, *([state.text] if state.text else [])):
            for language in travel.journey.pack.languages:
                if not text.get(language, "").strip():
                    yield Problem(Phrase("state_text_missing", language=language), name)


RANKS: tuple[tuple[Callable[[Travel], Iterator[Problem]], ...], ...] = (
    (states_exist, flows_exist_once, texts_in_every_language),
    (every_outcome_leads_on, every_trigger_can_happen, every_state_is_met_and_left, guards_can_be_met),
)


def prove_journey(journey: Journey, packs: Mapping[str, Pack]) -> list[Problem]:
    """Everything that is wrong with a journey over these packs; nothing where it holds."""
    travel = Travel(journey, packs)
    for rank in RANKS:
        problems = list(dict.fromkeys(problem for proof in rank for problem in proof(travel)))
        if problems:
            return placed(problems, Phrase("journey", id=journey.id), {})
    return []
