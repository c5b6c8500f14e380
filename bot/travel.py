"""Travelling the journey: what comes after a flow, and how a person comes back. Its cards are in `bot.cards`."""

from dataclasses import replace
from uuid import UUID, uuid4

from bot.answers import changed_line
from bot.cards import RESUME, offer, rest, resting, where_one_was
from bot.consent import may_ask
from bot.listening import back_to_questions
from bot.screens import Screen
from bot.talk import Talk
from bot.walking import begin, walk
from bot.words import safe, say
from flows.effects import Effect, Finish, Kept
from flows.engine import Stepped, step
from flows.events import Event, Resumed, WentBack
from flows.journey import Impossible, trigger_of
from flows.pack import ChoiceStep
from flows.run import Run
from flows.wording import fill_text
from storage.latest import latest_runs
from storage.records import consents_in_force, facts_of
from storage.runs import load_run

STOP, SUBMITTED = "stop", "submitted"


def go_on(talk: Talk, run: Run, event: Event, *, stepped: Stepped | None = None, lead: str = "") -> None:
    """Applies an event to a run and, when it ends the flow, travels on.

    `stepped`: what the core made of it, where the caller has asked already. Raises `IllegalEvent`, having written nothing.
    """
    result = stepped or step(talk.flow(run), run, event, talk.now)
    walk(talk, run, event, result, lead)
    after, effects = result
    for effect in effects:
        if isinstance(effect, Finish):
            _finished(talk, run, after, effect.outcome, effects)


def facts(talk: Talk) -> frozenset[str]:
    return frozenset(name for name, _ in facts_of(talk.session, talk.who.id))


def _move(talk: Talk, trigger: str) -> bool:
    """Moves the person along the journey; False where no transition fits."""
    try:
        reached, _ = talk.library.journey.move(talk.who.journey_at, trigger, facts(talk))
    except Impossible:
        return False
    talk.change(journey_at=reached)
    return True


def _finished(talk: Talk, before: Run, run: Run, outcome: str, effects: list[Effect]) -> None:
    talk.change(active_run_id=None)
    if _move(talk, trigger_of(run.flow, outcome)):
        if last_words := talk.flow(run).pack.outcomes[outcome].text:
            talk.send(Screen(safe(fill_text(talk.flow(run), run, last_words))))
        arrive(talk)
    else:  # an earlier part was changed, and it still ends as it did
        acknowledge(talk, before, effects)
        present(talk)


def acknowledge(talk: Talk, before: Run, effects: list[Effect]) -> None:
    """Says what came of an answer given again: it is kept, or the line as it reads now.

    An agreement given again is a new act, with its date, and still the same answer.
    """
    former, flow = before.answers, talk.flow(before)
    kept = {effect.node: effect.answer for effect in effects if isinstance(effect, Kept)}
    new = {n: a for n, a in kept.items() if n not in former or not former[n].same_as(a.how, a.value)}
    if not new:
        talk.say("unchanged")
        return
    key = "changed_submitted" if SUBMITTED in facts(talk) else "changed"
    said = say(key, talk.language, counsellor=talk.counsellor())
    lines = [changed_line(flow.nodes[node], answer, talk.language) for node, answer in new.items()]
    talk.send(Screen("\n\n".join([said, *lines])))


def arrive(talk: Talk) -> None:
    """Into the phase the journey has reached. A flow that was walked before is passed through with its outcome."""
    flow_id = talk.library.journey.flow_at(talk.who.journey_at)
    if flow_id is None:
        rest(talk)
        return
    if left := _left_open(talk):
        go_on(talk, _activate(talk, left), Resumed())
        return
    brief = latest_runs(talk.session, talk.who.id).get(flow_id)
    if brief is None:
        offer(talk, first=False)
    elif brief.outcome is None:
        go_on(talk, _activate(talk, flow_id), Resumed())
    elif withdrawn := _withdrawn(talk, brief.id):
        go_on(talk, _activate(talk, flow_id), WentBack(withdrawn))
    elif _move(talk, trigger_of(flow_id, brief.outcome)):
        arrive(talk)
    else:
        reopen(talk, flow_id)


def _withdrawn(talk: Talk, run_id: UUID) -> str | None:
    """The commitment of a finished flow that was withdrawn since (by stopping): it has to be given anew."""
    run = load_run(talk.session, talk.vault, run_id)
    nodes = [talk.flow(run).nodes[node] for node in run.path]
    acts = {node.id: node.step.commitment for node in nodes if isinstance(node.step, ChoiceStep)}
    in_force = consents_in_force(talk.session, talk.who.id)
    for node, act in acts.items():
        if act and run.answers[node].value in act.grants and not in_force.get(act.purpose, False):
            return node
    return None


def _left_open(talk: Talk) -> str | None:
    """An earlier part that a correction opened again, and that was left before the new questions were answered.

    What comes after the present part is not earlier: it may wait for an agreement to be given anew.
    """
    flows, here = talk.library.journey.flows, talk.library.journey.flow_at(talk.who.journey_at)
    if here is not None:
        flows = flows[: flows.index(here)]
    elif SUBMITTED not in facts(talk):
        return None
    latest = latest_runs(talk.session, talk.who.id)
    return next((flow_id for flow_id in flows if flow_id in latest and latest[flow_id].outcome is None), None)


def present(talk: Talk, *, lead: str = "") -> None:
    """Shows the person where they are: the open question again, the next part, or nothing at rest or without consent."""
    flow_id = talk.library.journey.flow_at(talk.who.journey_at)
    run = open_run(talk)
    if not may_ask(talk, run):
        return
    if run is not None:
        go_on(talk, run, Resumed(), lead=lead)
    elif left := _left_open(talk):
        go_on(talk, _activate(talk, left), Resumed(), lead=lead)
    elif flow_id in latest_runs(talk.session, talk.who.id):
        arrive(talk)
    elif flow_id is not None:
        offer(talk, first=True)


def open_run(talk: Talk) -> Run | None:
    """The run whose question is open, if there is one."""
    run = talk.active_run()
    return run if run is not None and run.outcome is None else None


def show_place(talk: Talk, lead: str = "") -> None:
    """Where a person who greets again is: the open question, the next part, or a resting place, not left unasked."""
    back_to_questions(talk)
    (rest if resting(talk) and open_run(talk) is None else resume)(talk, lead)


def activate(talk: Talk, run: Run) -> Run:
    """Makes a run the one at hand, in the language the person speaks now."""
    talk.change(active_run_id=run.id)
    return replace(run, language=talk.language) if talk.language in talk.flow(run).pack.languages else run


def _activate(talk: Talk, flow_id: str) -> Run:
    brief = latest_runs(talk.session, talk.who.id)[flow_id]
    return activate(talk, load_run(talk.session, talk.vault, brief.id))


def reopen(talk: Talk, flow_id: str) -> None:
    """The question that decided how a flow ended, to be answered anew."""
    run = _activate(talk, flow_id)
    arrows = talk.flow(run).arrows
    deciding = [node for node in run.path if len(arrows[node]) > 1]
    go_on(talk, run, WentBack((deciding or run.path)[-1]))


def enter(talk: Talk) -> None:
    """Begins the flow of the present phase, unless it is under way."""
    flow_id = talk.library.journey.flow_at(talk.who.journey_at)
    if flow_id is not None and talk.who.active_run_id is None:
        begin(talk, talk.library.flows[flow_id], uuid4())


def resume(talk: Talk, lead: str = "") -> None:
    """Back to the open question after a pause, a silence or a rest, with a card (after `lead`, HTML) that says where one was."""
    back_to_questions(talk)
    run = open_run(talk)
    if run is not None or not resting(talk):
        present(talk, lead="\n\n".join(filter(None, [lead, where_one_was(talk, run)])) if run else "")
    elif _move(talk, RESUME):
        _come_back(talk)
    else:
        rest(talk)


def _come_back(talk: Talk) -> None:
    """From a resting place: the consent anew after a stop, otherwise the last question of the phase."""
    talk.change(stopped_at=None)
    at = talk.who.journey_at
    flow_id = talk.library.journey.flow_at(at)
    if flow_id is None or at == talk.library.journey.initial or flow_id not in latest_runs(talk.session, talk.who.id):
        enter(talk)
    else:
        reopen(talk, flow_id)
