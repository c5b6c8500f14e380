"""The engine: `step(flow, run, event, now)` gives the new run and what is to be done about it.

Pure: the same input gives the same output, and an illegal event raises and changes nothing. What each event does is one function,
found by a table. The rules they share:

* *path*: the answered nodes met when the machine is walked from the first node. Only these are results.
* an answer off the path that can still be reached from where the walk stops waits; one that cannot is *set aside*. When the
  path comes back to an answer set aside, the walk stops there and it is offered again.
* an answer given again with the same value is not a new answer: no line of history, and the person goes on where they were.
  A commitment is an act: given again, it is dated again.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from flows.consequences import consequences
from flows.effects import Dated, Effect, Finish, Kept, Manner, Say, SetAside
from flows.events import (
    Answered,
    Changed,
    Completed,
    Event,
    IllegalEvent,
    Invalid,
    LanguageChanged,
    Marked,
    Paused,
    Resumed,
    Stale,
    Started,
    WentBack,
    Wrote,
)
from flows.flow import Flow
from flows.making import in_the_making, joined, put_part, settled, with_mark
from flows.pack import ChoicesStep, ChoiceStep, RankingStep, TextStep
from flows.path import before, follow, frontier, may_reach, predecessor
from flows.run import Answer, How, Part, Run, Value
from flows.values import check
from flows.wording import question

Stepped = tuple[Run, list[Effect]]


def new_run(flow: Flow, id: UUID, language: str) -> Run:
    """A run that has not begun: send it `Started`."""
    spoken = language if language in flow.pack.languages else flow.pack.languages[0]
    return Run(id=id, flow=flow.id, version=flow.version, language=spoken, at=flow.first)


def step(flow: Flow, run: Run, event: Event, now: datetime) -> Stepped:
    """Applies one event. Raises `IllegalEvent` (`Stale`, `Invalid`) where it does not fit, and then nothing changed."""
    if run.version != flow.version:
        raise IllegalEvent("the run belongs to another version of the flow")
    return HANDLERS[type(event)](flow, run, event, now)


# ------------------------------------------------------------------------------------------------------------- showing
def _show(flow: Flow, run: Run, at: str) -> Stepped:
    """Moves to a node and shows it: a new visit, with the answer it had as the starting point."""
    former = run.answers.get(at)
    drafts, ticked = dict(run.drafts), dict(run.ticked)
    parts, marks = drafts.pop(at, ()), ticked.pop(at, _picked(former))
    visit = run.visit + 1
    shown = replace(run, at=at, visit=visit, marks=marks, parts=parts, drafts=drafts, ticked=ticked, paused=False)
    return shown, [Say(at, shown.visit, "offer" if former else "ask")]


def _picked(answer: Answer | None) -> tuple[str, ...]:
    return tuple(answer.value) if answer and isinstance(answer.value, list) else ()


def _arrive(flow: Flow, run: Run, at: str) -> Stepped:
    """Moves to where the walk stopped: a question to show, or an outcome."""
    if not at.startswith("@"):
        return _show(flow, run, at)
    fact = flow.pack.outcomes[at[1:]].fact
    done = replace(run, at=at, visit=run.visit + 1, marks=(), parts=(), paused=False)
    return done, [*([Dated(fact)] if fact else []), Finish(at[1:])]


# ----------------------------------------------------------------------------------------------------------- answering
def _put_aside(flow: Flow, answers: Mapping[str, Answer], path: tuple[str, ...], end: str) -> tuple[str, ...]:
    """The answers that fall off: not on the path, and not to be met again from where the walk stops."""
    ahead = may_reach(flow, end)
    return tuple(n for n, a in answers.items() if n not in path and n not in ahead and not a.aside)


def _is_act(flow: Flow, at: str) -> bool:
    """A commitment given again is a new act, with its own date."""
    step = flow.nodes[at].step
    return isinstance(step, ChoiceStep) and step.commitment is not None


def _record(flow: Flow, run: Run, at: str, given: Answer) -> Stepped:
    """Puts an answer in its place and follows the path anew. Does not move the person."""
    former = run.answers.get(at)
    unchanged = former is not None and former.same_as(given.how, given.value) and not _is_act(flow, at)
    answer = replace(former, aside=False) if unchanged and former else given
    answers = {**run.answers, at: answer}
    path, end = follow(flow, answers, before(run, at))
    fallen = _put_aside(flow, answers, path, end)
    answers |= {node: replace(answers[node], aside=True) for node in fallen}
    after = replace(run, answers=answers, path=path)
    effects: list[Effect] = [] if unchanged else [Kept(at, answer)]
    effects += [SetAside(fallen)] if fallen else []
    return after, effects + consequences(flow, run, after, at, changed=not unchanged)


def _answer(
    flow: Flow, run: Run, at: str, how: How, value: Value | None, parts: tuple[Part, ...], now: datetime
) -> Stepped:
    check(flow.nodes[at], how, value, now.date())
    shown = question(flow, run, flow.nodes[at])
    visit = run.visit if at == run.at else run.answers[at].visit  # the showing that the answer belongs to
    return _record(flow, run, at, Answer(how, value, now, visit, shown, run.language, parts))


def _move_on(flow: Flow, stepped: Stepped) -> Stepped:
    run, effects = stepped
    moved, more = _arrive(flow, run, frontier(flow, run))
    return moved, effects + more


def _at_hand(flow: Flow, run: Run, step: str, visit: int) -> None:
    if run.at != step or run.visit != visit:
        raise Stale("this question is no longer the one at hand")
    if run.outcome:
        raise Stale("the run has ended")


def _answered(flow: Flow, run: Run, event: Answered, now: datetime) -> Stepped:
    _at_hand(flow, run, event.step, event.visit)
    if event.how != "given":  # what was begun is left for later, and not lost
        written = settled(run.parts)
        run = _keep_ticks(replace(run, drafts={**run.drafts, run.at: written}) if written else run)
    return _move_on(flow, _answer(flow, run, event.step, event.how, event.value, event.parts, now))


def _changed(flow: Flow, run: Run, event: Changed, now: datetime) -> Stepped:
    if event.step not in run.path:
        raise IllegalEvent("only an answer on the path can be changed")
    after, effects = _answer(flow, run, event.step, event.how, event.value, event.parts, now)
    if run.at in after.path or (run.at == frontier(flow, run) == frontier(flow, after)):
        return after, effects
    kept, before_leaving = _keep_open_answer(flow, run, now)  # what is being written there is not lost on the way
    after, effects = _answer(flow, kept, event.step, event.how, event.value, event.parts, now)
    moved, more = _arrive(flow, after, frontier(flow, after))
    return moved, before_leaving + effects + more


# -------------------------------------------------------------------------------------------------- an answer being made
def _marked(flow: Flow, run: Run, event: Marked, now: datetime) -> Stepped:
    _at_hand(flow, run, event.step, event.visit)
    step = flow.nodes[run.at].step
    if not isinstance(step, ChoicesStep | RankingStep) or event.choice not in {c.id for c in step.choices}:
        raise IllegalEvent("nothing to tick here")
    marks = with_mark(step, run.marks, event.choice, event.on)
    return replace(run, marks=marks, paused=False), [Say(run.at, run.visit, "update")]


def _wrote(flow: Flow, run: Run, event: Wrote, now: datetime) -> Stepped:
    _at_hand(flow, run, event.step, event.visit)
    step = flow.nodes[run.at].step
    if not isinstance(step, TextStep):
        raise IllegalEvent("this question is not answered in free words")
    parts = put_part(settled(run.parts), event.part)
    if len(joined(parts)) > step.length.max:
        raise Invalid("too_long")
    return replace(run, parts=parts, paused=False), [Say(run.at, run.visit, "update")]


def _completed(flow: Flow, run: Run, event: Completed, now: datetime) -> Stepped:
    _at_hand(flow, run, event.step, event.visit)
    if not isinstance(flow.nodes[run.at].step, ChoicesStep | RankingStep | TextStep):
        raise IllegalEvent("there is nothing to complete here")
    return _move_on(flow, _answer(flow, run, run.at, "given", in_the_making(flow, run), run.parts, now))


# -------------------------------------------------------------------------------------------------------- moving about
def _started(flow: Flow, run: Run, event: Started, now: datetime) -> Stepped:
    if run.visit:
        raise IllegalEvent("the run has already begun")
    return _show(flow, run, flow.first)


def _keep_open_answer(flow: Flow, run: Run, now: datetime) -> Stepped:
    """Leaving a question keeps what was written there, as its answer if it makes one, else as a draft; and its ticks."""
    if not run.parts:
        return _keep_ticks(run), []
    try:
        return _answer(flow, run, run.at, "given", joined(run.parts), run.parts, now)
    except Invalid:
        return replace(run, drafts={**run.drafts, run.at: run.parts}), []


def _keep_ticks(run: Run) -> Run:
    """Choices ticked and not confirmed are no answer; they are there again when one comes back."""
    begun = run.marks != _picked(run.answers.get(run.at))
    return replace(run, ticked={**run.ticked, run.at: run.marks}) if begun else run


def _went_back(flow: Flow, run: Run, event: WentBack, now: datetime) -> Stepped:
    target = event.to or predecessor(run)
    if target is None or target not in run.path:
        raise IllegalEvent("there is no such earlier question on the path")
    kept, effects = _keep_open_answer(flow, run, now)
    # what was kept may lead elsewhere: then the question asked for is no longer on the path
    moved, more = _arrive(flow, kept, target if target in kept.path else frontier(flow, kept))
    return moved, effects + more


def _again(flow: Flow, run: Run, manner: Manner = "again") -> Stepped:
    if run.outcome:
        return replace(run, paused=False), []
    shown = replace(run, visit=run.visit + 1, paused=False)
    return shown, [Say(run.at, shown.visit, manner)]


def _language_changed(flow: Flow, run: Run, event: LanguageChanged, now: datetime) -> Stepped:
    if event.language not in flow.pack.languages:
        raise IllegalEvent("the pack is not written in this language")
    return _again(flow, replace(run, language=event.language))


def _paused(flow: Flow, run: Run, event: Paused, now: datetime) -> Stepped:
    return replace(run, paused=True), []


def _resumed(flow: Flow, run: Run, event: Resumed, now: datetime) -> Stepped:
    return _again(flow, run, "brief" if event.brief else "again")


HANDLERS: dict[type, Callable[[Flow, Run, Any, datetime], Stepped]] = {
    Started: _started,
    Answered: _answered,
    Marked: _marked,
    Wrote: _wrote,
    Completed: _completed,
    WentBack: _went_back,
    Changed: _changed,
    LanguageChanged: _language_changed,
    Paused: _paused,
    Resumed: _resumed,
}
