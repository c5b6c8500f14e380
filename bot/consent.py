"""Whether there is consent to collect: asked at the entrance, refused or withdrawn at any moment, effective at once."""

from bot.talk import Talk
from flows.run import Run
from storage.records import consents_in_force

TAKING_PART = "taking_part"  # the purpose of the entrance's commitment


def may_collect(talk: Talk, run: Run | None) -> bool:
    """Whether answers to this run's questions (None: words under no question) may be kept.

    Once consent is refused or withdrawn, only the part that asks for it still listens.
    """
    if talk.who.stopped_at is not None:
        return False
    journey = talk.library.journey
    if run is not None and run.flow == journey.flow_at(journey.initial):
        return True
    return consents_in_force(talk.session, talk.who.id).get(TAKING_PART, True)
