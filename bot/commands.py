"""Commands, by a table: what a person may ask for at any moment."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.answers import overview
from bot.cards import can_go_on, resting
from bot.consent import may_collect
from bot.enrolment import again
from bot.letters import write_to_counsellor
from bot.listening import PAUSE, back_to_questions, lapse, listen_for
from bot.screens import Row, Screen, button
from bot.stopping import ask_to_stop
from bot.talk import Talk
from bot.travel import go_on, open_run, present, resume, show_place
from bot.words import safe, say
from flows.buttons import Menu
from flows.events import IllegalEvent, LanguageChanged, Paused, WentBack
from flows.phrases import LANGUAGES
from storage.latest import latest_runs


def commanded(talk: Talk) -> None:
    """A command of a person we know. Beside words of distress, only a message to the counsellor is done."""
    name = talk.incoming.command
    act = COMMANDS.get(name, menu)
    # a code is not kept; a message is kept as one; without an agreement, nothing is
    said_elsewhere = act in (start, write_to_counsellor) or not may_collect(talk, None)
    talk.hear("command", f"/{name} {'' if said_elsewhere else talk.incoming.text}".rstrip())
    if talk.hushed and act is not write_to_counsellor:
        return
    lapse(talk)
    if name not in COMMANDS:
        talk.say("unknown_command")
    act(talk)


# --------------------------------------------------------------------------------------------------------- the menu
def menu(talk: Talk) -> None:
    """Where the person is on the journey, and everything they can do."""
    journey = talk.library.journey
    steps = "\n".join(_step_line(talk, flow_id) for flow_id in journey.flows)
    text = say("menu", talk.language, title=journey.pack.title[talk.language], steps="{steps}")
    talk.send(Screen(text.replace("{steps}", steps), tuple(_menu_rows(talk))))


def _step_line(talk: Talk, flow_id: str) -> str:
    journey = talk.library.journey
    brief = latest_runs(talk.session, talk.who.id).get(flow_id)
    state = journey.state_of(flow_id)
    mark = "✔" if brief and brief.outcome else "▸" if state == talk.who.journey_at else "·"
    return f"{mark} {safe(journey.pack.states[state].title[talk.language])}"


def _menu_rows(talk: Talk) -> list[Row]:
    language = talk.language
    other = next(code for code in LANGUAGES if code != language)
    entries = [
        (can_go_on(talk), "button_continue", Menu("resume", talk.who.journey_at)),
        (True, "button_answers", Menu("answers")),
        (True, "button_counsellor", Menu("counsellor")),
        (True, "button_privacy", Menu("privacy")),
        (True, "button_language", Menu("language", other)),
        (not resting(talk), "button_pause", Menu("pause")),
        (talk.who.stopped_at is None, "button_stop", Menu("stop")),
    ]
    return [[button(say(key, language), to)] for offered, key, to in entries if offered]


def start(talk: Talk) -> None:
    """`/start` once more: with a code, the code is looked at; without, one goes on."""
    if talk.incoming.text:
        again(talk, talk.incoming.text)
    else:
        show_place(talk, lead=say("welcome_back", talk.language))


def back(talk: Talk) -> None:
    """To the question before."""
    back_to_questions(talk)
    run = open_run(talk)
    try:
        if run is None:
            raise IllegalEvent("nothing is open")
        go_on(talk, run, WentBack())
    except IllegalEvent:
        talk.say("no_earlier")


def pause(talk: Talk) -> None:
    """A rest that the person takes: the next words may end it."""
    listen_for(talk, PAUSE)
    run = open_run(talk)
    if run is not None:
        go_on(talk, run, Paused())
    talk.say("paused", [button(say("button_resume", talk.language), Menu("resume"))])


def answers(talk: Talk) -> None:
    talk.send(overview(talk))


def help_(talk: Talk) -> None:
    talk.say("help")


# ------------------------------------------------------------------------------------------------------- language
def language(talk: Talk) -> None:
    """The other language, at once: there are two."""
    choose_language(talk, next(code for code in LANGUAGES if code != talk.language))


def choose_language(talk: Talk, code: str) -> None:
    talk.notice()
    if code not in LANGUAGES:
        return
    back_to_questions(talk)
    talk.change(language=code)
    talk.say("language_chosen")
    run = open_run(talk)
    if run is None:
        present(talk)
    elif code in talk.flow(run).pack.languages:
        go_on(talk, run, LanguageChanged(code))


# --------------------------------------------------------------------------------------------------------- privacy
def privacy(talk: Talk) -> None:
    """The policy that Telegram requires, in the organisation's own facts."""
    names = ("name", "retention", "dpo", "complaints", "privacy_url")
    given = {name: talk.organisation(name) for name in names}
    text = say("privacy", talk.language, organisation=given["name"], **given)
    if given["privacy_url"]:
        text += "\n" + say("privacy_url", talk.language, url=given["privacy_url"])
    rows = [[button(say("button_stop", talk.language), Menu("stop"))]] if talk.person else []
    talk.send(Screen(text, tuple(rows)))


# ------------------------------------------------------------------------------------------------------- the table
@dataclass(frozen=True, slots=True)
class Command:
    """What it does, its name in each language (Telegram's menu shows these), and further names. All work in every language."""

    act: Callable[[Talk], None]
    names: Mapping[str, str]
    also: tuple[str, ...] = ()


TABLE = (
    Command(menu, {"fr": "menu", "en": "menu"}),
    Command(resume, {"fr": "reprendre", "en": "resume"}),
    Command(back, {"fr": "retour", "en": "back"}),
    Command(answers, {"fr": "reponses", "en": "answers"}),
    Command(pause, {"fr": "pause", "en": "pause"}),
    Command(write_to_counsellor, {"fr": "conseiller", "en": "counsellor"}, ("conseillere", "counselor")),
    Command(language, {"fr": "langue", "en": "language"}),
    Command(privacy, {"fr": "confidentialite", "en": "privacy"}),
    Command(help_, {"fr": "aide", "en": "help"}),
    Command(ask_to_stop, {"fr": "arreter", "en": "stop"}),
    Command(start, {}, ("start",)),
)
COMMANDS = {name: command.act for command in TABLE for name in (*command.names.values(), *command.also)}


def menu_of(language: str) -> list[tuple[str, str]]:
    """Telegram's own menu in a language: each command with what it does."""
    listed = [command.names for command in TABLE if command.names]
    return [(names[language], say(f"command_{names[LANGUAGES[-1]]}", language)) for names in listed]
