"""The proof of the journey: the shipped one holds, and each thing that could strand somebody is found."""

import re
from pathlib import Path
from typing import Any

import pytest

from flows.journey import SHIPPED, Journey, JourneyPack, load_journey
from flows.load import load_packs
from flows.pack import Pack
from flows.problems import PackError
from flows.proof_journey import facts_of, prove_journey
from tests.flows.test_problems import english_left

PACKS: dict[str, Pack] = {pack.id: pack for pack in load_packs()[0]}
JOURNEY = load_journey()


def broken(edit: Any) -> list[str]:
    data = JOURNEY.pack.model_dump(by_alias=True, exclude_none=True)
    edit(data)
    found = prove_journey(Journey(JourneyPack.model_validate(data)), PACKS)
    for problem in found:
        assert problem.said("fr").startswith("parcours preliminary")
        assert english_left(problem.said("fr").partition(" : ")[2]) == [], problem
    return [str(problem).removeprefix("journey preliminary: ") for problem in found]


def without(on: str) -> Any:
    def edit(data: dict[str, Any]) -> None:
        data["transitions"] = [t for t in data["transitions"] if t["on"] != on]

    return edit


def changed(*path: Any, to: Any) -> Any:
    def edit(data: Any) -> None:
        for key in path[:-1]:
            data = data[key]
        data[path[-1]] = to

    return edit


FIRST = ("transitions", 0)  # welcome.consented
NEEDS, RECAP = ("states", "needs", "flow"), ("states", "recap", "flow")
ROWS = [
    (
        "outcome lost",
        without("needs.analysed"),
        "needs: the outcome analysed leads nowhere: no transition on needs.analysed",
    ),
    ("unknown first state", changed("initial", to="nowhere"), "it begins in an unknown state: nowhere"),
    ("unknown state", changed(*FIRST, "to", to="nowhere"), "welcome.consented: unknown state: nowhere"),
    ("unknown source", changed(*FIRST, "from", to=["nowhere"]), "welcome.consented: unknown state: nowhere"),
    ("unknown pack", changed(*NEEDS, to="preliminary.need"), "needs: its pack does not exist: preliminary.need"),
    (
        "one pack twice",
        changed(*RECAP, to="preliminary.needs"),
        "recap: two states walk the same pack: preliminary.needs",
    ),
    ("trigger", changed(*FIRST, "on", to="welcome.yes"), "welcome.yes: no pack of this journey ends so"),
    ("unreachable state", without("recap.later"), "later: nobody can come to this state"),
    ("never", changed(*FIRST, "needs", to=["rich"]), "welcome.consented: needs rich, which no pack dates before"),
    (
        "later",
        changed(*FIRST, "needs", to=["submitted"]),
        "welcome.consented: needs submitted, which no pack dates before",
    ),
    ("one language", changed("states", "later", "title", to={"fr": "Plus tard"}), "later: a text is missing in en"),
]


def test_the_shipped_journey_holds() -> None:
    assert prove_journey(JOURNEY, PACKS) == []


@pytest.mark.parametrize(("edit", "line"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_what_would_strand_somebody_is_found(edit: Any, line: str) -> None:
    assert line in broken(edit)


FILE = SHIPPED.read_text(encoding="utf-8")
MALFORMED = [
    (
        "    flow: preliminary.needs\n",
        "",
        ", étape needs : écrivez ou bien « flow » (un questionnaire), ou bien « end: true » (une fin)",
        ": needs: a state has a flow, or is an end",
    ),
    ("to: information", "too: information", " : la clé « too » n'existe pas ici ; vouliez-vous dire « to » ?", None),
    ("on: welcome.consented", "on: Welcome", " : « transitions.on » : « Welcome » n'est pas un déclencheur : ", None),
    ("initial: welcome\n", "", " : il manque la clé « initial » : ajoutez-la", ": missing key 'initial'"),
]


@pytest.mark.parametrize(("old", "new", "french", "english"), MALFORMED)
def test_a_malformed_journey_is_refused_line_by_line(
    tmp_path: Path, old: str, new: str, french: str, english: str | None
) -> None:
    assert old in FILE
    file = tmp_path / "journey.yaml"
    file.write_text(FILE.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PackError) as caught:
        load_journey(file)
    said = [problem.said("fr") for problem in caught.value.lines]
    assert any(re.match(rf"{file}, ligne \d+{re.escape(french)}", line) for line in said), said
    assert english is None or english in str(caught.value)


def test_a_state_from_which_no_end_is_reached_is_found() -> None:
    def edit(data: dict[str, Any]) -> None:
        data["transitions"] = [
            t for t in data["transitions"] if t["from"] != "*" and t["to"] not in ("submitted", "later")
        ]

    assert "recap: no end can be reached from this state" in broken(edit)


def test_the_facts_of_a_pack_are_those_it_can_date() -> None:
    assert "engaged" in facts_of(PACKS["preliminary.engagement"])
    assert "engaged" not in facts_of(PACKS["preliminary.needs"])
