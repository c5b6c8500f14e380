"""Stopped or killed in the middle of a questionnaire, and started again: nothing is lost, nothing happens twice."""

import signal
from dataclasses import dataclass
from pathlib import Path
from random import Random
from signal import Signals

import pytest
from sqlalchemy import func, select

from flows.run import Run
from storage.messages import InboxRow
from storage.records import Said, transcript_of
from storage.runs import Given, answer_history
from storage.tables import table
from tests.e2e.invariants import house_faults
from tests.e2e.scene import beyond_repetition, scene
from tests.e2e.town import Phone
from tests.harness import House

IN_THE_MIDDLE = range(10, 30)  # gestures after which the person is in the information, the engagement or the needs


@dataclass
class Kept:
    """What the database holds for the one person: the last run, its history, all that was heard."""

    run: Run
    history: list[Given]
    heard: list[Said]
    updates: int


def kept(house: House, phone: Phone) -> Kept:
    runs = house.records_of(phone)
    with house.stores.database.read() as session:
        owner = house.dossier_of(phone)
        said = transcript_of(session, house.stores.vault, owner)
        history = [g for r in runs for g in answer_history(session, house.stores.vault, r.run.id)]
        updates: int = session.execute(select(func.count()).select_from(table(InboxRow))).scalar_one()
    return Kept(runs[-1].run, history, [line for line in said if line.line.direction == "in"], updates)


def words_heard(now: Kept) -> list[str]:
    return [said.line.text for said in now.heard if said.line.kind == "text"]


def goes_on(before: Kept, after: Kept) -> bool:
    """Whether the next answer is to the question that was open; between two parts, whether there is one."""
    return before.run.outcome is not None or after.history[len(before.history)].step == before.run.at


@pytest.mark.parametrize(("how", "seed"), [(Signals.SIGINT, 1), (Signals.SIGTERM, 2)])
async def test_stopped_cleanly_the_person_goes_on_at_their_question(how: Signals, seed: int, tmp_path: Path) -> None:
    async with scene(tmp_path, seed) as it:
        for _ in range(Random(seed).choice(IN_THE_MIDDLE)):
            await it.person.forward()
        assert await it.program.stop(how) == 0
        assert it.program.output.rstrip().endswith(b"Stopped.")
        assert b"Traceback" not in it.program.errors
        with it.opened() as house:
            before = kept(house, it.phone)
            assert house_faults(house) == []

        await it.program.start()
        with it.opened() as house:
            while len(kept(house, it.phone).history) == len(before.history):
                await it.person.forward()
            after = kept(house, it.phone)
            assert after.history[: len(before.history)] == before.history
            assert goes_on(before, after)
            assert await it.people.refusals() == []


@pytest.mark.parametrize("seed", range(10, 14))
async def test_killed_in_mid_work_nothing_is_lost_and_nothing_is_done_twice(seed: int, tmp_path: Path) -> None:
    """Gestures are under way when the process dies, and more follow while it is down."""
    chance = Random(seed)
    async with scene(tmp_path, seed) as it:
        for _ in range(chance.choice(IN_THE_MIDDLE)):
            await it.person.forward()
        with it.opened() as house:
            before = kept(house, it.phone)

        for _ in range(chance.randrange(1, 6)):  # quicker than the bot
            await it.phone.type(it.person.word())
        for _ in range(chance.randrange(4)):  # at a moment between two of the bot's own acts
            await it.phone.news()
        assert await it.program.stop(signal.SIGKILL) == -signal.SIGKILL
        for _ in range(chance.randrange(1, 4)):
            await it.phone.type(it.person.word())

        await it.program.start()
        await it.people.settle()
        with it.opened() as house:
            after = kept(house, it.phone)
            assert words_heard(after) == [words for words in it.phone.typed.values() if not words.startswith("/")]
            assert after.updates == it.phone.gestures
            assert after.history[: len(before.history)] == before.history
            assert house_faults(house) == []
            while len(kept(house, it.phone).history) == len(after.history):
                await it.person.forward()
            assert goes_on(after, kept(house, it.phone))
        assert await beyond_repetition(it.people) == set()


async def test_what_a_person_taps_while_the_program_is_down_counts_once_it_is_back(tmp_path: Path) -> None:
    async with scene(tmp_path, 3) as it:
        for _ in range(12):
            await it.person.forward()
        await it.program.stop(signal.SIGKILL)
        with it.opened() as house:
            before = kept(house, it.phone)
        button = it.phone.pressable()[0][0][0]
        await it.phone.press(button)
        await it.phone.press(button)
        await it.program.start()
        await it.people.settle()
        with it.opened() as house:
            after = kept(house, it.phone)
        assert [given.step for given in after.history[len(before.history) :]] == [before.run.at]
        assert [notice for notice in it.phone.notices[-2:] if notice.get("text")] != []
