"""Words of distress: help at once, before anything else, and a human is called. No interpretation."""

from bot.cards import resting
from bot.commands import COMMANDS
from bot.consent import may_collect
from bot.letters import write_to_counsellor
from bot.listening import HELPED, PAUSE, STOP, writing
from bot.screens import Row, Screen, button
from bot.talk import Talk
from bot.travel import open_run, resume
from bot.words import say
from flows.buttons import Menu
from flows.distress import help_for
from flows.phrases import LANGUAGES
from storage.records import raise_flag


def support(talk: Talk) -> None:
    """Shows the numbers when the words just written hold any of the listed expressions: wherever, also after a stop.

    They stay the last thing said in this turn: the words are kept as others are, and no question pushes the numbers away.
    """
    kinds = help_for(talk.incoming.text)
    if not kinds:
        return
    help_now = "\n\n".join(say(key, talk.language) for key in ("distress", *(f"help_{kind}" for kind in kinds)))
    if talk.person is None:  # nobody to tell: the numbers are what there is
        talk.send(Screen(help_now))
    else:
        told = say(_told(talk), talk.language, delay=talk.organisation("reading_delay"))
        talk.send(Screen(f"{help_now}\n\n{told}", tuple(_ways(talk))))
        _call_a_human(talk)
        if talk.who.words_for == STOP:
            talk.change(words_for=None)  # such words answer nothing, and nobody is asked twice
    talk.hushed = True


def _told(talk: Talk) -> str:
    letter = writing(talk) or COMMANDS.get(talk.incoming.command) is write_to_counsellor
    kept = letter or may_collect(talk, None)
    return "distress_told" if kept else "distress_told_unkept"


def _call_a_human(talk: Talk) -> None:
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


def _ways(talk: Talk, name: str = "gently") -> list[Row]:
    """To rest or to go on, where there is something to go on with."""
    if resting(talk) and open_run(talk) is None:
        return []
    ways = (("button_pause", "pause"), ("button_continue", name))
    return [[button(say(key, talk.language), Menu(to))] for key, to in ways]


def after_support(talk: Talk) -> None:
    """Once the words are kept: the next ones are read as said to the help, unless they go to the counsellor."""
    if talk.hushed and not writing(talk) and _ways(talk):
        talk.change(words_for=HELPED)


def pause_or_go_on(talk: Talk, key: str, *, helped: bool) -> None:
    """Said back to words that follow a pause or the help, and are no answer: no question yet, and the same ways on."""
    talk.change(words_for=HELPED if helped else PAUSE)
    talk.say(key, *_ways(talk, "gently" if helped else "resume"))


def go_on_gently(talk: Talk, *, declined: bool = False) -> None:
    """Back to the question after help: not as if nothing had been said. `declined`: in words, as "non, ça va aller"."""
    told = [say(key, talk.language) for key in (*(("declined_help",) if declined else ()), "gently")]
    resume(talk, lead=" ".join(told))
