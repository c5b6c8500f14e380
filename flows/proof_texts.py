"""Proofs about texts: every language has each of them, what is filled in exists, and typed labels are told apart."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from flows.ambiguities import ambiguities
from flows.commitments import binds
from flows.pack import BatteryStep, Choosing, Information, Pack, ScaleStep
from flows.phrases import HOLE
from flows.problems import Problem
from flows.proof_case import Case, Words, words_of
from flows.refusals import near
from flows.spoken import fold
from flows.wording import holes_of

FACT = "organisation."


def _per_language(pack: Pack, name: str, text: Mapping[str, Any], step: str | None) -> Iterator[Problem]:
    for language in pack.languages:
        if language not in text:
            yield Problem(f"{name}: missing in {language}", step)
    for language, said in text.items():
        if language not in pack.languages:
            yield Problem(f"{name}: written in {language}, which the pack does not declare", step)
        elif not all(part.strip() for part in ([said] if isinstance(said, str) else said)):
            yield Problem(f"{name}: blank in {language}", step)


def every_text_in_every_language(case: Case) -> Iterator[Problem]:
    for words in words_of(case.pack):
        yield from _per_language(case.pack, words.name, words.text, words.step)
    for step in case.pack.steps:
        if isinstance(step, ScaleStep):
            yield from _per_language(case.pack, "ends of the scale", step.ends, step.id)


def other_names_are_words(case: Case) -> Iterator[Problem]:
    """`typed` need not exist in every language; what stands there is in one that is declared, and can be typed."""
    for step in case.pack.steps:
        for choice in step.choices if isinstance(step, Choosing) else ():
            for language, typed in choice.typed.items():
                if language not in case.pack.languages:
                    wrong = f"written in {language}, which the pack does not declare"
                    yield Problem(f"typed of {choice.id}: {wrong}", step.id)
                for words in typed:
                    if not fold(words):
                        yield Problem(f"typed of {choice.id}: no word in {language}: {words}", step.id)
            if choice.typed and binds(step):
                yield Problem(
                    f"typed of {choice.id}: what binds is chosen by its own label, or a plain yes or no", step.id
                )


def _wrong_hole(case: Case, words: Words, hole: str) -> str | None:
    graph = case.graph
    if words.seen_from is None:
        return f"{{{hole}}} cannot be filled in here"
    if hole.startswith(FACT):
        return _wrong_fact(case, hole)
    if hole == "answer":
        return _wrong_answer(case, words)
    if hole not in graph.steps:
        return f"{{{hole}}} names no step{near(hole, graph.steps)}"
    if isinstance(graph.steps[hole], BatteryStep | Information):
        return f"{{{hole}}} has no answer that could be filled in"
    if hole not in graph.earlier[words.seen_from] and not (words.own and hole == words.step):
        return f"{{{hole}}} is not answered before"
    return None


def _wrong_answer(case: Case, words: Words) -> str | None:
    if not words.own:
        return "{answer} is only known in the reason of a flag; elsewhere name the step"
    wordless = isinstance(case.graph.steps[words.step or ""], BatteryStep | Information)
    return "{answer} says nothing here: this step has no single answer" if wordless else None


def _wrong_fact(case: Case, hole: str) -> str | None:
    known = {name for names in case.facts.values() for name in names}
    return f"{{{hole}}} is no fact of the organisation{near(hole, known)}" if known and hole not in known else None


def holes_can_be_filled(case: Case) -> Iterator[Problem]:
    for words in words_of(case.pack):
        for text in words.text.values():
            for hole in holes_of(text):
                if wrong := _wrong_hole(case, words, hole):
                    yield Problem(f"{words.name}: {wrong}", words.step)
            if re.search(r"[{}]", HOLE.sub("", text)):
                yield Problem(
                    f"{words.name}: a brace that fills nothing in; write {{step}} with the id of a step", words.step
                )


def labels_are_told_apart(case: Case) -> Iterator[Problem]:
    for step in case.pack.steps:
        for language in case.pack.languages:
            for clash in ambiguities(step, language):
                yield Problem(clash.removeprefix(f"{step.id}: "), step.id)
