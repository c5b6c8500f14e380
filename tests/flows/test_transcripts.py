"""Conversations recorded once and played again: what was said, what counted at every moment, how it ended.

`UPDATE_TRANSCRIPTS=1 pytest tests/flows/test_transcripts.py` writes them anew; read the difference before you commit it.
`jalon flows play ID --record tests/flows/transcripts/NAME.txt` records another one.
"""

import os
from pathlib import Path

import pytest

from flows.flow import Flow
from flows.load import load_flows
from flows.play import NAMED_FACTS
from flows.transcript import read_transcript, transcript

FOLDER = Path(__file__).with_name("transcripts")
RECORDED = sorted(FOLDER.glob("*.txt"))
FLOWS = load_flows(facts=NAMED_FACTS)


@pytest.mark.parametrize("path", RECORDED, ids=[path.stem for path in RECORDED])
def test_the_conversation_goes_as_recorded(path: Path) -> None:
    recorded = path.read_text(encoding="utf-8")
    pack, language, entries = read_transcript(recorded)
    played = transcript(FLOWS[pack], language, entries)
    if os.environ.get("UPDATE_TRANSCRIPTS"):
        path.write_text(played, encoding="utf-8")
    assert played == (played if os.environ.get("UPDATE_TRANSCRIPTS") else recorded)


@pytest.mark.parametrize("flow", FLOWS.values(), ids=list(FLOWS))
def test_every_shipped_pack_has_transcripts_in_each_language_up_to_an_end(flow: Flow) -> None:
    """A pack that nobody has played is not shipped: record one with `jalon flows play ID --record FILE`."""
    recorded = [path.read_text(encoding="utf-8") for path in RECORDED]
    own = [text for text in recorded if read_transcript(text)[0] == flow.id]
    assert {read_transcript(text)[1] for text in own} >= set(flow.pack.languages)
    assert any("\n= at: @" in text for text in own)


def test_a_change_of_an_early_answer_is_recorded_for_packs_that_branch() -> None:
    """Later answers set aside (`~ aside +…`), offered again on return (`~ aside -…`)."""
    for pack in ("preliminary.engagement", "preliminary.needs", "preliminary.welcome"):
        own = [text for path in RECORDED if read_transcript(text := path.read_text(encoding="utf-8"))[0] == pack]
        assert any("\n~ aside +" in text and "\n~ aside -" in text for text in own), pack
