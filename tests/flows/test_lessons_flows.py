"""Defects seen elsewhere that the core does not have, each by its name."""

from pathlib import Path
from typing import Any

import pytest

from flows.buttons import MAX_BYTES, Press, decode, encode
from flows.effects import Kept
from flows.engine import step
from flows.events import Answered, Marked, Stale, WentBack
from flows.flow import Flow, canonical
from flows.load import load_flows, load_packs, pack_from_json, pack_from_text
from flows.problems import PackError
from flows.scores import ranking_with_ties, scores
from tests.flows.strategies import RUN_ID
from tests.flows.test_engine import FLOW, answer, arrived
from tests.flows.walks import Walk

GOOD = Path(__file__).with_name("good_pack.yaml")


def test_double_taps_on_answer_buttons_corrupted_answers() -> None:
    """ "183 'message is not modified' and 41 errors in 24 h, wrong scores, progress reset"."""
    walk = arrived("colour")
    tap = Answered("colour", walk.run.visit, "blue")
    walk.does(tap)
    after = walk.run
    with pytest.raises(Stale):
        walk.does(tap)
    assert walk.run is after
    tick = Marked("fruits", walk.run.visit, "pear", True)
    walk.does(tick)
    once = walk.run
    walk.does(tick)
    assert walk.run == once, "a tick states its result: twice is once"


def test_a_button_names_the_run_the_step_the_visit_and_the_state_it_sets() -> None:
    """ "a button names the run, the step, the visit and the state it sets"."""
    on = Press(RUN_ID, 2, 5, "on", 1)
    assert decode(encode(on)) == on
    assert encode(on) != encode(Press(RUN_ID, 2, 5, "off", 1))


def test_every_restart_wiped_the_state_of_people_in_the_middle_of_a_task() -> None:
    """ "state in the database": a run is plain data, and goes on from it in a flow read again."""
    walk = arrived("words")
    again = Flow(pack_from_json(canonical(FLOW.pack)), FLOW.facts)
    event = Answered("words", walk.run.visit, "des mots")
    assert step(again, walk.run, event, walk.now) == step(FLOW, walk.run, event, walk.now)


def test_no_way_back_to_correct_an_answer() -> None:
    """ "any earlier answer can be changed; answers that fall off the path are set aside, kept, offered again"."""
    walk = arrived("day")
    for node in walk.run.path:
        walk.does(WentBack(node))
        assert walk.run.at == node
    walk.does(WentBack("colour"))
    answer(walk, "green")
    assert walk.run.answers["mood"].aside
    assert walk.run.answers["mood"].value == 2
    walk.does(WentBack("colour"))
    answer(walk, "red")
    assert walk.said[-1].manner == "offer"


def test_answers_off_the_path_still_counted() -> None:
    """ "only answers on the current path are results": values, scores, flags and pipes."""
    walk = arrived("day", colour="red", mood=3)
    assert [s.sum for s in scores(FLOW, walk.run)] == [3]
    walk.does(WentBack("colour"))
    answer(walk, "green")
    assert scores(FLOW, walk.run) == []
    assert walk.flags == {}
    assert walk.run.result("mood") is None


def test_a_live_questionnaire_edited_under_people_in_the_middle_of_it() -> None:
    """ "a run keeps the version it began with; a flow is proved before it is published"."""
    walk = arrived("mood")
    edited = GOOD.read_text(encoding="utf-8").replace("Comment ça va ?", "Comment allez-vous ?")
    other = Flow(pack_from_text(edited, "edited.yaml"))
    assert other.version != walk.run.version
    with pytest.raises(Exception, match="another version"):
        step(other, walk.run, Answered("mood", walk.run.visit, 4), walk.now)
    assert answer(walk, 4)


def test_a_broken_flow_was_found_three_days_after_launch(tmp_path: Path) -> None:
    file = tmp_path / "broken.yaml"
    file.write_text(GOOD.read_text(encoding="utf-8").replace("go: years", "go: yaers"), encoding="utf-8")
    with pytest.raises(PackError, match="unknown step: yaers"):
        load_flows([file])


def test_buttons_cut_because_the_limit_is_in_bytes_and_accents_count_double() -> None:
    """ "checked in bytes, when the flow is loaded"."""
    for pack in load_packs()[0]:
        data: Any = pack.model_dump()
        for asked in data["steps"]:
            labels = [choice["label"] for choice in asked.get("choices", [])] + asked.get("labels", [])
            assert all(len(text.encode()) <= MAX_BYTES for label in labels for text in label.values())


def test_flat_profiles_were_amplified_and_random_variance_added() -> None:
    """ "results as they are"."""
    flow = load_flows()["preliminary.motivations"]
    profiles = []
    for _ in range(2):
        walk = Walk(flow)
        while walk.run.outcome is None:
            node = flow.nodes[walk.run.at]
            how, value = ("given", 2) if node.item else ("given", "read")
            if not node.item and node.step.kind != "information":
                how, value = "deferred", None  # type: ignore[assignment]
            walk.does(Answered(node.id, walk.run.visit, value, how))  # type: ignore[arg-type]
        profiles.append(scores(flow, walk.run))
    assert profiles[0] == profiles[1]
    assert len({score.share for score in profiles[0]}) == 1
    assert {place for place, _ in ranking_with_ties(profiles[0])} == {1}


def test_history_keeps_every_answer_ever_given() -> None:
    """ "kept in history": an answer replaced is one more line, the same answer is none."""
    walk = arrived("fruits")
    for colour in ("red", "red", "blue"):
        walk.does(WentBack("colour"))
        answer(walk, colour)
    kept = [e.answer.value for e in walk.effects if isinstance(e, Kept) and e.node == "colour"]
    assert kept == ["blue", "red", "blue"]
