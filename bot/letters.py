"""A message to the counsellor: written in one line with the command, or in as many messages as it takes."""

from uuid import UUID

from bot.listening import LETTER, LETTER_BEGUN, back_to_questions, listen_for
from bot.screens import button
from bot.talk import Talk
from bot.travel import present
from bot.words import say
from flows.buttons import Menu
from flows.phrases import LANGUAGES
from storage.records import flag_waits, raise_flag

FOR_COUNSELLOR = "to_counsellor"  # the kind of such a line of the transcript
MESSAGE = "message"  # the rule of the flag that a message to the counsellor raises


def write_to_counsellor(talk: Talk) -> None:
    """What is typed from now on goes to the counsellor, until the person says that this is all."""
    if talk.incoming.kind == "command" and talk.incoming.text:
        keep_for_counsellor(talk, talk.incoming.text)
        talk.change(words_for=LETTER_BEGUN)
        letter_done(talk)
        return
    listen_for(talk, LETTER)
    ways = [button(say(f"button_{name}", talk.language), Menu(to)) for name, to in (("done", "sent"), ("cancel",) * 2)]
    talk.say("counsellor_ask", ways, delay=talk.organisation("reading_delay"), counsellor=talk.counsellor())


def keep_for_counsellor(talk: Talk, text: str, edited_of: UUID | None = None) -> None:
    """A message for the counsellor: in the transcript, with a flag that says so."""
    talk.hear(FOR_COUNSELLOR, text, edited_of=edited_of)
    if flag_waits(talk.session, talk.who.id, MESSAGE):
        return
    raise_flag(
        talk.session,
        talk.vault,
        talk.who.id,
        None,
        step="",
        rule=MESSAGE,
        level="notice",
        reason=say("counsellor_flag", LANGUAGES[0]),
        now=talk.now,
    )


def letter_part(talk: Talk, text: str) -> None:
    """One piece of the message; more may come."""
    keep_for_counsellor(talk, text)
    talk.change(words_for=LETTER_BEGUN)
    talk.say("counsellor_part", [button(say("button_done", talk.language), Menu("sent"))])


def letter_done(talk: Talk) -> None:
    """The message is complete; back to the question that was open. Without a word of it, nothing was sent, and it is said."""
    if talk.who.words_for == LETTER:
        talk.say("counsellor_nothing")
    back_to_questions(talk)
    present(talk)


def letter_cancelled(talk: Talk) -> None:
    """Nothing more is written. What was written already may have been read: that is said, and it stays."""
    if talk.who.words_for == LETTER_BEGUN:
        talk.say("counsellor_already")
    else:
        talk.say("counsellor_nothing")
    talk.change(words_for=None)
    present(talk)
