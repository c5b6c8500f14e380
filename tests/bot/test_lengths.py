"""Nothing that people read is cut or refused for its length: Telegram counts UTF-16 units, and an emoji is two of them."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from bot.answers import FULL
from bot.reprise import WORDS
from bot.screens import question_screen
from bot.words import plain, shortened
from flows.engine import new_run, step
from flows.events import Answered, Started, WentBack
from flows.flow import Flow
from flows.lengths import beginning, pieces, units
from flows.load import pack_from_text
from flows.pack import Pack
from flows.proof import prove
from flows.proof_lengths import HINT_UNITS, LEAD_UNITS, MESSAGE_UNITS, WARNING_UNITS
from tests.bot.conversing import BEGIN, DONE, Guest, outbox_of, said
from tests.bot.shelf import shelf
from tests.harness import House, house

WRITTEN = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
NOW = datetime(2027, 3, 1, tzinfo=UTC)
ASKED = 6
HEAD = """
id: try.paths
title: {fr: "Projet & métier", en: "Project & trade"}
licence: MIT
source: Écrit pour les tests
validated: false
languages: [fr, en]
phase: preliminary
minutes: 2
outcomes:
  done: {title: {fr: Fini, en: Over}}
steps:
"""
STEP = """
  - id: q{number}
    kind: text
    sensitive: true
    optional: true
    length: {{max: 3000}}
    text: {{fr: "{text}{number} ?", en: "Question {number}?"}}
    why: {{fr: "Pour voir.", en: "To see."}}
"""
BATTERY = """
  - id: tastes
    kind: battery
    text: {fr: "Vos goûts ?", en: "Your tastes?"}
    why: {fr: "Pour voir.", en: "To see."}
    items: [{id: tea, text: {fr: "Le thé.", en: "Tea."}}, {id: rain, text: {fr: "La pluie.", en: "Rain."}}]
    labels: [{fr: "Non", en: "No"}, {fr: "Oui", en: "Yes"}]
"""
END = "    next: [{finish: done}]\n"


def pack(text: str = "Question ", count: int = ASKED, end: str = END) -> Pack:
    return pack_from_text(HEAD + "".join(STEP.format(number=n, text=text) for n in range(count)) + end, "p.yaml")


@given(WRITTEN, st.integers(2, 20))
def test_a_text_in_pieces_is_the_same_text(text: str, most: int) -> None:
    cut = list(pieces(text, most))
    assert all(units(piece) <= most for piece in cut)
    assert "".join("".join(cut).split()) == "".join(text.split())
    assert text.startswith(beginning(text, most))


@given(WRITTEN, st.integers(2, 40))
def test_what_is_quoted_is_never_longer_than_said(text: str, most: int) -> None:
    assert units(shortened(text, most)) <= most
    assert (shortened(text, most) == text) is (units(text) <= most)


def test_the_house_s_own_words_fit_in_the_room_kept_for_them() -> None:
    phrases = YAML(typ="safe").load((Path("bot") / "phrases.yaml").read_text(encoding="utf-8"))
    longest = {key: max(map(units, words.values())) for key, words in phrases.items() if isinstance(words, dict)}
    assert longest["sensitive"] <= WARNING_UNITS
    assert max(size for key, size in longest.items() if key.startswith("hint_")) <= HINT_UNITS
    leads = ("reprise_", "came_", "not_text", "not_understood")
    quote = longest["you_wrote"] + WORDS
    assert max(size for key, size in longest.items() if key.startswith(leads)) + quote <= LEAD_UNITS


def longest_question() -> Pack:
    """One question as long as the proof lets it be."""
    low, high = 1000, 4000
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if prove(pack("m" * middle, 1)) else (middle, high)
    assert low > 2500, "room is left for the question"
    return pack("m" * low, 1)


def test_a_question_as_long_as_the_proof_allows_fits_with_all_that_may_be_said_around_it() -> None:
    flow = Flow(longest_question(), {})
    run, _ = step(flow, new_run(flow, UUID(int=1), "fr"), Started(), NOW)
    run, _ = step(flow, run, Answered("q0", run.visit, "😀" * 400), NOW)
    run = replace(step(flow, replace(run, at="q0"), WentBack("q0"), NOW)[0], paused=False)
    shown = plain(question_screen(flow, run, "offer", "é" * LEAD_UNITS).text)
    assert "😀" * 100 in shown, "the answer so far is quoted"
    assert units(shown) <= MESSAGE_UNITS
    assert units(shown) > MESSAGE_UNITS - 200, "little room is kept for nothing"


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path, shelf("paths", "recap", other=[pack(end=BATTERY + END)])) as running:
        yield running


async def test_what_will_be_handed_over_is_read_whole(home: House) -> None:
    async with Guest(home) as nadia:
        await nadia.come()
        await nadia.tap(BEGIN)
        for number in range(ASKED):
            await nadia.tell(f"début{number} " + "😀" * 1550 + f" fin{number}")
            await nadia.tap(DONE)
        await nadia.tap("Oui", "Oui")
        before = len(nadia.texts())
        await nadia.tap(BEGIN)
        recap = [text for text in nadia.texts()[before:] if "😀" in text]
        read = "".join(recap)
        assert all(f"début{number}" in read and f"fin{number}" in read for number in range(ASKED))
        assert len(recap) > 1
        assert all(units(text) <= FULL for text in recap)
        assert not [row for row in outbox_of(home, nadia.id) if row.state == "refused"]
        await nadia.tell("/reponses")
        assert nadia.labels() == [
            f"Projet & métier ({ASKED})",
            "Projet & métier\u00a0: série de questions (2)",
            said("button_question"),
        ]
