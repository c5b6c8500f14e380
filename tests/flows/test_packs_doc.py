"""What practitioners read about packs is complete and true."""

import re
from pathlib import Path

from flows.grammar import About, Commitment, FlagRule, Route
from flows.load import load_packs, pack_from_text
from flows.pack import (
    BatteryStep,
    Choice,
    ChoicesStep,
    ChoiceStep,
    DateStep,
    Information,
    Item,
    Length,
    NumberStep,
    Outcome,
    Pack,
    RankingStep,
    ScaleStep,
    TextStep,
)
from flows.proof import prove
from flows.refusals import keys_of, kind_of
from jalon.flows_cli import DOCS

TEXT = (DOCS / "packs.md").read_text(encoding="utf-8")
STEPS = (Information, ChoiceStep, ChoicesStep, RankingStep, ScaleStep, TextStep, NumberStep, DateStep, BatteryStep)
MODELS = (Pack, Outcome, Choice, Item, Commitment, Length, FlagRule, Route, About, *STEPS)


def test_every_key_and_kind_is_explained() -> None:
    written = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"`[^`]+`|```.*?```", TEXT, re.DOTALL))))
    for model in MODELS:
        assert set(keys_of(model)) <= written, model
    assert {kind_of(step) for step in STEPS} <= written


def test_the_example_holds() -> None:
    (example,) = re.findall(r"```yaml\n(# yaml.*?)```", TEXT, re.DOTALL)
    assert prove(pack_from_text(example, "packs.md")) == []


def test_the_line_shown_as_an_example_is_one_that_is_said(tmp_path: Path) -> None:
    needs = next(pack for pack in load_packs()[0] if pack.id == "preliminary.needs")
    broken = needs.model_dump(by_alias=True, exclude_none=True)
    broken["steps"][0]["next"][-1]["go"] = "statut"
    (said,) = prove(Pack.model_validate(broken))
    assert str(said) == "trigger: a route goes to an unknown step: statut"
    assert said.said("fr") in TEXT
