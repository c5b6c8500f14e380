"""Proofs about texts: every language has each of them, what is filled in exists, and typed labels are told apart."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from flows.ambiguities import ambiguities
from flows.commitments import binds
from flows.pack import BatteryStep, Choice, Choosing, Information, Pack, ScaleStep
from flows.phrases import HOLE
from flows.problems import Phrase, Problem
from flows.proof_case import Case, Words, words_of
from flows.refusals import near
from flows.spoken import fold
from flows.wording import holes_of

FACT = "organisation."


def _per_language(pack: Pack, text: Mapping[str, Any]) -> Iterator[Phrase]:
    for language in pack.languages:
        if language not in text:
            yield Phrase("text_missing", language=language)
    for language, said in text.items():
        if language not in pack.languages:
            yield Phrase("text_undeclared", language=language)
        elif not all(part.strip() for part in ([said] if isinstance(said, str) else said)):
            yield Phrase("text_blank", language=language)


def every_text_in_every_language(case: Case) -> Iterator[Problem]:
    for words in words_of(case.pack):
        yield from map(words.problem, _per_language(case.pack, words.text))
    for step in case.pack.steps:
        if isinstance(step, ScaleStep):
            ends = Words(Phrase("ends_of_scale"), {}, step.id)
            yield from map(ends.problem, _per_language(case.pack, step.ends))


def other_names_are_words(case: Case) -> Iterator[Problem]:
    """`typed` need not exist in every language; what stands there is in one that is declared, and can be typed."""
    for step in case.pack.steps:
        for choice in step.choices if isinstance(step, Choosing) else ():
            named = Words(Phrase("typed_of_choice", id=choice.id), {}, step.id)
            yield from map(named.problem, _wrong_names(case.pack, choice))
            if choice.typed and binds(step):
                yield named.problem(Phrase("typed_binds"))


def _wrong_names(pack: Pack, choice: Choice) -> Iterator[Phrase]:
    for language, typed in choice.typed.items():
        if language not in pack.languages:
            yield Phrase("text_undeclared", language=language)
        for words in typed:
            if not fold(words):
                yield Phrase("typed_wordless", language=language, words=words)


def _wrong_hole(case: Case, words: Words, hole: str) -> Phrase | None:
    graph, written = case.graph, f"{{{hole}}}"
    if words.seen_from is None:
        return Phrase("hole_not_here", hole=written)
    if hole.startswith(FACT):
        return _wrong_fact(case, hole)
    if hole == "answer":
        return _wrong_answer(case, words)
    if hole not in graph.steps:
        return Phrase("hole_no_step", hole=written, near=near(hole, graph.steps))
    if isinstance(graph.steps[hole], BatteryStep | Information):
        return Phrase("hole_no_answer", hole=written)
    if hole not in graph.earlier[words.seen_from] and not (words.own and hole == words.step):
        return Phrase("hole_ahead", hole=written)
    return None


def _wrong_answer(case: Case, words: Words) -> Phrase | None:
    if not words.own:
        return Phrase("answer_elsewhere", hole="{answer}")
    wordless = isinstance(case.graph.steps[words.step or ""], BatteryStep | Information)
    return Phrase("answer_of_none", hole="{answer}") if wordless else None


def _wrong_fact(case: Case, hole: str) -> Phrase | None:
    known = {name for names in case.facts.values() for name in names}
    if not known or hole in known:
        return None
    return Phrase("hole_no_fact", hole=f"{{{hole}}}", near=near(hole, known))


def holes_can_be_filled(case: Case) -> Iterator[Problem]:
    for words in words_of(case.pack):
        for text in words.text.values():
            for hole in holes_of(text):
                if wrong := _wrong_hole(case, words, hole):
                    yield words.problem(wrong)
            if re.search(r"[{}]", HOLE.sub("", text)):
                yield words.problem(Phrase("lone_brace", example="{step}"))


def labels_are_told_apart(case: Case) -> Iterator[Problem]:
    for step in case.pack.steps:
        for language in case.pack.languages:
            for clash in ambiguities(step, language):
                yield Problem(clash, step.id)
