"""The proof of a pack: what its grammar cannot see, found before anybody meets it.

A table of proofs, each a function from the case to what is wrong. They stand in ranks: each computes with what the ones
before have found sound (routes that lead somewhere, texts in every language), and is only asked where those are silent.
"""

from collections.abc import Callable, Iterable, Iterator

from flows.graph import Graph
from flows.pack import Pack
from flows.problems import Problem
from flows.proof_case import Case, Facts
from flows.proof_conditions import conditions_make_sense, every_condition_can_hold
from flows.proof_lengths import labels_fit_a_button, messages_fit, notices_fit
from flows.proof_looks import labels_hide_nothing, labels_look_different
from flows.proof_meaning import (
    bounds_leave_room,
    dimensions_are_declared_and_used,
    keys_mean_something,
    no_other_pack_has_the_id,
    validated_is_shown,
)
from flows.proof_routes import (
    every_outcome_is_used,
    every_path_ends,
    every_step_is_met,
    routes_go_somewhere,
    the_last_route_is_unconditional,
)
from flows.proof_texts import (
    every_text_in_every_language,
    holes_can_be_filled,
    labels_are_told_apart,
    other_names_are_words,
)

Proof = Callable[[Case], Iterator[Problem]]

RANKS: tuple[tuple[Proof, ...], ...] = (
    (
        no_other_pack_has_the_id,
        validated_is_shown,
        routes_go_somewhere,
        every_path_ends,
        the_last_route_is_unconditional,
        every_text_in_every_language,
        other_names_are_words,
        labels_fit_a_button,
        labels_hide_nothing,
        labels_look_different,
        dimensions_are_declared_and_used,
        bounds_leave_room,
        keys_mean_something,
    ),
    (
        every_step_is_met,
        every_outcome_is_used,
        conditions_make_sense,
        holes_can_be_filled,
    ),
    (
        every_condition_can_hold,
        labels_are_told_apart,
        messages_fit,
        notices_fit,
    ),
)


def prove(pack: Pack, others: Iterable[Pack] = (), facts: Facts | None = None) -> list[Problem]:
    """Everything that is wrong with a pack that its grammar accepts; nothing where it holds.

    `others` are the packs beside it. With the organisation's `facts`, what is filled in from them has to exist.
    """
    case = Case(pack, Graph(pack), list(others), facts or {})
    for rank in RANKS:
        problems = [problem for proof in rank for problem in proof(case)]
        if problems:
            order: dict[object, int] = {None: -1} | {step.id: index for index, step in enumerate(pack.steps)}
            return sorted(dict.fromkeys(problems), key=lambda problem: order[problem.step])
    return []
