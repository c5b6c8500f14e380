"""Scores are what was answered: sums, no more."""

from pathlib import Path

from flows.events import Answered, WentBack
from flows.flow import Flow
from flows.load import pack_from_text
from flows.scores import DimensionScore, ranking_with_ties, scores
from tests.flows.walks import Walk

PACK = """
id: tests.scores
title: {fr: Scores}
licence: MIT
source: Écrit pour les essais
validated: false
languages: [fr]
phase: preliminary
minutes: 5
dimensions: {order: {fr: Ordre}, move: {fr: Mouvement}, care: {fr: Soin}}
outcomes: {done: {title: {fr: Fini}}}
steps:
  - id: which
    kind: choice
    text: {fr: "Lequel ?"}
    why: {fr: "Pour essayer."}
    choices:
      - {id: short, label: {fr: Court}}
      - {id: long, label: {fr: Long}, scores: {care: 2}}
    next: [{when: {step: which, is: short}, go: survey}, {go: helps}]
  - id: helps
    kind: choices
    optional: true
    text: {fr: "Lesquels ?"}
    why: {fr: "Pour essayer."}
    choices:
      - {id: a, label: {fr: Avion}, scores: {care: 3, move: -1}}
      - {id: b, label: {fr: Bateau}, scores: {care: 1}}
      - {id: none, label: {fr: Rien du tout}, exclusive: true}
  - id: survey
    kind: battery
    text: {fr: "Vous ?"}
    why: {fr: "Pour essayer."}
    optional: true
    items:
      - {id: one, text: {fr: Un}, dimension: order}
      - {id: two, text: {fr: Deux}, dimension: order, reverse: true}
      - {id: three, text: {fr: Trois}, dimension: move}
    labels: [{fr: Jamais}, {fr: Parfois}, {fr: Souvent}, {fr: Toujours}]
  - id: rate
    kind: scale
    range: {from: 0, to: 10}
    ends: {fr: [peu, beaucoup]}
    dimension: move
    reverse: true
    text: {fr: "Combien ?"}
    why: {fr: "Pour essayer."}
    next: [{finish: done}]
"""
FLOW = Flow(pack_from_text(PACK, str(Path(__file__))))


def answered(*values: object) -> Walk:
    walk = Walk(FLOW)
    for value in values:
        how = "skipped" if value is None else "given"
        walk.does(Answered(walk.run.at, walk.run.visit, value, how))  # type: ignore[arg-type]
    return walk


def found(walk: Walk) -> dict[str, tuple[int, int, int, int]]:
    return {s.dimension: (s.sum, s.count, s.lowest, s.highest) for s in scores(FLOW, walk.run)}


def test_sums_with_their_bounds_and_reversed_items() -> None:
    walk = answered("long", ["a", "b"], 4, 4, 2, 10)
    assert found(walk) == {
        "order": (4 + 1, 2, 2, 8),  # the second is reversed: 4 of 1 to 4 counts 1
        "move": (-1 + 2 + 0, 3, -1 + 1 + 0, 0 + 4 + 10),  # 10 of 0 to 10 counts 0
        "care": (2 + 4, 2, 0, 2 + 4),
    }
    assert [s.title for s in scores(FLOW, walk.run)] == ["Ordre", "Mouvement", "Soin"]


def test_what_was_skipped_does_not_count_and_an_unspoken_dimension_is_absent() -> None:
    walk = answered("short", None, 2, None)
    assert found(walk) == {"order": (3, 1, 1, 4), "care": (0, 1, 0, 2)}


def test_answers_off_the_path_do_not_count() -> None:
    walk = answered("long", ["a", "b"], 1)
    assert found(walk)["care"] == (6, 2, 0, 6)
    walk.does(WentBack("which"))
    walk.does(Answered("which", walk.run.visit, "short"))
    assert found(walk) == {"order": (1, 1, 1, 4), "care": (0, 1, 0, 2)}
    walk.does(WentBack("which"))
    walk.does(Answered("which", walk.run.visit, "long"))
    assert found(walk)["care"] == (2, 1, 0, 2), (
        "what was set aside counts again once it is offered and kept, not before"
    )
    kept = walk.run.answers["helps"]
    walk.does(Answered("helps", walk.run.visit, kept.value))
    assert found(walk)["care"] == (6, 2, 0, 6)


def score(name: str, total: int, lowest: int, highest: int) -> DimensionScore:
    return DimensionScore(name, name, total, 1, lowest, highest)


def test_equal_shares_are_ties_even_over_other_bounds() -> None:
    ranked = ranking_with_ties([score("a", 1, 0, 10), score("b", 3, 1, 5), score("c", 5, 0, 10), score("d", 10, 0, 10)])
    assert [(place, s.dimension) for place, s in ranked] == [(1, "d"), (2, "b"), (2, "c"), (4, "a")]


def test_a_flat_profile_stays_flat() -> None:
    ranked = ranking_with_ties([score(name, 6, 3, 9) for name in "abc"])
    assert [place for place, _ in ranked] == [1, 1, 1]
    assert [s.dimension for _, s in ranked] == ["a", "b", "c"]
    assert ranking_with_ties([]) == []
