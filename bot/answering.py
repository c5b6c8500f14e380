"""An answer in words to the question at hand: taken, or kindly asked for again."""

from datetime import date
from zoneinfo import ZoneInfo

from bot.consent import agreed
from bot.reprise import announced, may_be_brief, quoted, refused, reprise, reprise_again
from bot.talk import Talk
from bot.travel import go_on, resume
from bot.walking import SILENCE
from bot.words import say
from flows.elsewhere import are_content, elsewhere
from flows.engine import step
from flows.events import Answered, Event, Invalid, Marked, Resumed, Wrote
from flows.making import settled
from flows.pack import ChoicesStep, Information, RankingStep, TextStep
from flows.run import Part, Run
from flows.understand import Misunderstood, Result, Understood, understand
from storage.heard import last_heard
from storage.showings import last_said, showings

WISHES = {"required", "in_words", "not_deferrable"}  # what was typed is no answer, even to an open question


def part_of(talk: Talk) -> Part:
    """The message at hand, as a piece of an answer."""
    return Part(str(talk.incoming.message_id), talk.incoming.text)


def today(talk: Talk) -> date:
    """The person's day."""
    return talk.now.astimezone(ZoneInfo(talk.who.zone)).date()


def answer(talk: Talk, run: Run, text: str) -> None:
    """What was typed under the question at hand: an answer, a piece of one, or a reason to ask again.

    Words of distress are no answer to any question, an open one neither: they stay in the transcript, and call a human.
    """
    if talk.hushed:
        return
    asked = talk.flow(run).nodes[run.at].step
    heard = understand(asked, text, run.language, today(talk))
    if isinstance(asked, TextStep) and (settled(run.parts) or _is_text(heard)):
        take(talk, run, Wrote(run.at, run.visit, part_of(talk)))
    elif isinstance(heard, Misunderstood):
        if not (are_content(asked, heard, text) and _written_elsewhere(talk, run)):
            misunderstood(talk, run, heard)
    elif isinstance(asked, ChoicesStep | RankingStep) and isinstance(heard.value, list) and _more_may_come(run, heard):
        _tick(talk, run, heard.value)
    else:
        take(talk, run, Answered(run.at, run.visit, heard.value, heard.how, (part_of(talk),)))


def _is_text(heard: Result) -> bool:
    return heard.reason not in WISHES if isinstance(heard, Misunderstood) else heard.how == "given"


def _more_may_come(run: Run, heard: Understood) -> bool:
    """Whether what was typed is added to the ticks, as a press would be, and not the whole answer at once.

    A list typed over an answer given before takes its place; a single choice is added to it.
    """
    if run.at in run.answers:
        return heard.partly and isinstance(heard.value, list) and len(heard.value) == 1
    return heard.partly or bool(run.marks)


def _tick(talk: Talk, run: Run, choices: list[str]) -> None:
    """These choices are ticked, and the question shown again below, with the button that ends it."""
    flow, ticked = talk.flow(run), run
    try:
        for choice in choices:
            ticked, _ = step(flow, ticked, Marked(run.at, run.visit, choice, on=True), talk.now)
    except Invalid as refusal:
        misunderstood(talk, run, refused(flow.nodes[run.at].step, refusal.reason))
    else:
        shown = step(flow, ticked, Resumed(), talk.now)
        go_on(talk, run, Resumed(), stepped=shown, lead=say("ticked", run.language))


def _written_elsewhere(talk: Talk, run: Run) -> bool:
    """The words are what is written at the step behind one of the choices: that step is shown, and they are there."""
    flow, found = talk.flow(run), elsewhere(talk.flow(run), run, talk.now)
    if found is None:
        return False
    way, (there, effects) = found
    lead = say("words_noted", run.language)
    try:
        there, _ = step(flow, there, Wrote(there.at, there.visit, part_of(talk)), talk.now)
    except Invalid as refusal:
        asked = flow.nodes[there.at].step
        lead = reprise(asked, refused(asked, refusal.reason), run.language)
    go_on(talk, run, way, stepped=(there, effects), lead=lead)
    return True


def take(talk: Talk, run: Run, event: Event) -> None:
    """Applies what was said; where the core refuses it, the question is asked again with the reason."""
    try:
        stepped = step(talk.flow(run), run, event, talk.now)
    except Invalid as refusal:
        misunderstood(talk, run, refused(talk.flow(run).nodes[run.at].step, refusal.reason))
    else:
        go_on(talk, run, event, stepped=stepped)


def misunderstood(talk: Talk, run: Run, heard: Misunderstood) -> None:
    """The question again, with a kind word; after a silence, with a reminder of where one was.

    The second time in a row, what will do is said without the question, which stands just above.
    """
    away = talk.last_seen is not None and talk.now - talk.last_seen > SILENCE
    unkept = say("unkept", run.language)
    if away:
        resume(talk, "" if agreed(talk) else unkept)
        return
    asked = talk.flow(run).nodes[run.at].step
    short = isinstance(asked, Information) or heard.reason == "in_words"
    brief = (short and _just_above(talk, run)) or (may_be_brief(asked, heard) and _just_repeated(talk, run))
    told = reprise_again(asked, heard, run.language) if brief else reprise(asked, heard, run.language)
    # what is not kept is not repeated
    echo = quoted(asked, heard, talk.incoming.text, run.language) if agreed(talk) else unkept + " "
    go_on(talk, run, Resumed(brief=brief), lead=echo + told)


def _just_repeated(talk: Talk, run: Run) -> bool:
    """Whether the words before these were typed at the same question, which was then shown again."""
    before = last_heard(talk.session, talk.who.id)
    return before is not None and before.kind == "text" and (before.run_id, before.step) == (run.id, run.at)


def ask_again(talk: Talk, run: Run, lead: str) -> None:
    """The question once more, after these words of the bot; a page to read that stands just above is not repeated."""
    asked = talk.flow(run).nodes[run.at].step
    go_on(talk, run, Resumed(brief=isinstance(asked, Information) and _just_above(talk, run)), lead=lead)


def ask_again_after(talk: Talk, run: Run, key: str) -> None:
    """The question once more, after the phrase of this key and what announces it."""
    ask_again(talk, run, announced(talk.flow(run).nodes[run.at].step, key, run.language))


def _just_above(talk: Talk, run: Run) -> bool:
    """Whether the question at hand, or a word on it, is the last thing that was said."""
    last = last_said(talk.session, talk.who.id)
    shown = showings(talk.session, talk.chat_id, run.id, run.visit)
    return last is not None and any(last.id == one.id for one in shown)
