"""Buttons: what each press means, by a table. A press that no longer fits changes nothing and gets a short notice."""

from collections.abc import Callable

from bot.consent import may_collect
from bot.gestures import spoken_press
from bot.incoming import Incoming
from bot.listening import lapse
from bot.menus import menu_pressed, unknown
from bot.screens import why_text
from bot.talk import Talk
from bot.travel import activate, go_on
from bot.walking import leave
from flows.buttons import Menu, Op, Press, decode
from flows.engine import step
from flows.events import Answered, Completed, Event, IllegalEvent, Invalid, Marked, Stale, WentBack
from flows.flow import Node
from flows.making import settled
from flows.pack import BatteryStep, ChoicesStep, ChoiceStep, Length, Pick, RankingStep, ScaleStep, TextStep
from flows.run import Run, Value
from flows.values import READ
from storage.latest import latest_runs
from storage.runs import owned_run


def pressed(talk: Talk, incoming: Incoming) -> None:
    """A press on any button of ours."""
    press = decode(incoming.text)
    if isinstance(press, Menu):
        menu_pressed(talk, press)
    elif isinstance(press, Press):
        _question_pressed(talk, press)
    else:
        unknown(talk, "")


# ----------------------------------------------------------------------------------------------- buttons of questions
def _question_pressed(talk: Talk, press: Press) -> None:
    run = owned_run(talk.session, talk.vault, press.run, talk.who.id)
    node = _node(talk, run, press) if run else None
    if run is None or node is None:
        talk.notice("ended_button")
    elif press.op == "why":
        _why(talk, run, node)
    elif not may_collect(talk, run):
        talk.notice("ended_button")
    elif press.op == "edit":
        _reopen(talk, run, node)
    elif run.id != talk.who.active_run_id:
        talk.notice("stale")
    else:
        _apply(talk, run, node, press)


def _node(talk: Talk, run: Run, press: Press) -> Node | None:
    order = talk.flow(run).order
    return order[press.node] if press.node < len(order) else None


def _apply(talk: Talk, run: Run, node: Node, press: Press) -> None:
    try:
        event = _event(run, node, press)
        stepped = step(talk.flow(run), run, event, talk.now)
    except Invalid as refusal:
        _not_yet(talk, node, refusal.reason)
    except IllegalEvent:
        talk.notice("first_question" if press.op == "back" and run.visit == press.visit else "stale")
    else:
        lapse(talk)
        talk.notice()
        talk.hear("press", spoken_press(talk.flow(run), run, event), run)
        go_on(talk, run, event, stepped=stepped)


def _not_yet(talk: Talk, node: Node, reason: str) -> None:
    """The ticks or words so far do not make an answer: a notice says what is missing, and they stay."""
    known = {
        "too_many": "marked_too_many",
        "too_few": "marked_too_few",
        "too_short": "reprise_too_short",
        "too_early": "kept_date_passed",
        "too_late": "kept_date_passed",
        "other_words": "kept_other_words",
    }
    match node.step:
        case ChoicesStep() | RankingStep():
            bounds: Pick | Length = node.step.pick
        case TextStep():
            bounds = node.step.length
        case _:
            bounds = Pick()
    talk.notice(known.get(reason, "stale"), min=bounds.min, max=bounds.max)


def _event(run: Run, node: Node, press: Press) -> Event:
    """The event a press stands for; `Stale` where its visit is over."""
    if run.at != node.id or run.visit != press.visit or run.outcome:
        raise Stale("the button belongs to an earlier visit")
    return EVENTS[press.op](run, node, press)


def _set(run: Run, node: Node, press: Press) -> Event:
    return Answered(node.id, press.visit, _value(node, press.arg or 0))


def _value(node: Node, argument: int) -> Value:
    match node.step:
        case ChoiceStep():
            if 0 <= argument < len(node.step.choices):
                return node.step.choices[argument].id
            raise Stale("there is no such choice")
        case ScaleStep() | BatteryStep():
            return argument
        case _:
            return READ


def _mark(run: Run, node: Node, press: Press) -> Event:
    step, index = node.step, press.arg or 0
    if not isinstance(step, ChoicesStep | RankingStep) or not 0 <= index < len(step.choices):
        raise Stale("there is no such choice")
    return Marked(node.id, press.visit, step.choices[index].id, press.op == "on")


def _keep(run: Run, node: Node, press: Press) -> Event:
    former = run.answers.get(node.id)
    if run.parts:
        raise Invalid("other_words")
    if former is None:
        raise Stale("there is no answer to keep")
    return Answered(node.id, press.visit, former.value, former.how, former.parts)


def _skip(run: Run, node: Node, press: Press) -> Event:
    """What was just written is not thrown away: as when "passer" is typed, one goes on with it."""
    written = settled(run.parts)
    return Completed(node.id, press.visit) if written else Answered(node.id, press.visit, how="skipped")


EVENTS: dict[Op, Callable[[Run, Node, Press], Event]] = {
    "set": _set,
    "on": _mark,
    "off": _mark,
    "done": lambda run, node, press: Completed(node.id, press.visit),
    "skip": _skip,
    "defer": lambda run, node, press: Answered(node.id, press.visit, how="deferred"),
    "keep": _keep,
    "back": lambda run, node, press: WentBack(),
}


def _why(talk: Talk, run: Run, node: Node) -> None:
    talk.notice(text=why_text(talk.flow(run), run, node), alert=True)  # short enough: proved with the pack


def _reopen(talk: Talk, run: Run, node: Node) -> None:
    """An earlier answer is opened again; the question at hand waits until it is answered.

    Not that of a run whose flow was begun anew since: only the latest counts.
    """
    if node.id not in run.path or latest_runs(talk.session, talk.who.id)[run.flow].id != run.id:
        talk.notice("ended_button")
        return
    lapse(talk)
    talk.notice()
    talk.hear("press", "edit", run)
    _leave_other(talk, run)
    go_on(talk, activate(talk, run), WentBack(node.id))


def _leave_other(talk: Talk, run: Run) -> None:
    """The question at hand in another run loses its buttons: one question at a time."""
    other = talk.active_run()
    if other is not None and other.id != run.id and other.outcome is None:
        leave(talk, other)
