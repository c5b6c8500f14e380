"""Whatever somebody writes in a pack, they get lines they can read: never a crash, never silence."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.flow import canonical
from flows.load import pack_from_json, pack_from_text, read_pack
from flows.phrases import LANGUAGES
from flows.problems import PackError
from flows.proof import prove

GOOD = json.loads(canonical(read_pack(Path(__file__).with_name("good_pack.yaml"))))
MOST = settings(max_examples=150, deadline=None)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
NAMES = st.sampled_from(
    ["hello", "colour", "mood", "red", "apple", "fr", "all", "any", "not", "is", "step", "text", "today"]
)
JUNK = st.recursive(
    SCALARS | NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def places(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place inside a value."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else []
    return [place for key in keys for place in [(*here, key), *places(value[key], (*here, key))]]


def lines_about(data: Any) -> list[str]:
    """What is said of a pack, in each language; nothing where it holds."""
    try:
        pack = pack_from_json(json.dumps(data))
    except PackError as error:
        problems = error.lines
        assert problems, "refused without a word"
    else:
        problems = prove(pack)
    return [problem.said(language) for problem in problems for language in LANGUAGES]


@MOST
@given(
    st.lists(st.tuples(st.sampled_from(places(GOOD)), st.sampled_from(["replace", "delete", "wrap"]), JUNK), max_size=3)
)
def test_any_change_is_a_pack_or_clear_lines(changes: list[tuple[tuple[Any, ...], str, Any]]) -> None:
    data = copy.deepcopy(GOOD)
    for place, what, junk in changes:
        change(data, place, what, junk)
    lines = lines_about(data)
    assert data != GOOD or not lines
    for line in lines:
        assert "\n" not in line
        assert not any(word in line for word in ("Input should", "pydantic", "function-"))


def change(data: Any, place: tuple[Any, ...], what: str, junk: Any) -> None:
    """Changes one place of the data, if it is still there."""
    try:
        for key in place[:-1]:
            data = data[key]
        former = data[place[-1]]
        if what == "delete":
            del data[place[-1]]
        else:
            data[place[-1]] = junk if what == "replace" else [former]
    except (KeyError, IndexError, TypeError):
        return


@MOST
@given(st.text(max_size=200) | st.text(alphabet="{}[]:,-&*!|>'\"#% \n\tab0", max_size=60))
def test_any_text_is_refused_in_clear_lines(text: str) -> None:
    with pytest.raises(PackError) as caught:
        pack_from_text(text, "any.yaml")
    assert caught.value.lines
    assert all(str(problem).startswith("any.yaml") for problem in caught.value.lines)
