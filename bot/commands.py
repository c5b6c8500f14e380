"""Commands, by a table: what a person may ask for at any moment."""

from collections.abc import Callable
from uuid import UUID

from bot.answers import overview
from bot.enrolment import again
from bot.screens import Row, Screen, button
from bot.talk import Talk
from bot.travel import STOP, can_go_on, facts, go_on, open_run, present, rest, resting, resume, show_place
from bot.walking import leave
from bot.words import plain, safe, say
from flows.buttons import Menu
from flows.events import IllegalEvent, LanguageChanged, Paused, WentBack
from flows.phrases import LANGUAGES
from storage.latest import latest_runs
from storage.records import Act, consents_in_force, flag_waits, raise_flag, record_consent, record_fact

FOR_COUNSELLOR = "to_counsellor"  # the kind of such a line of the transcript
MESSAGE = "message"  # the rule of the flag that a message to the counsellor raises


SAYS_ELSEWHERE = {"start", "conseiller"}  # a code is not kept; a message to the counsellor is kept as one


def commanded(talk: Talk) -> None:
    """A command of a person we know."""
    name = talk.incoming.command
    words = "" if name in SAYS_ELSEWHERE else talk.incoming.text
    talk.hear("command", f"/{name} {words}".rstrip())
    if name not in COMMANDS:
        talk.say("unknown_command")
    COMMANDS.get(name, menu)(talk)


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
        talk.say("welcome_back")
        show_place(talk)


def back(talk: Talk) -> None:
    """To the question before."""
    run = open_run(talk)
    try:
        if run is None:
            raise IllegalEvent("nothing is open")
        go_on(talk, run, WentBack())
    except IllegalEvent:
        talk.say("no_earlier")


def pause(talk: Talk) -> None:
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
    talk.change(language=code)
    talk.say("language_chosen")
    run = open_run(talk)
    if run is None:
        present(talk)
    elif code in talk.flow(run).pack.languages:
        go_on(talk, run, LanguageChanged(code))


# -------------------------------------------------------------------------------------------------- the counsellor
def write_to_counsellor(talk: Talk) -> None:
    """What is typed from now on goes to the counsellor, until the person says that this is all."""
    if talk.incoming.kind == "command" and talk.incoming.text:
        keep_for_counsellor(talk, talk.incoming.text)
        counsellor_done(talk)
        return
    talk.change(writing_since=talk.now)
    done = [button(say("button_done", talk.language), Menu("sent"))]
    talk.say("counsellor_ask", done, delay=talk.organisation("reading_delay"), counsellor=talk.counsellor())


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


def counsellor_part(talk: Talk, text: str) -> None:
    keep_for_counsellor(talk, text)
    talk.say("counsellor_part", [button(say("button_done", talk.language), Menu("sent"))])


def counsellor_done(talk: Talk) -> None:
    """The message is complete; back to the question that was open."""
    talk.change(writing_since=None)
    talk.say("counsellor_sent", delay=talk.organisation("reading_delay"), counsellor=talk.counsellor())
    present(talk)


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


# -------------------------------------------------------------------------------------------------------- stopping
def ask_to_stop(talk: Talk) -> None:
    if talk.who.stopped_at is not None:
        rest(talk)
        return
    row = [button(say(f"button_{name}", talk.language), Menu(name)) for name in ("stop_yes", "stop_no")]
    talk.say("stop_ask", *([item] for item in row))


def stop(talk: Talk) -> None:
    """Every consent given is withdrawn, and the journey rests. Nothing is asked any more; the answers stay as they are."""
    if talk.who.stopped_at is not None:
        rest(talk)
        return
    run = open_run(talk)
    if run is not None:
        leave(talk, run)
    reached, _ = talk.library.journey.move(talk.who.journey_at, STOP, facts(talk))
    talk.change(journey_at=reached, active_run_id=None, stopped_at=talk.now, writing_since=None)
    record_fact(talk.session, talk.who.id, "stopped", talk.now)
    for purpose, granted in consents_in_force(talk.session, talk.who.id).items():
        if granted:
            record_consent(talk.session, talk.who.id, _withdrawal(talk, purpose), talk.now)
    rest(talk)


def _withdrawal(talk: Talk, purpose: str) -> Act:
    words = plain(say("stop_ask", talk.language)), say("button_stop_yes", talk.language)
    return Act(purpose, False, *words, talk.language, talk.library.journey.id, "stop")


def go_on_after_all(talk: Talk) -> None:
    talk.say("stop_kept")
    present(talk)


COMMANDS: dict[str, Callable[[Talk], None]] = {
    "start": start,
    "menu": menu,
    "reprendre": resume,
    "retour": back,
    "reponses": answers,
    "pause": pause,
    "conseiller": write_to_counsellor,
    "langue": language,
    "confidentialite": privacy,
    "privacy": privacy,
    "aide": help_,
    "help": help_,
    "arreter": ask_to_stop,
}
