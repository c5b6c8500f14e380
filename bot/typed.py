"""What people type instead of tapping: an answer, a piece of one, a message to the counsellor."""

from datetime import date
from zoneinfo import ZoneInfo

from bot.commands import counsellor_part
from bot.consent import may_collect
from bot.reprise import refused, reprise
from bot.talk import Talk
from bot.travel import go_on, open_run, present, resume
from bot.walking import SILENCE, show_anew
from bot.words import say
from flows.engine import step
from flows.events import Answered, Changed, Event, Invalid, Marked, Resumed, Wrote
from flows.making import joined, put_part, settled
from flows.pack import ChoicesStep, RankingStep, TextStep
from flows.path import predecessor
from flows.run import Part, Run
from flows.understand import Misunderstood, Understood, understand
from storage.heard import heard_in
from storage.showings import showings

CORRECTION = "edited"  # the kind of such a line of the transcript


def typed(talk: Talk) -> None:
    """A message in words from a person we know."""
    text = talk.incoming.text
    if _overtaken(talk):
        return
    if talk.who.writing_since is not None:
        counsellor_part(talk, text)
        return
    run = open_run(talk)
    if not may_collect(talk, run):
        talk.say("stopped_speech")
        return
    talk.hear("text", text, run)
    if run is None:
        talk.say("nothing_open")
        present(talk)
    elif _came_early(talk, run):
        _early(talk, run)
    else:
        answer(talk, run, text)


def _overtaken(talk: Talk) -> bool:
    """Whether the correction of this very message came before it. Its first words are then kept, and answer nothing."""
    heard = heard_in(talk.session, talk.who.id, talk.incoming.message_id or 0)
    if heard is None or heard.kind != CORRECTION:
        return False
    if may_collect(talk, open_run(talk)):
        talk.hear("text", talk.incoming.text)
    return True


# ---------------------------------------------------------------------------------------------------------- answering
def _part(talk: Talk) -> Part:
    return Part(str(talk.incoming.message_id), talk.incoming.text)


def today(talk: Talk) -> date:
    """The person's day."""
    return talk.now.astimezone(ZoneInfo(talk.who.zone)).date()


def answer(talk: Talk, run: Run, text: str) -> None:
    """What was typed under the question at hand: an answer, a piece of one, or a reason to ask again."""
    asked = talk.flow(run).nodes[run.at].step
    heard = understand(asked, text, run.language, today(talk))
    if isinstance(asked, TextStep) and (settled(run.parts) or isinstance(heard, Misunderstood) or heard.how == "given"):
        _take(talk, run, Wrote(run.at, run.visit, _part(talk)))
    elif isinstance(heard, Misunderstood):
        _ask_again(talk, run, heard)
    elif isinstance(asked, ChoicesStep | RankingStep) and isinstance(heard.value, list) and _more_may_come(run, heard):
        _tick(talk, run, heard.value)
    else:
        _take(talk, run, Answered(run.at, run.visit, heard.value, heard.how, (_part(talk),)))


def _more_may_come(run: Run, heard: Understood) -> bool:
    """Whether what was typed is added to the ticks, as a press would be, and not the whole answer at once."""
    return heard.partly or (bool(run.marks) and run.at not in run.answers)


def _tick(talk: Talk, run: Run, choices: list[str]) -> None:
    """These choices are ticked, and the question shown again below, with the button that ends it."""
    flow, ticked = talk.flow(run), run
    try:
        for choice in choices:
            ticked, _ = step(flow, ticked, Marked(run.at, run.visit, choice, on=True), talk.now)
    except Invalid as refusal:
        _ask_again(talk, run, refused(flow.nodes[run.at].step, refusal.reason))
    else:
        shown = step(flow, ticked, Resumed(), talk.now)
        go_on(talk, run, Resumed(), stepped=shown, lead=say("ticked", run.language))


def _take(talk: Talk, run: Run, event: Event) -> None:
    try:
        stepped = step(talk.flow(run), run, event, talk.now)
    except Invalid as refusal:
        _ask_again(talk, run, refused(talk.flow(run).nodes[run.at].step, refusal.reason))
    else:
        go_on(talk, run, event, stepped=stepped)


def _ask_again(talk: Talk, run: Run, heard: Misunderstood) -> None:
    """The question again, with a kind word; after a silence, with a reminder of where one was."""
    away = talk.last_seen is not None and talk.now - talk.last_seen > SILENCE
    if away:
        resume(talk)
    else:
        go_on(talk, run, Resumed(), lead=reprise(heard, run.language))


# ------------------------------------------------------------------------------------------- before the question came
def _came_early(talk: Talk, run: Run) -> bool:
    """Whether the message was written before the question at hand could be seen: it cannot be an answer to it."""
    shown = [showing for showing in showings(talk.session, talk.chat_id, run.id, run.visit) if showing.step == run.at]
    if not shown or run.parts:
        return False
    seen_before = any(showing.step == run.at for showing in showings(talk.session, talk.chat_id, run.id, run.visit - 1))
    last, mine = shown[-1], talk.incoming.message_id or 0
    under_way = last.message_id is None and last.state in ("queued", "leased")
    return not seen_before and (under_way or (last.message_id is not None and mine < last.message_id))


def _early(talk: Talk, run: Run) -> None:
    """It goes with the open answer given just before, if there is one; otherwise it is kept and the question asked."""
    former = predecessor(run)
    given = run.answers[former] if former else None
    if former and given and given.parts and isinstance(talk.flow(run).nodes[former].step, TextStep):
        parts = put_part(given.parts, _part(talk))
        event = Changed(former, joined(parts), parts=parts)
        try:
            stepped = step(talk.flow(run), run, event, talk.now)
        except Invalid:
            pass
        else:
            show_anew(talk, run, stepped[0], former)
            go_on(talk, run, event, stepped=stepped)
            talk.say("added_to_previous")
            return
    go_on(talk, run, Resumed(), lead=say("came_early", run.language))


# ------------------------------------------------------------------------------------------------------- not in words
def not_in_words(talk: Talk) -> None:
    """A voice, a picture, a place, …: it is neither opened nor kept; words beside it are, and the question is asked again."""
    run = open_run(talk)
    if may_collect(talk, run):
        talk.hear(talk.incoming.media, talk.incoming.text)
    if run is None or talk.who.writing_since is not None:
        talk.say("not_text_no_question")
    else:
        go_on(talk, run, Resumed(), lead=say("not_text", run.language))
