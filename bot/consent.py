"""Whether there is consent to collect: asked at the entrance, refused or withdrawn at any moment, effective at once."""

from bot.talk import Talk
from flows.pack import ChoiceStep
from flows.run import Run
from storage.records import consents_in_force

TAKING_PART = "taking_part"  # the purpose of the entrance's commitment


def may_collect(talk: Talk, run: Run | None) -> bool:
    """Whether answers to this run's questions (None: words under no question) may be kept.

    Until consent is given, and once it is refused or withdrawn, only the part that asks for it listens.
    """
    return may_ask(talk, run) and (_entrance(talk, run) or agreed(talk))


def may_ask(talk: Talk, run: Run | None) -> bool:
    """Whether the person may be asked something: not once they refused or stopped, but for the part that asks anew."""
    if talk.who.stopped_at is not None:
        return False
    return _entrance(talk, run) or consents_in_force(talk.session, talk.who.id).get(TAKING_PART, True)


def agreed(talk: Talk) -> bool:
    """Whether the consent that the entrance asks for is in force; a journey that asks for none needs none."""
    return consents_in_force(talk.session, talk.who.id).get(TAKING_PART, not _is_asked_for(talk))


def _entrance(talk: Talk, run: Run | None) -> bool:
    journey = talk.library.journey
    return run is not None and run.flow == journey.flow_at(journey.initial)


def _is_asked_for(talk: Talk) -> bool:
    journey = talk.library.journey
    steps = talk.library.flows[journey.flow_at(journey.initial) or ""].pack.steps
    acts = [step.commitment for step in steps if isinstance(step, ChoiceStep)]
    return any(act is not None and act.purpose == TAKING_PART for act in acts)
