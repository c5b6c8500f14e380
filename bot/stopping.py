"""Stopping: asked once, answered by a button or in plain words, never by a guess."""

from bot.cards import rest
from bot.listening import STOP, back_to_questions, listen_for
from bot.screens import Row, Screen, button
from bot.talk import Talk
from bot.travel import STOP as STOPPED
from bot.travel import facts, open_run, present
from bot.walking import leave
from bot.words import plain, say
from flows.buttons import Menu
from storage.records import Act, consents_in_force, record_consent, record_fact


def _ways(talk: Talk) -> list[Row]:
    return [[button(say(f"button_{name}", talk.language), Menu(name))] for name in ("stop_yes", "stop_no")]


def ask_to_stop(talk: Talk) -> None:
    """Whether to stop; the next words are for this question."""
    if talk.who.stopped_at is not None:
        rest(talk)
        return
    listen_for(talk, STOP)
    talk.say("stop_ask", *_ways(talk))


def ask_to_stop_again(talk: Talk) -> None:
    """The words said neither: nothing has changed, and the question stays."""
    talk.say("stop_unclear", *_ways(talk))


def ask_to_stop_after(talk: Talk, key: str) -> None:
    """The same question once more, after the phrase of this key."""
    talk.send(Screen(f"{say(key, talk.language)}\n\n{say('stop_ask', talk.language)}", tuple(_ways(talk))))


def stop(talk: Talk) -> None:
    """Every consent given is withdrawn, and the journey rests. Nothing is asked any more; the answers stay as they are."""
    if talk.who.stopped_at is not None:
        rest(talk)
        return
    run = open_run(talk)
    if run is not None:
        leave(talk, run)
    back_to_questions(talk)
    reached, _ = talk.library.journey.move(talk.who.journey_at, STOPPED, facts(talk))
    talk.change(journey_at=reached, active_run_id=None, stopped_at=talk.now)
    record_fact(talk.session, talk.who.id, "stopped", talk.now)
    for purpose, granted in consents_in_force(talk.session, talk.who.id).items():
        if granted:
            record_consent(talk.session, talk.who.id, _withdrawal(talk, purpose), talk.now)
    rest(talk)


def _withdrawal(talk: Talk, purpose: str) -> Act:
    words = plain(say("stop_ask", talk.language)), say("button_stop_yes", talk.language)
    return Act(purpose, False, *words, talk.language, talk.library.journey.id, "stop")


def go_on_after_all(talk: Talk) -> None:
    """Not stopping: back to the question that was open."""
    back_to_questions(talk)
    talk.say("stop_kept")
    present(talk)
