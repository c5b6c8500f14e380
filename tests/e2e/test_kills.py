"""Killed at any moment, with twenty people at their phones: every update is there once, and everybody is asked their question."""

from pathlib import Path

import pytest

from tests.e2e.crashes import crash, webhook

KILLS = 10


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", [1])
@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_killed_again_and_again_nothing_is_lost_or_done_twice(mode: str, seed: int, tmp_path: Path) -> None:
    made = await crash(tmp_path, seed, KILLS, **(webhook() if mode == "webhook" else {}))
    print(f"seed {seed}, {mode}: {made}")
    assert made.faults == []
    assert made.seen_twice <= made.in_flight
    assert made.answers > 0
