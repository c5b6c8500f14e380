"""What the next words are for, when they are not for the open question (`Dossier.words_for`).

One notion, so that two of them cannot hold at once: a message to the counsellor (`letter`, `letter_begun` once something
is written), the question whether to stop, a pause that was just taken or offered, the help that words of distress
brought. The last three lapse as soon as the person does something else; a message to the counsellor ends when a question
is asked again.
"""

from datetime import timedelta
from typing import Final

from bot.talk import Talk
from storage.people import WordsFor
from storage.showings import last_said

LETTER: Final = "letter"
LETTER_BEGUN: Final = "letter_begun"
STOP: Final = "stop"
PAUSE: Final = "pause"
HELPED: Final = "helped"
PATIENCE = timedelta(hours=3)  # after so long without a word, what comes next is no answer to a card of before


def listen_for(talk: Talk, purpose: WordsFor) -> None:
    """The next words are for this; a message to the counsellor that was begun is complete."""
    back_to_questions(talk)
    talk.change(words_for=purpose)


def back_to_questions(talk: Talk) -> None:
    """What is typed from now on answers the open question, and goes to nobody else."""
    if talk.who.words_for == LETTER_BEGUN:
        talk.say("counsellor_sent", delay=talk.organisation("reading_delay"), counsellor=talk.counsellor())
    if talk.who.words_for:
        talk.change(words_for=None)


def lapse(talk: Talk) -> None:
    """The person did something else than answer: a question beside the questionnaire waits no longer."""
    if talk.who.words_for in (STOP, PAUSE, HELPED):
        talk.change(words_for=None)


def waited_too_long(talk: Talk) -> bool:
    """Whether the person was away so long that the stop question, or a message to the counsellor, is no longer in mind."""
    away = talk.last_seen is not None and talk.now - talk.last_seen > PATIENCE
    return away and talk.who.words_for in (STOP, LETTER, LETTER_BEGUN)


def writing(talk: Talk) -> bool:
    """Whether what is typed goes to the counsellor."""
    return talk.who.words_for in (LETTER, LETTER_BEGUN)


def seen(talk: Talk) -> bool:
    """Whether these words were written after the last thing said had reached the person: only then do they answer it."""
    shown = last_said(talk.session, talk.who.id)
    return shown is not None and shown.message_id is not None and shown.message_id < (talk.incoming.message_id or 0)
