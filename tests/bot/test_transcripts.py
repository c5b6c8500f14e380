"""Whole conversations, written as they are lived: each file of `transcripts/` is one.

    # what the conversation shows
    > [En poste]        a button is pressed              > 35              something is typed
    >> 40               the last message is corrected
    < Quel contrat ?    the bot's last words hold this   << C'est modifié  so does something it said since the last >
    = situation=employed hours=35    the results of the latest run, in order: nothing else counts
    ~ contract          what is set aside                … mood            what waits further on
    ! attention Travaille 55 heures  the flags that are up                 @ submitted      where the journey is
    * hours 35 40       the history of one answer        + hours 35 → 55   what was changed last, once handed over

`{name}` stands for the bot's own phrase of that name. After every gesture the export says the same as the conversation.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from storage.export import export
from tests.bot.conversing import Guest, said
from tests.harness import House

pytestmark = pytest.mark.asyncio(loop_scope="module")
SHELF = ("hello", "paths", "recap")
TRANSCRIPTS = sorted((Path(__file__).parent / "transcripts").glob("*.txt"))
LINE = re.compile(r"(>>|>|<<|<|=|~|…|!|@|\*|\+) ?(.*)")


class Reading:
    """A person who follows a transcript, and the record of what they said."""

    def __init__(self, guest: Guest) -> None:
        self.guest = guest
        self.heard: list[str] = []
        self.language = "fr"

    def spoken(self, text: str) -> str:
        return re.sub(r"\{(\w+)\}", lambda match: said(match[1], self.language), text)

    def export(self) -> dict[str, Any]:
        stores = self.guest.house.stores
        with stores.database.read() as session:
            return export(
                session, stores.vault, self.guest.dossier, self.guest.house.library.flows, self.guest.house.clock.now()
            )


def value_of(answer: dict[str, Any]) -> str:
    return str(answer["value"] if answer["how"] == "given" else answer["how"]).replace("\n", " ⏎ ")


# ------------------------------------------------------------------------------------------------------ what lines say
async def gesture(reading: Reading, text: str) -> None:
    guest, before = reading.guest, len(reading.guest.texts())
    button = re.fullmatch(r"\[(.*)\]", text)
    notice = await guest.tap(button[1]) if button else ""
    if not button:
        await guest.tell(text)
    reading.heard = [*guest.texts()[before:], notice]


async def correction(reading: Reading, text: str) -> None:
    reading.heard = await reading.guest.correct(text)


def ends_with(reading: Reading, text: str) -> None:
    assert text in reading.guest.last()


def has_said(reading: Reading, text: str) -> None:
    assert any(text in heard for heard in reading.heard), reading.heard


def run_of(reading: Reading) -> dict[str, Any]:
    return next(run for run in reversed(reading.export()["runs"]) if run["flow"] == "try.paths")


def results(reading: Reading, text: str) -> None:
    assert [f"{a['node']}={value_of(a)}" for a in run_of(reading)["answers"]] == re.findall(
        r"\w+=(?:[^=]+(?= \w+=)|.+)", text
    )


def not_counted(standing: str) -> Callable[[Reading, str], None]:
    def check(reading: Reading, text: str) -> None:
        assert {a["node"] for a in run_of(reading)["not_counted"] if a["standing"] == standing} == set(text.split())

    return check


def flags(reading: Reading, text: str) -> None:
    up = [f"{flag['level']} {flag['reason']}" for flag in reading.export()["flags"] if flag["lifted_at"] is None]
    assert up == ([text] if text else [])


def place(reading: Reading, text: str) -> None:
    assert reading.export()["dossier"]["phase"] == text


def history(reading: Reading, text: str) -> None:
    node, *values = text.split()
    answers = run_of(reading)["answers"] + run_of(reading)["not_counted"]
    past = next(answer["history"] for answer in answers if answer["node"] == node)
    assert [value_of(answer) for answer in past] == values


def changes(reading: Reading, text: str) -> None:
    seen = [f"{c['node']} {c['before']} → {c['after']}" for c in reading.export()["changed_after_submission"]]
    assert seen[-1] == text


GESTURES = {">": gesture, ">>": correction}
CHECKS: dict[str, Callable[[Reading, str], None]] = {
    "<": ends_with,
    "<<": has_said,
    "=": results,
    "~": not_counted("set_aside"),
    "…": not_counted("waiting"),
    "!": flags,
    "@": place,
    "*": history,
    "+": changes,
}


def lines_of(file: Path) -> list[tuple[int, str]]:
    numbered = enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
    return [(number, line) for number, line in numbered if line and not line.startswith("#")]


@pytest.mark.parametrize("file", TRANSCRIPTS, ids=lambda file: file.stem)
async def test_the_conversation_goes_as_written(home: House, file: Path) -> None:
    language = "en" if file.stem.endswith("english") else "fr"
    async with Guest(home, "Nadia", language) as nadia:
        reading = Reading(nadia)
        reading.language = language
        for number, line in lines_of(file):
            match = LINE.fullmatch(line)
            assert match, f"{file.name}: what does {line!r} mean?"
            sign, text = match[1], reading.spoken(match[2])
            try:
                if sign in GESTURES:
                    await GESTURES[sign](reading, text)
                    _the_export_agrees(reading)
                else:
                    CHECKS[sign](reading, text)
            except AssertionError as error:
                raise AssertionError(f"{file.name}, line {number}: {line}\n{error}\n{nadia.texts()[-2:]}") from error


def _the_export_agrees(reading: Reading) -> None:
    """What counts in the record is what the person would read in their answers, in the run as it is."""
    runs = {str(record.run.id): record.run for record in reading.guest.house.records_of(reading.guest)}
    for run in reading.export()["runs"]:
        kept = runs[run["id"]]
        assert [answer["node"] for answer in run["answers"]] == list(kept.path)
        assert {answer["node"] for answer in run["not_counted"]} == set(kept.answers) - set(kept.path)


async def test_there_are_conversations_to_follow() -> None:
    assert len(TRANSCRIPTS) >= 7
