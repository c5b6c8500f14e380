"""Killed at any moment, with twenty people at their phones: every update is there once, and everybody is asked their question."""

from pathlib import Path

import pytest

from tests.e2e.crashes import Crashes, crash, crash_of_two, webhook
from tests.postgres import Server

KILLS, KILLS_OF_TWO = 8, 4  # twenty in all; three hundred and more in test_long.py


def check(made: Crashes, seed: int, mode: str) -> None:
    print(f"seed {seed}, {mode}: {made}")
    assert made.faults == []
    assert made.seen_twice <= made.in_flight
    assert made.answers > 0


@pytest.mark.timeout(300)
@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_killed_again_and_again_nothing_is_lost_or_done_twice(mode: str, tmp_path: Path) -> None:
    await one_killed(mode, 1, KILLS, tmp_path)


@pytest.mark.postgresql
@pytest.mark.timeout(300)
async def test_one_of_two_workers_killed_again_and_again(tmp_path: Path, postgres_server: Server) -> None:
    await one_of_two_killed("webhook", 1, KILLS_OF_TWO, tmp_path, postgres_server)


async def one_killed(mode: str, seed: int, kills: int, folder: Path) -> None:
    check(await crash(folder, seed, kills, **(webhook() if mode == "webhook" else {})), seed, mode)


async def one_of_two_killed(mode: str, seed: int, kills: int, folder: Path, server: Server) -> None:
    made = await crash_of_two(folder, server, seed, kills, TELEGRAM_MODE=mode)
    check(made, seed, f"two workers, {mode}")
