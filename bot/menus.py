"""Buttons that are no question's: what each one does, by a table, and when it has nothing left to do."""

from collections.abc import Callable

from bot.answers import overview, page, recap
from bot.commands import answers, choose_language, pause, privacy
from bot.letters import letter_cancelled, letter_done, write_to_counsellor
from bot.listening import lapse, writing
from bot.screens import Screen
from bot.stopping import ask_to_stop, go_on_after_all, stop
from bot.support import go_on_gently
from bot.talk import Talk
from bot.travel import enter, open_run, present, resume
from flows.buttons import Menu


def menu_pressed(talk: Talk, press: Menu) -> None:
    """A press on a button of a card, a list or the menu."""
    if press.name in ONCE:
        talk.unbutton()
    over = OVER.get(press.name)
    if press.name not in MENUS or (over and over(talk, press.arg)):
        talk.notice("ended_button")
    else:
        lapse(talk)
        MENUS[press.name](talk, press.arg)


def unknown(talk: Talk, argument: str) -> None:
    """A button of an older scheme, or of nobody's."""
    talk.notice("ended_button")


def _turned(talk: Talk, screen: Screen) -> None:
    talk.notice()
    talk.edit(screen, message_id=talk.incoming.message_id, new=True)


def _recap(talk: Talk) -> None:
    """Everything once more, whole, and the question again below it."""
    for screen in recap(talk):
        talk.send(screen)
    present(talk)


def _answers(talk: Talk, argument: str) -> None:
    screen = page(talk, argument) if argument else overview(talk)
    _turned(talk, screen)


def _command(act: Callable[[Talk], None]) -> Callable[[Talk, str], None]:
    def press(talk: Talk, argument: str) -> None:
        talk.notice()
        act(talk)

    return press


# their card has done its work
ONCE = {"begin", "question", "resume", "gently", "language", "pause", "sent", "cancel", "stop", "stop_yes", "stop_no"}


def _paused(talk: Talk, argument: str) -> bool:
    run = talk.active_run()
    return run is not None and run.paused


# When a button has nothing left to do: a second tap, or a card of another time. It then changes nothing and says so.
OVER: dict[str, Callable[[Talk, str], bool]] = {
    "begin": lambda talk, state: state != talk.who.journey_at or talk.who.active_run_id is not None,
    "question": lambda talk, _: open_run(talk) is None,
    "resume": lambda talk, state: state not in ("", talk.who.journey_at),
    "language": lambda talk, code: code == talk.language,
    "pause": _paused,
    "sent": lambda talk, _: not writing(talk),
    "cancel": lambda talk, _: not writing(talk),
    "stop": lambda talk, _: talk.who.stopped_at is not None,
    "stop_yes": lambda talk, _: talk.who.stopped_at is not None,
    "stop_no": lambda talk, _: talk.who.stopped_at is not None,
}

MENUS: dict[str, Callable[[Talk, str], None]] = {
    "answers": _answers,
    "correct": _command(answers),
    "recap": _command(_recap),
    "begin": _command(enter),
    "question": _command(present),
    "resume": _command(resume),
    "gently": _command(go_on_gently),
    "language": choose_language,
    "pause": _command(pause),
    "counsellor": _command(write_to_counsellor),
    "sent": _command(letter_done),
    "cancel": _command(letter_cancelled),
    "privacy": _command(privacy),
    "stop": _command(ask_to_stop),
    "stop_yes": _command(stop),
    "stop_no": _command(go_on_after_all),
}
