"""The minutes that a pack announces are those it takes: who is tired, or reads on a bus, plans with them."""

import random
from collections.abc import Iterator
from datetime import timedelta
from statistics import median

import pytest

from flows.events import Answered
from flows.flow import Flow
from flows.load import load_flows
from flows.pack import BatteryStep, ChoicesStep, ChoiceStep, DateStep, Information, NumberStep, RankingStep, ScaleStep
from flows.run import Value
from tests.flows.walks import Walk

WORDS_A_MINUTE = 195  # adults reading French: Trauzettel-Klosinski and Dietz, "IReST", IOVS 53 (2012), p. 5452
TAP, WRITING = 4, 45  # seconds: to find and touch a button; to answer in one's own words
PEOPLE = 30  # who choose at random; the one in the middle counts

READING_OVER = "preliminary.recap"  # takes as long as the answers are long
FLOWS = {id: flow for id, flow in load_flows().items() if id != READING_OVER}


def chosen(walk: Walk, chance: random.Random) -> tuple[Value, int]:
    """(what somebody answers to the question at hand, the seconds that it takes)."""
    match walk.flow.nodes[walk.run.at].step:
        case Information():
            return "read", TAP
        case ChoiceStep(choices=choices):
            return chance.choice(choices).id, TAP
        case ChoicesStep(choices=choices, pick=pick) | RankingStep(choices=choices, pick=pick):
            count = max(pick.min, 1)
            free = [choice.id for choice in choices if not choice.exclusive]
            return chance.sample(free, count), TAP * (count + 1)  # and the button that ends it
        case ScaleStep(range=range):
            return chance.randint(range.from_, range.to), TAP
        case BatteryStep(labels=labels):
            return chance.randint(1, len(labels)), TAP
        case NumberStep():
            return 10, TAP
        case DateStep():
            return (walk.now + timedelta(days=7)).date().isoformat(), TAP
        case _:
            return "Un travail où je me sens utile.", WRITING + TAP


def read_at(flow: Flow, walk: Walk, node: str) -> Iterator[str]:
    """What is on the screen at a question, paragraph by paragraph."""
    step = flow.nodes[node].step
    if step.encouragement:
        yield step.encouragement["fr"]
    yield from walk.run.answers[node].shown.split("\n\n")
    if not isinstance(step, Information):
        yield from (choice.label["fr"] for choice in getattr(step, "choices", []))
        yield from (label["fr"] for label in getattr(step, "labels", []))


def seconds(flow: Flow, chance: random.Random) -> float:
    """How long one person takes. A paragraph that comes again, as in a series, is not read again."""
    walk, spent, read = Walk(flow), 0, set[str]()
    while not walk.run.outcome:
        node = walk.run.at
        value, took = chosen(walk, chance)
        walk.does(Answered(node, walk.run.visit, value))
        spent += took
        read.update(read_at(flow, walk, node))
    return spent + 60 * sum(len(text.split()) for text in read) / WORDS_A_MINUTE


@pytest.mark.parametrize("id", FLOWS)
def test_a_pack_takes_the_minutes_it_announces(id: str) -> None:
    """Within a factor of two: people differ by more than that, and nobody should plan for half of what it takes."""
    flow = FLOWS[id]
    takes = median(seconds(flow, random.Random(number)) for number in range(PEOPLE)) / 60
    announced = flow.pack.minutes
    assert announced / 2 <= takes <= announced * 2, f"announces {announced} minutes and takes about {takes:.1f}"


def test_the_pack_that_is_not_measured_is_the_one_that_shows_answers() -> None:
    shows = [id for id, flow in load_flows().items() if any(getattr(s, "shows", None) for s in flow.pack.steps)]
    assert shows == [READING_OVER]
