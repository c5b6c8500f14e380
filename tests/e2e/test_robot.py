"""Two hundred people who act by chance: each comes to one of the journey's ends, and every end is reached."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pytest

from flows.journey import load_journey
from tests.e2e.invariants import faults, house_faults
from tests.e2e.robot import Robot
from tests.e2e.town import town
from tests.harness import house

SEEDS = 200
TOGETHER = 50  # people of one Jalon
AT_ONCE = 30  # of them
FIRST = 1000  # the first seed
MORE, AFTER = 3, FIRST + SEEDS  # further groups at the most, and their first seed
GROUPS = range(SEEDS // TOGETHER)
JOURNEY = load_journey().pack
OUTCOMES = {name for name, state in JOURNEY.states.items() if state.end}
LANGUAGE = ("en", "fr")
NONE = "none"
# the words each resting card begins with, as far as nothing of the organisation's is piped into them
ENDINGS = {
    text.partition("{")[0].strip(): name for name in OUTCOMES for text in (JOURNEY.states[name].text or {}).values()
}


@dataclass
class Walk:
    """How one seed went."""

    seed: int
    temper: str
    outcome: str = NONE
    gestures: int = 0
    faults: list[str] = field(default_factory=list)


async def walk_together(folder: Path, seeds: range) -> list[Walk]:
    """Everybody in one Jalon at once, and what is found wrong with each dossier when all is quiet."""
    async with house(folder) as running, town(running.simulator.url) as people:
        robots = [Robot(await people.phone(f"Robot {seed}", LANGUAGE[seed % 2]), seed, ENDINGS) for seed in seeds]
        walks = {robot: Walk(robot.seed, robot.name) for robot in robots}
        room = asyncio.Semaphore(AT_ONCE)

        async def walk(robot: Robot, way: Callable[[Robot], Awaitable[None]]) -> None:
            async with room:
                try:
                    await way(robot)
                except AssertionError as error:
                    walks[robot].faults.append(str(error))

        await asyncio.gather(*(walk(robot, Robot.live) for robot in robots))
        await people.settle()
        while astray := [robot for robot in robots if not robot.ending() and not walks[robot].faults]:
            await asyncio.gather(*(walk(robot, Robot.go_on) for robot in astray))
            await people.settle()
        for robot, made in walks.items():
            made.outcome, made.gestures = robot.ending() or NONE, robot.gestures
            made.faults += faults(running, robot.phone, made.outcome)
        assert await people.refusals() == []
        assert house_faults(running) == []
        return list(walks.values())


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this test run share."""
    shared = tmp_path_factory.getbasetemp()
    folder = (shared.parent if os.environ.get("PYTEST_XDIST_WORKER") else shared) / "walks"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.mark.timeout(480)
@pytest.mark.parametrize("group", GROUPS)
async def test_every_seed_comes_to_an_end_and_leaves_a_sound_dossier(group: int, tmp_path: Path, results: Path) -> None:
    first = FIRST + group * TOGETHER
    walks = await walk_together(tmp_path, range(first, first + TOGETHER))
    note(results / f"{group}.json", walks)
    assert not any(made.faults for made in walks), "\n".join(str(made) for made in walks if made.faults)
    for more in range(MORE):  # by the last group to end: chance, and a busy machine, may leave a rare end unvisited
        if not missed(results):
            return
        extra = await walk_together(
            tmp_path / f"more{more}", range(AFTER + more * TOGETHER, AFTER + (more + 1) * TOGETHER)
        )
        assert not any(made.faults for made in extra), "\n".join(str(made) for made in extra if made.faults)
        note(results / f"more{more}.json", extra)
    assert not missed(results)


def note(file: Path, walks: list[Walk]) -> None:
    """Appears at once and whole: another worker may be reading."""
    draft = file.with_suffix(".draft")
    draft.write_text(json.dumps([asdict(made) for made in walks]))
    draft.replace(file)


def missed(results: Path) -> set[str]:
    """The ends that no seed has reached; nothing while other groups are still walking."""
    files = list(results.glob("*.json"))
    if len(files) < len(GROUPS):
        return set()
    return OUTCOMES - {made["outcome"] for file in files for made in json.loads(file.read_text())}
