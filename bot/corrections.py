"""An edited message changes the answer it gave."""

from dataclasses import replace

from bot.answering import answer, ask_again_after, today
from bot.consent import agreed, may_ask, may_collect
from bot.letters import FOR_COUNSELLOR, keep_for_counsellor
from bot.reprise import refused, reprise
from bot.screens import Screen
from bot.talk import Talk
from bot.travel import acknowledge, go_on, present
from bot.typed import CORRECTION
from bot.walking import leave, show_anew
from flows.effects import Finish, Say
from flows.engine import step
from flows.events import Changed, Invalid, Wrote
from flows.making import joined, put_part
from flows.pack import ChoiceStep, TextStep
from flows.run import Part, Run
from flows.understand import Misunderstood, Understood, understand
from storage.heard import Heard, heard_in
from storage.latest import latest_runs
from storage.runs import load_run
from storage.saving import save_run
from storage.showings import showings

UNKEPT = "…"  # in the transcript before the agreement: that a message was corrected, and no word of it


def edited(talk: Talk) -> None:
    """The new words are kept beside the old. What they mean is what the message meant: a correction of an answer, of a
    message to the counsellor, another try, or nothing more."""
    part = Part(str(talk.incoming.message_id or 0), talk.incoming.text)
    heard = heard_in(talk.session, talk.who.id, talk.incoming.message_id or 0)
    if heard and heard.kind == FOR_COUNSELLOR:
        keep_for_counsellor(talk, part.text, edited_of=heard.id)
        talk.say("noted")
        return
    found = _answered_by(talk, part.key)
    run = found[0] if found else talk.active_run()
    if not may_collect(talk, run):
        talk.say("before_consent" if may_ask(talk, None) else "stopped_speech")
        return
    kept = part.text if found or agreed(talk) else UNKEPT
    talk.hear(CORRECTION, kept, run if heard is None else None, edited_of=heard.id if heard else None)
    if found:
        _correct(talk, *found, part)
    elif run and any(p.key == part.key for p in run.parts):
        _rewrite(talk, run, part)
    elif run and (draft := _draft_with(run, part.key)):
        drafts = {**run.drafts, draft: put_part(run.drafts[draft], part)}
        save_run(talk.session, talk.vault, run, replace(run, drafts=drafts), talk.now, talk.who.id)
        talk.say("noted")
    elif run and _is_a_try(talk, run, heard) and not _is_commitment(talk, run, run.at):
        answer(talk, run, part.text)
    elif run and not agreed(talk):
        ask_again_after(talk, run, "came_unkept")
    else:
        talk.say("edit_unknown")


def _is_a_try(talk: Talk, run: Run, heard: Heard | None) -> bool:
    """Whether the message was written under the question at hand, and made no answer of it.

    One never heard whose correction came before it (`bot.typed` lets its first words answer nothing) is such a try too.
    """
    if heard is not None:
        return heard.kind in ("text", CORRECTION) and (heard.run_id, heard.step) == (run.id, run.at)
    shown = [showing for showing in showings(talk.session, talk.chat_id, run.id, run.visit) if showing.step == run.at]
    return any(one.message_id is not None and one.message_id < (talk.incoming.message_id or 0) for one in shown)


def _draft_with(run: Run, key: str) -> str | None:
    """The question whose draft holds this message."""
    return next((node for node, parts in run.drafts.items() if any(part.key == key for part in parts)), None)


def _is_commitment(talk: Talk, run: Run, node: str) -> bool:
    """An act is done by pressing or saying it now, never by rewriting what was said before."""
    if run.outcome and node == run.at:
        return False
    step = talk.flow(run).nodes[node].step
    return isinstance(step, ChoiceStep) and step.commitment is not None


def _rewrite(talk: Talk, run: Run, part: Part) -> None:
    """A piece of the open answer that is being written."""
    event = Wrote(run.at, run.visit, part)
    try:
        stepped = step(talk.flow(run), run, event, talk.now)
    except Invalid as refusal:
        asked = talk.flow(run).nodes[run.at].step
        talk.send(Screen(reprise(asked, refused(asked, refusal.reason), run.language)))
    else:
        go_on(talk, run, event, stepped=stepped)


def _answered_by(talk: Talk, key: str) -> tuple[Run, str] | None:
    """The run and the node that a message answered; the run at hand first."""
    ids = {talk.who.active_run_id: None} if talk.who.active_run_id else {}
    ids |= {brief.id: None for brief in latest_runs(talk.session, talk.who.id).values()}
    for id in ids:
        if id is not None:
            run = load_run(talk.session, talk.vault, id)
            for node in run.path:
                if any(part.key == key for part in run.answers[node].parts):
                    return run, node
    return None


def _correct(talk: Talk, run: Run, node: str, part: Part) -> None:
    flow = talk.flow(run)
    asked = flow.nodes[node].step
    if _is_commitment(talk, run, node):
        talk.say("edit_commitment")
        return
    parts = put_part(run.answers[node].parts, part)
    if isinstance(asked, TextStep):
        heard: Understood | Misunderstood = Understood(joined(parts))
    else:
        heard = understand(asked, part.text, run.language, today(talk))
    if isinstance(heard, Misunderstood):
        talk.say("edit_not_understood")
        return
    event = Changed(node, heard.value, heard.how, parts)
    try:
        stepped = step(flow, run, event, talk.now)
    except Invalid:
        talk.say("edit_not_understood")
        return
    show_anew(talk, run, stepped[0], node)
    acknowledge(talk, run, stepped[1])
    _make_active(talk, run, stepped[0])
    go_on(talk, run, event, stepped=stepped)
    if not any(isinstance(effect, Say | Finish) for effect in stepped[1]):
        present(talk)  # the question at hand is the last thing on the screen again


def _make_active(talk: Talk, before: Run, after: Run) -> None:
    """A correction that opens new questions in an earlier part brings the person there."""
    if after.outcome is not None or talk.who.active_run_id == after.id:
        return
    other = talk.active_run()
    if other is not None and other.outcome is None:
        leave(talk, other)
    talk.change(active_run_id=before.id)
