"""Words of distress: help at once, before anything else, and a human is called. No interpretation."""

from bot.screens import Screen
from bot.talk import Talk
from bot.words import say
from flows.distress import distressed
from flows.phrases import LANGUAGES
from storage.records import raise_flag


def support(talk: Talk) -> None:
    """Shows the numbers when the words just written hold any of the listed expressions: wherever, also after a stop."""
    if not distressed(talk.incoming.text):
        return
    help_now = say("distress", talk.language)
    if talk.person is None:  # nobody to tell: the numbers are what there is
        talk.send(Screen(help_now))
        return
    told = say("distress_told", talk.language, delay=talk.organisation("reading_delay"))
    talk.send(Screen(f"{help_now}\n\n{told}"))
    raise_flag(
        talk.session,
        talk.vault,
        talk.who.id,
        None,
        step="",
        rule="distress",
        level="urgent",
        reason=say("distress_flag", LANGUAGES[0]),
        now=talk.now,
    )
