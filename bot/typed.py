"""What people type instead of tapping: an answer, a piece of one, the word of a button, a message to the counsellor."""

from collections.abc import Callable

from bot.answering import answer, ask_again_after
from bot.cards import begin_row, can_go_on, resting, way_back
from bot.commands import pause
from bot.consent import agreed, may_ask, may_collect
from bot.early import came_early, early
from bot.letters import letter_part
from bot.listening import (
    HELPED,
    LETTER,
    LETTER_BEGUN,
    PAUSE,
    STOP,
    back_to_questions,
    lapse,
    seen,
    waited_too_long,
    writing,
)
from bot.screens import Screen, button
from bot.stopping import ask_to_stop_again, go_on_after_all, stop
from bot.support import go_on_gently, pause_or_go_on
from bot.talk import Talk
from bot.travel import enter, open_run, present, resume
from bot.wished import ANYTIME, ASIDE_FROM_STOPPING, IN_A_LETTER, OF_THE_QUESTION, WITHOUT_CONSENT, wished
from bot.words import say
from flows.buttons import Menu
from flows.distress import hinted
from flows.run import Run
from flows.wishes import civil, goes_ahead, reassures, stops, thanks, wish
from storage.heard import heard_in
from storage.people import WordsFor
from storage.showings import last_said

CORRECTION = "edited"  # the kind of such a line of the transcript


def typed(talk: Talk) -> None:
    """A message in words from a person we know: for the open question, unless something else waits for words."""
    if _overtaken(talk):
        return
    if waited_too_long(talk):
        _after_too_long(talk, talk.incoming.text)
        return
    run = open_run(talk)
    purpose: WordsFor | None = talk.who.words_for or (PAUSE if run and run.paused else None)
    (READERS[purpose] if purpose else to_the_question)(talk, talk.incoming.text)


# ------------------------------------------------------------------------------------------- beside the questionnaire
def _to_counsellor(talk: Talk, text: str) -> None:
    wishing = wish(text)
    if wishing in IN_A_LETTER:
        _note(talk, text)
        IN_A_LETTER[wishing](talk)
    else:
        letter_part(talk, text)


def _after_too_long(talk: Talk, text: str) -> None:
    """Neither for the card of before nor for the question before it: the words are kept, and the question is asked again."""
    back_to_questions(talk)
    run = open_run(talk)
    if run is None or wish(text) in ANYTIME or not may_collect(talk, run):
        to_the_question(talk, text)
        return
    _note(talk, text)
    if not talk.hushed:
        ask_again_after(talk, run, "came_aside")


def _to_stop_or_not(talk: Talk, text: str) -> None:
    """A plain yes or no, written once the question was there to read; the word of another button does what it says."""
    meant = stops(text) if seen(talk) else None
    if meant is None and wish(text) in ASIDE_FROM_STOPPING:
        lapse(talk)
        to_the_question(talk, text)
        return
    _note(talk, text)
    if meant is None:
        ask_to_stop_again(talk)
    else:
        (stop if meant else go_on_after_all)(talk)


def _after_a_pause(talk: Talk, text: str) -> None:
    """To go on, or at once an answer. A mere "ok" or "merci" is neither: it was said to the bot's last words.

    After help, one goes on gently, and what hints at distress still is no answer either.
    """
    helped = talk.who.words_for == HELPED
    lapse(talk)
    wishing = wish(text)
    if wishing in ("greet", "resume", "pause") and may_collect(talk, open_run(talk)):  # here, no label wins over these
        _note(talk, text)
        (pause if wishing == "pause" else go_on_gently if helped else resume)(talk)
    elif helped and reassures(text):
        _note(talk, text)
        go_on_gently(talk, declined=True)
    elif civil(text) or (helped and hinted(text)):
        _note(talk, text)
        pause_or_go_on(talk, "pause_or_go_on" if civil(text) else "still_here", helped=helped)
    else:
        to_the_question(talk, text)


def _note(talk: Talk, text: str) -> None:
    """For the transcript, under no question; without an agreement nothing is kept."""
    if may_collect(talk, None):
        talk.hear("text", text)


READERS: dict[WordsFor, Callable[[Talk, str], None]] = {
    LETTER: _to_counsellor,
    LETTER_BEGUN: _to_counsellor,
    STOP: _to_stop_or_not,
    PAUSE: _after_a_pause,
    HELPED: _after_a_pause,
}


# ---------------------------------------------------------------------------------------------------- to the question
def to_the_question(talk: Talk, text: str) -> None:
    """Words for the open question, or the word of a button."""
    run = open_run(talk)
    if not may_collect(talk, run):
        _without_consent(talk, text)
        return
    kept = agreed(talk)
    if kept:
        talk.hear("text", text, run)
    if run is None:
        _nothing_open(talk, text)
        return
    _under(talk, run, text)
    if not kept and _moved_on(talk, run):
        talk.hear("text", text, run)  # before the agreement, words are kept only as the answer they gave


def _moved_on(talk: Talk, before: Run) -> bool:
    after = talk.active_run()
    return after is None or after.answers != before.answers


def _without_consent(talk: Talk, text: str) -> None:
    """Nothing is kept. Before the agreement, a plain word begins; after a refusal or a stop, it goes back to the question."""
    wishing, not_yet = wish(text), may_ask(talk, None)
    if goes_ahead(text):
        (_begin if not_yet else resume)(talk)
    elif wishing in WITHOUT_CONSENT:
        ANYTIME[wishing](talk)
    elif thanks(text):
        talk.say("thanks_to_you")
    elif not_yet:
        talk.say("before_consent", *begin_row(talk))
    else:
        talk.say("stopped_speech", *way_back(talk))


def _begin(talk: Talk) -> None:
    """As its button would: the card that offered it has done its work."""
    card = last_said(talk.session, talk.who.id)
    if card is not None and card.message_id is not None:
        talk.edit(Screen(""), message_id=card.message_id)
    enter(talk)


def _nothing_open(talk: Talk, text: str) -> None:
    """Where one button leads on, a plain word presses it; other words are kept, and told how to go on or whom to write to."""
    wishing = wish(text)
    if goes_ahead(text) and can_go_on(talk):
        (resume if resting(talk) else _begin)(talk)
    elif wishing in ANYTIME:
        ANYTIME[wishing](talk)
    elif thanks(text):
        talk.say("thanks_to_you", *(way_back(talk) if resting(talk) else begin_row(talk)))
    elif resting(talk):
        to_somebody = [button(say("button_counsellor", talk.language), Menu("counsellor"))]
        key = "nothing_open_way_back" if can_go_on(talk) else "nothing_open_at_rest"
        talk.say(key, to_somebody, *way_back(talk))
    else:
        talk.say("nothing_open_between")
        present(talk)


def _under(talk: Talk, run: Run, text: str) -> None:
    wishing = wished(talk, run, text)
    if wishing in ANYTIME:
        ANYTIME[wishing](talk)
    elif came_early(talk, run):
        early(talk, run, wishing)
    elif wishing:
        OF_THE_QUESTION[wishing](talk, run)
    else:
        answer(talk, run, text)


def _overtaken(talk: Talk) -> bool:
    """Whether the correction of this very message came before it. Its first words are then kept, and answer nothing."""
    heard = heard_in(talk.session, talk.who.id, talk.incoming.message_id or 0)
    if heard is None or heard.kind != CORRECTION:
        return False
    if may_collect(talk, None):
        talk.hear("text", talk.incoming.text)
    return True


# ------------------------------------------------------------------------------------------------------- not in words
def not_in_words(talk: Talk) -> None:
    """A voice, a picture, a place, …: it is neither opened nor kept; words beside it are, and the question is asked again."""
    run = open_run(talk)
    if may_collect(talk, None):
        talk.hear(talk.incoming.media, talk.incoming.text)
    if run is None or writing(talk):
        talk.say("not_text")
    elif not talk.hushed:
        ask_again_after(talk, run, "not_text")
