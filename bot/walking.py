"""Walking a questionnaire: an event goes through the core, its effects become rows, its new screen becomes messages."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from bot.answers import recap
from bot.listening import back_to_questions
from bot.pieces import part_screen
from bot.screens import Screen, answered_screen, question_screen
from bot.talk import Talk
from bot.words import say, series
from flows.effects import Committed, Dated, Effect, Finish, Flag, Kept, Lifted, Manner, Say, SetAside
from flows.engine import Stepped, new_run, step
from flows.events import Answered, Completed, Event, Started, Wrote
from flows.flow import Flow
from flows.pack import BatteryStep, Information, TextStep
from flows.run import Run
from storage.records import Act, lift_flag, lift_flags_superseded, raise_flag, record_consent, record_fact
from storage.saving import create_run, save_run
from storage.showings import Showing, showings

SILENCE = timedelta(hours=12)  # after so long, people are reminded of what they were asked


# ---------------------------------------------------------------------------------------------------- effects to rows
def _flag(talk: Talk, run: Run, effect: Flag) -> None:
    raise_flag(
        talk.session,
        talk.vault,
        talk.who.id,
        run.id,
        step=effect.node,
        rule=effect.rule,
        level=effect.level,
        reason=effect.reason,
        now=talk.now,
    )


def _lifted(talk: Talk, run: Run, effect: Lifted) -> None:
    lift_flag(talk.session, run.id, effect.rule, talk.now)


def _dated(talk: Talk, run: Run, effect: Dated) -> None:
    record_fact(talk.session, talk.who.id, effect.fact, talk.now, run.id)


def _committed(talk: Talk, run: Run, effect: Committed) -> None:
    act = Act(effect.purpose, effect.granted, effect.text, effect.label, run.language, run.version, effect.node)
    record_consent(talk.session, talk.who.id, act, talk.now)


def _finished(talk: Talk, run: Run, effect: Finish) -> None:
    """The flags that are up are those of the answers that count: within a run the core follows its path, and a run that
    ends takes the place of the other runs of its flow."""
    lift_flags_superseded(talk.session, talk.who.id, run.flow, run.id, talk.now)


def _nothing(talk: Talk, run: Run, effect: Any) -> None:
    """Kept and SetAside are in the run itself, which is saved; Say is for the screen."""


RECORD: dict[type[Effect], Callable[[Talk, Run, Any], None]] = {
    Flag: _flag,
    Lifted: _lifted,
    Dated: _dated,
    Committed: _committed,
    Kept: _nothing,
    SetAside: _nothing,
    Say: _nothing,
    Finish: _finished,
}


# ------------------------------------------------------------------------------------------------------------ walking
def begin(talk: Talk, flow: Flow, id: UUID) -> None:
    """A new run of a flow, and its first question."""
    fresh = new_run(flow, id, talk.language)
    run, effects = step(flow, fresh, Started(), talk.now)
    create_run(talk.session, talk.vault, talk.who.id, run, talk.now)
    talk.change(active_run_id=run.id)
    back_to_questions(talk)
    _record(talk, run, effects)
    _ask(talk, flow, run, "ask", "")


def walk(talk: Talk, run: Run, event: Event, stepped: Stepped, lead: str = "") -> None:
    """Saves what an event came to (`stepped`, of `flows.engine.step`) and shows it.

    `lead`: words of the bot said before the next question. What a `Finish` means is for `bot.travel`.
    """
    after, effects = stepped
    save_run(talk.session, talk.vault, run, after, talk.now, talk.who.id)
    _record(talk, after, effects)
    _show(talk, talk.flow(run), run, after, event, effects, lead)


def _record(talk: Talk, run: Run, effects: list[Effect]) -> None:
    for effect in effects:
        RECORD[type(effect)](talk, run, effect)


# ------------------------------------------------------------------------------------------------------------ showing
def _show(talk: Talk, flow: Flow, before: Run, after: Run, event: Event, effects: list[Effect], lead: str) -> None:
    saying = next((effect for effect in effects if isinstance(effect, Say)), None)
    if saying and saying.manner != "update":
        back_to_questions(talk)
    if saying and saying.manner == "update":
        _update(talk, flow, before, after, event)
    elif saying and _in_place(talk, flow, before, after, event):
        screen = question_screen(flow, after, saying.manner, lead)
        talk.edit(screen, message_id=talk.incoming.message_id, run=after, step=after.at, new=True)
    elif after.visit != before.visit:
        _close(talk, flow, before, after, event)
        if saying:
            _ask(talk, flow, after, saying.manner, lead)


def _ask(talk: Talk, flow: Flow, run: Run, manner: Manner, lead: str) -> None:
    """A new message with the question; the recap goes before the step that speaks of it, once: then its button shows it."""
    if manner == "ask" and _shows_answers(flow, run.at) and not any(_shows_answers(flow, node) for node in run.path):
        for screen in recap(talk):
            talk.send(screen)
    talk.send(question_screen(flow, run, manner, lead), run=run, step=run.at)


def _shows_answers(flow: Flow, node: str) -> bool:
    step = flow.nodes[node].step
    return isinstance(step, Information) and step.shows == "answers"


def _update(talk: Talk, flow: Flow, before: Run, run: Run, event: Event) -> None:
    """The same question with other ticks, or one more piece of an open answer."""
    if not isinstance(event, Wrote):
        talk.edit(question_screen(flow, run), message_id=talk.incoming.message_id)
        return
    if talk.hushed:
        return  # the button that ends the answer stays where it is
    for showing in _live(talk, run):
        if showing.step is None:
            talk.edit(Screen(say("noted", run.language)), of=showing.id)
    silent = talk.last_seen is not None and talk.now - talk.last_seen > SILENCE
    talk.send(part_screen(flow, before, run, reminded=silent), run=run)


def _live(talk: Talk, run: Run) -> list[Showing]:
    """The messages of the present visit that still have buttons: the question's, and the last that completes it."""
    all_shown = showings(talk.session, talk.chat_id, run.id, run.visit)
    completing = [showing for showing in all_shown if showing.step is None]
    return [showing for showing in all_shown if showing.step] + completing[-1:]


def _in_place(talk: Talk, flow: Flow, before: Run, after: Run, event: Event) -> bool:
    """Whether the next question takes the place of the one pressed: from item to item of a battery, one tap each."""
    if talk.incoming.kind != "press" or not isinstance(event, Answered) or after.outcome or not before.visit:
        return False
    was, now = flow.nodes[before.at].step, flow.nodes[after.at].step
    return isinstance(now, BatteryStep) and was is now


def _close(talk: Talk, flow: Flow, before: Run, after: Run, event: Event) -> None:
    """The messages of the visit that is over lose their buttons; an answered question shows its answer."""
    if before.outcome:
        return
    closed = _closed_screen(flow, before, after, answered=isinstance(event, Answered | Completed))
    for showing in _live(talk, before):
        talk.edit(closed if showing.step else Screen(say("noted", after.language)), of=showing.id)


def _closed_screen(flow: Flow, before: Run, after: Run, *, answered: bool) -> Screen:
    node, answer = flow.nodes[before.at], after.answers.get(before.at)
    if isinstance(node.step, BatteryStep) and answered and flow.last_of[node.step.id] == node.id:
        how = [after.answers[f"{node.step.id}.{item.id}"].how for item in node.step.items]
        told = series(how.count("given"), len(how) - how.count("given"), after.language)
        return Screen(say("battery_done", after.language, given=told))
    left_open = isinstance(node.step, TextStep) and bool(before.parts)
    if answer and (answered or left_open):
        return answered_screen(flow, after, node, answer)
    return Screen(question_screen(flow, before).text)


def show_anew(talk: Talk, before: Run, after: Run, node: str) -> None:
    """The question's own message shows the new answer."""
    screen = answered_screen(talk.flow(after), after, talk.flow(after).nodes[node], after.answers[node])
    for showing in showings(talk.session, talk.chat_id, before.id, before.answers[node].visit):
        if showing.step == node:
            talk.edit(screen, of=showing.id)


def leave(talk: Talk, run: Run) -> None:
    """The question at hand loses its buttons without an answer: the person goes elsewhere, and will be asked again."""
    screen = Screen(question_screen(talk.flow(run), run).text)
    for showing in _live(talk, run):
        talk.edit(screen if showing.step else Screen(say("noted", run.language)), of=showing.id)
