"""Words typed under choices that are none of them, and are themselves what the step behind one of them asks for.

`else: question` on "Do you have a question?" means: a question typed there is written where questions are written. The
choice that leads to that step is made, and the words are what was written there. Pure.
"""

from datetime import datetime

from flows.commitments import binds
from flows.conditions import atoms, holds
from flows.engine import Stepped, step
from flows.events import Answered, Event, Invalid, WentBack
from flows.flow import Flow
from flows.making import with_mark
from flows.pack import ChoicesStep, ChoiceStep, Step
from flows.run import Answer, Run, Value
from flows.spoken import says_little
from flows.understood import Misunderstood
from flows.wishes import civil, thanks, wish


def leading(asked: ChoiceStep | ChoicesStep) -> str | None:
    """The first choice that, by itself and whatever was answered before, leads to the step of `else`; None without one."""
    one_is_enough = isinstance(asked, ChoiceStep) or asked.pick.min <= 1
    return next((choice.id for choice in asked.choices if one_is_enough and _leads(asked, choice.id)), None)


def _leads(asked: ChoiceStep | ChoicesStep, choice: str) -> bool:
    supposed = {asked.id: Answer.supposed("given", choice if isinstance(asked, ChoiceStep) else [choice])}
    for route in asked.next or ():
        if any(atom.step != asked.id for atom in atoms(route.when)):
            return False
        if holds(route.when, supposed):
            return route.when is not None and route.go == asked.else_
    return False


def are_content(asked: Step, heard: Misunderstood, text: str) -> bool:
    """Whether words that no choice is made by say something of their own: no wish, no hesitation, no politeness."""
    may_go = isinstance(asked, ChoiceStep | ChoicesStep) and asked.else_ is not None and not binds(asked)
    return may_go and heard.reason == "unclear" and not (says_little(text) or civil(text) or thanks(text) or wish(text))


def elsewhere(flow: Flow, run: Run, now: datetime) -> tuple[Event, Stepped] | None:
    """What leads from the choices at hand to the step of their `else`, and the run that has arrived there.

    None where there is no such step, where the ticks of before lead away from it, or one more would be too many.
    """
    asked = flow.nodes[run.at].step
    if not isinstance(asked, ChoiceStep | ChoicesStep) or asked.else_ is None:
        return None
    try:
        way = WentBack(asked.else_) if asked.else_ in run.path else Answered(run.at, run.visit, _value(asked, run))
        arrived = step(flow, run, way, now)
    except Invalid:
        return None
    return (way, arrived) if arrived[0].at == asked.else_ else None


def _value(asked: ChoiceStep | ChoicesStep, run: Run) -> Value | None:
    """The choice that leads there, beside those ticked already."""
    choice = leading(asked)
    if choice is None or isinstance(asked, ChoiceStep):
        return choice
    ticked = with_mark(asked, run.marks, choice, on=True)
    return [c.id for c in asked.choices if c.id in ticked]
