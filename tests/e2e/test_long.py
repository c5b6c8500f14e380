"""The full size of what `make test` does in small (`make test-long`)."""

from pathlib import Path

import pytest

from tests.e2e.test_faults import out_of_order
from tests.e2e.test_hostile import besieged
from tests.e2e.test_kills import one_killed, one_of_two_killed
from tests.e2e.test_lives import lived
from tests.e2e.test_restart import test_killed_in_mid_work_nothing_is_lost_and_nothing_is_done_twice as killed
from tests.e2e.test_robot import TOGETHER, walk_together
from tests.postgres import Server

pytestmark = pytest.mark.long
KILLS = 10  # of each seed
MORE = range(10_000, 10_800)  # seeds that `make test` does not walk


@pytest.mark.timeout(600)
@pytest.mark.parametrize("first", MORE[::TOGETHER])
async def test_many_more_seeds_leave_sound_dossiers(first: int, tmp_path: Path) -> None:
    walks = await walk_together(tmp_path, range(first, first + TOGETHER))
    assert not any(made.faults for made in walks), "\n".join(str(made) for made in walks if made.faults)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", range(100, 140))
async def test_killed_at_many_more_moments(seed: int, tmp_path: Path) -> None:
    await killed(seed, tmp_path)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(2, 12))
@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_killed_two_hundred_times(mode: str, seed: int, tmp_path: Path) -> None:
    await one_killed(mode, seed, KILLS, tmp_path)


@pytest.mark.postgresql
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(2, 12))
@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_one_of_two_workers_killed_two_hundred_times(
    mode: str, seed: int, tmp_path: Path, postgres_server: Server
) -> None:
    await one_of_two_killed(mode, seed, KILLS, tmp_path, postgres_server)


async def test_5xx_for_a_minute(tmp_path: Path) -> None:
    await out_of_order(tmp_path, 60)


@pytest.mark.timeout(3600)
async def test_whatever_a_hundred_thousand_posts_hold(tmp_path: Path) -> None:
    await besieged(tmp_path, seed=2, count=100_000)


@pytest.mark.timeout(3600)
def test_many_lives(tmp_path: Path) -> None:
    lived(tmp_path, 300, 50)
