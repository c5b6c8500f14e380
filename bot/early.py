"""What was written before the question at hand could be read: no answer to it, and yet not lost."""

from bot.answering import ask_again_after, part_of
from bot.consent import agreed
from bot.listening import seen
from bot.talk import Talk
from bot.travel import go_on
from bot.walking import show_anew
from flows.engine import step
from flows.events import Changed, Invalid
from flows.making import joined, put_part
from flows.pack import ChoiceStep, TextStep
from flows.path import predecessor
from flows.run import Run
from flows.wishes import Wish
from storage.outbox import OPEN_STATES
from storage.showings import Showing, last_said, showings


def came_early(talk: Talk, run: Run) -> bool:
    """Whether the message was written before the question at hand could be seen: it cannot be an answer to it."""
    if run.parts:
        return False
    if _binds(talk, run):
        return not _to_the_last_said(talk, run)
    if _read_already(talk, run):
        return False
    shown = _shown(talk, run, run.visit)
    return not shown or shown[-1].message_id is not None or shown[-1].state in OPEN_STATES


def _read_already(talk: Talk, run: Run) -> bool:
    """Whether the question was there to read when this was written, at this visit or, repeated since, at those before."""
    visit, mine = run.visit, talk.incoming.message_id or 0
    while shown := _shown(talk, run, visit):
        if any(showing.message_id is not None and showing.message_id < mine for showing in shown):
            return True
        visit -= 1
    return False


def _shown(talk: Talk, run: Run, visit: int) -> list[Showing]:
    """The messages that showed the question at hand at a visit."""
    return [showing for showing in showings(talk.session, talk.chat_id, run.id, visit) if showing.step == run.at]


def _binds(talk: Talk, run: Run) -> bool:
    asked = talk.flow(run).nodes[run.at].step
    return isinstance(asked, ChoiceStep) and asked.commitment is not None


def _to_the_last_said(talk: Talk, run: Run) -> bool:
    """A "yes" binds only where the question it answers is the last thing said, and was there to read."""
    shown, last = _shown(talk, run, run.visit), last_said(talk.session, talk.who.id)
    return bool(shown) and last is not None and shown[-1].id == last.id and seen(talk)


def early(talk: Talk, run: Run, wishing: Wish | None) -> None:
    """It goes with the open answer given just before, if nothing was asked since; otherwise it is kept and the question asked."""
    if not (wishing or talk.hushed or _read_already(talk, run)) and _added_to_previous(talk, run):
        talk.say("added_to_previous")
    elif not talk.hushed:
        key = ("came_aside" if _binds(talk, run) else "came_early") if agreed(talk) else "came_unkept"
        ask_again_after(talk, run, key)


def _added_to_previous(talk: Talk, run: Run) -> bool:
    former = predecessor(run)
    given = run.answers[former] if former else None
    if not (former and given and given.parts and isinstance(talk.flow(run).nodes[former].step, TextStep)):
        return False
    parts = put_part(given.parts, part_of(talk))
    event = Changed(former, joined(parts), parts=parts)
    try:
        stepped = step(talk.flow(run), run, event, talk.now)
    except Invalid:
        return False
    show_anew(talk, run, stepped[0], former)
    go_on(talk, run, event, stepped=stepped)
    return True
