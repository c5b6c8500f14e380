"""Any pack that is proved, anybody who walks it: what never happens."""

import os
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.consequences import standing_flags
from flows.effects import Kept
from flows.engine import new_run, step
from flows.events import Answered, Changed, IllegalEvent, Started, WentBack, Wrote
from flows.flow import Flow, canonical, version_of
from flows.load import pack_from_json
from flows.making import joined
from flows.pack import Pack, TextStep
from flows.path import follow, may_reach, progress
from flows.run import Part
from flows.scores import points, scores
from flows.wording import question, read_answer
from tests.flows.strategies import RUN_ID, answers, any_event, good_answer, packs
from tests.flows.walks import Walk

FEW = settings(
    max_examples=1000 if os.environ.get("LONG") else 60,  # LONG: make test-long
    deadline=None,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)


def wander(data: st.DataObject, walk: Walk, events: int = 25) -> None:
    """A person who answers, goes back, changes, taps old buttons and writes out of turn; the invariants hold all along."""
    for _ in range(data.draw(st.integers(0, events), label="how long")):
        walk.tries(data.draw(any_event(walk.flow, walk.run, walk.now.date()), label="event"))
        holds_together(walk)


def finish(data: st.DataObject, walk: Walk) -> None:
    """Answers whatever is asked until the end."""
    for _ in range(200):
        if walk.run.outcome:
            return
        walk.does(data.draw(good_answer(walk.flow, walk.run, walk.now.date())))
    pytest.fail("the walk does not end")


def holds_together(walk: Walk) -> None:
    flow, run = walk.flow, walk.run
    path, frontier = follow(flow, run.answers)
    assert run.path == path, "the path is the walk from scratch"
    assert run.at in path or run.at == frontier, "the person is on the path or at its end"
    ahead = may_reach(flow, frontier)
    for node, answer in run.answers.items():
        assert answer.aside == (node not in path and (answer.aside or node not in ahead)), node
        assert not (answer.aside and node in path), "an answer set aside is not a result"
        assert run.result(node) is (answer if node in path else None)
        kept = walk.kept[node]
        assert (kept[-1].how, kept[-1].value, kept[-1].at) == (answer.how, answer.value, answer.at), "nothing is lost"
    assert set(run.answers) == set(walk.kept), "every answer kept is there, and no other"
    assert standing_flags(flow, run) == walk.flags, "flags standing are flags raised minus flags lifted"
    if run.outcome:
        assert frontier == run.at
        assert walk.finishes[-1] == run.outcome
    else:
        assert question(flow, run, flow.nodes[run.at])
        shown = progress(flow, run)
        assert shown is None or 1 <= shown.question <= shown.questions
        assert walk.said[-1].visit == run.visit
        assert walk.said[-1].node == run.at
    counted = {
        p.dimension
        for n in path
        if run.answers[n].how == "given"
        for p in points(flow.nodes[n], run.answers[n].value or 0)
    }
    assert {score.dimension for score in scores(flow, run)} == counted
    for score in scores(flow, run):
        assert score.lowest <= score.sum <= score.highest


@FEW
@given(packs(), st.data())
def test_whatever_people_do_the_run_holds_together_and_ends(pack: Pack, data: st.DataObject) -> None:
    walk = Walk(Flow(pack))
    wander(data, walk)
    finish(data, walk)
    holds_together(walk)
    assert all(read_answer(walk.flow.nodes[node], walk.run.answers[node], "en") for node in walk.run.path)


@FEW
@given(packs(), st.data())
def test_back_then_forward_is_the_identity(pack: Pack, data: st.DataObject) -> None:
    walk = Walk(Flow(pack))
    wander(data, walk, 12)
    if not walk.run.path or walk.run.parts:
        return
    before = walk.run
    onward = follow(walk.flow, before.answers)[1]
    target = data.draw(st.sampled_from(before.path))
    walk.does(WentBack(target))
    former = walk.run.answers[target]
    effects = walk.does(Answered(target, walk.run.visit, former.value, former.how))
    assert walk.run.path == before.path
    assert walk.run.at == onward
    values_before = {node: (answer.how, answer.value, answer.aside) for node, answer in before.answers.items()}
    assert {node: (a.how, a.value, a.aside) for node, a in walk.run.answers.items()} == values_before
    anew = [effect.node for effect in effects if isinstance(effect, Kept)]
    assert anew == ([target] if getattr(walk.flow.nodes[target].step, "commitment", None) else []), (
        "an act is dated anew"
    )
    assert all(walk.run.answers[node] == answer for node, answer in before.answers.items() if node not in anew)


@FEW
@given(packs(), st.data())
def test_no_word_being_written_is_lost_when_an_earlier_answer_changes(pack: Pack, data: st.DataObject) -> None:
    walk = Walk(Flow(pack))
    wander(data, walk, 8)
    for _ in range(12):  # on to an open question
        if walk.run.outcome or isinstance(walk.flow.nodes[walk.run.at].step, TextStep):
            break
        walk.does(data.draw(good_answer(walk.flow, walk.run, walk.now.date())))
    at, earlier = walk.run.at, [node for node in walk.run.path if node != walk.run.at]
    if walk.run.outcome or not earlier or not isinstance(walk.flow.nodes[at].step, TextStep):
        return
    walk.tries(Wrote(at, walk.run.visit, Part("m9", "des mots à garder")))
    parts, changed = walk.run.parts, data.draw(st.sampled_from(earlier))
    walk.does(Changed(changed, **data.draw(answers(walk.flow.nodes[changed], walk.now.date()))))
    holds_together(walk)
    if walk.run.parts != parts:  # moved elsewhere: what was written is an answer, on the path or set aside
        assert walk.run.answers[at].value == joined(parts)
        assert walk.run.answers[at].parts == parts


@FEW
@given(packs(), st.data())
def test_the_same_history_gives_the_same_run(pack: Pack, data: st.DataObject) -> None:
    walk = Walk(Flow(pack))
    wander(data, walk)
    again, effects = new_run(walk.flow, RUN_ID, "fr"), []
    flow = Flow(pack_from_json(canonical(pack)))  # as a stored version is read again
    for event, now in walk.history:
        again, more = step(flow, again, event, now)
        effects += more
    assert again == walk.run
    assert effects == walk.effects


@FEW
@given(packs(), st.data())
def test_an_old_button_changes_nothing(pack: Pack, data: st.DataObject) -> None:
    walk = Walk(Flow(pack))
    wander(data, walk, 12)
    node = data.draw(st.sampled_from(list(walk.flow.nodes)))
    visit = data.draw(st.integers(0, max(0, walk.run.visit - 1)))
    assert not walk.tries(Answered(node, visit, "c0"))


@FEW
@given(packs())
def test_a_run_begins_once(pack: Pack) -> None:
    walk = Walk(Flow(pack))
    assert not walk.tries(Started())
    with pytest.raises(IllegalEvent):
        step(Flow(pack.model_copy(update={"minutes": 59})), walk.run, WentBack(), walk.now + timedelta(minutes=1))


@FEW
@given(packs())
def test_a_stored_version_is_the_same_version(pack: Pack) -> None:
    stored = pack_from_json(canonical(pack))
    assert stored == pack
    assert version_of(stored) == version_of(pack)
