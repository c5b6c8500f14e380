"""What follows from an answer besides the next question: flags, dated facts, commitments."""

from collections.abc import Iterator

from flows.conditions import holds
from flows.effects import Committed, Dated, Effect, Flag, Lifted
from flows.flow import Flow, Node
from flows.pack import ChoicesStep, ChoiceStep, Information, RankingStep
from flows.run import Answer, Run
from flows.wording import flag_reason


def standing_flags(flow: Flow, run: Run) -> dict[tuple[str, str], Flag]:
    """The flags that the answers on the path raise, by (node, rule). Flags of a battery stand once, at its last item."""
    counting = {node: run.answers[node] for node in run.path}
    flags = {}
    for step, rule, definition in flow.flag_rules:
        node = flow.last_of[step]
        if node in counting and holds(definition.when, counting):
            reason = flag_reason(flow, run, flow.nodes[node], definition.reason)
            flags[node, rule] = Flag(node, rule, definition.level, reason)
    return flags


def _flag_effects(flow: Flow, before: Run, after: Run) -> Iterator[Effect]:
    was, now = standing_flags(flow, before), standing_flags(flow, after)
    yield from (Lifted(*key) for key in was if was[key] != now.get(key))
    yield from (flag for key, flag in now.items() if was.get(key) != flag)


def _facts(node: Node, answer: Answer) -> Iterator[Effect]:
    step = node.step
    if isinstance(step, Information) and step.fact:
        yield Dated(step.fact)
    if isinstance(step, ChoiceStep | ChoicesStep | RankingStep):
        chosen = answer.value if isinstance(answer.value, list) else [answer.value]
        yield from (Dated(c.fact) for c in step.choices if c.fact and c.id in chosen)


def _commitments(node: Node, answer: Answer) -> Iterator[Effect]:
    step = node.step
    if not isinstance(step, ChoiceStep) or not step.commitment or answer.how != "given":
        return
    label = next(c.label[answer.language] for c in step.choices if c.id == answer.value)
    granted = answer.value in step.commitment.grants
    yield Committed(node.id, step.commitment.purpose, granted, answer.shown, label)


def consequences(flow: Flow, before: Run, after: Run, at: str, *, changed: bool) -> list[Effect]:
    """The effects of the answer at `at`; facts and commitments only where the answer is a new one."""
    effects = list(_flag_effects(flow, before, after))
    if changed:
        node, answer = flow.nodes[at], after.answers[at]
        effects += [*_facts(node, answer), *_commitments(node, answer)]
    return effects
